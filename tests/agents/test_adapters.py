"""All agents asked as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.agents.adapters import Agents
from gitmem.errors import TranscriptMissing
from tests.support.session import SESSION, SessionWriter


def test_a_transcript_is_found_by_session_and_by_work_tree(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    slug = "".join(c if c.isalnum() else "-" for c in str(work.resolve()))
    path = tmp_path / ".claude" / "projects" / slug / f"{SESSION}.jsonl"
    written = SessionWriter(path, work.resolve(), session=SESSION, now=1.0).prompt("hello")
    agents = Agents.from_environment({"HOME": str(tmp_path)})

    assert agents.find(SESSION) == written.path
    assert agents.find("../" + SESSION) is None
    assert [(f.session, f.path) for f in agents.transcripts_for(work, 0.0)] == [(SESSION, path)]
    assert agents.read(path).session == SESSION


def test_no_agent_is_no_trouble(tmp_path: Path) -> None:
    agents = Agents.from_environment({})

    assert agents.find(SESSION) is None
    assert agents.transcripts_for(tmp_path, 0.0) == []
    with pytest.raises(TranscriptMissing):
        agents.read(tmp_path / "none.jsonl")


def test_the_session_is_the_one_that_an_agent_tells_its_commands() -> None:
    agents = Agents.from_environment({})

    assert agents.session_in({"CODEX_THREAD_ID": "a-1"}) == "a-1"
    assert (
        agents.session_in({"CLAUDE_CODE_SESSION_ID": "../x", "GITMEM_SESSION_ID": "b-2"}) == "b-2"
    )
    assert agents.session_in({"CLAUDE_CODE_SESSION_ID": "c-3", "CODEX_SESSION_ID": "d"}) == "c-3"
    assert agents.session_in({"OTHER": "e"}) == ""
