"""A transcript under another name is read as what it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gitmem.agents.first_line import agent_by_first_line
from tests.support.agents import (
    FIXTURES,
    codex_session,
    copilot_session,
    qwen_session,
    read,
)

NAME = "00000000-0000-4000-8000-000000000000.jsonl"


@pytest.mark.parametrize(
    ("lay", "version", "agent"),
    [
        (copilot_session, "1.0.102", "copilot-cli"),
        (codex_session, "0.34", "codex"),
        (codex_session, "0.169", "codex"),
        (qwen_session, "0.24.4", "qwen-code"),
    ],
)
def test_by_what_it_says(
    tmp_path: Path, lay: Callable[[Path, Path, str], Path], version: str, agent: str
) -> None:
    path = lay(tmp_path, Path("/home/dev/stats"), version)
    copy = Path(shutil.copy(path, tmp_path / NAME))

    assert agent_by_first_line(copy) == agent
    assert read(copy) == read(path)


def test_cursors_name_the_session_by_their_own_name_alone(tmp_path: Path) -> None:
    source = FIXTURES / "cursor" / "session-simple.jsonl"
    copy = Path(shutil.copy(source, tmp_path / NAME))

    assert agent_by_first_line(copy) == "cursor"
    assert (read(copy).agent, read(copy).session) == ("cursor", copy.stem)


@pytest.mark.parametrize(
    "first",
    [
        "",
        "{",
        "[1]",
        '{"type": ["session_meta"]}',
        '{"type": "session.start", "data": {"sessionId": "s"}}',
        '{"type": "user", "message": {"content": "x"}}',
    ],
)
def test_what_says_nothing_is_nobodys(tmp_path: Path, first: str) -> None:
    path = tmp_path / NAME
    path.write_text(first + "\n")

    assert agent_by_first_line(path) == ""
    assert agent_by_first_line(tmp_path / "none.jsonl") == ""
