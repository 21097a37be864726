from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from gitmem.errors import BareRepository, ForeignFile, GitFailed, RemoteUnavailable
from gitmem.git.repo import Repo, find_repo
from gitmem.setup.clients.claude_code import TIMEOUTS
from gitmem.setup.git_config import config_path
from gitmem.setup.hook_file import SHEBANG, block, with_block
from gitmem.setup.install import install
from gitmem.setup.mcp_json import SERVER
from gitmem.setup.uninstall import uninstall
from tests.support.git import GitDriver
from tests.support.jobs import eventually, jobs, set_up
from tests.support.layouts import (
    LAYOUTS,
    OLD_GIT,
    husky_8,
    husky_9,
    own_configuration,
    own_hooks_path,
    pre_commit,
    python_hooks,
    shell_hooks,
    sleeping_hook,
)
from tests.support.snapshot import snapshot

NEW_GIT = (2, 54)


@pytest.mark.parametrize("version", [OLD_GIT, NEW_GIT], ids=["hook files", "config hooks"])
@pytest.mark.parametrize("arrange", LAYOUTS)
def test_a_second_init_changes_no_byte(
    committed: GitDriver, arrange: Callable[[GitDriver], None], version: tuple[int, int]
) -> None:
    arrange(committed)
    first = install(committed.repo, git_version=version)
    before = snapshot(committed.path)

    again = install(committed.repo, git_version=version)

    assert first.changes
    assert again.changes == []
    assert snapshot(committed.path) == before


def test_a_commit_is_queued_with_its_session_and_place(committed: GitDriver) -> None:
    set_up(committed)
    committed.environ["CLAUDE_CODE_SESSION_ID"] = "session-1"

    made = committed.commit("second")

    place = str(committed.path.resolve())
    expected = {
        "kind": "capture",
        "commit": made,
        "session": "session-1",
        "worktree": place,
        "sources": "",
    }
    assert jobs(committed) == [expected]


@pytest.mark.parametrize("arrange", [shell_hooks, husky_9, husky_8, own_hooks_path])
def test_a_commit_is_queued_once_beside_other_hooks(
    committed: GitDriver, arrange: Callable[[GitDriver], None]
) -> None:
    arrange(committed)
    set_up(committed)

    made = committed.commit("second")

    assert [job["commit"] for job in jobs(committed)] == [made]


@pytest.mark.parametrize("arrange", [husky_9, husky_8, own_hooks_path])
def test_the_hooks_that_were_there_still_run_once(
    committed: GitDriver, arrange: Callable[[GitDriver], None]
) -> None:
    arrange(committed)
    set_up(committed)

    committed.commit("second")

    assert len((committed.path / "ran").read_text().splitlines()) == 1


def test_a_hook_that_is_no_shell_script_runs_from_aside(committed: GitDriver) -> None:
    python_hooks(committed)
    text = "import os, sys\nopen('ran', 'w').write(os.path.basename(sys.argv[0]))\n"
    committed.write(".git/hooks/post-commit", f"#!/usr/bin/env python3\n{text}")
    set_up(committed)

    made = committed.commit("second")

    assert (committed.path / "ran").read_text() == "post-commit"
    assert [job["commit"] for job in jobs(committed)] == [made]


def test_a_hook_that_git_ignored_is_still_not_run(committed: GitDriver) -> None:
    sleeping_hook(committed)
    set_up(committed)

    made = committed.commit("second")

    assert not (committed.path / "woken").exists()
    assert [job["commit"] for job in jobs(committed)] == [made]


def test_a_hook_manager_in_python_can_still_stop_a_push(
    committed: GitDriver, remote: GitDriver
) -> None:
    python_hooks(committed)
    committed.run("remote", "add", "origin", str(remote.path))
    set_up(committed)

    pushed = committed.run("push", "origin", "main", check=False)

    assert pushed.returncode != 0
    assert (committed.repo.state_dir / "called").read_text().split()[:3] == [
        "hook",
        "pre-push",
        "origin",
    ]


