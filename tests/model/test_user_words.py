"""A person's words are told as theirs, and can be taken out again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.user_words import (
    quote_user,
    sentences_as_said,
    split_user_words,
    with_request,
)

WORDS = st.text(min_size=1).filter(lambda text: "the user:" not in text)


@given(WORDS)
def test_what_was_put_in_quotation_marks_comes_out_again(words: str) -> None:
    assert split_user_words(quote_user(words)) == ("", (words,))


@given(WORDS, WORDS)
def test_a_sentence_and_its_request_come_apart(told: str, words: str) -> None:
    assert split_user_words(with_request(told, words)) == (told, (words,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('the user: "Use cents." the user: "No floats."', ("", ("Use cents.", "No floats."))),
        ('the user: "call it "net" here"', ("", ('call it "net" here',))),
        ('Cents (asked by the user: "cents (not floats)")', ("Cents", ("cents (not floats)",))),
        ('the user said "cents"', ('the user said "cents"', ())),
        ('the user: "', ('the user: "', ())),
        ("", ("", ())),
    ],
)
def test_only_the_two_forms_are_taken_apart(
    text: str, expected: tuple[str, tuple[str, ...]]
) -> None:
    assert split_user_words(text) == expected


def test_the_marks_at_the_end_of_a_sentence_are_left_out() -> None:
    assert sentences_as_said("No. Use cents… Is 1.5 fine?") == ["No", "Use cents", "Is 1.5 fine?"]
