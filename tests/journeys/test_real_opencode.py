"""The real OpenCode, where it is installed: it is told once, and its commit has its memory.

Put ``opencode`` on the path to run this; the model is a script on loopback, and nothing else of the
network is used (``OPENCODE_DISABLE_MODELS_FETCH``, ``OPENCODE_DISABLE_AUTOUPDATE``).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from typing import Any

import pytest

from gitmem.model.memory import Memory
from tests.support.capture import memories_on
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.models import Step, messages_api

pytestmark = [pytest.mark.slow, pytest.mark.real_client]

PATIENCE_SECONDS = 30.0
PROMPT = "Use integer cents in price.py, because 0.1 + 0.2 is not 0.3 in binary."
QUESTION = "Why does price.py use integer cents?"
LAST = "cents() takes integers now; a Decimal was rejected because it is slower."
CONTENT = "def cents(amount):\n    return int(amount)\n"
MEMORY = "<gitmem-memory>"


def test_opencode(committed: GitDriver) -> None:
    """The session is named by the plugin to the command that commits; the next one is told why."""
    program = shutil.which("opencode")
    if program is None:
        pytest.skip("'opencode' is not installed")
    assert gitmem(committed, "init", "--agent", "opencode").returncode == 0
    committed.commit("Set up gitmem")
    path = str(committed.path.resolve() / "price.py")
    commit = "git add price.py && git commit -q -m 'Exact prices'"

    first = run(
        committed,
        program,
        PROMPT,
        [
            call(1, "write", filePath=path, content=CONTENT),
            call(2, "bash", command=commit, description="Commit"),
            {"type": "text", "text": LAST},
        ],
    )

    memory = memory_of_head(committed)
    assert committed.out("log", "-1", "--format=%s") == "Exact prices"
    assert memory.provenance.agent.startswith("opencode 1.")
    assert memory.provenance.session.startswith("ses_")
    assert "not 0.3 in binary" in memory.why
    assert memory.files_changed == ("price.py",)
    assert MEMORY not in json.dumps(first[0])

    second = run(
        committed,
        program,
        QUESTION,
        [call(1, "read", filePath=path), {"type": "text", "text": "Because of binary."}],
    )

    assert [json.dumps(body).count(MEMORY) for body in second] == [1] * len(second)
    told = [text for text in texts(second[-1]) if MEMORY in text]
    assert "not 0.3 in binary" in told[0]
    assert told[0] in texts(second[0])  # the same text in every request


def call(number: int, tool: str, **given: str) -> Step:
    return {"type": "tool_use", "id": f"toolu_{number}", "name": tool, "input": given}


def texts(body: dict[str, Any]) -> list[str]:
    """All texts of a request's messages."""
    parts = [part for message in body["messages"] for part in message["content"]]
    return [part["text"] for part in parts if isinstance(part, dict) and "text" in part]


def run(git: GitDriver, program: str, prompt: str, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The requests that the client made; at today's time, for what it writes is of today."""
    requests: list[dict[str, Any]] = []
    dated = ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")
    environ = {name: value for name, value in git.env().items() if name not in dated}
    with messages_api(steps, requests) as url:
        model = {"name": "M", "tool_call": True, "limit": {"context": 200_000, "output": 8_000}}
        provider = {
            "npm": "@ai-sdk/anthropic",
            "options": {"baseURL": f"{url}/v1", "apiKey": "none"},
            "models": {"claude-sonnet-4-5": model},
        }
        config = {
            "share": "disabled",
            "autoupdate": False,
            "model": "anthropic/claude-sonnet-4-5",
            "small_model": "anthropic/claude-sonnet-4-5",
            "enabled_providers": ["anthropic"],
            "provider": {"anthropic": provider},
        }
        done = subprocess.run(
            [program, "run", "--format", "json", prompt],
            cwd=git.path,
            env={
                **environ,
                "PATH": os.environ["PATH"],
                "OPENCODE_CONFIG_CONTENT": json.dumps(config),
                "OPENCODE_DISABLE_AUTOUPDATE": "1",
                "OPENCODE_DISABLE_MODELS_FETCH": "1",
                "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return requests


def memory_of_head(git: GitDriver) -> Memory:
    commit = git.out("rev-parse", "HEAD")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not memories_on(git, commit) and time.monotonic() < deadline:
        time.sleep(0.05)
    (memory,) = memories_on(git, commit)
    return memory
