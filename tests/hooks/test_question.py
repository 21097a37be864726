"""An agent is asked about a commit of its work: once, and only where that is worth it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gitmem.capture.question import MAX_TOKENS
from gitmem.hooks.agent import run_agent_hook
from gitmem.hooks.question import run_command_hook
from gitmem.setup.clients.claude_code import hook_command
from gitmem.state.questions import Questions
from gitmem.state.sessions import RegisteredSession, Registry
from tests.hooks.test_agent import SESSION, environ, payload, ready
from tests.hooks.test_imports import HEAVY, loaded_packages
from tests.support.capture import remembered, session_in
from tests.support.git import GitDriver

__all__ = ["ready"]

OTHER = "99999999-2222-4333-8444-555555555555"
CODE = (
    "def cents(price):\n    whole, _, part = price.partition('.')\n    return int(whole + part)\n"
)


@pytest.fixture
def settled(ready: GitDriver) -> GitDriver:
    """Set up, with what that changed in the project committed."""
    ready.commit("Share the settings")
    return ready


def committed_by(
    git: GitDriver, message: str = "Keep prices in cents", session: str = SESSION, **files: str
) -> str:
    """A commit that git's own hook saw in the agent's session."""
    commit = git.commit(message, **(files or {"price.py": f"{CODE}# {git.now}\n"}))
    Questions(git.repo).add_commit(session, commit)
    return commit


def after_command(git: GitDriver, **fields: Any) -> str:
    """What the model is told behind a command."""
    given = {"permission_mode": "acceptEdits", "tool_name": "Bash", **fields}
    named = environ(git, CLAUDE_CODE_SESSION_ID=SESSION)
    return told(run_command_hook(payload(git, **given), named), "PostToolUse")


def with_prompt(git: GitDriver, **fields: Any) -> str:
    given = payload(git, prompt="Go on.", permission_mode="default", **fields)
    return told(run_agent_hook("UserPromptSubmit", given, environ(git)), "UserPromptSubmit")


def told(printed: str, event: str) -> str:
    if not printed:
        return ""
    output = json.loads(printed)["hookSpecificOutput"]
    assert output["hookEventName"] == event
    return str(output["additionalContext"])


def test_the_agent_is_asked_behind_the_command_that_made_a_commit(settled: GitDriver) -> None:
    commit = committed_by(settled)

    question = after_command(settled)

    assert question.startswith("gitmem: if the diff does not say why")
    assert f"remember --commit {commit[:7]}" in question
    assert len(question) / 4 <= MAX_TOKENS


def test_it_is_asked_once(settled: GitDriver) -> None:
    commit = committed_by(settled)

    assert after_command(settled)
    Questions(settled.repo).add_commit(SESSION, commit)
    assert after_command(settled) == ""
    assert with_prompt(settled) == ""


def test_of_several_commits_the_newest_is_asked_about_and_the_rest_never(
    settled: GitDriver,
) -> None:
    for number in range(3):
        name = {f"price{number}.py": CODE}
        last = committed_by(settled, f"Keep prices in cents, part {number}", **name)

    assert last[:7] in after_command(settled)
    assert after_command(settled) == ""


def test_two_sessions_are_not_both_asked_about_one_commit(settled: GitDriver) -> None:
    commit = committed_by(settled)
    Questions(settled.repo).add_commit(OTHER, commit)

    assert after_command(settled)
    assert after_command(settled, session_id=OTHER) == ""


@pytest.mark.parametrize(
    ("message", "files"),
    [
        ("Fix typo", {}),
        ("chore(deps): bump six from 1.16 to 1.17", {}),
        ("Apply black", {}),
        ("Release 1.2.0", {}),
        ("Update dependencies", {"poetry.lock": "x\n" * 90}),
        ("One more retry, because the gateway drops the first", {"retry.py": "RETRIES = 4\n"}),
        (
            "Keep prices in cents\n\n"
            + "A float cannot hold 0.1, so sums were off by a cent in a thousand. " * 3
            + "Cents instead of decimals, because the shop's API only takes integers.",
            {},
        ),
    ],
    ids=["typo", "dependency", "format", "release", "lock file", "one line", "message says it"],
)
def test_a_trivial_commit_is_not_asked_about(
    settled: GitDriver, message: str, files: dict[str, str]
) -> None:
    committed_by(settled, message, **files)

    assert after_command(settled) == ""


def test_a_long_message_that_gives_no_reason_is_asked_about(settled: GitDriver) -> None:
    body = "Adds the module and its tests, and touches the list of modules as well.\n" * 5
    committed_by(settled, f"Keep prices in cents\n\n{body}\nCo-Authored-By: Claude <x@example.com>")

    assert after_command(settled)


def test_a_robots_commit_is_not_asked_about(settled: GitDriver) -> None:
    settled.environ["GIT_AUTHOR_NAME"] = "renovate[bot]"
    committed_by(settled)

    assert after_command(settled) == ""


def test_a_merge_is_not_asked_about(settled: GitDriver) -> None:
    settled.run("checkout", "-q", "-b", "side")
    settled.commit("Side", **{"side.py": CODE})
    settled.run("checkout", "-q", "main")
    settled.commit("Main", **{"main.py": CODE})
    settled.run("merge", "-q", "--no-ff", "-m", "Merge side", "side")
    Questions(settled.repo).add_commit(SESSION, settled.out("rev-parse", "HEAD"))

    assert after_command(settled) == ""


def test_what_was_taken_over_from_elsewhere_is_not_asked_about(settled: GitDriver) -> None:
    settled.run("checkout", "-q", "-b", "side")
    theirs = settled.commit("Side", **{"side.py": CODE})
    settled.run("checkout", "-q", "main")
    settled.now += 60
    settled.run("cherry-pick", theirs)
    Questions(settled.repo).add_commit(SESSION, settled.out("rev-parse", "HEAD"))

    assert after_command(settled) == ""


def test_an_amended_commit_is_not_asked_about_again(settled: GitDriver) -> None:
    committed_by(settled)
    assert after_command(settled)
    settled.write("more.py", CODE)
    settled.run("add", "-A")
    settled.now += 60
    settled.run("commit", "-q", "--amend", "--no-edit")
    Questions(settled.repo).add_commit(SESSION, settled.out("rev-parse", "HEAD"))

    assert after_command(settled) == ""


def test_what_was_amended_at_once_is_asked_about_as_it_is_now(settled: GitDriver) -> None:
    committed_by(settled)
    settled.now += 60
    settled.run("commit", "-q", "--amend", "-m", "Keep all prices in cents")
    now = settled.out("rev-parse", "HEAD")
    Questions(settled.repo).add_commit(SESSION, now)

    assert now[:7] in after_command(settled)


def test_a_commit_that_was_dropped_is_not_asked_about(settled: GitDriver) -> None:
    committed_by(settled)
    settled.run("reset", "-q", "--hard", "HEAD~1")

    assert after_command(settled) == ""


def test_a_renamed_file_is_counted_by_its_lines(settled: GitDriver) -> None:
    settled.commit("Start", **{"old.py": CODE * 9})
    settled.run("mv", "old.py", "new name.py")
    settled.now += 60
    settled.run("commit", "-q", "-m", "Give the module its name")
    Questions(settled.repo).add_commit(SESSION, settled.out("rev-parse", "HEAD"))

    assert after_command(settled) == ""


@pytest.mark.parametrize("fields", [{"agent_id": "a26696f0973b457fc"}, {"permission_mode": "plan"}])
def test_a_subagent_and_an_agent_that_plans_are_not_asked_but_the_session_is_later(
    settled: GitDriver, fields: dict[str, str]
) -> None:
    committed_by(settled)

    assert after_command(settled, **fields) == ""
    assert after_command(settled)


def test_an_agent_that_plans_is_not_asked_with_a_prompt(settled: GitDriver) -> None:
    committed_by(settled)
    given = payload(settled, prompt="Plan it.", permission_mode="plan")

    printed = run_agent_hook("UserPromptSubmit", given, environ(settled))

    assert "does not say why" not in told(printed, "UserPromptSubmit")
    assert "does not say why" in with_prompt(settled)


def test_a_client_that_does_not_tell_a_subagent_from_its_session_is_asked_with_the_prompt(
    settled: GitDriver,
) -> None:
    committed_by(settled)

    assert run_command_hook(payload(settled), environ(settled)) == ""
    assert "does not say why" in with_prompt(settled)


def test_never_means_never(settled: GitDriver) -> None:
    settled.run("config", "gitmem.ask", "never")
    committed_by(settled)

    assert after_command(settled) == ""
    settled.run("config", "gitmem.ask", "commit")
    assert after_command(settled) == ""


def test_switched_off_nothing_is_asked(settled: GitDriver) -> None:
    settled.run("config", "gitmem.enabled", "false")
    committed_by(settled)

    assert after_command(settled) == ""
    assert not Questions(settled.repo).has_commits(SESSION)


def test_skipped_nothing_is_asked(settled: GitDriver) -> None:
    committed_by(settled)

    skipped = environ(settled, GITMEM_SKIP="1", CLAUDE_CODE_SESSION_ID=SESSION)
    assert run_command_hook(payload(settled), skipped) == ""


def test_of_excluded_files_alone_nothing_is_asked(settled: GitDriver) -> None:
    settled.run("config", "gitmem.exclude", "secret/")
    committed_by(settled, **{"secret__price.py": CODE})
    assert after_command(settled) == ""
    committed_by(settled, **{"secret__price.py": "x\n", "cents.py": CODE})
    assert after_command(settled)


def test_a_setting_of_the_wrong_form_asks_nothing(settled: GitDriver) -> None:
    settled.run("config", "gitmem.ask", "often")
    committed_by(settled)

    assert after_command(settled) == ""


def test_in_a_linked_work_tree_its_own_commit_is_asked_about(settled: GitDriver) -> None:
    settled.run("worktree", "add", "-q", "-b", "side", "../linked")
    linked = settled.path.parent / "linked"
    (linked / "price.py").write_text(CODE)
    settled.run("-C", str(linked), "add", "price.py")
    settled.now += 60
    settled.run("-C", str(linked), "commit", "-q", "-m", "Keep prices in cents")
    commit = settled.out("-C", str(linked), "rev-parse", "HEAD")
    Questions(settled.repo).add_commit(SESSION, commit)

    assert commit[:7] in after_command(settled, cwd=str(linked))


@pytest.mark.parametrize("given", [b"", b"{", b"[]", b"7", b'{"session_id": 3}', b"[" * 9999])
def test_what_is_not_understood_asks_nothing(settled: GitDriver, given: bytes) -> None:
    committed_by(settled)
    named = environ(settled, CLAUDE_CODE_SESSION_ID=SESSION)

    assert run_command_hook(given, named) == ""


def test_where_gitmem_is_not_set_up_nothing_is_made(committed: GitDriver) -> None:
    before = sorted((committed.path / ".git").rglob("*"))

    named = environ(committed, CLAUDE_CODE_SESSION_ID=SESSION)
    assert run_command_hook(payload(committed), named) == ""
    assert sorted((committed.path / ".git").rglob("*")) == before


def test_after_a_persons_commit_of_a_sessions_work_the_next_prompt_asks(settled: GitDriver) -> None:
    writer = session_in(settled, SESSION).prompt("Make prices exact.").write("price.py", CODE)
    registered = RegisteredSession(SESSION, str(writer.path), str(settled.path.resolve()))
    Registry(settled.repo).add(registered)
    settled.write("price.py", CODE)
    settled.now = int(writer.now) - 59
    commit = settled.commit("Exact prices")

    remembered(settled, commit)

    assert f"--commit {commit[:7]}" in with_prompt(settled)
    assert with_prompt(settled) == ""


def test_a_session_of_another_agent_is_not_noted_for_nobody_asks_it(settled: GitDriver) -> None:
    writer = session_in(settled, SESSION).prompt("Make prices exact.").write("price.py", CODE)
    settled.write("price.py", CODE)
    settled.now = int(writer.now) - 59

    remembered(settled, settled.commit("Exact prices"))

    assert not Questions(settled.repo).has_commits(SESSION)


def git_in_session(git: GitDriver, session: str, *arguments: str) -> None:
    environ = {**git.env(), "CLAUDE_CODE_SESSION_ID": session}
    subprocess.run(["git", *arguments], cwd=git.path, env=environ, check=True)


def test_gits_hook_notes_the_commit_of_a_session(settled: GitDriver) -> None:
    Registry(settled.repo).add(RegisteredSession(SESSION, "/nowhere", str(settled.path)))
    settled.write("price.py", CODE)
    settled.run("add", "-A")

    git_in_session(settled, SESSION, "commit", "-q", "-m", "Keep prices in cents")

    commit = settled.out("rev-parse", "HEAD")
    assert Questions(settled.repo).take_commits(SESSION) == [commit]
    assert Questions(settled.repo).take_commits(SESSION) == []


@pytest.mark.parametrize(
    "session", ["", "../sessions/x", ".x", "a b", "$(touch x)", "-n", "of-another-agent"]
)
def test_gits_hook_makes_no_file_of_a_name_that_is_no_session_of_ours(
    settled: GitDriver, session: str
) -> None:
    settled.write("price.py", CODE)
    settled.run("add", "-A")
    Registry(settled.repo).add(RegisteredSession("x", "/nowhere", str(settled.path)))
    (settled.repo.state_dir / "sessions" / ".x.json").touch()
    before = set(settled.repo.state_dir.glob("sessions/*"))

    git_in_session(settled, session, "commit", "-q", "-m", "Keep prices in cents")

    folder = settled.repo.state_dir / "commits"
    assert not folder.exists() or list(folder.iterdir()) == []
    assert set(settled.repo.state_dir.glob("sessions/*")) == before


def test_without_a_commit_no_python_starts(settled: GitDriver) -> None:
    """The launcher ends the hook; what it would start says that it was."""
    run = settled.repo.state_dir / "run"
    lines = [line for line in run.read_text().splitlines() if not line.startswith("exec ")]
    run.write_text("\n".join([*lines, 'echo started "$@"']) + "\n")

    def hook(command: str, session: str = SESSION) -> str:
        env = {**settled.env(), "CLAUDE_PROJECT_DIR": str(settled.path)}
        env["CLAUDE_CODE_SESSION_ID"] = session
        done = subprocess.run(
            ["sh", "-c", command], env=env, capture_output=True, text=True, check=True
        )
        return done.stdout

    command = hook_command("PostToolUse", " Bash")
    assert hook(command) == ""
    assert hook(hook_command("PostToolUse")) == "started hook PostToolUse\n"
    assert hook(command, "") == ""  # client 2.0 names no session
    Questions(settled.repo).add_commit(SESSION, "c" * 40)
    assert hook(command) == "started hook PostToolUse Bash\n"
    assert hook(command, OTHER) == ""


def test_the_hook_of_a_command_loads_the_standard_library_only(settled: GitDriver) -> None:
    committed_by(settled)
    settled.environ["CLAUDE_CODE_SESSION_ID"] = SESSION

    assert not loaded_packages(settled, "hook", "PostToolUse", "Bash") & HEAVY
    assert not Questions(settled.repo).has_commits(SESSION)


def test_the_shell_is_told_where_gitmem_is(settled: GitDriver, monkeypatch: Any) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    folder = settled.path / "src"
    folder.mkdir()
    committed_by(settled)

    question = after_command(settled, cwd=str(folder))

    assert "`../.git/gitmem/run remember --commit" in question
    assert (folder / Path("../.git/gitmem/run")).is_file()


@pytest.mark.parametrize("place", ["tools", "."])
def test_it_is_not_sent_to_a_gitmem_that_the_project_brought(
    settled: GitDriver, monkeypatch: Any, place: str
) -> None:
    program = settled.write(f"{place}/gitmem", "#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    committed_by(settled)

    assert "`.git/gitmem/run remember --commit" in after_command(settled, cwd=str(settled.path))
