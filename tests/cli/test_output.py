"""What a person names with ``-o`` and is no file is written to, and stays what it is."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from tests.support.cli import gitmem
from tests.support.git import GitDriver

COMMANDS = {"export": ("export",), "page": ("page",), "forced": ("page", "--force")}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_pipe_is_written_to_and_stays(committed: GitDriver, tmp_path: Path, name: str) -> None:
    gitmem(committed, "remember", "-m", "Cents are integers")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()

    done = gitmem(committed, *COMMANDS[name], "-o", str(pipe))

    reader.join(20)
    assert done.returncode == 0, done.stderr
    assert b"Cents are integers" in read[0]
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_is_replaced_whole(committed: GitDriver, tmp_path: Path, name: str) -> None:
    gitmem(committed, "remember", "-m", "Cents are integers")

    done = gitmem(committed, *COMMANDS[name], "-o", str(tmp_path / "file"))

    assert done.returncode == 0, done.stderr
    assert "Cents are integers" in (tmp_path / "file").read_text("utf-8")
    assert os.listdir(tmp_path).count("file") == 1
