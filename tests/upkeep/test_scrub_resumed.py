"""A scrub that is killed between any two steps, and what comes next."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from gitmem.errors import GitmemError
from gitmem.follow.push import push
from gitmem.follow.sync import sync
from gitmem.git.remotes import refspec_of
from gitmem.hooks.agent import run_agent_hook
from gitmem.hooks.worker import _work as work_as_hooks_do
from gitmem.mcp.tools import Tools
from gitmem.model.memory import Memory, Provenance
from gitmem.model.note import NOTES_REF
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh
from gitmem.state.error_log import append_log
from gitmem.state.known_repos import KnownRepos
from gitmem.state.lock import lock
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.scrub_intent import (
    has_scrub_intent,
    is_scrub_begun,
    keep_scrub_intent,
    read_scrub_intent,
    scrub_intent_path,
)
from gitmem.state.scrub_patterns import scrub_patterns_path
from gitmem.upkeep.scrub import finish_scrub, scrub
from gitmem.upkeep.scrub_plan import find_target
from gitmem.worker import finish_begun_scrub
from tests.support.capture import workspace_of
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.session import SESSION

SECRET = "sw0rd-fish"  # with a sign that a pattern escapes
STEPS = (
    *("intent", "patterns", "pending", "notes", "files", "index", "clean"),
    *("sent", "tracking", "reflogs", "objects"),
)


class Killed(BaseException):
    """Nothing catches it, and nothing is tidied up."""


def leak(git: GitDriver, title: str, commit: str = "HEAD") -> Memory:
    memory = Memory("decision", title, why=f"The door opens with {SECRET}.")
    oid = git.out("rev-parse", commit)
    NoteStore(git.repo).add({oid: [document_of(memory)]}, "notes: test")
    return memory


def kill_after(git: GitDriver, step: str, what: str = SECRET, **given: object) -> None:
    target = find_target(git.repo, what, is_regex=False)
    with pytest.raises(Killed):
        scrub(git.repo, target, after=_killer(step), **given)  # type: ignore[arg-type]


def resume_and_kill_after(git: GitDriver, step: str) -> None:
    with pytest.raises(Killed):
        finish_scrub(git.repo, after=_killer(step))


def _killer(step: str) -> Callable[[str], None]:
    def stop(taken: str) -> None:
        if taken == step:
            raise Killed

    return stop


@pytest.fixture
def leaked(committed: GitDriver, remote: GitDriver) -> GitDriver:
    """Set up, with the words in notes, history, reflogs, a remote, pending work, index and log."""
    git = committed
    git.run("config", "core.logAllRefUpdates", "always")
    git.run("remote", "add", "origin", str(remote.path))
    git.run("push", "-q", "-u", "origin", "main")
    assert gitmem(git, "init", "--no-fetch").returncode == 0
    git.run("config", "--add", "remote.origin.fetch", refspec_of("origin"))
    leak(git, "Use the fish")
    sync(workspace_of(git))
    git.run("fetch", "-q", "origin")
    leak(git, "Use the other fish")
    pending = Memory("session", f"Try {SECRET}", provenance=Provenance(session=SESSION))
    PendingStore(git.repo).put(Pending(pending, str(git.path)))
    append_log(git.repo, f"capture: {SECRET} failed")
    refresh(git.repo).close()
    return git


def places_with_it(git: GitDriver) -> list[str]:
    """Every file below ``.git`` that holds the words, objects and packs unpacked."""
    kept = {scrub_patterns_path(git.repo), scrub_intent_path(git.repo)}
    found = []
    for path in git.repo.common_dir.rglob("*"):
        if not path.is_file() or path in kept:
            continue
        data = path.read_bytes()
        if path.parent.parent.name == "objects" and len(path.parent.name) == 2:
            data = zlib.decompress(data)
        if SECRET.encode() in data:
            found.append(str(path.relative_to(git.repo.common_dir)))
    objects = git.run("cat-file", "--batch", "--batch-all-objects").stdout
    return found + (["an object"] if SECRET.encode() in objects else [])


def assert_gone(git: GitDriver) -> None:
    assert not has_scrub_intent(git.repo)
    assert not list(git.repo.state_dir.glob(".scrub*"))
    assert places_with_it(git) == []
    titles = {m.title for _, note in NoteStore(git.repo) for m in note.memories}
    assert titles == {"Use the fish", "Use the other fish"}
    assert git.run("fsck", "--strict").returncode == 0


def by_command(git: GitDriver) -> str:
    done = gitmem(git, "log")
    assert done.returncode == 0, done.stderr
    assert "finished a scrub that was interrupted" in done.stderr
    return done.stdout + done.stderr


def by_worker(git: GitDriver) -> str:
    work_as_hooks_do(git.repo)
    return ""


def by_server(git: GitDriver) -> str:
    tools = Tools(git.path, {}, KnownRepos(git.path / "nowhere"))
    try:
        return tools.search(query="door fish").text
    finally:
        tools.close()


def by_sync(git: GitDriver) -> str:
    done = gitmem(git, "sync")
    assert done.returncode == 0, done.stderr
    return done.stdout


def by_doctor(git: GitDriver) -> str:
    return gitmem(git, "doctor").stdout


@pytest.mark.parametrize("step", STEPS)
def test_the_next_command_finishes_what_was_killed_after_any_step(
    leaked: GitDriver, step: str
) -> None:
    kill_after(leaked, step)
    assert has_scrub_intent(leaked.repo)

    shown = by_command(leaked)

    assert SECRET not in shown
    assert_gone(leaked)


@pytest.mark.parametrize("next_one", [by_worker, by_server, by_sync, by_doctor])
@pytest.mark.parametrize("step", ["intent", "notes"])
def test_whatever_comes_next_finishes_it(
    leaked: GitDriver, step: str, next_one: Callable[[GitDriver], str]
) -> None:
    kill_after(leaked, step)

    assert SECRET not in next_one(leaked)

    assert not has_scrub_intent(leaked.repo)
    left = places_with_it(leaked)
    if next_one is by_sync:  # it fetched once more what the remote had, and replaced it there
        listed = leaked.run("rev-list", "--objects", "--no-object-names", NOTES_REF).stdout
        assert SECRET.encode() not in leaked.run("cat-file", "--batch", stdin=listed).stdout
        left = [place for place in left if "object" not in place]
    assert left == []


@pytest.mark.parametrize("step", STEPS)
def test_a_memory_that_is_to_be_forgotten_is(leaked: GitDriver, step: str) -> None:
    memory = leak(leaked, "Use no fish")
    kill_after(leaked, step, memory.id)

    finish_begun_scrub(leaked.repo, 1.0)

    titles = {m.title for _, note in NoteStore(leaked.repo) for m in note.memories}
    assert titles == {"Use the fish", "Use the other fish"}
    reached = leaked.run("rev-list", "--objects", "--no-object-names", "--all", "--reflog").stdout
    assert b"Use no fish" not in leaked.run("cat-file", "--batch", stdin=reached).stdout


def test_it_may_be_killed_again_and_again(leaked: GitDriver) -> None:
    kill_after(leaked, "intent")
    for step in STEPS:
        resume_and_kill_after(leaked, step)

    finish_begun_scrub(leaked.repo, 1.0)

    assert_gone(leaked)


def test_nothing_of_it_is_sent_before_it_is_gone(leaked: GitDriver, remote: GitDriver) -> None:
    """A push that began before the scrub, and comes to send while it is not finished."""
    before = remote.out("rev-parse", NOTES_REF)
    kill_after(leaked, "patterns")

    with pytest.raises(GitmemError, match="not finished"):
        push(workspace_of(leaked), "origin")

    assert remote.out("rev-parse", NOTES_REF) == before


@pytest.mark.parametrize("step", ["intent", "notes", "clean"])
def test_the_remote_that_was_to_be_replaced_is_replaced(
    leaked: GitDriver, remote: GitDriver, step: str
) -> None:
    kill_after(leaked, step, remote="origin", send=lambda name: None)

    by_command(leaked)

    listed = remote.run("rev-list", "--objects", "--no-object-names", NOTES_REF).stdout
    assert SECRET.encode() not in remote.run("cat-file", "--batch", stdin=listed).stdout
    assert_gone(leaked)


def test_a_hook_shows_nothing_while_it_cannot_be_finished(leaked: GitDriver) -> None:
    payload: dict[str, object] = {
        "session_id": "5" * 8,
        "cwd": str(leaked.path),
        "source": "startup",
        "prompt": "door",
    }
    payload |= {"tool_name": "Read", "tool_input": {"file_path": str(leaked.path / "a.txt")}}
    kill_after(leaked, "patterns")
    with lock(leaked.repo, "worker"):
        for event in ("SessionStart", "UserPromptSubmit", "PostToolUse", "SubagentStart"):
            said = run_agent_hook(
                event, json.dumps(payload).encode(), {"CLAUDE_PROJECT_DIR": str(leaked.path)}
            )
            assert "fish" not in said


@pytest.mark.parametrize("age", [0, 3600])
@pytest.mark.parametrize("name", ["packed-refs.lock", "refs/gitmem-seen.lock", NOTES_REF + ".lock"])
def test_a_lock_that_a_killed_git_left(leaked: GitDriver, name: str, age: int) -> None:
    """An old one is removed; a young one is named, and nothing is shown until it is gone."""
    import os
    import time

    leaked.run("pack-refs", "--all")
    path = leaked.repo.common_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time.time() - age,) * 2)

    done = gitmem(leaked, "scrub", "--no-push", SECRET)

    if age:
        assert done.returncode == 0, done.stderr
        assert_gone(leaked)
        return
    assert done.returncode not in (0, 3)
    assert "may still be there" in done.stderr
    assert str(path) in done.stderr
    for command in (("log",), ("search", "door"), ("sync",), ("show", "HEAD"), ("uninstall",)):
        shown = gitmem(leaked, *command)
        assert shown.returncode not in (0, 3)
        assert SECRET not in shown.stdout + shown.stderr
    diagnosed = gitmem(leaked, "doctor")
    assert diagnosed.returncode == 1
    assert str(path) in diagnosed.stdout
    path.unlink()
    assert "finished" in gitmem(leaked, "status").stderr
    assert_gone(leaked)


def test_the_file_that_says_what_is_to_go_is_the_users_alone(leaked: GitDriver) -> None:
    kill_after(leaked, "patterns")

    assert scrub_intent_path(leaked.repo).stat().st_mode & 0o777 == 0o600
    assert is_scrub_begun(leaked.repo)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"mark": 1}'])
def test_one_that_cannot_be_read_shows_nothing_until_the_scrub_is_run_again(
    leaked: GitDriver, damage: bytes
) -> None:
    kill_after(leaked, "patterns")
    scrub_intent_path(leaked.repo).write_bytes(damage)

    refused = gitmem(leaked, "log")
    done = gitmem(leaked, "scrub", "--no-push", SECRET)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Run again: gitmem scrub" in refused.stderr
    assert done.returncode == 0, done.stderr
    assert_gone(leaked)


def test_uninstall_finishes_it_before_it_forgets(leaked: GitDriver) -> None:
    kill_after(leaked, "patterns")

    assert gitmem(leaked, "uninstall").returncode == 0

    assert places_with_it(leaked) == []
    assert not leaked.repo.state_dir.exists()


def test_what_a_killed_process_left_of_files_with_the_words_goes(leaked: GitDriver) -> None:
    state = leaked.repo.state_dir
    (state / ".scrubbed.json.0123456789abcdef").write_text(f'["{SECRET}"]')
    (state / ".scrub-begun.json.0123456789abcdef").write_text(f'["{SECRET}"]')
    old = state / "index.old-abc" / "index"
    old.mkdir(parents=True)
    (old / "memories.sqlite3").write_text(SECRET)

    scrub(leaked.repo, find_target(leaked.repo, SECRET, is_regex=False))

    assert_gone(leaked)


def test_two_scrubs_of_which_the_first_was_killed_take_both_away(leaked: GitDriver) -> None:
    kill_after(leaked, "patterns")

    assert gitmem(leaked, "scrub", "--no-push", "opens with").returncode == 0

    assert_gone(leaked)


def test_there_is_nothing_to_finish(committed: GitDriver) -> None:
    assert finish_scrub(committed.repo) is None
    assert not committed.repo.state_dir.exists()


def test_an_intent_is_read_as_it_was_kept(leaked: GitDriver) -> None:
    kill_after(leaked, "intent", remote="origin", send=lambda name: None, unpack=True)
    intent = read_scrub_intent(leaked.repo)

    assert intent is not None
    assert (intent.remote, intent.unpack, intent.is_clean) == ("origin", True, False)
    keep_scrub_intent(leaked.repo, intent)
    assert read_scrub_intent(leaked.repo) == intent
    assert Path(scrub_intent_path(leaked.repo)).name == "scrub-begun.json"
