from __future__ import annotations

import json

import pytest

from gitmem.compress.models.answer import parse_answer
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.model.memory import Citation, Memory
from tests.support.evidence import change_of, event, evidence_of

PROPOSAL = "We could keep the old names, or read both. I suggest to read both."
FACT = "The proxy hangs up after ten seconds, whatever the client asks for."
REFUSAL = (
    "The user doesn't want to proceed with this tool use. To tell you how to proceed, the user "
    "said:\nno, never write to the old table"
)


def session() -> Evidence:
    return evidence_of(
        event("prompt", "Do it, the nightly import is too slow."),
        event("result", "one\n  TypeError:   bad\tthing\nthree", tool="Bash", call_id="1"),
        event("say", f"{PROPOSAL}\n\n{FACT}"),
        event("prompt", "yes, read both"),
        event("result", REFUSAL, tool="Edit", call_id="2", is_error=True),
        event("result", "<tool_use_error>String to replace not found in file.", tool="Edit"),
        event("result", "limit: 4096 rows a request", tool="Bash", call_id="3"),
        event("say", "What is left is the migration of the archive."),
    )


def answered(**fields: object) -> Memory:
    given = {"kind": "change", "title": "A title", "why": "It is slow.", "files": [], **fields}
    text = json.dumps({"memories": [given]})
    change = change_of("src/a.py", "src/b.py", subject="Read the names of both releases")
    return parse_answer(text, session(), change)[0]


def quoted(text: str, quote: str) -> dict[str, str]:
    return {"text": text, "quote": quote}


def decided(quote: str, **fields: object) -> dict[str, object]:
    return {"chose": "read both", "because": "", "rejected": [], "quote": quote, **fields}


def test_a_file_that_the_commit_did_not_touch_is_dropped() -> None:
    assert answered(files=["src/b.py", "src/made_up.py"]).files_changed == ("src/b.py",)


def test_without_a_true_claim_all_files_of_the_commit_are_named() -> None:
    assert answered(files=["made_up.py"]).files_changed == ("src/a.py", "src/b.py")


def test_an_error_is_kept_when_it_was_printed_white_space_aside() -> None:
    memory = answered(errors=[{"message": "TypeError: bad thing", "resolution": "mended"}])

    assert [error.message for error in memory.errors] == ["TypeError: bad thing"]
    assert memory.citations == (Citation("errors/0", (1,)),)


@pytest.mark.parametrize(
    "message", ["a type error occurred", "String to replace not found in file.", " "]
)
def test_an_error_that_was_not_printed_or_is_none_is_dropped(message: str) -> None:
    assert answered(errors=[{"message": message, "resolution": ""}]).errors == ()


def test_a_claim_is_kept_with_the_records_that_its_quotation_stands_in() -> None:
    memory = answered(
        why=quoted("The import is slow.", "the nightly import is too slow"),
        what=[quoted("Ten seconds are the limit.", "The proxy hangs up after ten seconds")],
        decisions=[decided("I suggest to read both", rejected=["keep the old names"])],
        next=[quoted("Migrate the archive.", "What is left is the migration of the archive")],
    )

    assert memory.decisions[0].rejected == ("keep the old names",)
    assert {each.item: (each.records, each.quote) for each in memory.citations} == {
        "why": ((0,), "the nightly import is too slow"),
        "what/0": ((2,), "The proxy hangs up after ten seconds"),
        "decisions/0": ((2,), "I suggest to read both"),
        "next/0": ((7,), "What is left is the migration of the archive"),
    }


def test_a_claim_whose_quotation_nobody_said_is_dropped_and_the_others_are_counted_anew() -> None:
    made_up = "The proxy hangs up after thirty seconds"
    memory = answered(
        what=[quoted("Thirty.", made_up), quoted("Ten.", "hangs up after ten seconds")],
        decisions=[decided(made_up), decided(""), decided("yes, read both")],
        next=[quoted("Nothing.", made_up), quoted("Something.", "")],
    )

    assert memory.what == ("Ten.",)
    assert len(memory.decisions) == 1
    assert memory.next == ()
    assert [each.item for each in memory.citations] == ["what/0", "decisions/0"]


