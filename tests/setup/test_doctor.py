from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gitmem.model.job import Job
from gitmem.setup.doctor import diagnose, render_finding
from gitmem.setup.doctor_environment import check_namesake
from gitmem.setup.doctor_finding import Finding, Level, Practice
from gitmem.setup.hook_file import EVENTS
from gitmem.setup.install import install
from gitmem.state.error_log import append_log
from gitmem.state.queue import Queue
from tests.support.git import GitDriver
from tests.support.layouts import (
    LAYOUTS,
    OLD_GIT,
    husky_9,
    own_configuration,
    shell_hooks,
)

QUIET = Practice(client=None, git_version=OLD_GIT)


def bad(git: GitDriver, practice: Practice = QUIET) -> list[Finding]:
    """What doctor would have somebody do something about."""
    found = diagnose(git.repo, practice)
    return [finding for finding in found if finding.level in (Level.WARNING, Level.ERROR)]


def fix_all(git: GitDriver) -> None:
    for finding in bad(git):
        if finding.fix:
            finding.fix()


@pytest.mark.parametrize(
    "arrange", [layout for layout in LAYOUTS if layout is not own_configuration]
)
def test_after_init_nothing_is_wrong_and_every_hook_fires(
    committed: GitDriver, arrange: Callable[[GitDriver], None]
) -> None:
    arrange(committed)
    install(committed.repo, git_version=OLD_GIT)

    assert bad(committed) == []
    texts = [finding.what for finding in diagnose(committed.repo, QUIET)]
    assert sum("is in place and fires" in text for text in texts) == len(EVENTS)


def test_trying_a_hook_runs_nothing_of_its_owner(committed: GitDriver) -> None:
    for event in EVENTS:
        committed.write(f".git/hooks/{event}", "#!/bin/sh\ntouch ran\n").chmod(0o755)
    install(committed.repo, git_version=OLD_GIT)

    assert bad(committed) == []
    assert not (committed.path / "ran").exists()
    assert Queue(committed.repo).jobs() == []


def test_lines_above_ours_are_not_run_to_find_out(committed: GitDriver) -> None:
    shell_hooks(committed)
    install(committed.repo, git_version=OLD_GIT)
    hook = committed.path / ".git/hooks/post-commit"
    hook.write_bytes(hook.read_bytes().replace(b"#!/bin/sh\n", b"#!/bin/sh\ntouch ran\n", 1))

    assert bad(committed) == []
    assert not (committed.path / "ran").exists()


def test_where_nothing_is_set_up_the_fix_sets_it_up(committed: GitDriver) -> None:
    (finding,) = bad(committed)
    assert finding.remedy == "Run: gitmem init"

    fix_all(committed)

    assert bad(committed) == []


def lose_hook(git: GitDriver) -> None:
    (git.path / ".git/hooks/post-commit").unlink()


def replace_hook(git: GitDriver) -> None:
    git.write(".git/hooks/post-commit", "#!/bin/sh\nexit 0\n").chmod(0o755)


def forbid_hook(git: GitDriver) -> None:
    (git.path / ".git/hooks/post-commit").chmod(0o644)


def forbid_script(git: GitDriver) -> None:
    (git.repo.state_dir / "hooks/post-commit").chmod(0o644)


def edit_hook(git: GitDriver) -> None:
    hook = git.path / ".git/hooks/post-commit"
    hook.write_bytes(hook.read_bytes().replace(b"gitmem/hooks/post-commit", b"nowhere"))


def lose_script(git: GitDriver) -> None:
    (git.repo.state_dir / "hooks/post-commit").unlink()


def lose_launcher(git: GitDriver) -> None:
    (git.repo.state_dir / "run").unlink()


def lose_python(git: GitDriver) -> None:
    (git.repo.state_dir / "run").write_text("#!/bin/sh\nexit 0\n")


def lose_refspec(git: GitDriver) -> None:
    git.run("config", "--unset", "remote.origin.fetch", "claude-mem")


def add_remote(git: GitDriver) -> None:
    git.run("remote", "add", "fork", "../z")


def rename_remote(git: GitDriver) -> None:
    git.run("remote", "rename", "origin", "upstream")


def lose_settings(git: GitDriver) -> None:
    shutil.rmtree(git.path / ".claude")


def fail_job(git: GitDriver) -> None:
    failed = git.repo.state_dir / "failed"
    failed.mkdir()
    Queue(git.repo).add(Job("merge")).rename(failed / "x.job")


def leave_job(git: GitDriver) -> None:
    Queue(git.repo).add(Job("merge"), moment=1.0)


