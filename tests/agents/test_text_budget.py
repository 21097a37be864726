from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.text_budget import EVENT_WEIGHT, Retention, cut_end, cut_middle, cut_start
from gitmem.guard.redact import redact
from gitmem.model.session import Event, EventKind


def event(kind: EventKind, number: int, size: int = 1_000) -> Event:
    return Event(kind, number, 0.0, "x " * (size // 2))


@given(st.text(max_size=3_000), st.integers(100, 1_000))
def test_a_cut_text_is_not_much_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(cut_middle(text, limit)) <= limit + 50


def test_head_and_tail_are_kept() -> None:
    text = "BEGIN " + "word " * 1_000 + "END"

    cut = cut_middle(text, 200)

    assert cut.startswith("BEGIN ")
    assert cut.endswith(" END")
    assert "characters left out" in cut


def test_a_private_span_is_taken_out_before_the_cut_could_halve_it() -> None:
    text = "<private>" + "tell nobody " * 200 + "</private> but this"

    assert "nobody" not in cut_middle(text, 200)


@given(st.text("ab ", max_size=60), st.integers(0, 30))
def test_a_text_is_cut_between_words(text: str, limit: int) -> None:
    """Of half a key nobody can tell later that it is one."""
    head, tail = cut_end(text, limit), cut_start(text, limit)

    assert (len(head) <= limit and len(tail) <= limit) or head == tail == text
    assert text.startswith(head)
    assert text.endswith(tail)
    assert text[len(head) : len(head) + 1].isspace() or head in ("", text)
    assert text[: len(text) - len(tail)][-1:].isspace() or tail in ("", text)


def test_what_is_held_stays_in_the_budget() -> None:
    budget = 40 * EVENT_WEIGHT
    kept = Retention(budget)
    for number in range(2_000):
        kept.add(event(list(EventKind)[number % len(EventKind)], number))

    assert sum(len(held.text) + EVENT_WEIGHT for held in kept.events) <= budget


def test_over_the_budget_old_answers_of_tools_go_first() -> None:
    kept = Retention(10 * (10_000 + EVENT_WEIGHT))
    for number in range(11):
        kept.add(event(EventKind.PROMPT if number == 0 else EventKind.RESULT, number, 10_000))

    assert len(kept.events[0].text) == 10_000
    assert len(kept.events[1].text) < 500
    assert len(kept.events[-1].text) == 10_000


_VALUE = "".join(f"{number:x}Q" for number in range(400))


@pytest.mark.parametrize(
    "line",
    [
        f"Cookie: session={_VALUE}",
        f"Authorization: Bearer {_VALUE}",
        f'"client_secret": "{_VALUE}"',
        f"Cookie: a={_VALUE[:300]}; b={_VALUE[300:600]}; c={_VALUE[600:]}",
        f"export DB_PASSWORD='{_VALUE}'",
    ],
)
@pytest.mark.parametrize("place", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
@pytest.mark.parametrize("is_tail", [True, False])
def test_a_cut_through_a_long_named_secret_tells_no_part_of_it(
    line: str, place: float, is_tail: bool
) -> None:
    """The value's name stands on the other side of the cut, where masking does not see it."""
    limit, at = 4_000, int(len(line) * place)
    tail = int(limit * 0.65)
    words = "an ordinary line of a long output\n" * 400
    if is_tail:
        text = f"{words}{line}\n{words[: max(0, tail - (len(line) - at) - 1)]}"
    else:
        text = f"{words[: limit - tail - at - 1]}\n{line}\n{words}"

    told = redact(cut_middle(text, limit))

    assert len(told) > 1_000
    assert not [part for n in range(0, 700, 10) if (part := _VALUE[n : n + 24]) in told]


@pytest.mark.parametrize("half", [0xD83D, 0xDC00, 0xDFFF])
def test_half_a_character_is_no_question_mark(half: int) -> None:
    """A question is not told as a reason."""
    told = cut_middle(f"Cap it {chr(half)} because they do.", 200)

    assert told == "Cap it \ufffd because they do."
