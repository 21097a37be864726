"""Other agents' real clients, where they are installed: their commit has its memory, and those that
can be told are told once.

Put ``codex``, ``gemini``, ``qwen`` and ``cline`` on the path to run these; the model is a script on
loopback.
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
from tests.plugins.generate import PLUGINS
from tests.support.capture import memories_on
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.models import Step, call_api, generate_api, responses_api

pytestmark = [pytest.mark.slow, pytest.mark.real_client]

PATIENCE_SECONDS = 30.0
PROMPT = "price.py gives floats. Use integer cents, because 0.1 + 0.2 is not 0.3 in binary."
LAST = "cents() takes integers now; a Decimal was rejected because it is slower."
CONTENT = "def cents(amount):\n    return int(amount)\n"
ASKED = "price.py crashes on an empty list. Return 0 there; do not catch the exception."
LESSON = "Prices were once rounded twice, because two layers did it."
COMMIT = "git add -A && git commit -q -m 'Exact prices'"


def test_codex(committed: GitDriver) -> None:
    program = _program("codex")
    assert gitmem(committed, "init").returncode == 0
    added = "".join(f"+{line}\n" for line in CONTENT.splitlines())
    patch = f"*** Begin Patch\n*** Add File: price.py\n{added}*** End Patch\n"
    steps = [
        _call(1, f"apply_patch <<'EOF'\n{patch}EOF\n"),
        _call(2, COMMIT),
        {
            "type": "message",
            "role": "assistant",
            "id": "m",
            "content": [{"type": "output_text", "text": LAST}],
        },
    ]
    home = committed.home / ".codex"
    home.mkdir()
    with responses_api(steps) as url:
        (home / "config.toml").write_text(
            'model = "test-model"\nmodel_provider = "script"\n'
            '[model_providers.script]\nname = "script"\nwire_api = "responses"\n'
            f'base_url = "{url}/v1"\nenv_key = "SCRIPT_KEY"\n'
        )
        _run(committed, program, "exec", "--dangerously-bypass-approvals-and-sandbox", PROMPT)

    memory = _memory_of_head(committed)
    assert memory.provenance.agent.startswith("codex 0.")
    assert "not 0.3 in binary" in str(memory.decisions)


def test_gemini(committed: GitDriver) -> None:
    program = _program("gemini")
    assert gitmem(committed, "init").returncode == 0
    path = str(committed.path.resolve() / "price.py")
    steps: list[Step] = [
        {"functionCall": {"name": "write_file", "args": {"file_path": path, "content": CONTENT}}},
        {"functionCall": {"name": "run_shell_command", "args": {"command": COMMIT}}},
        {"text": LAST},
    ]
    home = committed.home / ".gemini"
    home.mkdir()
    auth = {"security": {"auth": {"selectedType": "gemini-api-key"}}}
    quiet = {"privacy": {"usageStatisticsEnabled": False}, "telemetry": {"enabled": False}}
    (home / "settings.json").write_text(json.dumps({**auth, **quiet}))
    with generate_api(steps) as url:
        committed.environ |= {"GOOGLE_GEMINI_BASE_URL": url, "GEMINI_CLI_TRUST_WORKSPACE": "true"}
        _run(committed, program, "--yolo", "-m", "gemini-2.5-pro", "-p", PROMPT)

    gitmem(committed, "log")  # it switches git's hooks off: the next command finds the commit
    memory = _memory_of_head(committed)
    assert memory.provenance.agent == "gemini-cli"
    assert "not 0.3 in binary" in str(memory.decisions)


@pytest.mark.parametrize("beside", ["alone", "project"])
def test_geminis_extension_tells_once(committed: GitDriver, beside: str) -> None:
    """It is installed from its folder; beside the project's own hooks all is told once."""
    program = _program("gemini")
    assert gitmem(committed, "init", "--agent", "gemini-cli").returncode == 0
    assert gitmem(committed, "remember", "-m", LESSON).returncode == 0
    if beside == "alone":
        shutil.rmtree(committed.path / ".gemini")
    home = committed.home / ".gemini"
    home.mkdir(exist_ok=True)
    folder = PLUGINS / "gemini"
    (home / "trustedFolders.json").write_text(json.dumps({str(folder): "TRUST_FOLDER"}))
    auth = {"security": {"auth": {"selectedType": "gemini-api-key"}}}
    quiet = {"privacy": {"usageStatisticsEnabled": False}, "telemetry": {"enabled": False}}
    (home / "settings.json").write_text(json.dumps({**auth, **quiet}))
    committed.environ["GEMINI_CLI_TRUST_WORKSPACE"] = "true"
    install = [program, "extensions", "install", str(folder), "--consent"]
    around = {**committed.env(), "PATH": os.environ["PATH"]}
    nothing = subprocess.DEVNULL
    subprocess.run(install, cwd=committed.path, env=around, stdin=nothing, timeout=60, check=True)
    path = str(committed.path.resolve() / "price.py")
    steps: list[Step] = [
        {"functionCall": {"name": "write_file", "args": {"file_path": path, "content": CONTENT}}},
        {"functionCall": {"name": "run_shell_command", "args": {"command": COMMIT}}},
        {"text": LAST},
    ]
    seen: list[Step] = []
    with generate_api(steps, seen) as url:
        committed.environ["GOOGLE_GEMINI_BASE_URL"] = url
        _run(committed, program, "--yolo", "-m", "gemini-2.5-pro", "-p", ASKED)

    bodies = [json.dumps(body) for body in seen if "tools" in body]
    assert {body.count(LESSON) for body in bodies} == {1}
    assert "get_observations" in bodies[-1]
    assert "crashes on an empty list" in _memory_of_head(committed).why