@pytest.mark.parametrize(
    "harm",
    [
        lose_hook,
        replace_hook,
        forbid_hook,
        forbid_script,
        edit_hook,
        lose_script,
        lose_launcher,
        lose_python,
        lose_refspec,
        add_remote,
        rename_remote,
        lose_settings,
        fail_job,
        leave_job,
    ],
)
def test_each_harm_is_found_with_its_remedy_and_mended(
    committed: GitDriver, harm: Callable[[GitDriver], None]
) -> None:
    committed.run("remote", "add", "origin", "../x")
    install(committed.repo, git_version=OLD_GIT)
    assert bad(committed) == []
    harm(committed)

    found = bad(committed)
    assert found
    assert all(finding.remedy for finding in found)
    assert any(finding.fix for finding in found)
    fix_all(committed)

    assert bad(committed) == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("remote.origin.fetch", "+refs/notes/*:refs/notes/*", "overwrites memories"),
        ("remote.origin.fetch", "+refs/*:refs/*", "overwrites memories"),
        ("remote.origin.mirror", "true", "mirrors all refs"),
        ("notes.rewriteMode", "overwrite", "squashed"),
        ("notes.rewrite.rebase", "false", "through rebase"),
        ("gitmem.modle", "x", "no meaning"),
        ("gitmem.enabled", "false", "switched off"),
        ("gitmem.apiTimeout", "soon", "'gitmem.apiTimeout' is 'soon'"),
    ],
)
def test_what_others_configured_is_named_and_left_to_them(
    committed: GitDriver, name: str, value: str, told: str
) -> None:
    committed.run("remote", "add", "origin", "../x")
    install(committed.repo, git_version=OLD_GIT)
    committed.run("config", "--add", name, value)

    found = [finding for finding in bad(committed) if told in finding.what]

    assert len(found) == 1
    assert found[0].remedy
    assert found[0].fix is None


def test_a_folder_of_hooks_shared_with_others_is_a_warning(
    committed: GitDriver, tmp_path: Path
) -> None:
    committed.run("config", "--global", "core.hooksPath", str(tmp_path))
    install(committed.repo, git_version=OLD_GIT)

    (finding,) = bad(committed)

    assert finding.level is Level.WARNING
    assert "global" in finding.what
    assert "core.hooksPath" in finding.remedy


def test_a_clone_without_husky_is_told_to_install_it(committed: GitDriver) -> None:
    husky_9(committed)
    install(committed.repo, git_version=OLD_GIT)
    shutil.rmtree(committed.path / ".husky/_")

    found = bad(committed)

    assert len(found) == len(EVENTS)
    assert all("npm install" in finding.remedy for finding in found)


