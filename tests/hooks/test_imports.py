"""What runs while somebody waits loads next to nothing.  Nothing is timed here: see tests/bench."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import gitmem as gitmem_package
from tests.support.cli import gitmem
from tests.support.git import GitDriver

HEAVY = {"anthropic", "click", "yaml", "pygit2", "numpy", "faiss", "asyncio", "httpx", "httpx2"}

_PROBE = """
import os, sys
os._exit = sys.exit  # so that there is an end to look at
sys.argv = ["gitmem", *{arguments!r}]
from gitmem.__main__ import main
try:
    main()
except SystemExit:
    pass
sys.stderr.write(" ".join(sys.modules))
"""


def loaded_packages(git: GitDriver, *arguments: str) -> set[str]:
    return {name.partition(".")[0] for name in modules(git, *arguments)}


def modules(git: GitDriver, *arguments: str) -> set[str]:
    payload = {
        "session_id": "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2",
        "transcript_path": "/nowhere.jsonl",
        "cwd": str(git.path),
        "source": "startup",
        "prompt": "what is README.md for?",
        "tool_input": {"file_path": str(git.path / "README.md")},
    }
    if "SubagentStart" in arguments:
        payload["agent_id"] = "a26696f0973b457fc"
    done = subprocess.run(
        [sys.executable, "-I", "-c", _PROBE.format(arguments=arguments)],
        cwd=git.path,
        env={
            **git.bare_env(),
            "CLAUDE_CODE_SESSION_ID": str(payload["session_id"]),
            "CLAUDE_CODE_ENTRYPOINT": "cli",
        },
        input=json.dumps(payload),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


def modules_with_docstring(pattern: str) -> set[str]:
    """The modules whose docstring says so."""
    package = Path(gitmem_package.__file__).parent
    found = set()
    for path in package.rglob("*.py"):
        text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        if re.search(pattern, " ".join(text.split())):
            found.add(".".join(path.relative_to(package.parent).with_suffix("").parts))
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        ("hook", "SessionStart"),
        ("hook", "UserPromptSubmit"),
        ("hook", "PostToolUse"),
        ("hook", "SubagentStart"),
        ("hook", "Stop"),
        ("hook", "SessionEnd"),
        ("hook", "pre-push", "o"),
    ],
)
def test_a_hook_loads_the_standard_library_only(
    committed: GitDriver, arguments: tuple[str, ...]
) -> None:
    assert not loaded_packages(with_memory(committed), *arguments) & HEAVY


@pytest.mark.parametrize("event", ["SessionStart", "UserPromptSubmit", "PostToolUse"])
def test_a_hook_loads_nothing_that_it_can_do_without(committed: GitDriver, event: str) -> None:
    """Each of these takes a good part of what the interpreter itself takes: to make a frozen value
    there is gitmem.model.value, to name a file os.urandom.
    """
    names = loaded_packages(with_memory(committed), "hook", event)

    assert not names & {"dataclasses", "inspect", "uuid", "tempfile", "shutil", "random", "runpy"}


def with_memory(committed: GitDriver) -> GitDriver:
    """Set up, with a memory of the file that the payload names."""
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
    return committed


def test_what_says_that_agent_hooks_run_it_is_loaded_by_one(committed: GitDriver) -> None:
    git = with_memory(committed)
    events = ("SessionStart", "UserPromptSubmit", "PostToolUse", "SubagentStart", "Stop")

    names = set().union(*(modules(git, "hook", event) for event in events))

    claims = modules_with_docstring(r"Standard library only\W[^.]*\bhooks?\b")
    assert len(claims) > 10
    assert claims - names == set()


def test_what_says_that_it_needs_the_standard_library_only_loads_without_site_packages() -> None:
    names = sorted(modules_with_docstring("[Ss]tandard library only"))
    root = str(Path(gitmem_package.__file__).parents[1])
    code = f"import importlib, sys; sys.path.append({root!r})\n"
    code += f"for name in {names!r}: importlib.import_module(name)"

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False
    )

    assert len(names) > 30
    assert (done.returncode, done.stderr) == (0, "")


def test_reading_commands_do_not_load_a_model_client(committed: GitDriver) -> None:
    assert "anthropic" not in loaded_packages(committed, "log")


def test_the_worker_does_not_load_a_model_client_offline(committed: GitDriver) -> None:
    assert not loaded_packages(committed, "worker", str(committed.path)) & {"anthropic", "click"}
