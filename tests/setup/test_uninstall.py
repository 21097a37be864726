from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gitmem.errors import DiskFull, NotInitialised
from gitmem.git.repo import Repo, find_repo
from gitmem.model.job import Job
from gitmem.model.memory import Memory
from gitmem.model.note import NOTES_REF
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh
from gitmem.setup.hook_file import SHEBANG, aside_of, block, wrapper
from gitmem.setup.hook_location import find_place
from gitmem.setup.install import install
from gitmem.setup.owned_files import OwnedFiles
from gitmem.setup.uninstall import uninstall
from gitmem.state.lock import LockName, lock
from gitmem.state.queue import Queue
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.layouts import (
    LAYOUTS,
    OLD_GIT,
    husky_9,
    own_hooks_path,
    plain,
    python_hooks,
    shell_hooks,
)
from tests.support.snapshot import snapshot

NEW_GIT = (2, 54)


@pytest.mark.parametrize("version", [OLD_GIT, NEW_GIT], ids=["hook files", "config hooks"])
@pytest.mark.parametrize("arrange", LAYOUTS)
def test_everything_is_as_before_to_the_byte(
    committed: GitDriver, arrange: Callable[[GitDriver], None], version: tuple[int, int]
) -> None:
    arrange(committed)
    before = snapshot(committed.path)

    install(committed.repo, git_version=version)
    report = uninstall(committed.repo)

    assert snapshot(committed.path) == before
    assert report.notices == []


def test_each_file_is_said_to_be_what_it_is(committed: GitDriver) -> None:
    """Restored where somebody else has something in it, removed where it is gone."""
    before = committed.write(".claude/settings.json", '{"model": "x"}\n')
    hook = committed.write(".git/hooks/post-commit", "#!/bin/sh\necho mine\n")
    hook.chmod(0o755)
    install(committed.repo, git_version=OLD_GIT, agents=["copilot-cli", "opencode", "cursor"])
    gone = committed.path / ".cursor" / "hooks.json"
    gone.unlink()

    report = uninstall(committed.repo)

    config = committed.path / ".git" / "config"
    assert set(report.restored) == {str(path) for path in (before, hook, config)}
    assert str(committed.path / ".github/hooks/gitmem.json") in report.removals
    assert str(committed.path / ".opencode/plugins/gitmem.js") in report.removals
    assert str(committed.path / ".git/hooks/post-merge") in report.removals
    assert str(gone) not in [*report.restored, *report.removals]  # its owner had removed it
    assert [path for path in report.restored if not Path(path).exists()] == []
    assert [path for path in report.removals if Path(path).exists()] == []


def test_uninstall_prints_both_words(committed: GitDriver) -> None:
    committed.write(".mcp.json", '{"mcpServers": {"own": {"command": "x"}}}\n')
    assert gitmem(committed, "init", "--no-fetch").returncode == 0

    told = gitmem(committed, "uninstall").stdout.splitlines()

    assert f"restored {committed.path / '.mcp.json'}" in told
    assert f"removed {committed.path / '.claude/settings.json'}" in told


@pytest.mark.parametrize("arrange", LAYOUTS)
def test_as_before_also_after_a_second_init(
    committed: GitDriver, arrange: Callable[[GitDriver], None]
) -> None:
    arrange(committed)
    before = snapshot(committed.path)

    for version in (OLD_GIT, OLD_GIT, NEW_GIT, OLD_GIT):
        install(committed.repo, git_version=version)
    uninstall(committed.repo)

    assert snapshot(committed.path) == before


def test_as_before_in_a_linked_work_tree(committed: GitDriver) -> None:
    committed.run("worktree", "add", "-q", "../linked")
    linked = committed.path.parent / "linked"
    before = snapshot(committed.path), snapshot(linked)

    install(find_repo(linked), git_version=OLD_GIT)
    install(committed.repo, git_version=OLD_GIT)
    assert (linked / ".claude/settings.json").is_file()
    uninstall(find_repo(linked))

    assert (snapshot(committed.path), snapshot(linked)) == before


