"""Quotations are found where they stand, however they were copied, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.compress.quotes import MIN_QUOTE, SessionWords, fold
from gitmem.model.session import Event, EventKind

SAID = "We keep **full jitter** — a fixed pause\n  keeps the workers in step. It's `pause_before`."


def _event(kind: EventKind, record: int, text: str) -> Event:
    return Event(kind, record, float(record), text)


WORDS = SessionWords(
    [
        _event(EventKind.PROMPT, 3, "Why do the imports fail three times in a row?"),
        _event(EventKind.CALL, 5, "echo 'we decided against full jitter'"),
        _event(EventKind.SAY, 8, SAID),
        _event(EventKind.RESULT, 9, "Client error '429 Too Many Requests' for url"),
        _event(EventKind.SAY, 11, SAID),
    ]
)


@pytest.mark.parametrize(
    ("quote", "records"),
    [
        ("a fixed pause keeps the workers in step", (8, 11)),
        ("We keep full jitter - a fixed pause", (8, 11)),
        ("it’s pause_before.", (8, 11)),
        ('"imports fail three times in a row"', (3,)),
        ("429 Too Many Requests", (9,)),
        ("imports fail three times in a row.", (3,)),
        ("“a fixed pause keeps the workers in step,”", (8, 11)),
        ("We keep full jitter … keeps the workers in step", (8, 11)),
    ],
)
def test_a_quotation_is_found_however_it_was_copied(quote: str, records: tuple[int, ...]) -> None:
    assert WORDS.records_of(quote) == records


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "…",
        "the",
        "full jitter",  # too short to prove anything
        "a growing pause keeps the workers in step",
        "we decided against full jitter",  # stands in a command alone
        "keeps the workers in step … We keep full jitter",  # the other way round
        "imports fail three times … a fixed pause keeps the",  # in two records
        "We keep full jitter … a",
    ],
)
def test_what_nobody_said_is_not_found(quote: str) -> None:
    assert WORDS.records_of(quote) == ()


@given(st.text(min_size=1, max_size=200), st.data())
def test_every_part_of_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    words = SessionWords([_event(EventKind.SAY, 7, text)])
    part = text[start:end]

    if "..." not in fold(part) and "…" not in part and len(fold(part).strip("\"' ")) >= MIN_QUOTE:
        assert fold(part) not in fold(text) or words.records_of(part) == (7,)
