"""The whole story in a temporary folder: what a newcomer sees before trusting us with a repository.

Nothing is staged but the agent: its two sessions are real transcripts that ship with the
package, and their edits are replayed.  git, the hooks, the worker, the notes, the push and the
clone are the real thing, run as commands with a home folder of their own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from importlib import resources
from pathlib import Path

from gitmem.process.child import run

_SAMPLE_FOLDER = "/home/dev/project"
_STAMP = re.compile(r'"timestamp":"([^"]+)Z"')
_PATIENCE_SECONDS = 20.0

_PROJECT = {
    "fetchkit/__init__.py": "",
    "fetchkit/dates.py": (
        "from datetime import datetime\n\n\n"
        "def parse(stamp):\n"
        '    return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S")\n'
    ),
    "fetchkit/client.py": (
        '"""The client: one object that fetches things."""\n'
        "import json\nimport time\nimport urllib.request\n\n\n"
        "class Client:\n"
        "    def __init__(self, base_url, timeout=10):\n"
        "        self.base_url = base_url\n"
        "        self.timeout = timeout\n\n"
        "    def url(self, path):\n"
        '        return self.base_url + "/" + path\n\n'
        "    def get(self, path):\n"
        "        with urllib.request.urlopen(self.url(path), timeout=self.timeout) as reply:\n"
        "            return json.loads(reply.read())\n"
    ),
}


@dataclass(frozen=True)
class Step:
    """One stop of the tour: what happens, the command as one would type it, what it printed."""

    title: str
    command: str = ""
    output: str = ""


@dataclass(frozen=True)
class _Session:
    sample: str
    message: str


_SESSIONS = (
    _Session("dates.jsonl", "Parse time stamps with a zone (fromisoformat)"),
    _Session("ratelimit.jsonl", "Add token-bucket rate limiting to the client"),
)


def run_demo(*, keep: bool) -> Iterator[Step]:
    """Play the story step by step.  With ``keep`` the folder stays, and the last step names it."""
    folder = Path(tempfile.mkdtemp(prefix="gitmem-demo-"))
    try:
        yield from _Stage(folder).play()
        if keep:
            yield Step(f"Everything is in {folder}")
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


class _Stage:
    """The folder of a demo: a remote, Ada's clone, Ben's clone, a home for all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ada, self._ben = folder / "ada", folder / "ben"
        self._home = folder / "home"
        self._home.mkdir()

    def play(self) -> Iterator[Step]:
        yield self._set_up()
        for session in _SESSIONS:
            yield from self._session(session)
        log = self._gitmem(self._ada, "log")
        yield Step("Why did the code change?", "gitmem log", log)
        pushed = self._git(self._ada, "push", "origin", "main")
        yield Step("The memories travel with a plain push", "git push", pushed)
        self._git(self._folder, "clone", "-q", "remote.git", "ben")
        joined = self._gitmem(self._ben, "init")
        yield Step(
            "Ben clones the project. One line, and he has them too",
            "git clone … && gitmem init",
            joined,
        )
        yield Step(
            "Ben's first session starts. The agent is given",
            "",
            self._start_session(self._ben, "0b7e5a9e-0000-4000-8000-000000000001"),
        )

    def _set_up(self) -> Step:
        self._git(self._folder, "init", "-q", "--bare", "-b", "main", "remote.git")
        self._git(self._folder, "clone", "-q", "remote.git", "ada")
        self._git(self._ada, "symbolic-ref", "HEAD", "refs/heads/main")
        for name, content in _PROJECT.items():
            _write(self._ada / name, content)
        self._git(self._ada, "add", "-A")
        self._git(self._ada, "commit", "-q", "-m", "Start fetchkit")
        printed = self._gitmem(self._ada, "init")
        self._git(self._ada, "add", "-A")
        self._git(self._ada, "commit", "-q", "-m", "Set up gitmem")
        return Step("Ada works on a small project, fetchkit", "gitmem init", printed)

    def _session(self, session: _Session) -> Iterator[Step]:
        lines = _read_sample(session.sample, self._ada)
        name = str(json.loads(lines[0])["sessionId"])
        transcript = self._home / ".claude" / "projects" / "fetchkit" / f"{name}.jsonl"
        self._start_session(self._ada, name)
        before = next(i for i, line in enumerate(lines) if "git commit" in line) + 1
        _write(transcript, "".join(lines[:before]))
        _replay_edits(lines)
        yield Step("Ada asks her agent", "", _quote(_first_prompt(lines)))
        self._git(self._ada, "add", "-A")
        commit = ["commit", "-m", session.message]
        printed = self._git(self._ada, *commit, CLAUDE_CODE_SESSION_ID=name, CLAUDECODE="1")
        self._wait_for_memory()
        _write(transcript, "".join(lines))
        yield Step("It works, and commits", f"git commit -m '{session.message}'", printed)

    def _start_session(self, clone: Path, session: str) -> str:
        """What the client does at SessionStart; returns the context the agent is given."""
        transcript = self._home / ".claude" / "projects" / "fetchkit" / f"{session}.jsonl"
        payload = {
            "session_id": session,
            "transcript_path": str(transcript),
            "cwd": str(clone),
            "hook_event_name": "SessionStart",
            "source": "startup",
        }
        printed = self._gitmem(clone, "hook", "SessionStart", stdin=json.dumps(payload))
        if not printed:
            return ""
        return str(json.loads(printed)["hookSpecificOutput"]["additionalContext"])

    def _wait_for_memory(self) -> None:
        """The worker is detached: wait until the queue is empty and the note is there."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                self._git(self._ada, "notes", "--ref", "claude-mem", "show", "HEAD")
            except subprocess.CalledProcessError:
                time.sleep(0.05)
            else:
                return

    def _gitmem(self, place: Path, *arguments: str, stdin: str = "") -> str:
        return self._run([sys.executable, "-I", "-m", "gitmem", *arguments], place, stdin, {})

    def _git(self, place: Path, *arguments: str, **environ: str) -> str:
        return self._run(["git", *arguments], place, "", environ)

    def _run(self, command: Sequence[str], place: Path, stdin: str, environ: dict[str, str]) -> str:
        done = run(
            command,
            stdin.encode(),
            environ={**self._environment(), **environ},
            folder=place,
            stderr=subprocess.DEVNULL if stdin else subprocess.STDOUT,
        )
        done.check_returncode()
        return done.stdout.decode("utf-8", "replace").strip().replace(str(self._folder), "…")

    def _environment(self) -> dict[str, str]:
        """Nothing of the caller's but PATH: no git configuration, no agent, no key."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._home),
            "LC_ALL": "C.UTF-8",
            "PYTHONUTF8": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.com",
        }


