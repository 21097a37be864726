"""A person commits what a session edited that was started in another place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitmem.capture.sessions_elsewhere import find_elsewhere
from gitmem.state.pending import PendingStore
from tests.support.capture import (
    capture_pending,
    memories_on,
    remembered,
    session_in,
    workspace_of,
)
from tests.support.git import GitDriver
from tests.support.session import SESSION, SessionWriter

LINE = "ChunkedReader = 1\n"
WHY = "Read in chunks: the vendor caps requests at 4 MB."


def _session(git: GitDriver, cwd: Path, name: str, line: str = LINE) -> SessionWriter:
    """A session that was started in ``cwd`` and wrote the file of that name."""
    folder = git.home / ".claude" / "projects" / str(cwd).replace("/", "-").replace(".", "-")
    writer = SessionWriter(folder / f"{SESSION}.jsonl", cwd, now=git.now)
    writer.prompt(WHY)
    writer.tool("Write", "File created successfully", file_path=name, content=line)
    os.utime(writer.path, (writer.now, writer.now))
    return writer


def _commit(git: GitDriver, line: str = LINE, name: str = "big.py") -> str:
    return git.commit("Read in chunks", **{name: line})


def _linked(git: GitDriver, place: str) -> GitDriver:
    git.run("worktree", "add", "-q", place)
    linked = GitDriver(git.path / place, git.home)
    linked.now = git.now
    return linked


@pytest.mark.parametrize("place", ["../side", ".claude/worktrees/side"])
def test_in_another_work_tree(committed: GitDriver, place: str) -> None:
    side = _linked(committed, place)
    top = side.path.resolve()
    _session(committed, committed.path.resolve(), str(top / "big.py"))
    commit = _commit(side)
    remembered(side, commit)
    (memory,) = memories_on(side, commit)
    assert memory.files_changed == ("big.py",)


@pytest.mark.parametrize("levels", [1, 2])
@pytest.mark.parametrize("is_full", [True, False])
def test_in_a_folder_above(committed: GitDriver, levels: int, is_full: bool) -> None:
    top = committed.path.resolve()
    above = top.parents[levels - 1]
    if is_full:
        _session(committed, above, str(top / "big.py"))
        commit = _commit(committed)
        remembered(committed, commit)
        assert len(memories_on(committed, commit)) == 1
        return
    # Of a path that its client did not make a full one nobody knows whose it is.
    _session(committed, above, "big.py")
    commit = _commit(committed)
    remembered(committed, commit)
    assert memories_on(committed, commit) == ()


def test_under_another_name_of_the_place(committed: GitDriver, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(committed.path.parent.resolve())
    alias = tmp_path / "link" / committed.path.name
    _session(committed, alias, str(alias / "big.py"))
    commit = _commit(committed)
    remembered(committed, commit)
    assert len(memories_on(committed, commit)) == 1


def test_with_names_that_json_spells_in_its_own_way(git: GitDriver) -> None:
    place = GitDriver(git.path.parent / "my wörk", git.home).init()
    place.commit("first")
    name = 'é "b".py'
    _session(place, place.path.parent.resolve(), str(place.path.resolve() / name))
    commit = _commit(place, name=name)
    remembered(place, commit)
    assert len(memories_on(place, commit)) == 1


@pytest.mark.parametrize(
    ("cwd", "name", "line"),
    [
        ("other", "other/big.py", LINE),  # another repository, the same name and content
        ("other", "repo-copy/big.py", LINE),
        (".", "repo/big.py", "Something = else_\n"),  # this file, but not what was committed
        (".", "repo/sub/big.py", LINE + "more_of_it = 2\n"),  # the same line in another file
    ],
)
def test_who_did_not_write_it_is_not_credited(
    committed: GitDriver, cwd: str, name: str, line: str
) -> None:
    above = committed.path.parent.resolve()
    (above / "repo-copy").mkdir()
    _session(committed, above / cwd, str(above / name), line)
    commit = _commit(committed)
    remembered(committed, commit)
    assert memories_on(committed, commit) == ()


def test_that_it_commits_elsewhere_at_that_moment_says_nothing(committed: GitDriver) -> None:
    above = committed.path.parent.resolve()
    writer = _session(committed, above / "other", str(above / "other" / "big.py"))
    writer.bash(f"cd {above}/other && git commit -m 'Read in chunks' # not {committed.path}/big.py")
    commit = _commit(committed)
    remembered(committed, commit)
    assert memories_on(committed, commit) == ()


def test_only_the_turn_that_made_the_edit_is_told(committed: GitDriver) -> None:
    above = committed.path.parent.resolve()
    writer = SessionWriter(
        committed.home / ".claude" / "projects" / "x" / f"{SESSION}.jsonl", above, now=committed.now
    )
    writer.prompt("Use the WombatCache because the database is slow.").write(
        "other/a.py", "w = 1\n"
    )
    writer.prompt(WHY).write(f"{committed.path.name}/big.py", LINE)
    writer.prompt("Rename the KoalaQueue because nobody understands it.").write("other/b.py")
    committed.now = int(writer.now) + 1
    os.utime(writer.path, (writer.now, writer.now))
    commit = _commit(committed)
    remembered(committed, commit)
    (memory,) = memories_on(committed, commit)
    text = str(memory)
    assert "caps requests" in text
    assert "Wombat" not in text
    assert "Koala" not in text


def test_each_work_tree_gets_its_part(committed: GitDriver) -> None:
    side = _linked(committed, "../side")
    top = committed.path.resolve()
    writer = session_in(committed).prompt("Use BetaBuf because the disk is slow.")
    writer.write("beta.py", "BetaBuffer = 1\n")
    writer.prompt(WHY)
    writer.tool(
        "Write",
        "File created successfully",
        file_path=str(side.path.resolve() / "big.py"),
        content=LINE,
    )
    os.utime(writer.path, (writer.now, writer.now))
    committed.now = side.now = int(writer.now) + 1
    first = _commit(side)
    remembered(side, first)
    committed.now += 60
    second = committed.commit("Beta", **{"beta.py": "BetaBuffer = 1\n"})
    remembered(committed, second)
    (one,), (two,) = memories_on(side, first), memories_on(committed, second)
    assert "BetaBuf" not in str(one)
    assert "BetaBuf" in str(two)
    assert top.is_dir()


def test_pending_work_belongs_to_the_work_tree_that_was_edited_last(committed: GitDriver) -> None:
    side = _linked(committed, ".claude/worktrees/side")
    top = side.path.resolve()
    _session(committed, committed.path.resolve(), str(top / "big.py"))
    capture_pending(workspace_of(committed), SESSION, str(committed.path.resolve()))
    pending = PendingStore(committed.repo).get(SESSION)
    assert pending is not None
    assert pending.worktree == str(top)
    assert pending.memory.files_changed == ("big.py",)


def test_old_files_are_not_looked_at(committed: GitDriver) -> None:
    top = committed.path.resolve()
    writer = _session(committed, top.parent, str(top / "big.py"))
    asked = (workspace_of(committed), str(top), ["big.py"])
    assert len(list(find_elsewhere(*asked, writer.now, ()))) == 1
    assert list(find_elsewhere(*asked, writer.now, (SESSION,))) == []
    assert list(find_elsewhere(*asked, writer.now + 3 * 86_400, ())) == []


def test_a_pipe_in_the_place_of_a_transcript_holds_nobody(committed: GitDriver) -> None:
    top = committed.path.resolve()
    folder = committed.home / ".claude" / "projects" / "x"
    folder.mkdir(parents=True)
    os.mkfifo(folder / f"{SESSION}.jsonl")
    found = find_elsewhere(workspace_of(committed), str(top), ["big.py"], 0.0, ())
    assert list(found) == []
