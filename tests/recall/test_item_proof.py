from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.guard.policy import PLAIN, Policy
from gitmem.guard.redact import redact
from gitmem.model.memory import Citation, Decision, Memory, Provenance, RecordedError
from gitmem.model.proof import ItemProof, Verdict
from gitmem.model.session import Event, EventKind
from gitmem.recall.item_proof import leave_items, passage_around, prove_items
from gitmem.recall.session_records import SessionRecords, fold_masked
from tests.guard import samples
from tests.strategies import memories

SECRET = samples.KEYS["github-token"]
EVENTS = (
    Event(EventKind.PROMPT, 1, 10.0, "Our quota is 5 requests a second, and we hit it daily."),
    Event(EventKind.SAY, 2, 20.0, "Full jitter it is: a “fixed pause” keeps the workers in step."),
    Event(EventKind.CALL, 3, 30.0, "git commit -m 'the moon is made of cheese'", tool="Bash"),
    Event(
        EventKind.RESULT, 4, 40.0, "\x1b[31mE  KeyError: 'limiter'\x1b[0m\n1 failed", is_error=True
    ),
    Event(EventKind.SAY, 5, 50.0, f"The token {SECRET} was in the log, so it is rotated."),
    Event(EventKind.SAY, 5, 55.0, "The subagent read the retry table.", is_subagent=True),
)
RECORDS = SessionRecords("/t.jsonl", EVENTS, 6, PLAIN)
DECISION = Decision("full jitter", "fixed pauses keep workers in step")


def proofs(memory: Memory, records: SessionRecords = RECORDS) -> list[ItemProof]:
    origin = replace(memory.provenance, session="s", records=memory.provenance.records or (0, 6))
    return prove_items(replace(memory, provenance=origin), records)


def cited(records: Sequence[int], quote: str = "", why: str = "the quota is hit") -> Memory:
    return Memory("change", "t", why=why, citations=(Citation("why", tuple(records), quote),))


def verdict(memory: Memory, records: SessionRecords = RECORDS) -> tuple[Verdict, str]:
    (proof,) = proofs(memory, records)
    return proof.check.verdict, proof.check.text


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        (cited([1], "quota is 5 requests a second"), "the quotation stands in record 1"),
        (cited([2], 'a "fixed pause" keeps the  WORKERS'), "the quotation stands in record 2"),
        (cited([1], "Our quota is 5 … we hit it daily"), "the quotation stands in record 1"),
        (cited([1, 2], "Our quota is 5 requests"), "the quotation stands in records 1, 2"),
        (cited([1], why="our quota is 5 requests a second"), "it stands in record 1"),
        (
            cited([1, 2], why="Our quota is 5 requests a second. Then: Full jitter it is"),
            "it stands, sentence by sentence, in records 1, 2",
        ),
        (cited([5], "The subagent read the retry"), "the quotation stands in record 5"),
    ],
)
def test_what_stands_there_is_right(memory: Memory, expected: str) -> None:
    assert verdict(memory) == (Verdict.RIGHT, expected)


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        (cited([1], "quota is 6 requests"), "the quotation does not stand in record 1"),
        (cited([2], "quota is 5 requests a second"), "the quotation does not stand in record 2"),
        (cited([3], "the moon is made of cheese"), "the quotation does not stand in record 3"),
        (cited([1], why="Redis was too slow for it"), "0% of its words stand in record 1"),
        (cited([0], "quota is 5 requests"), "nothing is said in record 0"),
        (cited([9], "quota is 5 requests"), "record 9 is not within 0 to 6, its slice"),
    ],
)
def test_what_does_not_is_wrong(memory: Memory, expected: str) -> None:
    assert verdict(memory) == (Verdict.WRONG, expected)


def test_what_was_condensed_nobody_can_tell() -> None:
    memory = cited([1], why="the quota of 5 requests a second is hit, not raised")

    assert verdict(memory) == (
        Verdict.UNKNOWN,
        "it is condensed: 83% of its words stand in record 1",
    )


def test_an_item_without_a_citation_is_not_judged() -> None:
    assert verdict(Memory("change", "t", why="w")) == (Verdict.UNKNOWN, "it cites no record")


