from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from gitmem.compress.agent_answer import (
    MAX_ANSWER,
    AgentAnswer,
    CheckedAnswer,
    DecisionClaim,
    FactClaim,
    answer_of,
    check_answer,
    events_before,
    parse_answer,
)
from gitmem.compress.quotes import SessionWords
from gitmem.errors import UsageError
from gitmem.model.change import Change, FileChange
from gitmem.model.memory import Citation, Decision
from gitmem.model.session import Event, EventKind

CHANGE = Change(
    commit="c" * 40,
    parents=("p" * 40,),
    subject="Keep prices in cents",
    message="Keep prices in cents\n",
    author="Ada <ada@example.com>",
    committer_name="Ada",
    committer_email="ada@example.com",
    time=0,
    commit_time=0,
    files=(FileChange("price.py", "A", 3, 0),),
)
SAID = "We store integer cents instead of floats, because 0.1 + 0.2 is not 0.3 in binary."
LINES = """\
why: a price must come back as it went in
decision: integer cents
because: 0.1 + 0.2 is not 0.3
rejected: floats
rejected: decimals
quote: integer cents instead of floats
fact: binary floats cannot hold 0.1
 exactly
quote: is not 0.3 in binary
next: convert the old orders
"""
PROVED = DecisionClaim(
    Decision("integer cents", "0.1 + 0.2 is not 0.3", ("floats", "decimals")),
    "integer cents instead of floats",
)
ANSWER = AgentAnswer(
    "a price must come back as it went in",
    (PROVED,),
    (FactClaim("binary floats cannot hold 0.1\n exactly", "is not 0.3 in binary"),),
    ("convert the old orders",),
)


def event(kind: EventKind, text: str, record: int) -> Event:
    return Event(kind, record, float(record), text)


def checked(answer: AgentAnswer, said: Sequence[str] = (SAID,)) -> CheckedAnswer:
    events = [event(EventKind.SAY, text, 7 + number) for number, text in enumerate(said)]
    return check_answer(answer, SessionWords(events), CHANGE)


def test_lines_are_an_answer() -> None:
    assert parse_answer(LINES) == ANSWER


def test_a_json_object_is_the_same_answer() -> None:
    value = {
        "why": ANSWER.why,
        "decisions": [
            {
                "chose": "integer cents",
                "because": "0.1 + 0.2 is not 0.3",
                "rejected": ["floats", "decimals"],
                "quote": PROVED.quote,
            }
        ],
        "facts": [{"text": ANSWER.facts[0].text, "quote": ANSWER.facts[0].quote}],
        "next": "convert the old orders",
    }

    assert parse_answer(json.dumps(value)) == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "decision: integer cents; because: exact; rejected: floats; quote: cents instead",
        "- **Decision**: integer cents\n- Because: exact\nREJECTED: floats\n> quote: cents instead",
        "decision: integer cents / because: exact / rejected: floats / quote: cents instead",
    ],
)
def test_an_agent_may_be_free_with_the_form(text: str) -> None:
    (claim,) = parse_answer(text).decisions

    assert claim == DecisionClaim(Decision("integer cents", "exact", ("floats",)), "cents instead")


@pytest.mark.parametrize(
    "text",
    ["We chose cents.", "{", "[1]", '{"decisions": [{"chose": [1]}]}', "x" * (MAX_ANSWER + 1)],
)
def test_what_is_no_answer_is_told_so(text: str) -> None:
    with pytest.raises(UsageError):
        parse_answer(text)


def test_what_the_session_proves_is_kept_with_its_records() -> None:
    found = checked(ANSWER)

    assert found.refusals == ()
    assert (found.why, found.decisions) == (ANSWER.why, (PROVED.decision,))
    assert found.what == ("binary floats cannot hold 0.1\n exactly",)
    assert found.next == ("convert the old orders",)
    assert found.citations == (
        Citation("decisions/0", (7,), "integer cents instead of floats"),
        Citation("what/0", (7,), "is not 0.3 in binary"),
    )