def _read_sample(sample: str, worktree: Path) -> list[str]:
    """The transcript as if it had been recorded here and had ended a moment ago."""
    samples = resources.files("gitmem").joinpath("samples")
    text = samples.joinpath(sample).read_text(encoding="utf-8")
    text = text.replace(_SAMPLE_FOLDER, json.dumps(str(worktree))[1:-1])
    stamps = [datetime.fromisoformat(stamp) for stamp in _STAMP.findall(text)]
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    shift = now - max(stamps) - timedelta(seconds=1)

    def shifted(match: re.Match[str]) -> str:
        moved = datetime.fromisoformat(match[1]) + shift
        return f'"timestamp":"{moved.isoformat(timespec="milliseconds")}Z"'

    return _STAMP.sub(shifted, text).splitlines(keepends=True)


def _replay_edits(lines: Sequence[str]) -> None:
    """Do to the files what the agent did to them."""
    for line in lines:
        record = json.loads(line)
        content = record.get("message", {}).get("content", [])
        for block in content if isinstance(content, list) else []:
            if block.get("type") == "tool_use":
                _replay(block["name"], block["input"])


def _replay(tool: str, given: dict[str, str]) -> None:
    if tool == "Write":
        _write(Path(given["file_path"]), given["content"])
    elif tool == "Edit":
        path = Path(given["file_path"])
        before = path.read_text(encoding="utf-8")
        _write(path, before.replace(given["old_string"], given["new_string"], 1))


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def _first_prompt(lines: Sequence[str]) -> str:
    contents = (json.loads(line).get("message", {}).get("content") for line in lines)
    return next(content for content in contents if isinstance(content, str))


def _quote(text: str) -> str:
    return f"“{text}”"