def test_their_pre_push_hook_gets_the_whole_of_stdin(
    committed: GitDriver, remote: GitDriver
) -> None:
    shell_hooks(committed)
    committed.run("remote", "add", "origin", str(remote.path))
    set_up(committed)
    head = committed.out("rev-parse", "HEAD")

    committed.run("push", "-q", "origin", "main")

    zeros = "0" * 40
    assert (
        committed.path / "pushed"
    ).read_text() == f"refs/heads/main {head} refs/heads/main {zeros}\n"


def test_post_rewrite_is_read_by_them_and_by_us(committed: GitDriver) -> None:
    hook = committed.write(".git/hooks/post-rewrite", "#!/bin/sh -eu\ncat >rewritten\n")
    hook.chmod(0o755)
    set_up(committed)
    old = committed.out("rev-parse", "HEAD")

    committed.run("commit", "-q", "--amend", "-m", "better")

    told = f"{old} {committed.out('rev-parse', 'HEAD')}"
    assert (committed.path / "rewritten").read_text() == told + "\n"
    assert [job["rewritten"] for job in jobs(committed) if job["kind"] == "merge"] == [told]


def test_a_rebase_queues_every_commit_and_what_became_of_them(committed: GitDriver) -> None:
    set_up(committed)
    base = committed.out("rev-parse", "HEAD")
    olds = [committed.commit(f"c{n}", **{f"f{n}": "x"}) for n in range(3)]
    committed.run("checkout", "-q", "-b", "other", base)
    committed.commit("else", other="y")

    committed.run("rebase", "-q", "other", "main")

    rewritten = [job["rewritten"] for job in jobs(committed) if job["kind"] == "merge"]
    assert len(rewritten) == 1
    assert [line.split()[0] for line in rewritten[0].splitlines()] == olds


@pytest.mark.parametrize("name", ["with space", "with\nnewline", "it's", "ünïcode", "%s%n", "-x"])
def test_awkward_names_of_work_trees(tmp_path: Path, home: Path, name: str) -> None:
    git = GitDriver(tmp_path / name, home).init()
    set_up(git)

    made = git.commit("first", a="1")

    (job,) = jobs(git)
    assert (job["commit"], job["worktree"]) == (made, str(git.path.resolve()))


def test_a_linked_work_tree_queues_in_the_common_directory(committed: GitDriver) -> None:
    set_up(committed)
    committed.run("worktree", "add", "-q", "../linked")
    linked = GitDriver(committed.path.parent / "linked", committed.home)

    made = linked.commit("there", b="2")

    (job,) = jobs(committed)
    assert (job["commit"], job["worktree"]) == (made, str(linked.path.resolve()))


def test_a_submodule_has_its_own_set_up(committed: GitDriver, tmp_path: Path) -> None:
    inner = committed.clone(tmp_path / "inner")
    source = str(inner.path)
    committed.run("-c", "protocol.file.allow=always", "submodule", "add", "-q", source, "sub")
    sub = GitDriver(committed.path / "sub", committed.home)
    before = snapshot(committed.path)
    set_up(sub)

    made = sub.commit("below", c="3")

    (job,) = jobs(sub)
    assert (job["commit"], job["worktree"]) == (made, str(sub.path.resolve()))
    assert not committed.repo.is_initialised
    assert before.keys() <= snapshot(committed.path).keys()


def test_a_detached_head_is_queued(committed: GitDriver) -> None:
    set_up(committed)
    committed.run("checkout", "-q", "--detach")

    made = committed.commit("loose", a="1")

    assert [job["commit"] for job in jobs(committed)] == [made]


