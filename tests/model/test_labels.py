from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.model import labels
from gitmem.model.labels import labelled, without_label
from tests.strategies import texts

_LABELS = [
    labels.WHY,
    labels.DECIDED,
    labels.BECAUSE,
    labels.REJECTED,
    labels.RESOLVED,
    labels.NEXT,
]


@pytest.mark.parametrize(
    ("label", "text", "shown"),
    [
        ("decided", "I decided to use Redis", "use Redis"),
        ("decided", "I've decided to use Redis", "use Redis"),
        ("decided", "We’ve decided: one table", "one table"),
        ("decided", "we have decided that the worker stops", "the worker stops"),
        ("decided", "So I decided to keep both", "keep both"),
        ("decided", "We chose not to retry", "not to retry"),
        ("decided", "I decided against a queue", "against a queue"),
        ("decided", "We decided not to retry", "not to retry"),
        ("decided", "Decision: one table", "one table"),
        ("decided", "**Decision:** one table", "one table"),
        ("decided", "**Decision**: one table", "one table"),
        ("decided", "Decision – one table", "one table"),
        ("decided", "Decision: We decided to use one table", "use one table"),
        ("decided", "The decision is to wait", "wait"),
        ("next", "Next step: add a test", "add a test"),
        ("next", "Next steps: add a test", "add a test"),
        ("next", "next up - add a test", "add a test"),
        ("next", "TODO: add a test", "add a test"),
        ("next", "To do: add a test", "add a test"),
        ("next", "Next, I'll add a test", "add a test"),
        ("next", "Next we should add a test", "add a test"),
        ("next", "Next I’m adding a test", "adding a test"),
        ("next", "Next, a test for it", "a test for it"),
        ("next", "The next step is to add a test", "add a test"),
        ("next", "Remaining: Swiss invoices", "Swiss invoices"),
        ("because", "because it blocks", "it blocks"),
        ("because", "Because of the lock", "the lock"),
        ("because", "The reason is that it blocks", "it blocks"),
        ("rejected", "Rejected: polling", "polling"),
        ("rejected", "We rejected polling", "polling"),
        ("resolved", "Resolved by pinning it", "pinning it"),
        ("resolved", "Fix: pin it", "pin it"),
        ("why", "Reason: the API throttles", "the API throttles"),
    ],
)
def test_words_that_repeat_their_label_go(label: str, text: str, shown: str) -> None:
    assert without_label(label, text) == shown


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("decided", "The user decided to wait"),
        ("decided", "Decision tables are read row by row"),
        ("decided", "Ada chose the second option"),
        ("decided", "Undecided: nothing yet"),
        ("decided", "decided"),
        ("decided", "Decided to."),
        ("next", "Next.js is upgraded"),
        ("next", "next-generation parser"),
        ("next", "Next release must drop it"),
        ("next", "TODO(ada): ask"),
        ("next", "The todo list is emptied at midnight"),
        ("next", "remaining retries must be shown"),
        ("because", "Since 2.1 the client waits"),
        ("because", "becauselib has a bug"),
        ("rejected", "rejected promises are retried"),
        ("rejected", "instead of one table, two"),
        ("what", "Root cause: a stale lock"),
        ("why", "Why the build fails was unknown"),
        ("why", "Because the API throttles"),
        ("resolved", "fixed-size buffers"),
        ("error", "Error: error: no such file"),
    ],
)
def test_a_sentence_that_needs_its_words_keeps_them(label: str, text: str) -> None:
    assert without_label(label, text) == text


@given(st.sampled_from(_LABELS), texts())
def test_only_a_beginning_is_ever_taken_away(label: str, text: str) -> None:
    shown = without_label(label, text)

    assert text.strip().endswith(shown)
    assert bool(shown) == bool(text.strip())


@given(st.sampled_from(_LABELS), texts())
def test_words_never_stand_without_their_label(label: str, text: str) -> None:
    line = labelled(label, text)

    assert line.startswith(f"{label}: ") or not text.strip()


def test_a_fact_needs_no_label() -> None:
    assert labelled(labels.WHAT, "Amounts are decimals") == "Amounts are decimals"


@given(st.sampled_from(_LABELS), st.data())
def test_what_repeats_a_label_is_found_by_the_quick_look_first(
    label: str, data: st.DataObject
) -> None:
    """The expressions are compiled only where one of a label's words is there."""
    pattern = labels._pattern_of(label)
    text = data.draw(st.from_regex(pattern))

    assert not text.isascii() or any(word in text.lower() for word in labels._TOLD_BY[label])
