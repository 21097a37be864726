"""init, status, doctor and uninstall as commands; what they do is tested in tests/setup."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitmem.model.memory import Memory, Provenance
from gitmem.state.pending import Pending, PendingStore
from tests.support.cli import gitmem
from tests.support.git import GitDriver


@pytest.fixture
def ready(committed: GitDriver) -> GitDriver:
    assert gitmem(committed, "init").returncode == 0
    return committed


def test_init_says_what_it_added_and_then_that_all_is_there(committed: GitDriver) -> None:
    first, second = gitmem(committed, "init"), gitmem(committed, "init")

    assert "post-commit" in first.stdout
    assert "Everything is already in place" in second.stdout


def test_init_with_user_settings_leaves_the_project_alone(committed: GitDriver) -> None:
    gitmem(committed, "init", "--user")

    settings = json.loads((committed.home / ".claude" / "settings.json").read_text())
    assert "SessionStart" in settings["hooks"]
    assert not (committed.path / ".claude").exists()


def test_status_counts(ready: GitDriver) -> None:
    status = json.loads(gitmem(ready, "status", "--json").stdout)

    assert status["is_initialised"]
    assert status["hooks"] == status["hooks_wanted"] == 6
    assert (status["waiting"], status["failed"], status["memories"]) == (0, 0, 0)


def test_status_where_nothing_is_set_up_names_the_command(committed: GitDriver) -> None:
    assert "gitmem init" in gitmem(committed, "status").stdout


def test_doctor_is_content_after_init(ready: GitDriver) -> None:
    done = gitmem(ready, "doctor")

    assert done.returncode == 0, done.stdout
    assert "error" not in done.stdout


def test_doctor_mends_a_hook_that_somebody_removed(ready: GitDriver) -> None:
    hook = ready.path / ".git" / "hooks" / "post-commit"
    before = hook.read_bytes()
    hook.unlink()

    told = gitmem(ready, "doctor")
    mended = gitmem(ready, "doctor", "--fix")

    assert told.returncode == 1
    assert "post-commit" in told.stdout
    assert mended.returncode == 0, mended.stdout
    assert hook.read_bytes() == before


def test_uninstall_keeps_pending_work_as_memory(ready: GitDriver) -> None:
    memory = Memory("session", "half done", provenance=Provenance(session="s"))
    PendingStore(ready.repo).put(Pending(memory, str(ready.path)))

    done = gitmem(ready, "uninstall")

    assert done.returncode == 0, done.stderr
    assert not ready.repo.state_dir.exists()
    assert b"half done" in ready.show_note("HEAD")


def test_uninstall_with_user_settings_leaves_those_too(committed: GitDriver) -> None:
    settings = committed.home / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{"model": "opus"}')
    gitmem(committed, "init", "--user")

    gitmem(committed, "uninstall", "--user")

    assert json.loads(settings.read_text()) == {"model": "opus"}


def test_outside_a_set_up_repository_a_persons_files_come_back_to_the_byte(
    committed: GitDriver, tmp_path: Path
) -> None:
    texts = {
        ".claude/settings.json": '{"model": "opus", "hooks": {"Stop": []}}',
        ".codex/hooks.json": '{"hooks":{}}',
        ".cursor/hooks.json": '{"version":1,"hooks":{}}',
    }
    for name, text in texts.items():
        (committed.home / name).parent.mkdir(exist_ok=True)
        (committed.home / name).write_text(text)
    gitmem(committed, "init", "--user")
    left = gitmem(committed, "uninstall")
    again = gitmem(committed, "uninstall")
    for name in texts:
        assert name in left.stdout
        assert name in again.stderr
    assert "gitmem uninstall --user" in left.stdout
    assert "gitmem uninstall --user" in again.stderr
    assert "gitmem init" not in again.stderr
    nowhere = GitDriver(tmp_path / "nowhere", committed.home)
    nowhere.path.mkdir()

    assert gitmem(nowhere, "uninstall", "--user").returncode == 0
    for name, text in texts.items():
        assert (committed.home / name).read_text() == text


def test_a_new_clone_gets_the_teams_memories_by_init(
    ready: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    ready.run("remote", "add", "origin", str(remote.path))
    ready.run("push", "-q", "origin", "main")
    ready.add_note("HEAD", "---\nkind: decision\ntitle: Cents are integers\n")
    assert gitmem(ready, "sync").returncode == 0
    ben = remote.clone(tmp_path / "ben")

    assert "1 memory here" in gitmem(ben, "init").stdout
    assert "Cents are integers" in gitmem(ben, "log").stdout