def test_a_citation_of_nothing_is_wrong() -> None:
    memory = Memory("change", "t", citations=(Citation("decisions/3", (1,)),))
    newer = Memory("change", "t", citations=(Citation("summary/0", (1,)),))

    assert verdict(memory)[0] is Verdict.WRONG
    assert verdict(newer)[0] is Verdict.UNKNOWN


def test_a_few_letters_prove_nothing() -> None:
    text = "the quotation is too short to prove anything"

    assert verdict(cited([1], "we hit it")) == (Verdict.UNKNOWN, text)
    assert verdict(cited([1], why="quota"))[0] is Verdict.UNKNOWN


def test_each_part_of_a_decision_must_stand() -> None:
    whole = Decision("Full jitter it is", 'a "fixed pause" keeps the workers in step', ("cheese",))
    memory = Memory("change", "t", citations=(Citation("decisions/0", (2,)),))

    assert verdict(replace(memory, decisions=(whole,)))[0] is not Verdict.RIGHT
    assert verdict(replace(memory, decisions=(replace(whole, rejected=()),)))[0] is Verdict.RIGHT


def test_an_error_is_looked_up_in_its_slice_without_a_citation() -> None:
    memory = Memory("bugfix", "t", errors=(RecordedError("E  KeyError: 'limiter'"),))
    elsewhere = replace(memory, provenance=Provenance(records=(0, 3)))

    assert verdict(memory) == (Verdict.RIGHT, "the message stands in its slice of the session")
    assert verdict(elsewhere)[0] is Verdict.WRONG
    assert proofs(memory)[0].records[0].speaker == "printed, failed"


def test_a_masked_quotation_is_compared_with_the_masked_transcript() -> None:
    said = redact(EVENTS[4].text)
    masked = cited([5], said)
    changed = cited([5], said.replace("rotated", "deleted"))

    assert "[masked:" in masked.citations[0].quote
    assert verdict(masked)[0] is Verdict.RIGHT
    assert verdict(changed)[0] is Verdict.WRONG
    assert SECRET not in repr(proofs(masked))


def test_a_pattern_of_the_repository_s_own_masks_what_is_shown() -> None:
    records = replace(RECORDS, policy=Policy(("quota",)))
    (proof,) = proofs(cited([1], "Our [masked:custom] is 5 requests"), records)

    assert proof.check.verdict is Verdict.RIGHT
    assert "quota" not in proof.records[0].passage


def test_of_a_rewritten_transcript_words_count_and_numbers_do_not() -> None:
    records = replace(RECORDS, is_rewritten=True)
    elsewhere, nowhere = cited([3], "quota is 5 requests"), cited([3], "quota is 6 requests")

    assert verdict(elsewhere, records)[0] is Verdict.RIGHT
    assert proofs(elsewhere, records)[0].records[0].number == 1
    assert verdict(nowhere, records)[0] is Verdict.UNKNOWN


def test_what_was_too_long_to_be_read_is_not_called_wrong() -> None:
    cut = replace(EVENTS[0], text="Our quota\n[… 900 characters left out …]\nend")
    text = "what it cites was too long to be read whole"
    wanted = cited([1], "is 5 requests a second")

    assert verdict(wanted, replace(RECORDS, events=(cut,))) == (Verdict.UNKNOWN, text)
    assert verdict(cited([0], "quota is"), replace(RECORDS, is_whole=False))[0] is Verdict.UNKNOWN
    assert verdict(cited([5], "quota is"), replace(RECORDS, end=4))[0] is Verdict.UNKNOWN


def test_a_subagent_s_words_are_found_where_a_slice_began_in_between() -> None:
    memory = replace(
        cited([6], "The subagent read the retry"), provenance=Provenance(records=(6, 9))
    )

    (proof,) = proofs(memory, replace(RECORDS, end=9))

    assert proof.check.verdict is Verdict.RIGHT
    assert proof.records[0].speaker == "in a subagent, the agent"


def test_where_the_transcript_is_missing_nothing_is_right_or_wrong() -> None:
    memory = replace(cited([1], "quota is 5"), what=("a fact",))

    told = [(p.name, p.check.verdict, p.check.text) for p in leave_items(memory, "gone")]

    assert told == [
        ("why", Verdict.UNKNOWN, "gone"),
        ("what/0", Verdict.UNKNOWN, "it cites no record"),
    ]