@pytest.mark.parametrize(
    ("quote", "reason"),
    [
        ("", "it has no quote"),
        ("decimals are what everybody uses", "its quote is not in the session"),
        ("cents", "its quote is not in the session"),
        ("the gateway blocks after four", "its quote speaks of something else"),
    ],
)
def test_a_claim_without_proof_is_dropped_and_the_next_keeps_its_place(
    quote: str, reason: str
) -> None:
    claims = (replace(PROVED, quote=quote), PROVED)
    said = (SAID, "We know that the gateway blocks after four tries.")

    found = checked(replace(ANSWER, decisions=claims, facts=()), said)

    assert found.decisions == (PROVED.decision,)
    assert [citation.item for citation in found.citations] == ["decisions/0"]
    assert found.refusals == (f"decision 'integer cents': {reason}",)


def test_a_quotation_in_another_language_may_share_no_word() -> None:
    claim = FactClaim("the gateway blocks after the fourth try", "nach vier Versuchen ist Schluss")

    found = checked(AgentAnswer(facts=(claim,)), ["Merke: nach vier Versuchen ist Schluss."])

    assert found.what == (claim.text,)


@pytest.mark.parametrize("why", ["", "asdf", "n/a", "TODO", "...", "see the diff", "x x x x"])
def test_nonsense_says_nothing(why: str) -> None:
    assert not checked(AgentAnswer(why=why, next=("convert the old orders",))).says_something


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("discount(100, 150) was -50", ""),
        ("the limit is 5", ""),
        ("negative price", "it is too short to be understood alone"),
        ("limit 5", "it is too short to be understood alone"),
        ("100 150 -50", "it says nothing"),
        ("n/a", "it says nothing"),
    ],
)
def test_a_short_fact_is_kept_where_it_can_be_understood_alone(text: str, problem: str) -> None:
    quote = f"It printed that {text}, and so the price was negative; n/a 100 150 limit."
    found = checked(AgentAnswer(facts=(FactClaim(text, quote),)), [quote])

    assert found.what == (() if problem else (text,))
    assert found.refusals == ((f"fact '{text}': {problem}",) if problem else ())


def test_a_reason_that_repeats_the_subject_is_none() -> None:
    found = checked(AgentAnswer(why="Keep prices in cents."))

    assert not found.says_something
    assert "repeats the commit's subject" in found.refusals[0]


@pytest.mark.parametrize(
    "answer",
    [
        AgentAnswer(why="tax.py was rewritten for the sake of speed"),
        AgentAnswer(facts=(FactClaim("removed the floats in tax.py", SAID),)),
        AgentAnswer(decisions=(DecisionClaim(Decision("integer cents; changed tax.py"), SAID),)),
    ],
)
def test_a_claim_about_a_file_that_was_not_changed_is_dropped(answer: AgentAnswer) -> None:
    found = checked(answer)

    assert not found.says_something
    assert "did not change that file" in found.refusals[0]


def test_without_the_transcript_only_what_needs_no_proof_is_kept() -> None:
    found = check_answer(ANSWER, None, CHANGE)

    assert (found.why, found.next) == (ANSWER.why, ANSWER.next)
    assert (found.decisions, found.what, found.citations) == ((), (), ())
    assert all("transcript is not there" in refusal for refusal in found.refusals)


def test_what_the_agent_said_since_it_was_told_something_proves_nothing() -> None:
    events = [
        event(EventKind.PROMPT, "Make prices exact.", 1),
        event(EventKind.SAY, SAID, 2),
        event(EventKind.RESULT, "[main 1a2b3c4] Keep prices in cents", 3),
        event(EventKind.THINK, "I shall quote: the boss told us to.", 4),
        event(EventKind.CALL, "gitmem remember", 5),
    ]

    assert [one.record for one in events_before(events)] == [1, 2, 3]
    assert events_before(events[3:]) == []


def test_no_more_than_a_reader_can_take_is_kept() -> None:
    many = replace(
        ANSWER, next=tuple(f"convert order number {n}" for n in range(20)), why="long " * 900
    )

    found = checked(many)

    assert len(found.next) == 8
    assert "next: more than 8" in found.refusals[-1]
    assert len(checked(replace(ANSWER, why="a long way to go, " * 90)).why) == 600


def test_an_answer_of_a_tool_may_lack_and_mix_things() -> None:
    given = {"why": None, "decisions": ["use cents"], "facts": "it is so", "next": ["go", None]}

    assert answer_of(given) == AgentAnswer(
        decisions=(DecisionClaim(Decision("use cents")),),
        facts=(FactClaim("it is so"),),
        next=("go", ""),
    )
