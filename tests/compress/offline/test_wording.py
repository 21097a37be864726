"""Statements keep their words, and say whose they are."""

from __future__ import annotations

import pytest

from gitmem.compress.offline.dialogue import Sentence
from gitmem.compress.offline.role_model import StoryRole
from gitmem.compress.offline.statements import Statement
from gitmem.compress.offline.wording import decision_of, fact_of, why_of
from gitmem.model.memory import Decision


def said(text: str, *, by_user: bool = False) -> Sentence:
    return Sentence(text, by_user, 1, 1, 1, 1, 0, 1)


def decided(*sentences: Sentence) -> Decision:
    places = tuple(range(len(sentences)))
    return decision_of(Statement(StoryRole.DECISION, sentences, 0.9, places))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "I chose a token bucket over a fixed window because a window doubles the rate.",
            Decision(
                "I chose a token bucket over a fixed window",
                "a window doubles the rate",
                ("a fixed window",),
            ),
        ),
        (
            "You're right - we use integers instead of floats because the cents must add up.",
            Decision("We use integers instead of floats", "the cents must add up", ("floats",)),
        ),
        (
            "A queue fits better than a thread: it survives a crash.",
            Decision(
                "A queue fits better than a thread: it survives a crash.", rejected=("a thread",)
            ),
        ),
        # Two reasons, or a clause too short to stand alone: told whole.
        (
            "It is kept because it is used, and because tests need it.",
            Decision("It is kept because it is used, and because tests need it."),
        ),
        ("Kept because used.", Decision("Kept because used.")),
        # A "because" in code is none.
        (
            "We keep the message `x because y z w` as it is today.",
            Decision("We keep the message `x because y z w` as it is today."),
        ),
        # What is rejected is a phrase, not half a sentence.
        (
            "We tell it rather than hoping that somebody remembers to look at it by hand once.",
            Decision(
                "We tell it rather than hoping that somebody remembers to look at it by hand once."
            ),
        ),
    ],
)
def test_a_decision_is_taken_apart_only_where_it_says_so(text: str, expected: Decision) -> None:
    assert decided(said(text)) == expected


def test_a_persons_choice_stands_in_quotation_marks() -> None:
    asked = said("let's completely remove the start command", by_user=True)
    answer = said("The start command is gone, with its settings.")

    assert decided(asked).chose == 'the user: "let\'s completely remove the start command"'
    assert decided(asked, answer).chose == (
        "The start command is gone, with its settings. "
        '(asked by the user: "let\'s completely remove the start command")'
    )


def test_reasons_and_facts_say_who_said_them() -> None:
    person = said("The upload fails at night.", by_user=True)

    assert why_of(()) == ""
    assert why_of((person,)) == 'the user: "The upload fails at night."'
    assert why_of((said("Okay, the proxy hangs up on long requests"),)) == (
        "The proxy hangs up on long requests"
    )
    assert fact_of(Statement(StoryRole.FACT, (person,), 0.9, (0,))).startswith("the user: ")
