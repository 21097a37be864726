"""What has a transcript's name but is no file is not read, and a link is not followed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitmem.agents.adapters import Agents
from gitmem.agents.lines import read_head
from gitmem.git.regular_file import open_regular

SESSION = "11111111-2222-4333-8444-555555555555"


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)

    with pytest.raises(OSError, match="no regular file"):
        open_regular(pipe)
    with pytest.raises(OSError, match="no regular file"):
        read_head(Path("/dev/zero"), 10)


@pytest.mark.parametrize("kind", ["pipe", "link", "file"])
def test_only_the_agents_own_file_is_a_transcript(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / ".claude" / "projects" / "-work"
    folder.mkdir(parents=True)
    path, outside = folder / f"{SESSION}.jsonl", tmp_path / "outside.jsonl"
    outside.write_text('{"type":"user","cwd":"/work"}\n')
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(outside)
    else:
        path.write_bytes(outside.read_bytes())

    found = Agents.from_environment({"HOME": str(tmp_path)}).find(SESSION)

    assert found == (path if kind == "file" else None)
