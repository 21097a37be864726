"""What the next session is told after work was committed, by the hooks as the client runs them."""

from __future__ import annotations

import json
import subprocess
import time
import uuid

from gitmem.state.lock import is_worker_running
from gitmem.state.queue import Queue
from tests.support.capture import session_in
from tests.support.cli import gitmem
from tests.support.git import GitDriver

LOOKED = "I looked at the retries in net.py but changed nothing yet. The gateway blocks at four."
CHOSE = (
    "I chose full jitter instead of a fixed pause, because the clients retried in lockstep and the"
    " gateway blocked all of them."
)
CODE = "def send():\n    for attempt in range(3):\n        pause(attempt)\n"
PATIENCE_SECONDS = 30.0


def hook(git: GitDriver, event: str, session: str) -> str:
    slug = "".join(c if c.isalnum() else "-" for c in str(git.path.resolve()))
    transcript = git.home / ".claude" / "projects" / slug / f"{session}.jsonl"
    payload = {
        "session_id": session,
        "transcript_path": str(transcript),
        "cwd": str(git.path),
        "hook_event_name": event,
        "source": "startup",
    }
    done = subprocess.run(
        [str(git.repo.state_dir / "run"), "hook", event],
        cwd=git.path,
        env={**git.env(), "CLAUDE_PROJECT_DIR": str(git.path)},
        input=json.dumps(payload).encode(),
        capture_output=True,
        check=True,
    )
    told = json.loads(done.stdout or b"{}").get("hookSpecificOutput", {})
    return str(told.get("additionalContext", ""))


def settle(git: GitDriver) -> None:
    """Let the worker end that a hook has started."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if Queue(git.repo).is_empty() and not is_worker_running(git.repo):
            return
        time.sleep(0.05)
    raise AssertionError("the worker did not end")


def look(git: GitDriver) -> None:
    """A session that finds something out and is then left alone."""
    session = str(uuid.uuid4())
    hook(git, "SessionStart", session)
    session_in(git, session).prompt("Why does the upload fail after four tries?").say(LOOKED)
    git.now += 60
    hook(git, "Stop", session)
    settle(git)


def build(git: GitDriver) -> str:
    """Another one that does the work and commits it; the commit."""
    git.now += 600
    session = str(uuid.uuid4())
    hook(git, "SessionStart", session)
    writer = session_in(git, session).prompt("Retry three times in net.py, with full jitter.")
    writer.say(CHOSE).write("net.py", CODE)
    git.write("net.py", CODE)
    git.environ["CLAUDE_CODE_SESSION_ID"] = session
    git.now = int(writer.now) - 59
    commit = git.commit("Retry three times with jitter")
    del git.environ["CLAUDE_CODE_SESSION_ID"]
    settle(git)
    writer.say("Retries are in and committed.")
    hook(git, "Stop", session)
    settle(git)
    hook(git, "SessionEnd", session)
    settle(git)
    return commit


def test_after_a_commit_the_next_session_is_told_what_head_says(committed: GitDriver) -> None:
    """And not what a session said that looked before the work was done."""
    committed.now = int(time.time()) - 5_000
    assert gitmem(committed, "init").returncode == 0
    look(committed)
    commit = build(committed)

    told = hook(committed, "SessionStart", str(uuid.uuid4()))

    assert commit[:10] in told
    assert "full jitter instead of a fixed pause" in told
    assert "Why does the upload fail" not in told
    assert "changed nothing yet" not in told
    assert "not committed yet" not in told
