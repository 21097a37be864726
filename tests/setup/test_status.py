from __future__ import annotations

import json
import os

from gitmem.agents.adapters import Agents
from gitmem.model.job import Job
from gitmem.setup.install import install
from gitmem.setup.status import Status, read_status, render_status
from gitmem.state.error_log import append_log
from gitmem.state.queue import Queue
from tests.support.agents import (
    cline_session,
    codex_session,
    copilot_session,
    cursor_session,
    gemini_session,
    qwen_session,
)
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.layouts import OLD_GIT


def status(git: GitDriver) -> Status:
    return read_status(git.repo, OLD_GIT)


def test_before_init_the_command_that_helps_is_named(committed: GitDriver) -> None:
    assert not status(committed).is_initialised
    assert "gitmem init" in render_status(status(committed))[0]


def test_after_init_everything_is_in_place(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)

    assert render_status(status(committed)) == [
        "hooks: 6 of 6 in place (hook files)",
        "0 memories on 0 commits, 0 pending",
        "agents that are told: Claude Code",
        "queue: 0 jobs waiting, no worker is running",
        "remote: none",
        "memories are written by the offline compressor (free: no model is asked)",
    ]


def test_what_is_amiss_points_to_the_doctor(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    (committed.path / ".git/hooks/pre-push").unlink()
    Queue(committed.repo).add(Job("merge"))
    failed = committed.repo.state_dir / "failed"
    failed.mkdir()
    Queue(committed.repo).add(Job("merge")).rename(failed / "x.job")
    append_log(committed.repo, "worker: no luck")

    lines = render_status(status(committed))

    assert lines[0].startswith("gitmem's git hooks are gone")
    assert lines[1] == "hooks: 5 of 6 in place (hook files). Run: gitmem doctor"
    assert lines[4].startswith("queue: 1 job waiting")
    assert "1 failed. Run: gitmem doctor" in lines[4]
    assert lines[-1].endswith("worker: no luck")


def test_switched_off_is_said(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    committed.run("config", "gitmem.enabled", "false")

    assert "switched off" in render_status(status(committed))[0]


def test_what_the_remote_lacks_is_said(committed: GitDriver, remote: GitDriver) -> None:
    committed.run("remote", "add", "origin", str(remote.path))
    install(committed.repo, git_version=OLD_GIT)
    assert "had all memories" in render_status(status(committed))[4]
    committed.add_note(committed.out("rev-parse", "HEAD"), "---\nid: x\n")
    assert "lacks some memories" in render_status(status(committed))[4]

    committed.run("update-ref", "refs/gitmem/origin/claude-mem", "refs/notes/claude-mem")

    assert "had all memories" in render_status(status(committed))[4]


def test_sessions_of_the_last_weeks_are_counted_by_agent(committed: GitDriver) -> None:
    worktree = committed.path.resolve()
    install(committed.repo, git_version=OLD_GIT)
    for version in ("0.34", "0.98", "0.169-parent", "0.169-subagent"):
        codex_session(committed.home, worktree, version)
    os.utime(codex_session(committed.home, worktree, "0.169"), (1e9, 1e9))
    gemini_session(committed.home, worktree, "0.61")
    copilot_session(committed.home, worktree, "1.0.102")
    qwen_session(committed.home, worktree, "0.24.4")
    cline_session(committed.home, worktree, "3.0.65")
    cursor_session(committed.home, worktree, {"role": "user", "message": {"content": "Hello."}})
    agents = Agents.from_environment({"HOME": str(committed.home)})

    lines = render_status(read_status(committed.repo, OLD_GIT, agents))

    assert (
        lines[2] == "sessions here in the last 14 days: 1 of cline, 3 of codex, 1 of copilot-cli, "
        "1 of cursor, 1 of gemini-cli, 1 of qwen-code"
    )


def test_a_commit_whose_memories_were_forgotten_is_not_counted(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    kept = committed.out("rev-parse", "HEAD")
    for commit in (kept, committed.commit("second", **{"b.py": "b\n"})):
        told = gitmem(committed, "remember", "--commit", commit, "-m", f"because {commit}").stdout
    forgotten = told.rstrip().rpartition(" ")[2]
    assert "2 memories on 2 commits" in gitmem(committed, "status").stdout

    assert gitmem(committed, "forget", forgotten).returncode == 0

    assert "1 memory on 1 commit," in gitmem(committed, "status").stdout


def test_claude_code_is_told_by_its_plugin(committed: GitDriver) -> None:
    settings = committed.home / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"enabledPlugins": {"gitmem@gitmem": True}}))
    install(committed.repo, git_version=OLD_GIT, environ=committed.env())

    told = render_status(read_status(committed.repo, OLD_GIT, environ=committed.env()))
    assert "agents that are told: Claude Code (by its plugin)" in told
    install(committed.repo, git_version=OLD_GIT, no_agents=["claude-code"])
    told = render_status(read_status(committed.repo, OLD_GIT, environ=committed.env()))
    assert "agents that are told: none; not, as you wanted: Claude Code" in told


def test_where_gitmem_is_switched_off_no_agent_is_told(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    committed.run("config", "gitmem.enabled", "false")

    told = render_status(read_status(committed.repo, OLD_GIT, environ=committed.env()))

    assert "agents that are told: none, while gitmem.enabled is false" in told
