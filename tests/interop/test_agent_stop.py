"""The end of a turn or a session, as the client tells it: kept by a shell, read by the worker."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gitmem.capture.client_words import name_sessions
from gitmem.model.job import PAYLOAD, Job, parse_job, render_job
from gitmem.setup.clients.claude_code import hook_command
from gitmem.setup.install import install
from gitmem.state.queue import Queue
from gitmem.state.sessions import RegisteredSession, Registry
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.jobs import eventually

SESSION = "5c0ddc1e-0000-4000-8000-000000000001"
SHELLS = [found for name in ("dash", "bash", "busybox") if (found := shutil.which(name))]
FOLDERS = [
    "plain",
    "two words",
    'it\'s "quoted"',
    "größe 日本 🌳",
    "$(touch x) `id`;*",
    "a\nb",
    "-n",
]


def set_up(git: GitDriver) -> GitDriver:
    """Set up, with a worker that does not come: it only notes that it was called."""
    git.commit("first", a="1\n")
    install(git.repo)
    run = git.repo.state_dir / "run"
    text = run.read_text()
    run.write_text(text[: text.rindex("exec ")] + 'echo "$@" >>"${0%/*}/called"\n')
    return git


@pytest.fixture
def ready(tmp_path: Path, home: Path) -> GitDriver:
    git = GitDriver(tmp_path / "repo", home).init()
    git.run("config", "user.name", "Ada")
    git.run("config", "user.email", "ada@example.com")
    return set_up(git)


def words(git: GitDriver, **fields: Any) -> bytes:
    transcript = str(git.home / "t é.jsonl")
    said = {"session_id": SESSION, "transcript_path": transcript, "cwd": str(git.path)}
    return json.dumps({**said, "last_assistant_message": "done", **fields}).encode()


def client(
    git: GitDriver, event: str, said: bytes, *, shell: str = "/bin/sh", **environ: str
) -> None:
    """Run the hook as the client does."""
    command = [shell, *(["sh"] if shell.endswith("busybox") else []), "-c", hook_command(event)]
    done = subprocess.run(
        command,
        cwd="/",
        env={**git.env(), "CLAUDE_PROJECT_DIR": str(git.path), **environ},
        input=said,
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def shebang(shell: str) -> str:
    return f"{shell} sh" if shell.endswith("busybox") else shell


def queued(git: GitDriver) -> list[Job]:
    return [found.job for found in Queue(git.repo).jobs()]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("event", "kind"), [("Stop", "turn"), ("SessionEnd", "end")])
def test_what_the_client_says_becomes_a_job_of_its_session(
    ready: GitDriver, shell: str, event: str, kind: str
) -> None:
    client(ready, event, words(ready), shell=shell)

    (kept,) = queued(ready)
    assert (kind, words(ready).decode()) == (kept.kind, kept.extra[PAYLOAD])
    assert eventually((ready.repo.state_dir / "called").exists)

    name_sessions(ready.repo)

    assert [Job(kind, session=SESSION, worktree=str(ready.path.resolve()))] == queued(ready)
    known = RegisteredSession(SESSION, str(ready.home / "t é.jsonl"), str(ready.path.resolve()))
    assert known == Registry(ready.repo).get(SESSION)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_may_have_any_name(tmp_path: Path, home: Path, name: str) -> None:
    git = GitDriver(tmp_path / name, home).init()
    git.run("config", "user.name", "Ada")
    git.run("config", "user.email", "ada@example.com")
    set_up(git)
    below = git.path / "be low"
    below.mkdir()

    client(git, "Stop", words(git), CLAUDE_PROJECT_DIR=str(below))
    name_sessions(git.repo)

    expected = [] if "\n" in name else [str(git.path.resolve())]
    assert expected == [job.worktree for job in queued(git)] or "\n" in name
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({name, "home"})


def test_nobody_else_can_read_the_agents_words(ready: GitDriver) -> None:
    client(ready, "Stop", words(ready))

    (path,) = (ready.repo.state_dir / "queue").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    (kept,) = Queue(ready.repo).jobs()
    Queue(ready.repo).retry(kept)
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("event", ["Stop", "SessionEnd"])
def test_where_the_script_is_gone_the_hook_does_not_fail(ready: GitDriver, event: str) -> None:
    (ready.repo.state_dir / "hooks" / "agent-stop").unlink()

    client(ready, event, words(ready))  # which looks at code and output


@pytest.mark.parametrize("shell", SHELLS)
def test_words_of_the_same_process_id_do_not_replace_each_other(
    ready: GitDriver, shell: str
) -> None:
    """In containers, each of which counts its processes from 1."""
    script = ready.repo.state_dir / "hooks" / "agent-stop"
    script.write_text(script.read_text().replace("#!/bin/sh", f"#!{shebang(shell)}", 1))
    for said in (b"one", b"two"):
        again = f'exec "{script}" turn'
        taken = '[ -n "$(ls "$2")" ] && mv "$2"/*.job "$2/agent-turn-$$.job"; ' + again
        queue = str(ready.repo.state_dir / "queue")
        subprocess.run(["sh", "-c", taken, "sh", "", queue], cwd=ready.path, input=said, check=True)

    assert {job.extra[PAYLOAD] for job in queued(ready)} == {"one", "two"}


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_not_the_agents_words_is_as_readable_as_ever(ready: GitDriver, shell: str) -> None:
    """The worker writes git's objects and refs, which others of a shared repository read."""
    run = ready.repo.state_dir / "run"
    run.write_text(run.read_text() + 'umask >>"${0%/*}/mask"\n')
    script = ready.repo.state_dir / "hooks" / "agent-stop"
    script.write_text(script.read_text().replace("#!/bin/sh", f"#!{shebang(shell)}", 1))
    (ready.repo.state_dir / "queue").rmdir()
    before = os.umask(0o022)
    try:
        client(ready, "Stop", words(ready))
    finally:
        os.umask(before)

    mask = ready.repo.state_dir / "mask"
    assert eventually(lambda: mask.exists() and mask.read_text() != "")
    assert int(mask.read_text(), 8) == 0o022
    folder = ready.repo.state_dir / "queue"
    assert folder.stat().st_mode & 0o777 == 0o755
    (path,) = folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\0",
        b"kind=push\0remote=evil\0end=\0",
        b'{"session_id": "x"}\0kind=push\0remote=evil\0payload=\0end=\0',
        b'{"session_id": "../../x"}',
        b'{"session_id": "a b"}',
        b'{"session_id": 7}',
        b"\xff\xfe" * 99,
        b"[" * 99_999,
        b'{"session_id": "x", "a": "' + b"y" * (2 << 20) + b'"}',
    ],
    ids=range(13),
)
def test_words_that_name_no_session_leave_nothing(ready: GitDriver, said: bytes) -> None:
    client(ready, "Stop", said)
    assert {"turn"} == {job.kind for job in queued(ready)}

    name_sessions(ready.repo)

    assert queued(ready) == []
    assert Registry(ready.repo).sessions() == []


