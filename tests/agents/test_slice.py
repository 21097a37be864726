from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.agents.claude_code import read_transcript
from gitmem.agents.slice import attribute, pending_edits, slice_of
from tests.support.evidence import change_of
from tests.support.session import SessionWriter


@pytest.fixture
def writer(tmp_path: Path) -> SessionWriter:
    return SessionWriter(tmp_path / "s.jsonl", tmp_path / "work", now=1_000.0)


def test_edited_files_are_paths_of_the_work_tree(writer: SessionWriter, tmp_path: Path) -> None:
    writer.write("src/a.py").write("b.py").write("src/a.py").write("../outside.py")

    part = slice_of(read_transcript(writer.path), str(tmp_path / "work"))

    assert part.edited == ("src/a.py", "b.py")


def test_another_name_of_the_work_tree_counts(writer: SessionWriter, tmp_path: Path) -> None:
    writer.write("a.py")
    transcript = read_transcript(writer.path)

    assert slice_of(transcript, "/link").edited == ()
    assert slice_of(transcript, "/link", [str(tmp_path / "work")]).edited == ("a.py",)


def test_an_edit_that_failed_is_none(writer: SessionWriter, tmp_path: Path) -> None:
    writer.write("a.py")
    lines = writer.path.read_text().splitlines()
    writer.path.write_text(
        "\n".join([lines[0], lines[1].replace('"is_error":false', '"is_error":true')]) + "\n"
    )

    assert slice_of(read_transcript(writer.path), str(tmp_path / "work")).edited == ()


def test_an_edit_is_pending_from_its_last_time(writer: SessionWriter, tmp_path: Path) -> None:
    writer.write("a.py")
    writer.now += 100
    writer.write("a.py")

    edits = pending_edits(read_transcript(writer.path), str(tmp_path / "work"))

    assert list(edits) == ["a.py"]
    assert edits["a.py"] >= 1_100


@pytest.mark.parametrize("command", ["gitmem log", "git mem show HEAD", "git notes show"])
def test_memories_that_the_agent_printed_are_not_taken_back(
    writer: SessionWriter, tmp_path: Path, command: str
) -> None:
    """Or memory would feed on itself."""
    writer.bash(command, "why: because of llamas").bash("make", "built")

    part = slice_of(read_transcript(writer.path), str(tmp_path / "work"))

    texts = " ".join(event.text for event in part.events)
    assert "llamas" not in texts
    assert "built" in texts


def test_a_session_is_an_owner_by_an_edit_no_earlier_commit_holds() -> None:
    edits = {"one": {"a.py": 100.0}, "two": {"b.py": 100.0}, "three": {"a.py": 10.0}}

    assert attribute(edits, change_of("a.py"), {"a.py": 50.0}) == ["one"]


def test_the_session_with_most_of_the_files_comes_first() -> None:
    edits = {"one": {"a.py": 1.0}, "two": {"b.py": 1.0, "c.py": 1.0}}

    assert attribute(edits, change_of("a.py", "b.py", "c.py"), {}) == ["two", "one"]


def test_of_two_sessions_that_edited_a_file_the_last_one_made_it() -> None:
    edits = {"first": {"a.py": 1.0}, "last": {"a.py": 2.0}}

    assert attribute(edits, change_of("a.py"), {}) == ["last"]


def test_a_renamed_file_counts_under_its_old_name_too() -> None:
    change = change_of("new.py")
    moved = change.files[0].__class__("new.py", "R", old_path="old.py")
    renamed = change.__class__(**{**vars(change), "files": (moved,)})

    assert attribute({"one": {"old.py": 1.0}}, renamed, {}) == ["one"]
