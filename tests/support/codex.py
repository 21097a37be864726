"""The real Codex CLI, headless, against a scripted API on loopback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from gitmem.setup.clients.codex import PROJECT_FILE, trusted_hashes
from tests.support.fake_openai import ResponsesApi, Turn, responses_api

PACKAGE = "@openai/codex"
_SECONDS = 120
_FRAME = "<gitmem"


class CodexCli:
    """An installed client; each run gets a home of its own that keeps its sessions."""

    def __init__(self, program: Path, version: str) -> None:
        self.program = program
        self.version = version

    @classmethod
    def install(cls, folder: Path) -> CodexCli:
        """Install by npm where it is not there yet; skips the test where that cannot be done."""
        program = folder / "node_modules" / ".bin" / "codex"
        if not program.exists():
            if shutil.which("npm") is None:
                pytest.skip("the real client cannot be installed: there is no npm")
            command = ["npm", "install", "--silent", "--prefix", os.fspath(folder), PACKAGE]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                pytest.skip(f"the real client cannot be installed: {done.stderr.strip()[-200:]}")
        asked = [os.fspath(program), "--version"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"the real client does not start here: {done.stderr.strip()[-200:]}")
        return cls(program, done.stdout.split()[-1])

    def run(
        self,
        repo: Path,
        turns: Sequence[Turn],
        *,
        environ: Mapping[str, str],
        words: Sequence[str] = ("Do the task.",),
        model: str = "gpt-5.5",
        is_trusted: bool = True,
    ) -> ResponsesApi:
        """One ``codex exec`` in ``repo``, with ``CODEX_HOME`` of ``environ``; what the API got.

        The project is trusted, and its hooks are as if their person had accepted them.
        """
        home = Path(environ["CODEX_HOME"])
        home.mkdir(parents=True, exist_ok=True)
        with responses_api(turns) as api:
            text = _configuration(api.url, model, repo, is_trusted=is_trusted)
            (home / "config.toml").write_text(text)
            done = subprocess.run(
                [
                    os.fspath(self.program),
                    *("exec", "--dangerously-bypass-approvals-and-sandbox"),
                    *words,
                ],
                cwd=repo,
                env={**environ, "FAKE_KEY": "x"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        api.printed = done.stderr
        return api


def _configuration(url: str, model: str, repo: Path, *, is_trusted: bool) -> str:
    lines = [
        f'model = "{model}"',
        'model_provider = "fake"',
        "[model_providers.fake]",
        'name = "fake"',
        f'base_url = "{url}"',
        'env_key = "FAKE_KEY"',
        'wire_api = "responses"',
        f"[projects.{json.dumps(os.fspath(repo))}]",
        'trust_level = "trusted"',
    ]
    for name, trusted in trusted_hashes() if is_trusted else ():
        key = json.dumps(f"{os.path.realpath(repo)}/{PROJECT_FILE}:{name}")
        lines += [f"[hooks.state.{key}]", f'trusted_hash = "{trusted}"']
    return "\n".join(lines) + "\n"


def told(api: ResponsesApi) -> list[str]:
    """What hooks said to the model, once each, in order: the client's own words are others'."""
    found: dict[str, None] = {}
    for items in api.inputs:
        for item in items:
            if item.get("role") == "developer":
                for part in item.get("content", []):
                    text = str(part.get("text", ""))
                    if _FRAME in text:
                        found[f"{item.get('id')} {text}"] = None
    return [entry.partition(" ")[2] for entry in found]


def outputs(items: Sequence[dict[str, Any]]) -> str:
    """What the tools of a conversation answered."""
    return "\n".join(str(i["output"]) for i in items if str(i.get("type")).endswith("_output"))