def test_a_payload_cannot_pass_for_fields() -> None:
    said = b"kind=turn\0project=/p\0payload=a\0kind=push\0payload=b\0end=\0\0end=\0"

    job = parse_job(said)

    assert job is not None
    assert (job.kind, job.extra["project"]) == ("turn", "/p")
    assert job.extra[PAYLOAD] == "a\0kind=push\0payload=b\0end=\0"
    assert job == parse_job(render_job(job))


def test_words_about_another_repository_are_dropped(ready: GitDriver, tmp_path: Path) -> None:
    other = GitDriver(tmp_path / "other", ready.home).init()
    file = ready.repo.state_dir / "queue" / "agent-turn-1.job"
    file.write_bytes(
        b"kind=turn\0project=%s\0payload=%s\0end=\0" % (bytes(other.path), words(ready))
    )

    name_sessions(ready.repo)

    assert queued(ready) == []


def test_a_linked_work_tree_is_named(ready: GitDriver, tmp_path: Path) -> None:
    ready.run("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))

    client(ready, "Stop", words(ready), CLAUDE_PROJECT_DIR=str(tmp_path / "linked"))
    name_sessions(ready.repo)

    assert [str((tmp_path / "linked").resolve())] == [job.worktree for job in queued(ready)]


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("place", ["linked", "repo/linked", "other/linked"])
def test_the_end_of_a_session_outlives_its_work_tree(
    ready: GitDriver, tmp_path: Path, place: str, is_known: bool
) -> None:
    """Removed before the worker came; it may have lain within another work tree."""
    GitDriver(tmp_path / "other", ready.home).init()
    linked = tmp_path / place
    ready.run("worktree", "add", "-q", "-b", "side", str(linked))
    (linked / "below").mkdir()
    if is_known:
        Registry(ready.repo).add(RegisteredSession(SESSION, "/old.jsonl", str(linked)))

    project = linked / "below" if is_known else linked
    client(ready, "SessionEnd", words(ready), CLAUDE_PROJECT_DIR=str(project))
    ready.run("worktree", "remove", "--force", str(linked))
    name_sessions(ready.repo)

    assert queued(ready) == [Job("end", session=SESSION, worktree=str(linked))]
    known = RegisteredSession(SESSION, str(ready.home / "t é.jsonl"), str(linked))
    assert known == Registry(ready.repo).get(SESSION)


def test_where_it_is_skipped_or_not_set_up_nothing_is_kept(ready: GitDriver) -> None:
    client(ready, "Stop", words(ready), GITMEM_SKIP="1")
    (ready.repo.state_dir / "install.json").unlink()
    client(ready, "Stop", words(ready))

    assert queued(ready) == []


def test_a_queue_that_is_gone_is_made_again(ready: GitDriver) -> None:
    (ready.repo.state_dir / "queue").rmdir()

    client(ready, "SessionEnd", words(ready))

    assert [job.kind for job in queued(ready)] == ["end"]


@pytest.mark.parametrize("enabled", ["true", "false"])
def test_the_worker_leaves_nothing_of_it(committed: GitDriver, enabled: str) -> None:
    """Whole: the client's words, the real launcher and the real worker."""
    assert gitmem(committed, "init").returncode == 0
    committed.run("config", "gitmem.enabled", enabled)

    client(committed, "Stop", words(committed))

    assert eventually(lambda: not any(PAYLOAD in job.extra for job in queued(committed)))
    # Whether anything is in that session, which has no transcript, is not what this asks.
    assert (Registry(committed.repo).get(SESSION) is not None) == (enabled == "true")
    assert {job.worktree for job in queued(committed)} <= {str(committed.path.resolve())}


@pytest.mark.parametrize("path", [".::{}", "tools:{}:"])
def test_no_program_of_the_folder_that_one_is_in_is_run(ready: GitDriver, path: str) -> None:
    """A clone may bring it; macOS has neither setsid nor timeout of its own."""
    for name in ("setsid", "nice", "timeout", "dd", "find", "mkdir", "cat", "rm"):
        for folder in ("tools", "."):
            stub = ready.write(f"{folder}/{name}", f"#!/bin/sh\n>'{ready.home}/ran'\n")
            stub.chmod(0o755)
    environ = {**ready.env(), "PATH": path.format(os.environ["PATH"])}
    for event in ("Stop", "SessionEnd"):
        subprocess.run(
            [ready.repo.state_dir / "run", "hook", event],
            cwd=ready.path,
            env=environ,
            input=words(ready),
            check=True,
        )
    subprocess.run(
        ["git", "commit", "-q", "--allow-empty", "-m", "x"], cwd=ready.path, env=environ, check=True
    )

    assert len(queued(ready)) == 3
    assert eventually((ready.repo.state_dir / "called").exists)
    assert not (ready.home / "ran").exists()
