"""Moving from Entire: a branch of checkpoints as its client writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gitmem.errors import UnknownRevision
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.upkeep.import_entire import EntireResult, import_entire
from gitmem.upkeep.undo_import import last_import, undo_import
from tests.support.capture import memories_on, workspace_of
from tests.support.git import GitDriver
from tests.support.session import SESSION, SessionWriter

BRANCH = "refs/heads/entire/checkpoints/v1"
ELSEWHERE = Path("/Users/somebody/work/repo")
LINES = "def retry(count):\n    return range(count * 2)\n"


def recorded(git: GitDriver, checkpoint: str, *sessions: tuple[dict[str, Any], bytes]) -> None:
    """Put a checkpoint with these sessions on the branch, beside those that are there."""
    parent = git.out("rev-parse", "-q", "--verify", BRANCH) if has_branch(git) else ""
    stream = b"commit %s\ncommitter E <e@x> 1 +0000\ndata 1\nx\n" % BRANCH.encode()
    stream += b"from %s\n" % parent.encode() if parent else b""
    folder = f"{checkpoint[:2]}/{checkpoint[2:]}"
    for number, (metadata, transcript) in enumerate(sessions):
        for name, data in (
            ("metadata.json", json.dumps(metadata).encode()),
            ("full.jsonl", transcript),
        ):
            stream += f"M 100644 inline {folder}/{number}/{name}\n".encode()
            stream += b"data %d\n%s\n" % (len(data), data)
    git.run("fast-import", "--quiet", "--force", stdin=stream)


def has_branch(git: GitDriver) -> bool:
    return bool(git.out("for-each-ref", BRANCH))


def metadata(session: str = SESSION, **given: Any) -> dict[str, Any]:
    return {"session_id": session, "agent": "Claude Code", "files_touched": [], **given}


def worked(git: GitDriver, tmp_path: Path, prompt: str, name: str, text: str) -> SessionWriter:
    """A session on somebody else's machine."""
    path = tmp_path / "elsewhere.jsonl"
    writer = SessionWriter(path, ELSEWHERE, now=git.now)
    return writer.prompt(prompt).write(name, text).say(f"Done: {prompt}")


def committed_at(git: GitDriver, writer: SessionWriter, checkpoint: str, **files: str) -> str:
    git.now = int(writer.now) - 59
    return git.commit(f"Work\n\nEntire-Checkpoint: {checkpoint}", **files)


def imported(git: GitDriver, **given: Any) -> EntireResult:
    return import_entire(workspace_of(git), **given)


def test_a_checkpoint_becomes_memories_of_its_commit(committed: GitDriver, tmp_path: Path) -> None:
    writer = worked(committed, tmp_path, "Retry uploads with a pause", "src/up.py", LINES)
    commit = committed_at(committed, writer, "a3b2c4d5e6f7", **{"src__up.py": LINES})
    recorded(committed, "a3b2c4d5e6f7", (metadata(), writer.path.read_bytes()))

    dry = imported(committed, dry_run=True)
    assert not memories_on(committed, commit)
    found = imported(committed)
    again = imported(committed)

    (memory,) = memories_on(committed, commit)
    assert (dry.written, found.written, again.written, again.known) == (1, 1, 0, 1)
    assert memory.files_changed == ("src/up.py",)
    assert memory.provenance.session == SESSION
    assert memory.provenance.agent.startswith("claude-code")
    assert memory.provenance.extra["source"] == "entire a3b2c4d5e6f7"


def test_each_commit_gets_its_own_part(committed: GitDriver, tmp_path: Path) -> None:
    writer = worked(committed, tmp_path, "Retry uploads with a pause", "up.py", LINES)
    first = committed_at(committed, writer, "a" * 12, **{"up.py": LINES})
    recorded(committed, "a" * 12, (metadata(), writer.path.read_bytes()))
    start = len(writer.path.read_bytes().splitlines())
    other = "def download_in_parts(url):\n    return url.split('/')\n"
    writer.now = committed.now + 100
    writer.prompt("Split downloads into parts").write("down.py", other).say("Done.")
    second = committed_at(committed, writer, "b" * 12, **{"down.py": other})
    told = metadata(checkpoint_transcript_start=start)
    recorded(committed, "b" * 12, (told, writer.path.read_bytes()))

    imported(committed)

    (one,), (two,) = memories_on(committed, first), memories_on(committed, second)
    assert one.provenance.records == (0, start)
    assert two.provenance.records is not None
    assert two.provenance.records[0] == start
    assert two.files_changed == ("down.py",)


def test_a_session_that_did_nothing_to_the_files_is_left_out(
    committed: GitDriver, tmp_path: Path
) -> None:
    writer = worked(committed, tmp_path, "Look at something else", "other.py", "value = other()\n")
    commit = committed_at(committed, writer, "c" * 12, **{"up.py": LINES})
    recorded(committed, "c" * 12, (metadata(files_touched=["up.py"]), writer.path.read_bytes()))

    found = imported(committed)

    assert (found.written, found.bystanders) == (0, 1)
    assert not memories_on(committed, commit)


def test_it_takes_the_place_of_what_was_read_from_the_commit_alone(
    committed: GitDriver, tmp_path: Path
) -> None:
    writer = worked(committed, tmp_path, "Retry uploads with a pause", "up.py", LINES)
    commit = committed_at(committed, writer, "d" * 12, **{"up.py": LINES})
    old = Memory(
        kind="change", title="Work", provenance=Provenance(commit=commit, compressor="history/1")
    )
    NoteStore(committed.repo).add({commit: [document_of(old)]}, "notes: history")
    recorded(committed, "d" * 12, (metadata(), writer.path.read_bytes()))

    imported(committed)

    new = next(m for m in memories_on(committed, commit) if m.id != old.id)
    assert new.supersedes == (old.id,)


def test_undo_and_import_again(committed: GitDriver, tmp_path: Path) -> None:
    writer = worked(committed, tmp_path, "Retry uploads with a pause", "up.py", LINES)
    commit = committed_at(committed, writer, "e" * 12, **{"up.py": LINES})
    recorded(committed, "e" * 12, (metadata(), writer.path.read_bytes()))
    imported(committed)
    undo_import(committed.repo, last_import(committed.repo))
    assert not memories_on(committed, commit)

    assert imported(committed).written == 1


@pytest.mark.parametrize(
    ("told", "transcript"),
    [
        ({"session_id": "../../etc/passwd"}, b"{}\n"),
        ([], b"{}\n"),
        ({"session_id": SESSION, "checkpoint_transcript_start": -5}, b"\0\1\2"),
        ({"session_id": SESSION, "created_at": "soon"}, b"[" * 100_000),
        ({"session_id": SESSION}, b'{"type": "session_meta"}\n'),
        ({"session_id": SESSION, "files_touched": {"a": 1}}, b""),
    ],
)
def test_hostile_checkpoints_give_nothing(
    committed: GitDriver, told: Any, transcript: bytes
) -> None:
    commit = committed.commit("Work\n\nEntire-Checkpoint: " + "f" * 12, **{"a.py": LINES})
    recorded(committed, "f" * 12, (told, transcript))

    assert imported(committed).written == 0
    assert not memories_on(committed, commit)


def test_without_the_branch_the_refusal_says_how_to_get_it(committed: GitDriver) -> None:
    with pytest.raises(UnknownRevision, match="entire/checkpoints/v1"):
        imported(committed)
