"""Memories of real commits and sessions, checked: what is right, wrong, and beyond checking."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gitmem.errors import UnbornHead
from gitmem.model.memory import Citation, Decision, Memory, RecordedError
from gitmem.model.proof import MemoryProof, Verdict
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.verify import verify
from gitmem.refresh.refresh import refresh
from tests.support.agents import codex_session, copilot_session, gemini_session, read
from tests.support.capture import memories_on, session_in, workspace_of
from tests.support.git import GitDriver
from tests.support.history import followed, set_up
from tests.support.session import SESSION, SessionWriter
from tests.support.writer import written

WHY = "Our quota is 5 requests a second and we keep hitting it."
CHOICE = "A token bucket fits better than a fixed window: it allows bursts up to the quota."
ERROR = "E   KeyError: 'limiter is missing'"
MEMORY = Memory(
    "feature",
    "Add a limiter",
    why=WHY,
    what=("The limiter is in its own module",),
    decisions=(
        Decision("A token bucket", "it allows bursts up to the quota", ("a fixed window",)),
    ),
    errors=(RecordedError(ERROR),),
    files_changed=("limiter.py",),
)


def work(git: GitDriver) -> SessionWriter:
    """A session that wrote a file, failed once, and said why it chose what it did."""
    writer = session_in(git).prompt(f"{WHY} Please add a limiter to the client.").say(CHOICE)
    writer.bash("pytest", f"{ERROR}\n1 failed", failed=True)
    return writer.write("limiter.py", f"# {writer.now}\n").say("The limiter is in its own module.")


def commit_after(git: GitDriver, writer: SessionWriter, message: str = "Add a limiter") -> str:
    git.write("limiter.py", f"# {writer.now}\n")
    git.now = int(writer.now) - 59
    return git.commit(message)


@pytest.fixture
def told(committed: GitDriver) -> GitDriver:
    """A commit with a memory whose every kind of item cites a record."""
    commit = commit_after(committed, work(committed))
    written(committed, commit, MEMORY)
    (memory,) = memories_on(committed, commit)
    assert [c.item for c in memory.citations] == ["why", "what/0", "decisions/0", "errors/0"]
    return committed


def head(git: GitDriver) -> str:
    return git.out("rev-parse", "HEAD")


def checked(
    git: GitDriver, commits: Iterable[str] | None = None, ids: Iterable[str] = ()
) -> list[MemoryProof]:
    return list(verify(workspace_of(git), commits, ids))


def verdicts(proof: MemoryProof) -> dict[str, Verdict]:
    return {check.subject: check.verdict for check in proof.all_checks()}


def texts(proof: MemoryProof, verdict: Verdict) -> dict[str, str]:
    return {c.subject: c.text for c in proof.all_checks() if c.verdict is verdict}


def rewritten(git: GitDriver, change: Callable[[Memory], Memory]) -> MemoryProof:
    """The proof of HEAD's memory after it was replaced by a changed one."""
    (memory,) = memories_on(git, head(git))
    document = document_of(change(memory))
    NoteStore(git.repo).add({head(git): [document]}, "notes: test", without={memory.id})
    (proof,) = checked(git)
    return proof


def test_what_capture_wrote_is_right(told: GitDriver) -> None:
    (proof,) = checked(told)

    found = verdicts(proof)
    assert set(found.values()) == {Verdict.RIGHT}
    assert {"id", "commit", "files", "why", "errors/0"} <= set(found)


def test_a_quotation_that_nobody_said_is_wrong(told: GitDriver) -> None:
    forged = Citation("why", (0,), "Our quota is 50 requests a second")

    proof = rewritten(told, lambda memory: replace(memory, citations=(forged,)))

    assert texts(proof, Verdict.WRONG) == {"why": "the quotation does not stand in record 0"}


def test_a_file_that_the_commit_does_not_change_is_wrong(told: GitDriver) -> None:
    proof = rewritten(told, lambda m: replace(m, files_changed=(*m.files_changed, "other.py")))

    assert texts(proof, Verdict.WRONG) == {"files": "the commit does not change other.py"}


def test_an_error_that_was_never_printed_is_wrong(told: GitDriver) -> None:
    def other(memory: Memory) -> Memory:
        error = replace(memory.errors[0], message="E   KeyError: 'bucket is missing'")
        return replace(memory, errors=(error,), citations=())

    proof = rewritten(told, other)

    assert set(texts(proof, Verdict.WRONG)) == {"errors/0"}


def test_an_id_that_does_not_follow_from_the_content_is_wrong(told: GitDriver) -> None:
    note = told.show_note("HEAD").decode().replace("title: Add a limiter", "title: Add a brake")
    assert "title: Add a brake" in note
    told.add_note("HEAD", note, "-f")

    (proof,) = checked(told)

    assert "edited by hand" in texts(proof, Verdict.WRONG)["id"]