def test_a_branch_that_is_a_symbolic_ref_is_queued(committed: GitDriver) -> None:
    set_up(committed)
    committed.run("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    committed.run("symbolic-ref", "HEAD", "refs/heads/alias")

    made = committed.commit("through", a="1")

    assert [job["commit"] for job in jobs(committed)] == [made]


def test_an_unborn_branch_can_be_set_up(git: GitDriver) -> None:
    set_up(git)

    made = git.commit("first", a="1")

    assert [job["commit"] for job in jobs(git)] == [made]


@pytest.mark.parametrize(
    "environ",
    [{"HOME": ""}, {"CDPATH": "/"}, {"GITMEM_SESSION_ID": "s"}, {"IFS": "/"}, {"ref": "x"}],
)
def test_odd_environments_of_a_commit(committed: GitDriver, environ: dict[str, str]) -> None:
    set_up(committed)
    committed.environ.update(environ)

    made = committed.commit("second")

    (job,) = jobs(committed)
    assert job["commit"] == made
    assert job["session"] == environ.get("GITMEM_SESSION_ID", "")


@pytest.mark.skipif(shutil.which("setsid") is None, reason="there is no 'setsid' here")
def test_the_worker_begins_outside_of_the_hooks_process_group(
    committed: GitDriver, tmp_path: Path
) -> None:
    """Agents kill the group of a command when it ends, sooner than Python could leave it."""
    set_up(committed)
    told = tmp_path / "group"
    run = committed.path / ".git" / "gitmem" / "run"
    lines = ["import os", f"open({str(told)!r}, 'w').write(f'{{os.getpgid(0)}}.')"]
    run.write_text(f"#!{sys.executable}\n" + "\n".join(lines) + "\n")
    run.chmod(0o700)

    committed.commit("second")

    deadline = time.monotonic() + 20.0
    while not (told.exists() and told.read_text()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert told.read_text() != f"{os.getpgid(0)}."


@pytest.mark.parametrize("programs", [("git", "sh"), ("git", "sh", "nice")])
def test_hardly_a_program_on_path(
    committed: GitDriver, tmp_path: Path, programs: tuple[str, ...]
) -> None:
    set_up(committed)
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in programs:
        (folder / name).symlink_to(str(shutil.which(name)))
    committed.environ["PATH"] = str(folder)

    made = committed.commit("second")

    assert [job["commit"] for job in jobs(committed)] == [made]
    assert eventually((committed.repo.state_dir / "called").is_file)


def test_the_hooks_say_nothing_and_can_be_skipped(committed: GitDriver) -> None:
    set_up(committed)
    committed.environ["GITMEM_SKIP"] = "1"

    done = committed.run("commit", "--allow-empty", "-qm", "quiet")

    assert (done.stdout, done.stderr) == (b"", b"")
    assert jobs(committed) == []


def test_a_lost_state_folder_holds_up_no_commit(committed: GitDriver) -> None:
    set_up(committed)
    shutil.rmtree(committed.repo.state_dir)

    done = committed.run("commit", "--allow-empty", "-qm", "quiet")

    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_python_that_is_gone_holds_up_no_commit(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    run = committed.repo.state_dir / "run"
    run.write_text("#!/bin/sh\n[ -x /gone ] || exit 0\nexec /gone\n")

    done = committed.run("commit", "--allow-empty", "-qm", "quiet")

    assert (done.stdout, done.stderr) == (b"", b"")
    assert len(jobs(committed)) == 1


def test_the_launcher_runs_this_gitmem_from_anywhere(committed: GitDriver, tmp_path: Path) -> None:
    install(committed.repo, git_version=OLD_GIT)
    decoy = tmp_path / "decoy"
    (decoy / "gitmem").mkdir(parents=True)
    (decoy / "gitmem/__main__.py").write_text("raise SystemExit('decoy')")

    started = subprocess.run(
        [committed.repo.state_dir / "run", "--version"], cwd=decoy, capture_output=True, check=True
    )

    assert b"decoy" not in started.stdout + started.stderr


def test_the_configuration_that_makes_notes_travel(committed: GitDriver) -> None:
    committed.run("remote", "add", "origin", "../x")
    committed.run("remote", "add", "team/fork", "../y")

    install(committed.repo, git_version=OLD_GIT)

    def values(name: str) -> list[str]:
        return committed.out("config", "--get-all", name).splitlines()

    assert values("notes.rewriteRef") == ["refs/notes/claude-me[m]"]
    assert values("notes.rewriteMode") == ["concatenate"]
    assert committed.run("config", "notes.displayRef", check=False).returncode == 1
    for remote in ("origin", "team/fork"):
        expected = f"+refs/notes/claude-mem*:refs/gitmem/{remote}/claude-mem*"
        assert values(f"remote.{remote}.fetch")[1:] == [expected]


def test_git_log_prints_what_it_did_before_unless_somebody_asks(committed: GitDriver) -> None:
    committed.add_note("HEAD", "a memory")
    before = committed.out("config", "--local", "--list"), committed.out("log")
    config = config_path(committed.repo).read_bytes()

    install(committed.repo, git_version=OLD_GIT)
    plain = committed.out("log")
    install(committed.repo, git_version=OLD_GIT, shows_in_log=True)
    shown = committed.out("log")
    install(committed.repo, git_version=OLD_GIT)  # what somebody chose stays
    again = committed.out("log")
    dropped = install(committed.repo, git_version=OLD_GIT, shows_in_log=False)

    assert before[1] == plain == committed.out("log")
    assert "a memory" in shown
    assert shown == again
    assert dropped.removals == ["git config notes.displayRef = refs/notes/claude-me[m]"]
    install(committed.repo, git_version=OLD_GIT, shows_in_log=True)
    uninstall(committed.repo)
    assert config == config_path(committed.repo).read_bytes()


def test_before_the_first_memory_git_says_nothing_of_a_ref_that_is_not_there(
    committed: GitDriver,
) -> None:
    install(committed.repo, git_version=OLD_GIT)
    committed.environ["GITMEM_SKIP"] = "1"

    said = [
        committed.run(*command).stderr
        for command in (
            ("commit", "-q", "--amend", "-m", "again"),
            ("rebase", "-q", "--force-rebase", "--root"),
            ("log",),
        )
    ]

    assert said == [b"", b"", b""]


def test_git_carries_a_note_of_our_ref_alone(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    for ref in ("claude-mem", "claude-mem-2"):
        committed.run("notes", "--ref", ref, "add", "-m", ref)

    committed.run("commit", "-q", "--amend", "-m", "again")

    assert committed.out("notes", "--ref", "claude-mem", "show") == "claude-mem"
    assert committed.run("notes", "--ref", "claude-mem-2", "show", check=False).returncode == 1


def test_what_is_configured_already_is_respected(committed: GitDriver) -> None:
    own_configuration(committed)

    install(committed.repo, git_version=OLD_GIT)

    def values(name: str) -> list[str]:
        return committed.run("config", "--get-all", name, check=False).stdout.decode().split()

    assert values("notes.rewriteRef") == ["refs/notes/review", "refs/notes/claude-me[m]"]
    assert values("notes.rewriteMode") == ["overwrite"]
    assert values("notes.displayRef") == ["refs/notes/*"]
    assert values("remote.pushonly.fetch") == []


def test_notes_follow_an_amended_commit_and_show_in_git_log(committed: GitDriver) -> None:
    set_up(committed)
    install(committed.repo, git_version=OLD_GIT, shows_in_log=True)
    committed.add_note(committed.out("rev-parse", "HEAD"), "---\nid: kept\n")

    committed.run("commit", "-q", "--amend", "-m", "better")

    assert "id: kept" in committed.out("log", "-1")


def test_hooks_shared_with_other_repositories_are_left_alone(
    committed: GitDriver, tmp_path: Path
) -> None:
    shared = tmp_path / "shared-hooks"
    shared.mkdir()
    committed.run("config", "--global", "core.hooksPath", str(shared))

    report = install(committed.repo, git_version=OLD_GIT)

    assert list(shared.iterdir()) == []
    assert any(str(shared) in notice for notice in report.notices)
    assert committed.out("config", "core.hooksPath") == str(shared)


def test_pre_commit_keeps_its_file_and_its_mark(committed: GitDriver) -> None:
    pre_commit(committed)
    before = (committed.path / ".git/hooks/pre-push").read_text().splitlines()

    set_up(committed)

    after = (committed.path / ".git/hooks/pre-push").read_text().splitlines()
    assert after[0] == before[0]
    assert after[-len(before) + 1 :] == before[1:]


def test_the_settings_of_the_user_instead_of_the_project(committed: GitDriver, home: Path) -> None:
    settings = home / ".claude/settings.json"

    install(committed.repo, user_settings=settings, git_version=OLD_GIT)

    assert set(json.loads(settings.read_bytes())["hooks"]) == set(TIMEOUTS)
    assert not (committed.path / ".claude").exists()


def test_settings_behind_a_link_within_the_project_are_written_through(
    committed: GitDriver,
) -> None:
    kept = committed.write("tools/claude.json", "{}\n")
    (committed.path / ".claude").mkdir()
    (committed.path / ".claude/settings.json").symlink_to("../tools/claude.json")

    install(committed.repo, git_version=OLD_GIT)
    assert "SessionStart" in kept.read_text()
    uninstall(committed.repo)

    assert (committed.path / ".claude/settings.json").is_symlink()
    assert kept.read_text() == "{}\n"


@pytest.mark.parametrize("target", ["../elsewhere/x.json", ".git/x.json", "../elsewhere/new.json"])
@pytest.mark.parametrize("name", [".claude/settings.json", ".mcp.json", ".claude"])
def test_a_link_out_of_the_project_is_not_written_through(
    committed: GitDriver, name: str, target: str
) -> None:
    elsewhere = committed.path.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x.json").write_text('{"mine": 1}\n')
    link = committed.path / name
    link.parent.mkdir(exist_ok=True)
    place = committed.path / target
    link.symlink_to(place.parent if name == ".claude" else place)
    before = snapshot(committed.path), snapshot(elsewhere)

    with pytest.raises(ForeignFile, match=r"not a file of the project"):
        install(committed.repo, git_version=OLD_GIT)

    assert (snapshot(committed.path), snapshot(elsewhere)) == before


@pytest.mark.parametrize("name", [".husky", ".husky/post-commit", ".husky.gitmem-kept"])
def test_hooks_behind_a_link_out_of_the_project_are_left_alone(
    committed: GitDriver, name: str
) -> None:
    husky_9(committed)
    elsewhere = committed.path.parent / "elsewhere"
    elsewhere.mkdir()
    link = committed.path / name
    if name == ".husky":
        link.rename(elsewhere / "husky")
        link.symlink_to(elsewhere / "husky")
    else:
        link.unlink(missing_ok=True)
        link.symlink_to(elsewhere / "post-commit")
    before = snapshot(elsewhere)

    with suppress(ForeignFile):
        install(committed.repo, git_version=OLD_GIT)

    assert snapshot(elsewhere) == before


def foreign_hooks(git: GitDriver) -> Path:
    """A folder beside the repository with a hook that calls gitmem, and the state of it."""
    folder = git.path.parent / "elsewhere"
    for name in ("post-commit", "post-commit.legacy"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(with_block(b"#!/bin/sh\nexit 3\n", "post-commit"))
        path.chmod(0o755)
    return folder


def test_a_link_into_another_repository_is_not_followed(committed: GitDriver, home: Path) -> None:
    other = GitDriver(committed.path.parent / "other", home).init()
    (committed.path / ".claude").symlink_to(other.path)
    before = snapshot(other.path)

    with pytest.raises(ForeignFile, match=r"no[t] a file of the project"):
        install(committed.repo, git_version=OLD_GIT)

    assert snapshot(other.path) == before


def test_a_hook_set_aside_elsewhere_is_not_taken_for_a_copy(committed: GitDriver) -> None:
    elsewhere = foreign_hooks(committed)
    committed.run("config", "core.hooksPath", ".githooks")
    hooks = committed.path / ".githooks"
    hooks.mkdir()
    for name in ("post-commit", "post-commit.legacy"):
        (hooks / name).write_bytes(SHEBANG + block("post-commit"))
    (committed.path / ".githooks.gitmem-kept").symlink_to(elsewhere)
    before = snapshot(elsewhere)

    with suppress(ForeignFile):
        install(committed.repo, git_version=OLD_GIT)

    assert snapshot(elsewhere) == before


@pytest.mark.parametrize("swap", ["kept", "hook", "hooks", "copy"])
def test_uninstall_follows_no_link_that_came_since(committed: GitDriver, swap: str) -> None:
    committed.run("config", "core.hooksPath", ".githooks")
    hook = committed.write(".githooks/post-commit", "#!/usr/bin/env python3\n")
    hook.chmod(0o755)
    install(committed.repo, git_version=OLD_GIT)
    elsewhere = foreign_hooks(committed)
    kept = committed.path / ".githooks.gitmem-kept"
    if swap == "copy":
        (hook.parent / "post-commit.legacy").symlink_to(elsewhere / "post-commit")
    elif swap == "hooks":
        shutil.rmtree(hook.parent)
        hook.parent.symlink_to(elsewhere)
    else:
        shutil.rmtree(kept)
        kept.symlink_to(elsewhere)
    if swap == "hook":
        kept.unlink()
        hook.unlink()
        hook.symlink_to(elsewhere / "post-commit")
    before = snapshot(elsewhere)

    uninstall(committed.repo)

    assert snapshot(elsewhere) == before


def test_folders_of_others_are_not_removed(committed: GitDriver) -> None:
    committed.run("config", "core.hooksPath", "a/b/c")
    install(committed.repo, git_version=OLD_GIT)
    (committed.path.parent / "elsewhere/b/c").mkdir(parents=True)
    shutil.rmtree(committed.path / "a")
    (committed.path / "a").symlink_to("../elsewhere")

    uninstall(committed.repo)

    assert (committed.path.parent / "elsewhere/b/c").is_dir()


def test_a_git_directory_by_another_name_is_not_written(tmp_path: Path, home: Path) -> None:
    git = GitDriver(tmp_path / "separate", home)
    git.path.mkdir()
    git.run("init", "-q", "--separate-git-dir", str(git.path / "gd"), ".")
    (git.path / ".mcp.json").symlink_to("gd/new")

    with pytest.raises(ForeignFile):
        install(git.repo, git_version=OLD_GIT)

    assert not (git.path / "gd/new").exists()


def test_a_link_in_a_circle_is_told_and_stops_nothing_else(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    shutil.rmtree(committed.path / ".claude")
    (committed.path / ".claude").symlink_to(".claude")

    report = uninstall(committed.repo)

    assert any(".claude/settings.json" in line for line in report.failures)
    assert not (committed.path / ".mcp.json").exists()


def test_a_second_init_that_is_refused_has_written_nothing(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    (committed.path / ".git/hooks/post-commit").unlink()
    committed.run("config", "--unset-all", "notes.rewriteRef")
    (committed.path / ".mcp.json").unlink()
    (committed.path / ".mcp.json").symlink_to("../elsewhere.json")
    before = snapshot(committed.path)

    with pytest.raises(ForeignFile):
        install(committed.repo, git_version=OLD_GIT)

    assert snapshot(committed.path) == before


def test_a_link_that_came_after_init_is_not_followed_out(committed: GitDriver) -> None:
    outside = committed.path.parent / "outside.json"
    install(committed.repo, git_version=OLD_GIT)
    settings = committed.path / ".claude/settings.json"
    settings.rename(outside)
    settings.symlink_to(outside)
    before = outside.read_bytes()

    report = uninstall(committed.repo)

    assert outside.read_bytes() == before
    assert any("not a file of the project" in line for line in report.failures)


@pytest.mark.parametrize("text", ["{ // mine\n}", "[]", '{"hooks": []}', '{"hooks": {"Stop": 1}}'])
def test_settings_that_cannot_be_understood_stop_init_without_a_trace(
    committed: GitDriver, text: str
) -> None:
    shell_hooks(committed)
    committed.write(".claude/settings.json", text)
    before = snapshot(committed.path)

    with pytest.raises(ForeignFile, match=r"settings\.json"):
        install(committed.repo, git_version=OLD_GIT)

    assert snapshot(committed.path) == before


def test_the_projects_servers_get_ours(committed: GitDriver) -> None:
    report = install(committed.repo, git_version=OLD_GIT)

    servers = json.loads((committed.path / ".mcp.json").read_text())["mcpServers"]
    assert servers == {"gitmem": SERVER}
    assert any(".mcp.json" in change for change in report.changes)


def test_without_the_server_the_file_is_not_touched(committed: GitDriver, home: Path) -> None:
    install(committed.repo, git_version=OLD_GIT, with_mcp=False)
    assert not (committed.path / ".mcp.json").exists()

    install(committed.repo, git_version=OLD_GIT, user_settings=home / "settings.json")
    assert not (committed.path / ".mcp.json").exists()


def test_a_server_of_our_name_that_is_not_ours_is_told_and_stays(committed: GitDriver) -> None:
    text = '{"mcpServers": {"gitmem": {"command": "mine"}}}'
    committed.write(".mcp.json", text)

    report = install(committed.repo, git_version=OLD_GIT)
    uninstall(committed.repo)

    assert any("not ours" in notice for notice in report.notices)
    assert (committed.path / ".mcp.json").read_text() == text


def test_servers_that_cannot_be_understood_stop_init_without_a_trace(committed: GitDriver) -> None:
    committed.write(".mcp.json", "{")
    before = snapshot(committed.path)

    with pytest.raises(ForeignFile, match=r"\.mcp\.json"):
        install(committed.repo, git_version=OLD_GIT)

    assert snapshot(committed.path) == before


def test_a_folder_in_the_way_stops_init_without_a_trace(committed: GitDriver) -> None:
    (committed.path / ".git/hooks/post-merge").mkdir()
    before = snapshot(committed.path)

    with pytest.raises(ForeignFile, match="post-merge"):
        install(committed.repo, git_version=OLD_GIT)

    assert snapshot(committed.path) == before


def test_a_locked_configuration_stops_init_without_a_trace(committed: GitDriver) -> None:
    committed.write(".git/config.lock", "")
    before = snapshot(committed.path)

    with pytest.raises(GitFailed, match=r"config\.lock"):
        install(committed.repo, git_version=OLD_GIT)

    assert snapshot(committed.path) == before


def test_a_bare_repository_cannot_be_set_up(remote: GitDriver) -> None:
    before = snapshot(remote.path)

    with pytest.raises(BareRepository):
        install(remote.repo)

    assert snapshot(remote.path) == before


def test_a_remote_that_does_not_answer_is_a_notice(committed: GitDriver) -> None:
    def fail(repo: Repo) -> None:
        raise RemoteUnavailable("'origin' did not answer")

    report = install(committed.repo, git_version=OLD_GIT, fetch=fail)

    assert committed.repo.is_initialised
    assert "did not answer" in report.notices[0]


def test_what_is_kept_of_the_configuration_is_for_the_owners_eyes(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)

    mode = (committed.repo.state_dir / "install.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv to be bound by modes")
def test_a_read_only_git_directory_stops_init_without_a_trace(committed: GitDriver) -> None:
    before = snapshot(committed.path)
    (committed.path / ".git").chmod(0o555)
    program = (
        "import sys; from gitmem.errors import *; from gitmem.git.repo import find_repo\n"
        "from gitmem.setup.install import install\n"
        "try: install(find_repo(sys.argv[1]), git_version=(2, 39))\n"
        "except ReadOnlyRepository: print('read-only')\n"
    )
    lost = "-dac_override,-dac_read_search,-fowner"  # even root is bound by modes now
    bound = ["setpriv", f"--bounding-set={lost}", f"--inh-caps={lost}"]

    done = subprocess.run(
        [*bound, sys.executable, "-c", program, str(committed.path)],
        capture_output=True,
        check=False,
    )
    (committed.path / ".git").chmod(0o755)

    assert done.stdout == b"read-only\n", done.stderr
    assert snapshot(committed.path) == before
    assert find_repo(committed.path) == committed.repo