@given(memories())
def test_whatever_a_memory_cites_every_item_gets_a_verdict(memory: Memory) -> None:
    found = prove_items(memory, RECORDS)

    assert {p.name for p in found} >= {p.name for p in leave_items(memory, "") if p.item}
    assert all(proof.check.text for proof in found)


@given(st.text("ab c\n", min_size=1, max_size=80), st.integers(0, 79), st.integers(1, 20))
def test_a_passage_holds_the_words_it_is_around(text: str, at: int, length: int) -> None:
    words = fold_masked(text[at : at + length])

    assert words in fold_masked(passage_around(text, words)) or not words


def test_a_passage_of_a_long_record_is_the_part_that_matters() -> None:
    text = "before " * 400 + "The Needle\nis here. " + "after " * 400

    shown = passage_around(text, fold_masked("the needle is here"))

    assert "The Needle" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) < 400


ASKED = (
    Event(
        EventKind.PROMPT,
        1,
        10.0,
        "- keep **all** the prices in cents\n- no floats\n\nRound at the end, as the law says so",
    ),
    Event(EventKind.SAY, 2, 20.0, "Then the prices are integers, and rounding comes last."),
    Event(EventKind.PROMPT, 3, 30.0, "Drop the old column.", is_subagent=True),
)
SAID = 'the user: "keep all the prices in cents"'
TOLD = "The prices are integers, and rounding comes last"


@pytest.mark.parametrize(
    ("why", "expected", "text"),
    [
        (SAID, Verdict.RIGHT, "it stands in records 1, 2, 3"),
        # The full stops, the ellipsis and the missing list marks are the compressor's.
        ('the user: "no floats. Round at the end, as…"', Verdict.RIGHT, ""),
        (f'{SAID} the user: "no floats"', Verdict.RIGHT, ""),
        ('the user: "Round at … the law says so"', Verdict.RIGHT, ""),
        (f'{TOLD} (asked by the user: "no floats")', Verdict.RIGHT, ""),
        (
            'the user: "keep all the prices in euros"',
            Verdict.WRONG,
            "no person says the words in quotation marks in records 1, 2, 3",
        ),
        (f'{SAID} the user: "no doubles"', Verdict.WRONG, ""),
        ('the user: "no floats. Round at the start"', Verdict.WRONG, ""),
        (f'{TOLD} (asked by the user: "no doubles")', Verdict.WRONG, ""),
        ('the user: "no floats"', Verdict.UNKNOWN, "it is too short to prove anything"),
        ('the user: "no cents"', Verdict.WRONG, ""),
        # Said, but not by a person.
        ('the user: "the prices are integers"', Verdict.WRONG, ""),
        ('the user: "Drop the old column."', Verdict.WRONG, ""),
        # Of the rest, only its own words are counted.
        (
            'The prices are integers and rounding is last (asked by the user: "no floats")',
            Verdict.UNKNOWN,
            "it is condensed: 100% of its words stand in records 1, 2, 3",
        ),
        ('Redis was slow (asked by the user: "no floats")', Verdict.WRONG, "0% of its words"),
    ],
)
def test_what_a_person_is_said_to_have_said_is_theirs_word_for_word(
    why: str, expected: Verdict, text: str
) -> None:
    found, told = verdict(cited([1, 2, 3], why=why), replace(RECORDS, events=ASKED))

    assert found is expected, told
    assert told.startswith(text)


def test_a_person_s_words_of_a_rewritten_or_cut_transcript_are_not_called_wrong() -> None:
    wrong = cited([1], why='the user: "keep all the prices in euros"')

    assert verdict(wrong, replace(RECORDS, events=ASKED, is_rewritten=True))[0] is Verdict.UNKNOWN
    assert verdict(wrong, replace(RECORDS, events=ASKED, is_whole=False))[0] is Verdict.UNKNOWN


def test_of_what_a_person_said_the_passage_with_the_words_is_shown() -> None:
    (proof,) = proofs(cited([1, 2], why='the user: "no floats"'), replace(RECORDS, events=ASKED))

    assert [record.number for record in proof.records] == [1]