def test_as_before_in_a_moved_repository(committed: GitDriver) -> None:
    shell_hooks(committed)
    before = snapshot(committed.path)

    install(committed.repo, git_version=OLD_GIT)
    moved = committed.path.rename(committed.path.parent / "elsewhere")
    uninstall(find_repo(moved))

    assert snapshot(moved) == before


def test_what_was_fetched_goes_and_the_notes_stay(committed: GitDriver) -> None:
    head = committed.out("rev-parse", "HEAD")
    committed.add_note(head, "---\nid: x\n")
    before = snapshot(committed.path)
    install(committed.repo, git_version=OLD_GIT)
    committed.run("update-ref", "refs/gitmem/origin/claude-mem", "refs/notes/claude-mem")
    committed.run("update-ref", "refs/gitmem/a/b/claude-mem", "refs/notes/claude-mem")

    uninstall(committed.repo)

    assert committed.out("for-each-ref", "refs/gitmem") == ""
    assert committed.show_note(head) == b"---\nid: x\n"
    assert snapshot(committed.path) == before


def test_what_the_owner_changed_in_between_stays(committed: GitDriver) -> None:
    shell_hooks(committed)
    committed.write(".claude/settings.json", '{\n    "model": "opus"\n}\n')
    install(committed.repo, git_version=OLD_GIT)
    settings = committed.path / ".claude/settings.json"
    hook = committed.path / ".git/hooks/post-commit"
    made_by_us = committed.path / ".git/hooks/post-rewrite"

    committed.run("config", "user.nickname", "ada")
    committed.run("remote", "add", "origin", "../x")
    settings.write_text(settings.read_text().replace('"opus"', '"haiku"'))
    hook.write_bytes(hook.read_bytes() + b"echo later\n")
    made_by_us.write_bytes(made_by_us.read_bytes() + b"echo mine now\n")
    uninstall(committed.repo)

    assert settings.read_text() == '{\n    "model": "haiku"\n}\n'
    assert hook.read_text() == "#!/bin/sh\necho mine >&2\nexit 3\necho later\n"
    assert made_by_us.read_text() == "#!/bin/sh\necho mine now\n"
    assert committed.out("config", "user.nickname") == "ada"
    assert "claude-mem" not in (committed.path / ".git/config").read_text()


def test_servers_that_the_owner_added_in_between_stay(committed: GitDriver) -> None:
    install(committed.repo)
    path = committed.path / ".mcp.json"
    value = json.loads(path.read_text())
    value["mcpServers"]["other"] = {"command": "npx"}
    path.write_text(json.dumps(value, indent=4))

    uninstall(committed.repo)

    assert json.loads(path.read_text()) == {"mcpServers": {"other": {"command": "npx"}}}


def test_configuration_edited_there_and_back_is_the_original_again(committed: GitDriver) -> None:
    before = snapshot(committed.path)
    install(committed.repo, git_version=OLD_GIT)

    committed.run("config", "alias.st", "status")
    committed.run("config", "--unset", "alias.st")
    uninstall(committed.repo)

    assert snapshot(committed.path) == before


def test_a_renamed_remote_keeps_no_refspec_of_ours(committed: GitDriver) -> None:
    committed.run("remote", "add", "origin", "../x")
    install(committed.repo, git_version=OLD_GIT)
    committed.run("remote", "rename", "origin", "upstream")
    install(committed.repo, git_version=OLD_GIT)
    fetched = committed.out("config", "--get-all", "remote.upstream.fetch").splitlines()
    uninstall(committed.repo)

    assert fetched[1:] == ["+refs/notes/claude-mem*:refs/gitmem/upstream/claude-mem*"]
    after = committed.out("config", "--get-all", "remote.upstream.fetch")
    assert after == "+refs/heads/*:refs/remotes/upstream/*"


