from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.agents.claude.adapter import read_transcript
from gitmem.agents.slice import slice_of
from tests.support.session import SessionWriter


@pytest.fixture
def writer(tmp_path: Path) -> SessionWriter:
    return SessionWriter(tmp_path / "s.jsonl", tmp_path / "work", now=1_000.0)


def test_edited_files_are_paths_of_the_work_tree(writer: SessionWriter, tmp_path: Path) -> None:
    writer.write("src/a.py").write("b.py").write("src/a.py").write("../outside.py")

    part = slice_of(read_transcript(writer.path), str(tmp_path / "work"))

    assert part.edited_paths == ("src/a.py", "b.py")


def test_another_name_of_the_work_tree_counts(writer: SessionWriter, tmp_path: Path) -> None:
    writer.write("a.py")
    transcript = read_transcript(writer.path)

    assert slice_of(transcript, "/link").edited_paths == ()
    assert slice_of(transcript, "/link", [str(tmp_path / "work")]).edited_paths == ("a.py",)


def test_an_edit_that_failed_is_none(writer: SessionWriter, tmp_path: Path) -> None:
    writer.write("a.py")
    lines = writer.path.read_text().splitlines()
    writer.path.write_text(
        "\n".join([lines[0], lines[1].replace('"is_error":false', '"is_error":true')]) + "\n"
    )

    assert slice_of(read_transcript(writer.path), str(tmp_path / "work")).edited_paths == ()


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


@pytest.mark.parametrize(
    "tool",
    [
        "mcp__gitmem__search",
        "mcp__plugin_gitmem_gitmem__get_observations",
        "gitmem__why",
        "mcp__plugin_claude-mem_mcp-search__search",
    ],
)
@pytest.mark.parametrize("failed", [False, True])
def test_memories_that_a_tool_told_are_not_taken_back(
    writer: SessionWriter, tmp_path: Path, tool: str, failed: bool
) -> None:
    writer.tool(tool, "Error: because of llamas", failed=failed, query="why", path="a.py")
    writer.tool("mcp__issues__get", "an issue about gitmem and camels", id=3)

    part = slice_of(read_transcript(writer.path), str(tmp_path / "work"))

    texts = " ".join(event.text for event in part.events)
    assert "llamas" not in texts
    assert "camels" in texts