def test_another_change_under_the_same_commit_is_wrong(told: GitDriver) -> None:
    proof = rewritten(
        told, lambda m: replace(m, provenance=replace(m.provenance, patch_id="1" * 40))
    )

    assert set(texts(proof, Verdict.WRONG)) == {"commit"}


def test_what_it_replaces_may_be_gone_but_must_be_an_id(told: GitDriver) -> None:
    gone = rewritten(told, lambda m: replace(m, supersedes=("m" + "0" * 20,)))
    odd = rewritten(told, lambda m: replace(m, supersedes=("HEAD",)))

    assert "supersedes" not in verdicts(gone)
    assert texts(odd, Verdict.WRONG)["supersedes"] == "HEAD is no id of a memory"


def test_without_the_transcript_only_git_is_asked(told: GitDriver) -> None:
    session_in(told).path.unlink()

    (proof,) = checked(told)

    right, unknown = texts(proof, Verdict.RIGHT), texts(proof, Verdict.UNKNOWN)
    assert set(right) == {"id", "commit", "files"}
    assert unknown["why"] == "its transcript is not here"
    assert f"~/.claude/projects/*/{SESSION}.jsonl" in proof.source
    assert not texts(proof, Verdict.WRONG)


def test_a_memory_without_citations_leaves_files_and_commit_to_check(told: GitDriver) -> None:
    proof = rewritten(told, lambda m: replace(m, citations=(), errors=()))

    assert set(texts(proof, Verdict.RIGHT)) == {"id", "commit", "files"}
    assert texts(proof, Verdict.UNKNOWN)["why"] == "it cites no record"


def test_a_rewritten_transcript_is_not_called_a_lie(told: GitDriver) -> None:
    path = session_in(told).path
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[2:]))

    (proof,) = checked(told)

    assert not texts(proof, Verdict.WRONG)
    assert "not here" not in str(texts(proof, Verdict.UNKNOWN))
    assert verdicts(proof)["errors/0"] is Verdict.RIGHT


def test_an_amended_commit_still_has_its_change(told: GitDriver) -> None:
    set_up(told)
    told.now += 60
    told.run("commit", "-q", "--amend", "-m", "Add a limiter (reworded)")

    (proof,) = checked(told)

    assert not texts(proof, Verdict.WRONG)
    assert "its change was made as" in texts(proof, Verdict.RIGHT)["commit"]


def test_a_squash_is_no_lie(told: GitDriver) -> None:
    """The memory's own commit is still here, on its branch: it is checked against that."""
    told.run("branch", "topic")
    told.run("reset", "-q", "--hard", "HEAD~1")
    told.commit("meanwhile", **{"b.txt": "b\n"})
    told.run("merge", "-q", "--squash", "topic")
    told.commit("topic, squashed")
    with closing(refresh(told.repo)):
        followed(told)

    (proof,) = checked(told)

    assert proof.commit == head(told)
    assert not texts(proof, Verdict.WRONG)
    assert verdicts(proof)["files"] is Verdict.RIGHT


def test_a_range_an_id_and_all_of_head(told: GitDriver) -> None:
    (memory,) = memories_on(told, head(told))

    assert checked(told, [told.out("rev-parse", "HEAD~1")]) == []
    assert [p.memory.id for p in checked(told, [head(told)])] == [memory.id]
    assert [p.memory.id for p in checked(told, None, [memory.id[:9]])] == [memory.id]
    assert [p.memory.id for p in checked(told)] == [memory.id]


def test_without_a_commit_there_is_nothing_to_verify(git: GitDriver) -> None:
    with pytest.raises(UnbornHead):
        checked(git)


@pytest.mark.parametrize(
    ("lay", "version"),
    [
        (codex_session, "0.98"),
        (codex_session, "0.169-script"),
        (gemini_session, "0.61"),
        (copilot_session, "1.0.102"),
    ],
)
def test_records_of_every_agent_are_found_again(
    committed: GitDriver, lay: Callable[[Path, Path, str], Path], version: str
) -> None:
    session = lay(committed.home, committed.path.resolve(), version)
    committed.now = int(read(session).events[-1].time) + 1 - 60
    fixed = "def mean(values):\n    if not values:\n        return 0.0\n"
    fixed += "    return sum(values) / len(values)\n"
    commit = committed.commit("Return 0.0 for an empty list", **{"stats.py": fixed})
    asked, printed = "do not catch the exception", "ZeroDivisionError: division by zero"
    written(committed, commit, Memory("bugfix", "t", why=asked, errors=(RecordedError(printed),)))

    (proof,) = checked(committed)

    assert not texts(proof, Verdict.WRONG)
    assert {"why", "errors/0"} <= set(texts(proof, Verdict.RIGHT))
    assert all(item.records for item in proof.items)
