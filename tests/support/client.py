"""The real Claude Code client, headless, against a scripted API on loopback."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

CANNOT_INSTALL = 69


class Client:
    """An installed client and the home folder it keeps its transcripts in."""

    def __init__(self, runner: Path, folder: Path, version: str) -> None:
        self._runner = runner
        self._folder = folder
        self.version = version

    @classmethod
    def install(cls, shared: Path, folder: Path) -> Client:
        """Install by npm, once a test session; skips the test where that cannot be done."""
        runner = shared / "claude-code" / "run_client.sh"
        if shutil.which("npm") is None:
            pytest.skip("the real client cannot be installed: there is no npm")
        done = subprocess.run(
            ["sh", str(runner), "--dir", str(folder), "--install-only"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == CANNOT_INSTALL:
            pytest.skip(f"the real client cannot be installed: {done.stderr.strip()[-200:]}")
        assert done.returncode == 0, done.stderr
        return cls(runner, folder, done.stdout.strip())

    @property
    def program(self) -> Path:
        """The client itself, as the runner finds it."""
        modules = self._folder / "node_modules"
        places = [modules / ".bin" / "claude", *modules.glob("@anthropic-ai/claude-code-*/claude")]
        return next(place for place in places if os.access(place, os.X_OK))

    def run(
        self,
        repo: Path,
        turns: Sequence[dict[str, Any]],
        *,
        home: Path,
        prompt: str = "Do the task.",
        arguments: Sequence[str] = (),
    ) -> list[dict[str, Any]]:
        """One session in ``repo``; returns the requests that the API got.

        Fails when the client does, or when the script's turns and expectations are not met.
        """
        script = self._folder / "script.json"
        script.write_text(json.dumps({"turns": list(turns)}))
        log = self._folder / "requests.jsonl"
        log.unlink(missing_ok=True)
        command = ["sh", str(self._runner), "--dir", str(self._folder), "--repo", str(repo)]
        command += ["--script", str(script), "--home", str(home), "--log", str(log)]
        command += ["--prompt", prompt]
        standard = ["--permission-mode", "acceptEdits", "--allowedTools", "Bash,Write,Edit,Read"]
        command += ["--", *standard, "--output-format", "json", *arguments]
        environ = {"PATH": os.environ["PATH"], "HOME": str(home)}
        done = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
        assert done.returncode == 0, (
            f"{done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        )
        return [json.loads(line) for line in log.read_text().splitlines()]


def said_to_the_model(requests: Sequence[dict[str, Any]]) -> str:
    """All text of the requests' messages, where injected context arrives."""
    return "\n".join(
        json.dumps(request["body"]["messages"], ensure_ascii=False)
        for request in requests
        if isinstance(request.get("body"), dict) and "messages" in request["body"]
    )


def fake_api(shared: Path) -> Any:
    """The module of the workplace's fake Messages API, whose ``FakeAnthropic`` serves a script."""
    path = shared / "claude-code" / "fake_anthropic.py"
    spec = importlib.util.spec_from_file_location("fake_anthropic", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
