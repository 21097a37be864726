"""What runs while somebody waits loads next to nothing.  Nothing is timed here: see tests/bench."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.support.cli import gitmem
from tests.support.git import GitDriver

HEAVY = {"anthropic", "click", "yaml", "pygit2", "numpy", "faiss", "asyncio", "httpx", "httpx2"}

_PROBE = """
import sys
sys.argv = ["gitmem", *{arguments!r}]
from gitmem.__main__ import main
try:
    main()
except SystemExit:
    pass
sys.stderr.write(" ".join(sys.modules))
"""


def loaded(git: GitDriver, *arguments: str) -> set[str]:
    payload = {
        "session_id": "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2",
        "transcript_path": "/nowhere.jsonl",
        "cwd": str(git.path),
        "prompt": "what is README.md for?",
        "tool_input": {"file_path": str(git.path / "README.md")},
    }
    done = subprocess.run(
        [sys.executable, "-I", "-c", _PROBE.format(arguments=arguments)],
        cwd=git.path,
        env=git.env(),
        input=json.dumps(payload),
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize(
    "arguments",
    [
        ("hook", "SessionStart"),
        ("hook", "UserPromptSubmit"),
        ("hook", "PostToolUse"),
        ("hook", "Stop"),
        ("hook", "SessionEnd"),
        ("hook", "pre-push", "o"),
    ],
)
def test_a_hook_loads_the_standard_library_only(
    committed: GitDriver, arguments: tuple[str, ...]
) -> None:
    subprocess.run(
        [sys.executable, "-I", "-m", "gitmem", "init"],
        cwd=committed.path,
        env=committed.env(),
        check=True,
        capture_output=True,
    )
    origin = "provenance: {agent: claude-code, time: '2026-01-01T00:00:00Z'}"
    files = "files: {changed: [README.md]}"
    committed.add_note("HEAD", f"---\nkind: feature\ntitle: A note\n{files}\n{origin}\n")
    gitmem(committed, "context")

    assert not loaded(committed, *arguments) & HEAVY


def test_reading_commands_do_not_load_a_model_client(committed: GitDriver) -> None:
    assert "anthropic" not in loaded(committed, "log")


def test_the_worker_does_not_load_a_model_client_offline(committed: GitDriver) -> None:
    assert not loaded(committed, "worker", str(committed.path)) & {"anthropic", "click"}