def test_a_hook_that_replaced_ours_stays_and_the_earlier_one_is_named(
    committed: GitDriver,
) -> None:
    python_hooks(committed)
    install(committed.repo, git_version=OLD_GIT)
    hook = committed.path / ".git/hooks/post-commit"
    hook.write_text("#!/bin/sh\nexit 0\n")

    report = uninstall(committed.repo)

    aside = committed.path / ".git/hooks.gitmem-kept/post-commit"
    assert hook.read_text() == "#!/bin/sh\nexit 0\n"
    assert aside.read_text() == "#!/usr/bin/env python3\nprint('mine')\n"
    assert len(report.notices) == 1
    assert str(aside) in report.notices[0]


def test_a_hook_manager_that_moved_our_file_is_cleaned_up_after(committed: GitDriver) -> None:
    before = snapshot(committed.path)
    install(committed.repo, git_version=OLD_GIT)
    hook = committed.path / ".git/hooks/post-commit"
    hook.rename(hook.with_name("post-commit.legacy"))
    hook.write_text("#!/bin/sh\n# File generated by pre-commit\n")

    uninstall(committed.repo)

    after = snapshot(committed.path)
    assert set(after) - set(before) == {".git/hooks/post-commit"}
    assert hook.read_text() == "#!/bin/sh\n# File generated by pre-commit\n"


def test_lines_that_a_team_mate_committed_are_not_ours_to_remove(committed: GitDriver) -> None:
    husky_9(committed)
    install(committed.repo, git_version=OLD_GIT)
    shared = committed.path / ".husky/post-commit"
    committed.run("add", "-A", ".husky")
    committed.run("commit", "-qm", "share the hooks")
    text = shared.read_bytes()
    clone = committed.clone(committed.path.parent / "clone")
    clone.run("config", "core.hooksPath", ".husky/_")

    install(clone.repo, git_version=OLD_GIT)
    uninstall(clone.repo)

    assert (clone.path / ".husky/post-commit").read_bytes() == text
    assert clone.out("status", "--porcelain") == ""