@pytest.mark.parametrize(
    ("quote", "is_kept"),
    [
        ("", True),
        ("the nightly import is too slow", True),
        ("Read the names of both releases", True),
        ("the customer complained on Monday", False),
    ],
)
def test_a_reason_may_do_without_a_quotation_but_not_with_a_false_one(
    quote: str, is_kept: bool
) -> None:
    memory = answered(why=quoted("A reason.", quote), what=[quoted("x", FACT)])

    assert (memory.why == "A reason.") is is_kept


def test_what_a_program_printed_is_a_fact_but_nobodys_decision() -> None:
    printed = "limit: 4096 rows a request"
    memory = answered(what=[quoted("4,096 rows.", printed)], decisions=[decided(printed)])

    assert memory.what == ("4,096 rows.",)
    assert memory.decisions == ()


def test_who_refuses_a_tool_decides() -> None:
    (decision,) = answered(decisions=[decided("no, never write to the old table")]).decisions

    assert decision.chose == "read both"


@pytest.mark.parametrize("quote", ["AGENT: I suggest to read both", "“I suggest to read both”"])
def test_a_label_or_a_quotation_mark_around_a_quotation_is_no_part_of_it(quote: str) -> None:
    assert len(answered(decisions=[decided(quote)]).decisions) == 1


def test_claims_without_a_quotation_as_models_gave_them_before_are_dropped() -> None:
    old = {"chose": "read both", "because": "", "rejected": []}
    memory = answered(what=["a fact", "Updated a.py"], decisions=[old, "x"], next=["go on"])

    assert (memory.what, memory.decisions, memory.next) == ((), (), ())
    assert memory.why == "It is slow."


def test_a_claim_about_a_file_that_was_not_changed_is_dropped() -> None:
    quote = "I suggest to read both"
    chose = "Removed old_names.py, both are read"
    memory = answered(decisions=[decided(quote, chose=chose)], what=[quoted(chose, quote)])

    assert (memory.decisions, memory.what) == ((), ())


def test_a_memory_of_which_only_the_title_is_left_is_none() -> None:
    empty = {"kind": "change", "title": "T", "why": "", "what": [quoted("x", "nobody said this")]}
    full = {**empty, "why": "It is slow."}
    text = json.dumps({"memories": [empty, full]})

    assert [memory.why for memory in parse_answer(text, session(), None)] == ["It is slow."]


def test_long_and_dirty_texts_are_cut_and_cleaned() -> None:
    facts = [quoted("a", FACT)] * 50
    long = quoted("z", f"{PROPOSAL}\n\n{FACT}")
    why = "\x1b[31mred\x1b[0m " + "y" * 5000
    memory = answered(title="x" * 500, why=why, what=facts, next=[long])

    assert len(memory.title) <= 120
    assert len(memory.why) <= 600
    assert "\x1b" not in memory.why
    assert len(memory.what) == 8
    assert all(len(each.quote) <= 200 for each in memory.citations)
    assert "\n" not in "".join(each.quote for each in memory.citations)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "gossip"},
        {"title": ""},
        {"decisions": [3]},
        {"decisions": {"chose": "x"}},
        {"decisions": None},
        {"what": [3]},
        {"what": "a fact"},
        {"what": [{"text": 3, "quote": "x"}]},
        {"what": [{"quote": "x"}]},
        {"why": 3},
        {"why": ["x"]},
        {"errors": [{"resolution": "x"}]},
        {"errors": 3},
        {"concepts": [["x"]]},
        {"files": 3},
    ],
)
def test_a_memory_of_another_form_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(CompressorFailed):
        answered(**fields)


def test_an_error_is_told_with_its_place_and_its_kind() -> None:
    told = evidence_of(
        event("call", "make", tool="Bash", call_id="1"),
        event("result", "src/a.py:3: undefined name 'x'", tool="Bash", call_id="1"),
    )
    errors = [{"message": "undefined name 'x'", "resolution": "defined it"}]
    answer = {"memories": [{"kind": "bugfix", "title": "T", "files": [], "errors": errors}]}

    memory = parse_answer(json.dumps(answer), told, change_of("src/a.py"))[0]

    assert memory.errors[0].frames == ("src/a.py:3",)
    assert memory.tags == {"phase": "debugging", "stack": ["python"], "failure": "build"}
