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
