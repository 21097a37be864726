from __future__ import annotations

import pytest

from gitmem.model.labels import BARE_CORRECTION
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Memory, Provenance, RecordedError
from gitmem.model.pull_request import entries_to_tell, is_subject

SOLVED = RecordedError("AssertionError: 1 == 2", resolution="round once")
LOOSE = RecordedError("undefined: openRepository")


@pytest.mark.parametrize(
    ("compressor", "told"), [("extractive/2", (SOLVED,)), ("anthropic", (SOLVED, LOOSE))]
)
def test_what_rules_saw_fail_and_not_end_is_left_out(
    compressor: str, told: tuple[RecordedError, ...]
) -> None:
    provenance = Provenance(compressor=compressor)
    memory = Memory("bugfix", "a title", errors=(SOLVED, LOOSE), provenance=provenance)
    (entry,) = entries_to_tell([LogEntry(commit="1c0ffee", memories=(memory,))])

    assert entry.memories[0].errors == told
    assert entry.memories[0].id == memory.id


def test_a_commit_with_nothing_but_its_subject_is_left_out() -> None:
    bare = Memory("bugfix", "address feedback", errors=(LOOSE,), files_changed=("a.py",))
    made = Memory(
        "bugfix",
        "address feedback",
        errors=(LOOSE,),
        provenance=Provenance(compressor="extractive/2"),
    )
    entries = [LogEntry(commit="1c0ffee", subject="fix(ui): address feedback", memories=(made,))]

    assert list(entries_to_tell(entries)) == []
    assert len(list(entries_to_tell([LogEntry(commit="1c0ffee", memories=(bare,))]))) == 1


@pytest.mark.parametrize(
    ("title", "subject", "is_same"),
    [
        ("Keep cents.", "keep cents", True),
        ("keep cents", "fix(price)!: keep cents", True),
        ("keep cents", "why we keep cents", False),
        ("keep the cents of…", "fix: keep the cents of all invoices", True),
        ("keep the cents of…", "lose the cents", False),
    ],
)
def test_a_title_repeats_the_subject(title: str, subject: str, is_same: bool) -> None:
    assert is_subject(title, subject) is is_same


def test_a_correction_without_a_reason_is_left_out() -> None:
    bare = Memory("correction", BARE_CORRECTION, files_changed=("a.py",), corrects=("m1",))
    said = Memory("correction", "The gateway retries", corrects=("m1",))
    (entry,) = entries_to_tell([LogEntry(commit="1c0ffee", memories=(bare, said))])

    assert entry.memories == (said,)