def test_gemini_is_told_once(committed: GitDriver) -> None:
    """At the start, by its own hooks: what is remembered stands in each request, once."""
    program = _program("gemini")
    assert gitmem(committed, "init", "--agent", "gemini-cli").returncode == 0
    assert gitmem(committed, "remember", "-m", LESSON).returncode == 0
    path = str(committed.path.resolve() / "price.py")
    steps: list[Step] = [
        {"functionCall": {"name": "write_file", "args": {"file_path": path, "content": CONTENT}}},
        {"functionCall": {"name": "run_shell_command", "args": {"command": COMMIT}}},
        {"text": LAST},
    ]
    home = committed.home / ".gemini"
    home.mkdir(exist_ok=True)
    auth = {"security": {"auth": {"selectedType": "gemini-api-key"}}}
    quiet = {"privacy": {"usageStatisticsEnabled": False}, "telemetry": {"enabled": False}}
    (home / "settings.json").write_text(json.dumps({**auth, **quiet}))
    seen: list[Step] = []
    with generate_api(steps, seen) as url:
        committed.environ |= {"GOOGLE_GEMINI_BASE_URL": url, "GEMINI_CLI_TRUST_WORKSPACE": "true"}
        _run(committed, program, "--yolo", "-m", "gemini-2.5-pro", "-p", ASKED)

    assert {json.dumps(body).count(LESSON) for body in seen if "tools" in body} == {1}
    memory = _memory_of_head(committed)  # Stop is told to us: no other command finds the commit
    assert memory.provenance.agent == "gemini-cli"
    assert "crashes on an empty list" in memory.why


def test_qwen_is_told_once(committed: GitDriver) -> None:
    program = _program("qwen")
    assert gitmem(committed, "init", "--agent", "qwen-code").returncode == 0
    assert gitmem(committed, "remember", "-m", LESSON).returncode == 0
    path = str(committed.path.resolve() / "price.py")
    steps: list[Step] = [
        {"name": "write_file", "args": {"file_path": path, "content": CONTENT}},
        {"name": "run_shell_command", "args": {"command": COMMIT, "is_background": False}},
        {"text": LAST},
    ]
    seen: list[Step] = []
    with call_api(steps, seen) as url:
        committed.environ |= {"OPENAI_BASE_URL": url, "OPENAI_MODEL": "test-model"}
        _run(committed, program, "--auth-type", "openai", "--yolo", "-p", ASKED)

    told = {json.dumps(body).count(LESSON) for body in seen if body.get("tools")}
    assert told == {1}
    memory = _memory_of_head(committed)
    assert memory.provenance.agent.startswith("qwen-code 0.")
    assert "crashes on an empty list" in memory.why


def test_cline(committed: GitDriver) -> None:
    program = _program("cline")
    assert gitmem(committed, "init").returncode == 0
    path = str(committed.path.resolve() / "price.py")
    steps: list[Step] = [
        {"name": "editor", "args": {"path": path, "new_text": CONTENT}},
        {"name": "run_commands", "args": {"commands": [COMMIT]}},
        {"text": LAST},
    ]
    settings = committed.home / ".cline" / "data" / "settings"
    settings.mkdir(parents=True)
    with call_api(steps, []) as url:
        model = {"provider": "openai-compatible", "apiKey": "none", "model": "test-model"}
        provider = {
            "settings": {**model, "baseUrl": url},
            "updatedAt": "2026-11-29T09:34:59.135Z",
            "tokenSource": "manual",
        }
        known = {"version": 1, "lastUsedProvider": "openai-compatible", "modes": {}}
        known["providers"] = {"openai-compatible": provider}
        (settings / "providers.json").write_text(json.dumps(known))
        _run(committed, program, ASKED)

    memory = _memory_of_head(committed)
    assert memory.provenance.agent.startswith("cline 3.")
    assert "crashes on an empty list" in memory.why


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"'{name}' is not installed")
    return found


def _call(number: int, command: str) -> dict[str, Any]:
    return {
        "type": "function_call",
        "id": f"f{number}",
        "call_id": f"c{number}",
        "name": "exec_command",
        "arguments": json.dumps({"cmd": command}),
    }


def _run(git: GitDriver, *command: str) -> None:
    """As a person does, at today's time: what the clients write is of today."""
    dated = ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")
    environ = {name: value for name, value in git.env().items() if name not in dated}
    keys: Sequence[str] = ("SCRIPT_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY")
    done = subprocess.run(
        command,
        cwd=git.path,
        env={**environ, **dict.fromkeys(keys, "none"), "PATH": os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert git.out("log", "-1", "--format=%s") == "Exact prices", done.stderr[-3000:]


def _memory_of_head(git: GitDriver) -> Memory:
    commit = git.out("rev-parse", "HEAD")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not memories_on(git, commit) and time.monotonic() < deadline:
        time.sleep(0.05)
    (memory,) = memories_on(git, commit)
    assert "price.py" in memory.files_changed
    return memory
