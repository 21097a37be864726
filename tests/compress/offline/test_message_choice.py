from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.compress.offline.message_choice import choice_in
from gitmem.model.memory import Decision
from tests.bench.history_decisions import read_labels


@pytest.mark.parametrize(
    ("sentence", "chose", "rejected", "because"),
    [
        ("Use the pool instead of threads.", "Use the pool", "threads", ""),
        (
            "We decided against float and use Decimal instead",
            "use Decimal",
            "float",
            "",
        ),
        (
            "We use integers instead of decimals because the driver returns floats.",
            "We use integers",
            "decimals",
            "the driver returns floats",
        ),
        (
            "Rather than caching the page, ask the server each time.",
            "ask the server each time",
            "caching the page",
            "",
        ),
        ("Drop the poller in favour of events.", "events", "the poller", ""),
        ("Replace the handwritten parser with argparse", "argparse", "the handwritten parser", ""),
        ("Switch from setup.py to pyproject.toml", "pyproject.toml", "setup.py", ""),
        ("Prefer copies over references.", "Prefer copies", "references", ""),
        ("Log the actual port, not the set one", "Log the actual port", "the set one", ""),
        (
            "This patch stores ids rather than names, since names change.",
            "This patch stores ids",
            "names",
            "names change",
        ),
        (
            "I think dropping the value is better than fixing the type.",
            "dropping the value",
            "fixing the type",
            "",
        ),
        (
            "The pool is never emptied, so close each socket instead of returning it to the pool.",
            "close each socket",
            "returning it to the pool",
            "The pool is never emptied",
        ),
        (
            "Do not poll pending handles because that would replace their waker.",
            "Do not poll pending handles",
            "",
            "that would replace their waker",
        ),
    ],
)  # fmt: skip
def test_what_the_writer_decides_is_told_in_their_words(
    sentence: str, chose: str, rejected: str, because: str
) -> None:
    expected = Decision(chose, because, (rejected,) if rejected else ())

    assert choice_in(sentence) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        # the old state, and what a bug made of it
        "Previously, the scheduler used its own queue instead of sharing one.",
        "The original code paired values by position rather than by key.",
        "It returns the repr instead of a decoded string.",
        "We use strtol instead of strtoll.",
        "The flag was set on the pane instead of the window.",
        "Fix the option set on the original pane instead of the floating pane",
        "Instead of failing, an empty list is returned.",
        "Instead of returning an error, we crash.",
        # what people do, what an example shows, what somebody may do
        "people install into the system instead of a virtualenv",
        "install leads people to install into the system instead of a virtualenv",
        "Sometimes users prefer a dot instead of source",
        "Use print function: the example uses the print statement instead of the function.",
        "Example in URL Building section uses `print` statement instead of `print` function.",
        "You can now use ag instead of find for listing candidates.",
        "Use the helper if you want to extend it instead of replacing it.",
        "Allow a callable instead of a string",
        "Read the Docs moved hosting to readthedocs.io instead of readthedocs.org.",
        # a subordinate clause
        "Move the guide because readers look it up beside the code rather than in another file.",
        "Add a check where the parser takes bytes instead of text.",
        "Drop the wrapper which returns a list instead of a tuple.",
        # not one's own to decide, not yet, or taken back
        "Should we use a dict instead of a list?",
        '"Use a dict instead of a list"',
        'Revert "Use a dict instead of a list"',
        "Eventually use a dict instead of a list.",
        # nothing that can be read by itself
        "it makes sense to error out rather than find there are odd bugs.",
        "Use it instead of that.",
        "Print the name instead of this error message.",
        "Do not crash because the file is empty.",
        "Use version 2 instead of 1 if the server asks for it.",
        "Switch from 1.2 to 1.3",
        "Replace the new function with the old one",
    ],
)
def test_what_the_writer_does_not_decide_is_no_choice(sentence: str) -> None:
    assert choice_in(sentence) is None
    assert choice_in(sentence, is_title=True) is None


def test_a_place_may_stand_before_the_command_of_a_subject() -> None:
    for subject in (
        "parser: use argparse instead of optparse",
        "[zsh] Use argparse instead of optparse",
    ):
        found = choice_in(subject, is_title=True)

        assert found is not None
        assert found.rejected == ("optparse",)


def test_a_reason_in_time_is_none() -> None:
    found = choice_in("Use the new calls instead of the old ones since version 2.6.")

    assert found is None or found.because == ""


_NAMES = st.sampled_from(
    ["threads", "the pool", "`os.path`", "a plain list", "io.StringIO", "a lock per file", "MD5"]
)
_DESCRIBED = st.sampled_from(
    [
        "Previously we used {0} instead of {1}.",
        "The server uses {0} instead of {1}.",
        "Users see {0} rather than {1}.",
        "This broke because the client opened {0} instead of {1}.",
        "Fix {0} being used instead of {1}",
        "It would be possible to use {0} instead of {1}.",
        "Stop using {0} instead of {1}.",
        "When the client opens {0} instead of {1}, close the connection.",
    ]
)  # fmt: skip


@given(_NAMES, _NAMES)
def test_a_command_chooses_what_it_names_first(one: str, other: str) -> None:
    """Never the reverse, whatever the two are."""
    for sentence in (f"Use {one} instead of {other}.", f"Instead of {other}, use {one}."):
        assert choice_in(sentence) == Decision(
            f"use {one}" if sentence[0] == "I" else f"Use {one}", rejected=(other,)
        )


@given(_DESCRIBED, _NAMES, _NAMES)
def test_a_description_chooses_nothing(frame: str, one: str, other: str) -> None:
    assert choice_in(frame.format(one, other)) is None


@given(st.sampled_from([row["message"] for row in read_labels()]), st.booleans())
def test_no_words_are_put_together_that_nobody_wrote(message: str, is_title: bool) -> None:
    """Each part of a choice stands in its sentence as it is told."""
    text = " ".join(message.split())
    for sentence in [text, *text.split(". ")]:
        choice = choice_in(sentence, is_title=is_title)
        if choice is not None:
            assert choice.chose
            assert all(part in text for part in (choice.chose, choice.because, *choice.rejected))
            assert choice.rejected or choice.because


@given(st.text(max_size=500), st.booleans())
def test_any_sentence_is_judged(sentence: str, is_title: bool) -> None:
    assert choice_in(sentence, is_title=is_title) == choice_in(sentence, is_title=is_title)