def test_one_file_that_cannot_be_put_back_holds_up_nothing_else(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    settings = committed.path / ".claude/settings.json"
    settings.write_text("{ broken")

    report = uninstall(committed.repo)

    assert len(report.failures) == 1
    assert "JSON" in report.failures[0]
    assert not (committed.path / ".git/hooks/post-commit").exists()
    assert committed.repo.is_initialised
    settings.write_text(json.dumps({"hooks": {}}))
    assert uninstall(committed.repo).notices == []
    assert not committed.repo.is_initialised


def test_the_queue_is_drained_first(committed: GitDriver) -> None:
    before = snapshot(committed.path)
    install(committed.repo, git_version=OLD_GIT)
    job = Queue(committed.repo).add(Job("capture", commit="1" * 40))

    report = uninstall(committed.repo, drain=job.unlink)

    assert report.notices == []
    assert snapshot(committed.path) == before


def test_work_that_could_not_be_remembered_is_kept_and_told(committed: GitDriver) -> None:
    def fail() -> None:
        raise DiskFull("cannot write")

    install(committed.repo, git_version=OLD_GIT)
    job = Queue(committed.repo).add(Job("capture", commit="1" * 40))

    report = uninstall(committed.repo, drain=fail)

    assert len(report.notices) == 2
    assert str(committed.repo.state_dir) in report.notices[1]
    left = [path for path in committed.repo.state_dir.rglob("*") if path.is_file()]
    assert left == [job]
    install(committed.repo, git_version=OLD_GIT)
    assert [queued.path for queued in Queue(committed.repo).jobs()] == [job]


def test_the_users_settings_serve_other_repositories_and_stay(
    committed: GitDriver, home: Path
) -> None:
    settings = home / ".claude/settings.json"
    install(committed.repo, user_settings=settings, git_version=OLD_GIT)
    with_ours = settings.read_bytes()
    uninstall(committed.repo)
    assert settings.read_bytes() == with_ours

    install(committed.repo, user_settings=settings, git_version=OLD_GIT)
    uninstall(committed.repo, user_settings=settings)

    assert not settings.exists()  # though the clone that made it had left before
    assert not (committed.path / ".claude").exists()


def test_the_remedy_of_who_leaves_is_to_leave_again(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    (committed.path / ".claude/settings.json").write_text("{")

    (left,) = uninstall(committed.repo).failures

    assert "Fix it, then run: gitmem uninstall" in left
    assert "gitmem init" not in left


def test_where_nothing_is_set_up_there_is_nothing_to_take_out(committed: GitDriver) -> None:
    with pytest.raises(NotInitialised):
        uninstall(committed.repo)


def test_our_refs_go_and_the_notes_stay(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    head = committed.out("rev-parse", "HEAD")
    NoteStore(committed.repo).add({head: [document_of(Memory("change", "x"))]}, "notes: x")
    refresh(committed.repo).close()
    committed.run("update-ref", "refs/gitmem/origin/claude-mem", NOTES_REF)
    assert committed.out("for-each-ref", "refs/gitmem-seen", "refs/gitmem/")

    uninstall(committed.repo)

    left = committed.out("for-each-ref", "--format=%(refname)").splitlines()
    assert left == ["refs/heads/main", NOTES_REF]


@pytest.mark.parametrize("name", ["worker", "setup", "judge"])
def test_who_is_at_work_in_the_background_is_waited_for(
    committed: GitDriver, name: LockName
) -> None:
    before = snapshot(committed.path)
    install(committed.repo, git_version=OLD_GIT)
    has_begun = threading.Event()

    def work() -> None:
        with lock(committed.repo, name):
            has_begun.set()
            time.sleep(0.5)
            (committed.repo.state_dir / "hooks.told").write_text("late")

    background = threading.Thread(target=work)
    background.start()
    has_begun.wait()
    report = uninstall(committed.repo)
    background.join()

    assert report.notices == []
    assert snapshot(committed.path) == before


@pytest.mark.parametrize("what", [[], ["judge"]])
def test_a_worker_that_comes_late_leaves_nothing(committed: GitDriver, what: list[str]) -> None:
    install(committed.repo, git_version=OLD_GIT)
    uninstall(committed.repo)
    folder = committed.repo.state_dir
    folder.mkdir()
    (folder / "hooks.told").write_text("written after all was gone")

    command = [sys.executable, "-m", "gitmem", "worker", str(committed.repo.common_dir), *what]
    subprocess.run(command, check=True)

    assert not folder.exists()


def test_a_worker_that_comes_late_keeps_what_is_not_remembered(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    uninstall(committed.repo)
    job = Queue(committed.repo).add(Job("capture", commit="1" * 40))
    (committed.repo.state_dir / "log").write_text("")

    subprocess.run(
        [sys.executable, "-m", "gitmem", "worker", str(committed.repo.common_dir)], check=True
    )

    assert [path for path in committed.repo.state_dir.rglob("*") if path.is_file()] == [job]


def test_files_that_are_no_work_are_not_called_work(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(committed.repo, git_version=OLD_GIT)

    def leave_a_log(repo: Repo) -> None:
        (repo.state_dir / "install.json").unlink()
        (repo.state_dir / "log").write_text("")

    monkeypatch.setattr("gitmem.setup.uninstall.remove_state", leave_a_log)

    assert uninstall(committed.repo).notices == []


def own_hook(git: GitDriver) -> None:
    git.write(".git/hooks/post-commit", "#!/bin/sh\ntrue\n").chmod(0o700)


@pytest.mark.parametrize("arrange", [plain, own_hook, own_hooks_path])
def test_a_hook_that_lost_its_permission_gets_it_back_and_leaves_nothing(
    committed: GitDriver, arrange: Callable[[GitDriver], None]
) -> None:
    arrange(committed)
    before = snapshot(committed.path)
    install(committed.repo, git_version=OLD_GIT)
    hook = find_place(committed.repo, OLD_GIT).folder / "post-commit"
    mode = hook.stat().st_mode
    hook.chmod(0o644 & mode)

    install(committed.repo, git_version=OLD_GIT)
    assert hook.stat().st_mode == mode
    assert uninstall(committed.repo).notices == []

    assert snapshot(committed.path) == before


def test_lines_of_ours_that_an_earlier_version_set_aside_do_not_come_back(
    committed: GitDriver,
) -> None:
    before = snapshot(committed.path)
    install(committed.repo, git_version=OLD_GIT)
    hook = committed.path / ".git/hooks/post-commit"
    OwnedFiles(committed.repo).set_aside(hook, aside_of(hook), wrapper("post-commit"))

    uninstall(committed.repo)

    assert snapshot(committed.path) == before


def test_a_shared_hook_without_permission_is_given_back_as_it_was(committed: GitDriver) -> None:
    own_hooks_path(committed)
    hook = find_place(committed.repo, OLD_GIT).folder / "post-commit"
    hook.write_bytes(SHEBANG + block("post-commit"))
    hook.chmod(0o644)
    before = snapshot(committed.path)

    install(committed.repo, git_version=OLD_GIT)
    assert hook.stat().st_mode & 0o111
    uninstall(committed.repo)

    assert snapshot(committed.path) == before


def test_beside_a_locked_configuration_it_says_what_is_left(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    lock = committed.path / ".git/config.lock"
    lock.touch()

    report = uninstall(committed.repo)

    assert len(report.failures) == 1
    assert str(lock) in report.failures[0]
    assert "Nothing was changed" not in report.failures[0]
    assert committed.repo.is_initialised
    lock.unlink()
    assert uninstall(committed.repo).failures == []
    assert not committed.repo.is_initialised


def test_the_command_says_so_and_can_be_repeated(committed: GitDriver) -> None:
    assert gitmem(committed, "init").returncode == 0
    lock = committed.path / ".git/config.lock"
    lock.touch()

    done = gitmem(committed, "uninstall")

    assert done.returncode == 1
    assert "left: " in done.stderr
    assert "gitmem is gone" not in done.stdout
    lock.unlink()
    assert gitmem(committed, "uninstall").returncode == 0


def test_a_persons_own_files_are_named_and_left_from_anywhere(
    committed: GitDriver, tmp_path: Path
) -> None:
    homes = [".codex", ".qwen", ".copilot", ".gemini", ".cursor", ".config/opencode"]
    for name in homes:
        (committed.home / name).mkdir(parents=True)
        (committed.home / name / "theirs").write_text("x")
    own = committed.home / ".codex" / "hooks.json"
    own.write_text('{"x": 1}\n')
    before = snapshot(committed.home)
    assert gitmem(committed, "init", "--user", "--no-fetch").returncode == 0
    changed = {
        name for name, found in snapshot(committed.home).items() if before.get(name) != found
    }
    assert len([name for name in changed if "hooks" in name or "settings" in name]) >= 5

    left = gitmem(committed, "uninstall")

    assert "To take them out: gitmem uninstall --user" in left.stdout
    assert str(own) in left.stdout
    assert str(committed.home / ".config/opencode/plugins/gitmem.js") in left.stdout
    outside = GitDriver(tmp_path / "outside", committed.home)
    outside.path.mkdir()
    gone = gitmem(outside, "uninstall", "--user")
    assert gone.returncode == 0
    assert f"restored {own}" in gone.stdout
    assert f"removed {committed.home / '.qwen/settings.json'}" in gone.stdout
    after = snapshot(committed.home)
    assert {name: found for name, found in after.items() if not name.startswith(".local")} == before
    for place in (outside, committed):
        again = gitmem(place, "uninstall", "--user")
        assert (again.returncode, "nothing of gitmem" in again.stdout) == (0, True)


def test_who_leaves_is_not_told_to_set_up(committed: GitDriver) -> None:
    assert gitmem(committed, "init", "--no-fetch", "--agent", "gemini-cli").returncode == 0
    (committed.path / ".gemini" / "settings.json").write_text("{")

    left = gitmem(committed, "uninstall")

    assert "not JSON" in left.stderr
    assert "gitmem init" not in left.stderr
