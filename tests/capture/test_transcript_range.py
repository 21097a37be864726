from __future__ import annotations

from contextlib import closing
from pathlib import Path

from gitmem.agents.slice import slice_of
from gitmem.capture.agent_work import SessionFile
from gitmem.capture.transcript_range import own_start, read_again, read_new_records
from gitmem.model.session import EventKind, Transcript
from gitmem.refresh.refresh import refresh
from gitmem.state.cursors import read_cursors
from gitmem.state.sessions import RegisteredSession, Registry
from tests.support.capture import commit_of, memories_on, remembered, session_in, workspace_of
from tests.support.git import GitDriver
from tests.support.session import SESSION, SessionWriter

FORK = "22222222-2222-4333-8444-555555555555"


def unread(git: GitDriver, writer: SessionWriter) -> Transcript:
    workspace = workspace_of(git)
    with closing(refresh(workspace.repo)) as index:
        return read_new_records(workspace, index, SessionFile(writer.session, writer.path))


def prompts(transcript: Transcript) -> list[str]:
    return [event.text for event in transcript.events if event.kind is EventKind.PROMPT]


def captured(git: GitDriver, name: str, prompt: str) -> SessionWriter:
    """A session with one captured commit."""
    writer = session_in(git).prompt(prompt).say("We take integers, because floats lie.").write(name)
    commit = commit_of(git, writer, f"Add {name}", name)
    assert remembered(git, commit, SESSION).memories
    return writer


def test_what_is_remembered_is_not_read_again(committed: GitDriver) -> None:
    writer = captured(committed, "price.py", "Make prices exact.")
    writer.prompt("Now the taxes.")

    found = unread(committed, writer)

    assert prompts(found) == ["Now the taxes."]
    assert (found.first, found.end) == (4, 5)


def test_a_part_that_is_read_again_knows_that_the_session_goes_on(committed: GitDriver) -> None:
    writer = captured(committed, "price.py", "Make prices exact.")
    writer.prompt("Now the taxes.")
    workspace, file = workspace_of(committed), SessionFile(writer.session, writer.path)

    part = read_again(workspace, file, 0, 4)
    whole = read_again(workspace, file, 0, 5)

    assert (part.end, part.goes_on) == (4, True)
    assert (whole.end, whole.goes_on) == (5, False)
    assert slice_of(part, str(committed.path)).goes_on


def test_a_transcript_cut_short_loses_nothing_that_is_new(committed: GitDriver) -> None:
    writer = captured(committed, "price.py", "Make prices exact.")
    kept = writer.path.read_bytes().splitlines(True)[-1]
    writer.path.write_bytes(kept)
    writer.now += 120
    writer.prompt("Now the taxes.").write("tax.py")

    found = unread(committed, writer)

    assert prompts(found) == ["Now the taxes."]
    assert (found.first, found.end, found.shift) == (4, 7, 3)


def test_after_a_rewrite_records_are_counted_on(committed: GitDriver) -> None:
    """Twice captured behind the rewrite: each word is remembered once."""
    writer = captured(committed, "price.py", "Make prices exact.")
    writer.path.write_bytes(b"")
    writer.now += 120
    writer.prompt("Now the taxes.").write("tax.py")
    second = commit_of(committed, writer, "Taxes", "tax.py")
    remembered(committed, second, SESSION)
    writer.now += 120
    writer.prompt("And discounts.").write("discount.py")
    third = commit_of(committed, writer, "Discounts", "discount.py")
    remembered(committed, third, SESSION)

    assert [m.provenance.records for m in memories_on(committed, second)] == [(4, 7)]
    (memory,) = memories_on(committed, third)
    assert memory.provenance.records == (7, 10)
    assert "taxes" not in str(memory.why)


def test_a_rewrite_of_the_same_length_is_noticed(committed: GitDriver) -> None:
    writer = captured(committed, "price.py", "Make prices exact.")
    text = writer.path.read_text()
    writer.now += 120
    late = SessionWriter(writer.path.with_suffix(".new"), writer.path.parent, now=writer.now)
    late.prompt("Something quite new.")
    lines = text.splitlines(True)
    writer.path.write_text("".join(lines[:2]) + late.path.read_text() * 2)

    assert "Something quite new." in prompts(unread(committed, writer))


def fork_of(git: GitDriver, writer: SessionWriter) -> SessionWriter:
    fork = session_in(git, FORK)
    fork.path.write_text(writer.path.read_text().replace(SESSION, FORK))
    fork.now = writer.now
    return fork


def register(git: GitDriver, writer: SessionWriter) -> None:
    known = RegisteredSession(writer.session, str(writer.path), str(git.path.resolve()))
    Registry(git.repo).add(known)


def test_a_fork_is_read_from_its_own_words_on(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    register(committed, writer)
    fork = fork_of(committed, writer).prompt("Try it another way.")
    register(committed, fork)

    assert prompts(unread(committed, fork)) == ["Try it another way."]
    assert prompts(unread(committed, writer)) == ["Make prices exact."]
    assert read_cursors(committed.repo).marks[FORK].start == 3


def test_a_commit_of_copied_work_is_the_original_session_s(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    register(committed, writer)
    fork = fork_of(committed, writer).prompt("Explain it to me.").say("Gladly.")
    register(committed, fork)
    commit = commit_of(committed, fork, "Exact prices", "price.py")

    remembered(committed, commit)

    assert [m.provenance.session for m in memories_on(committed, commit)] == [SESSION]


def test_sessions_that_share_nothing_are_no_forks(committed: GitDriver, tmp_path: Path) -> None:
    writer = session_in(committed).prompt("Make prices exact.")
    register(committed, writer)
    other = session_in(committed, FORK)
    other.now += 500
    other.prompt("Make prices exact.")
    register(committed, other)

    assert own_start(workspace_of(committed), SessionFile(FORK, other.path)) == 0
    assert own_start(workspace_of(committed), SessionFile(FORK, tmp_path / "gone.jsonl")) == 0
