from __future__ import annotations

from hypothesis import given

from gitmem.model.context_item import ContextItem
from gitmem.model.hit import Hit
from gitmem.model.items import items_of
from gitmem.model.memory import Decision, Memory, Provenance, RecordedError
from gitmem.render.context import render_context
from gitmem.render.item_line import item_line
from gitmem.render.results import MAX_SNIPPET, snippets
from tests.strategies import memories

JITTER = Memory(
    "bugfix",
    "Retry on 429",
    decisions=(Decision("full jitter", "it spreads", ("a fixed pause: workers stay in step",)),),
    provenance=Provenance(session="s"),
)


def told(memory: Memory, query: str) -> str:
    return snippets([Hit(memory, "1" * 40, is_pending=False)], query)[0]


def test_a_rejected_option_is_never_a_plain_sentence() -> None:
    expected = (
        "decided: full jitter, because it spreads (rejected: a fixed pause: workers stay in step)"
    )

    assert told(JITTER, "fixed pause") == expected
    assert told(JITTER, "") == expected


def test_of_a_long_decision_the_words_that_answer_stay_with_their_label() -> None:
    long = Decision("full jitter " * 40, "it spreads " * 40, ("one " * 80, "a fixed pause " * 9))
    text = told(Memory("bugfix", "t", decisions=(long,)), "pause")

    assert len(text) <= MAX_SNIPPET
    assert text.startswith("decided: full jitter")
    assert "(rejected: a fixed pause" in text
    assert "one one" not in text


def test_words_of_frames_lead_to_their_error() -> None:
    error = RecordedError("KeyError: 'x'", ("src/tax.py:31 in rounded",), "Fix: ask first")
    memory = Memory("bugfix", "t", why="the report", errors=(error,))

    assert told(memory, "rounded") == "error: KeyError: 'x' -> resolved: ask first"


def test_a_second_result_of_the_session_says_something_else() -> None:
    other = Memory(
        "change",
        "u",
        decisions=JITTER.decisions,
        next=("watch it",),
        provenance=Provenance(session="s"),
    )
    strange = Memory("change", "v", decisions=JITTER.decisions, provenance=Provenance(session="t"))
    hits = [
        Hit(one, str(n) * 40, is_pending=False) for n, one in enumerate((JITTER, other, strange))
    ]

    first, second, third = snippets(hits, "fixed pause")

    assert second == "next: watch it"
    assert first == third


def test_in_a_context_the_same_words_are_told_once() -> None:
    other = Memory(
        "change",
        "u",
        decisions=JITTER.decisions,
        next=("watch it",),
        provenance=Provenance(session="s"),
    )
    items = [
        ContextItem(one, str(n) * 40, is_pending=False) for n, one in enumerate((JITTER, other))
    ]

    text = render_context(items, 1_000).text

    assert text.count("full jitter") == 1
    assert "next: watch it" in text


@given(memories())
def test_every_line_of_an_item_begins_with_its_label(memory: Memory) -> None:
    for item in items_of(memory):
        line = item_line(item, 80)
        assert item.label == "what" or line.startswith(f"{item.label}: ") or not line


def test_a_claim_of_control_characters_alone_is_not_told() -> None:
    memory = Memory("change", "t", errors=(RecordedError("\x1b", resolution="gone"),))

    assert [item_line(item, 80) for item in items_of(memory)] == [""]
