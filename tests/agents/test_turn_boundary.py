from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.agents.claude.adapter import read_transcript
from gitmem.agents.turn_boundary import end_of_commit_words
from tests.support.session import SessionWriter


@pytest.fixture
def writer(tmp_path: Path) -> SessionWriter:
    return SessionWriter(tmp_path / "s.jsonl", tmp_path / "work", now=1_000.0)


def end(writer: SessionWriter) -> float | None:
    return end_of_commit_words(read_transcript(writer.path).events)


def test_the_last_words_end_it(writer: SessionWriter) -> None:
    assert end(writer.say("Done.").say("All is well.")) == 1_002


def test_pushing_still_belongs_to_it(writer: SessionWriter) -> None:
    writer.say("I push it.").bash("git push -q", "ok").say("Pushed.")

    assert end(writer) == 1_004


def test_a_prompt_ends_it(writer: SessionWriter) -> None:
    assert end(writer.say("Done.").bash("git push").prompt("Next").say("Sure.")) == 1_003


def test_other_work_ends_it_and_so_do_the_words_before(writer: SessionWriter) -> None:
    writer.say("Done.").bash("git log -1", "x").say("Now the taxes.").write("tax.py").say("Done.")

    assert end(writer) == 1_003


def test_without_words_there_is_nothing(writer: SessionWriter) -> None:
    assert end(writer.bash("git push")) is None
    assert end_of_commit_words([]) is None
