"""A hint names a command that the shell finds."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from gitmem.process import own_command as module
from gitmem.process.own_command import as_typed, own_command


def program(folder: Path, name: str = "gitmem") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_its_name_is_enough_where_the_shell_finds_it(tmp_path: Path) -> None:
    found = program(tmp_path / "bin")
    path = {"PATH": str(found.parent)}

    assert own_command(path, str(found)) == "gitmem"
    assert own_command(path, "-c") == "gitmem"


def test_another_one_on_the_path_is_not_this_one(tmp_path: Path) -> None:
    other, ours = program(tmp_path / "bin"), program(tmp_path / "my venv" / "bin")

    assert own_command({"PATH": str(other.parent)}, str(ours)) == shlex.quote(str(ours))


def test_a_module_is_called_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "py" / "python3"))

    assert own_command({"PATH": ""}, "/x/gitmem/__main__.py") == f"{sys.executable} -m gitmem"
    found = program(tmp_path / "py")
    assert own_command({"PATH": ""}, "/x/gitmem/__main__.py") == str(found)


def test_what_a_cache_holds_is_run_as_it_was(tmp_path: Path) -> None:
    ours = program(tmp_path / "uv" / "archive-v0" / "Ab1" / "bin")

    told = own_command({"PATH": str(ours.parent)}, str(ours))  # uvx puts it on the child's PATH
    assert told.startswith("uvx --from ")
    assert told.endswith(" gitmem")


def test_only_commands_are_named_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "own_command", lambda: "/v/bin/gitmem")

    assert as_typed("gitmem: not set up. Run: gitmem init") == (
        "gitmem: not set up. Run: /v/bin/gitmem init"
    )
    assert as_typed("work, then run `gitmem log`") == "work, then run `/v/bin/gitmem log`"
    assert as_typed("git config gitmem.enabled true") == "git config gitmem.enabled true"
    assert as_typed("read: gitmem is not set up") == "read: gitmem is not set up"