def test_a_hook_that_may_not_be_run_does_not_fire(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    (committed.path / ".git/hooks/pre-push").chmod(0o644)

    (finding,) = bad(committed)

    assert "pre-push is in place and not executable" in finding.what


def test_nor_does_one_with_lines_of_others_above_ours(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    hook = committed.path / ".git/hooks/pre-push"
    hook.write_bytes(hook.read_bytes().replace(b"#!/bin/sh\n", b"#!/bin/sh\ntrue\n"))
    hook.chmod(0o644)

    (finding,) = bad(committed)

    assert "pre-push is in place and not executable" in finding.what


def test_no_identity_is_told(git: GitDriver) -> None:
    git.run("config", "--unset", "user.name")
    git.run("config", "--unset", "user.email")
    install(git.repo, git_version=OLD_GIT)

    (finding,) = bad(git)

    assert "no identity" in finding.what


def test_a_remote_that_does_not_answer_is_told_when_asked(committed: GitDriver) -> None:
    committed.run("remote", "add", "origin", str(committed.path / "gone"))
    install(committed.repo, git_version=OLD_GIT)

    assert bad(committed) == []
    (finding,) = bad(committed, dataclasses.replace(QUIET, network=True))
    assert "'origin'" in finding.what


@pytest.mark.parametrize("pattern", ["(unclosed", "[[:nosuchclass:]]"])
def test_a_pattern_of_ones_own_that_is_none_is_found(committed: GitDriver, pattern: str) -> None:
    install(committed.repo, git_version=OLD_GIT)
    committed.run("config", "gitmem.redact", pattern)

    (finding, *_) = bad(committed)

    assert f"'gitmem.redact' has '{pattern}'" in finding.what


def test_the_last_failures_are_shown(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    append_log(committed.repo, "capture 123: transcript gone")

    texts = [render_finding(finding) for finding in diagnose(committed.repo, QUIET)]

    assert any("note" in text and "transcript gone" in text for text in texts)


@pytest.mark.parametrize(
    ("version", "level"),
    [
        ("2.1.329 (Claude Code)", Level.GOOD),
        ("2.0.44 (Claude Code)", Level.GOOD),
        ("2.0.42 (Claude Code)", Level.WARNING),  # runs no hook beside SubagentStart
        ("1.0.3 (Claude Code)", Level.WARNING),
    ],
)
def test_the_version_of_the_client(
    committed: GitDriver, tmp_path: Path, version: str, level: Level
) -> None:
    client = tmp_path / "claude"
    client.write_text(f"#!/bin/sh\necho '{version}'\n")
    client.chmod(0o755)

    found = diagnose(committed.repo, Practice(client=os.fspath(client), git_version=OLD_GIT))

    assert [finding.level for finding in found if version.split()[0] in finding.what] == [level]


def test_a_client_that_is_not_there_is_no_fault(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)

    assert bad(committed, Practice(client="/nowhere/claude", git_version=OLD_GIT)) == []


def test_a_git_that_is_too_old(committed: GitDriver) -> None:
    found = bad(committed, Practice(client=None, git_version=(2, 25)))

    assert "2.25 is too old" in found[0].what


def test_hooks_in_the_users_settings_count_and_stay_there(committed: GitDriver, home: Path) -> None:
    settings = home / ".claude/settings.json"
    practice = dataclasses.replace(QUIET, user_settings=settings)
    install(committed.repo, user_settings=settings, git_version=OLD_GIT)
    assert bad(committed, practice) == []
    lose_hook(committed)

    for finding in bad(committed, practice):
        assert finding.fix
        finding.fix()

    assert bad(committed, practice) == []
    assert not (committed.path / ".claude").exists()


def test_a_damaged_index_is_a_note(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    folder = committed.repo.state_dir / "index"
    folder.mkdir()
    (folder / "memories.sqlite3").write_bytes(b"no database")

    found = diagnose(committed.repo, QUIET)

    assert [f.level for f in found if "index was damaged" in f.what] == [Level.NOTE]


def test_a_bare_repository_can_be_looked_at(remote: GitDriver) -> None:
    assert [finding.level for finding in diagnose(remote.repo, QUIET)][-1] is Level.GOOD


@pytest.mark.parametrize(
    ("compressor", "told"),
    [
        (
            "anthropic",
            "anthropic (model claude-haiku-5-5) cannot be used now: ANTHROPIC_API_KEY is not set",
        ),
        (
            "claude-cli",
            "claude-cli (model haiku) cannot be used now: 'no-such-client' was not found on PATH",
        ),
        ("openai", "openai cannot be used now: no model is chosen"),
    ],
)
def test_a_compressor_that_cannot_be_asked_is_told(
    committed: GitDriver, compressor: str, told: str
) -> None:
    install(committed.repo, git_version=OLD_GIT)
    committed.run("config", "gitmem.compressor", compressor)
    committed.run("config", "gitmem.claudeCommand", "no-such-client")

    (found,) = bad(committed)

    assert told in found.what


def test_memories_of_stand_ins_are_told_where_a_model_is_configured(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    committed.add_note(
        "HEAD",
        "---\nkind: change\ntitle: t\nprovenance:\n  compressor: extractive/1 after anthropic/1\n",
    )
    offline = [finding.what for finding in diagnose(committed.repo, QUIET)]
    committed.run("config", "gitmem.compressor", "anthropic")

    with_model = [finding.what for finding in diagnose(committed.repo, QUIET)]

    assert "1 capture was written by a stand-in for a model" in with_model
    assert not any("stand-in" in what for what in offline)


def servers_said(git: GitDriver) -> tuple[Level, str]:
    found = [f for f in diagnose(git.repo, QUIET) if "MCP" in f.what or "gitmem's tools" in f.what]
    return found[0].level, found[0].what


def test_a_server_that_is_left_out_is_a_note_and_stays_out(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT, with_mcp=False)

    assert servers_said(committed)[0] is Level.NOTE
    lose_hook(committed)
    fix_all(committed)
    assert not (committed.path / ".mcp.json").exists()


def test_an_old_form_of_the_server_is_mended(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    path = committed.path / ".mcp.json"
    path.write_text(path.read_text().replace(" mcp\\", " serve\\").replace(" mcp;", " serve;"))
    assert servers_said(committed)[0] is Level.WARNING

    fix_all(committed)

    assert servers_said(committed)[0] is Level.GOOD


def test_a_namesake_is_told(
    git: GitDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the same environment, and as the program that the command's name runs."""
    info = tmp_path / "gitmem-3.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gitmem\nVersion: 3.1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    program = tmp_path / "gitmem"
    program.write_text("#!/bin/sh\nexec python -m gitmem.app\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    told = [finding.what for finding in check_namesake(git.repo, Practice())]

    assert told == [
        "'gitmem', another project's, is installed beside gitmem-cli",
        f"'{program}', which the command 'gitmem' runs, is another project's",
    ]
    program.write_text("#!/bin/sh\nexec python -c 'from gitmem.__main__ import main'\n")
    assert len(list(check_namesake(git.repo, Practice()))) == 1
