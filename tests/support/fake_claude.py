"""A small stand-in for the ``claude`` program, for what the real one cannot be brought to do."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def report(**fields: Any) -> dict[str, Any]:
    """What ``claude -p --output-format json`` prints, in the form that 2.1.329 gives it."""
    return {
        "type": "result",
        "subtype": "success",
        "is_error": False,
        "api_error_status": None,
        "stop_reason": "end_turn",
        "result": "",
        "usage": {
            "input_tokens": 1000,
            "cache_creation_input_tokens": 150,
            "cache_read_input_tokens": 50,
            "output_tokens": 80,
        },
        "modelUsage": {"a-small-one": {"outputTokens": 5}, "a-model-2026": {"outputTokens": 75}},
        **fields,
    }


@dataclass
class FakeClaude:
    """A program at ``path`` that notes how it was called and runs ``script``, POSIX sh."""

    folder: Path

    @property
    def path(self) -> Path:
        """The program itself."""
        return self.folder / "claude"

    def answers(self, **fields: Any) -> FakeClaude:
        """Print a report with these fields; the exit status follows ``is_error``."""
        text = shlex.quote(json.dumps(report(**fields)))
        return self.does(f"printf %s {text}; exit {int(bool(fields.get('is_error')))}")

    def does(self, script: str) -> FakeClaude:
        """Run this script, after noting arguments, environment, folder and stdin."""
        self.folder.mkdir(parents=True, exist_ok=True)
        note = shlex.quote(str(self.folder))
        self.path.write_text(
            "#!/bin/sh\n"
            f'printf "%s\\0" "$@" >{note}/arguments\n'
            f"env >{note}/environment\n"
            f"pwd >{note}/place; ls -A >>{note}/place\n"
            f"cat >{note}/stdin\n"
            f"{script}\n"
        )
        self.path.chmod(0o755)
        return self

    @property
    def was_run(self) -> bool:
        """Whether anybody started it."""
        return (self.folder / "arguments").exists()

    @property
    def arguments(self) -> list[str]:
        """What it was given on the command line."""
        return (self.folder / "arguments").read_text().split("\0")[:-1]

    @property
    def environment(self) -> dict[str, str]:
        """The variables it saw."""
        lines = (self.folder / "environment").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    @property
    def stdin(self) -> str:
        """What it read."""
        return (self.folder / "stdin").read_text()

    @property
    def place(self) -> list[str]:
        """Its working directory, and what lay there."""
        return (self.folder / "place").read_text().splitlines()
