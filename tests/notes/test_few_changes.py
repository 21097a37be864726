"""A few changed notes, read by git, are those that the store tells."""

from __future__ import annotations

import pytest

from gitmem.notes.few_changes import read_few_changes
from gitmem.notes.store import NoteStore
from tests.support.git import GitDriver

NOTES = "refs/notes/claude-mem"
MEMORY = "---\nkind: fix\ntitle: {}\nprovenance: {{time: '2026-01-01T00:00:00Z'}}\n"


def tip(git: GitDriver) -> str:
    return git.out("rev-parse", NOTES)


def notes_commit(git: GitDriver, files: dict[str, str | None]) -> str:
    """The notes ref with these files changed, wherever they lie."""
    lines = [f"commit {NOTES}", "committer Ada <a@example.com> 1700000000 +0000", "data 0"]
    if git.run("rev-parse", "-q", "--verify", NOTES, check=False).returncode == 0:
        lines.append(f"from {NOTES}^0")
    for path, text in files.items():
        if text is None:
            lines.append(f"D {path}")
        else:
            lines += [f"M 100644 inline {path}", f"data {len(text.encode())}", text]
    git.run("fast-import", "--quiet", "--force", stdin=("\n".join(lines) + "\n").encode())
    return tip(git)


A, B = "aa" * 20, "bb" * 20
STEPS: list[dict[str, str | None]] = [
    {A: MEMORY.format("changed")},
    {A: None},
    {A: None, f"aa/{A[2:]}": MEMORY.format("first")},  # it only moved
    {A: None, f"aa/aa/{A[4:]}": MEMORY.format("moved and changed")},
    {f"aa/{A[2:]}": MEMORY.format("a second place")},
    {B: MEMORY.format("new"), "remark.txt": "not a note"},
    {B: "no memory at all"},
    {B: ""},
    {f"bb/bb/bb/bb/{B[8:]}": MEMORY.format("deep")},
    {f"{A[:38]}/{A[38:]}": "not a note's place", B: MEMORY.format("beside it")},
    {"remark.txt": "only that"},
]


@pytest.mark.parametrize("step", STEPS)
def test_the_changes_are_those_of_the_store(
    committed: GitDriver, step: dict[str, str | None]
) -> None:
    old = notes_commit(committed, {A: MEMORY.format("first")})
    new = notes_commit(committed, step)
    told = [(c.commit, c.note) for c in NoteStore(committed.repo).changes(old, new)]

    assert told == read_few_changes(committed.repo, old, new, 50)


def test_many_changes_are_left_to_the_worker(committed: GitDriver) -> None:
    old = notes_commit(committed, {A: MEMORY.format("first")})
    new = notes_commit(committed, {f"{n:040x}": MEMORY.format(n) for n in range(4)})

    assert read_few_changes(committed.repo, old, new, 3) is None
    assert len(read_few_changes(committed.repo, old, new, 4) or []) == 4


def test_what_is_gone_is_left_to_the_worker(committed: GitDriver) -> None:
    old = notes_commit(committed, {A: MEMORY.format("first")})
    new = notes_commit(committed, {A: MEMORY.format("second")})
    blob = committed.out("rev-parse", f"{new}:{A}")
    objects = committed.path / ".git" / "objects"
    for pack in objects.glob("pack/*.pack"):
        aside = pack.rename(committed.path / pack.name)
        committed.run("unpack-objects", "-q", stdin=aside.read_bytes())
    (objects / blob[:2] / blob[2:]).unlink()

    assert read_few_changes(committed.repo, "f" * 40, new, 50) is None
    assert read_few_changes(committed.repo, old, new, 50) is None
