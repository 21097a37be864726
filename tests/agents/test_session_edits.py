from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.agents.claude.adapter import read_transcript
from gitmem.agents.session_edits import Traces, traces_of
from gitmem.agents.worktree import WorkTree
from gitmem.model.line_marks import line_marks
from tests.support.session import SessionWriter


@pytest.fixture
def writer(tmp_path: Path) -> SessionWriter:
    return SessionWriter(tmp_path / "s.jsonl", tmp_path / "work", now=1_000.0)


def traces(writer: SessionWriter, worktree: Path) -> Traces:
    transcript = read_transcript(writer.path)
    return traces_of(transcript.session, transcript.events, WorkTree([str(worktree)]))


def test_an_edit_is_pending_from_its_last_time(writer: SessionWriter, tmp_path: Path) -> None:
    writer.write("a.py")
    writer.now += 100
    writer.write("a.py")

    pending = traces(writer, tmp_path / "work").pending

    assert list(pending) == ["a.py"]
    assert pending["a.py"] >= 1_100


def test_the_lines_that_were_written_leave_marks_and_no_text(
    writer: SessionWriter, tmp_path: Path
) -> None:
    writer.write("a.py", "def parse_the_header(text):\n    x\n")

    (edit,) = traces(writer, tmp_path / "work").edits

    assert edit.added == line_marks(["def parse_the_header(text):"])
    assert len(edit.added) == 1


def test_a_shell_command_that_holds_lines_may_have_written_them(
    writer: SessionWriter, tmp_path: Path
) -> None:
    writer.bash("cat > notes.md <<'EOF'\nThe limit is a hundred a minute.\nEOF", "")
    writer.bash("grep -n 'The limit is a hundred a minute.' notes.md", "1")

    found = traces(writer, tmp_path / "work").edits

    assert [edit.path for edit in found] == ["notes.md"]
    assert line_marks(["The limit is a hundred a minute."]) <= found[0].added


def test_the_span_of_a_commit_command_is_told(writer: SessionWriter, tmp_path: Path) -> None:
    writer.bash("git add -A && git -c a=b commit -m 'one'", "[main 1234567] one")
    writer.bash("git log --oneline", "1234567 one")

    (command,) = traces(writer, tmp_path / "work").commits

    assert 1_000 <= command.start <= command.end <= writer.now
    assert command.subjects == ()  # too short to tell one commit from another


def test_a_file_that_a_command_names_is_edited_if_it_did_not_fail(
    writer: SessionWriter, tmp_path: Path
) -> None:
    writer.bash("sed -i 's/one/two/' a.py && git rm b.py", "")
    writer.bash("sed -i 's/one/two/' c.py", "no such file", failed=True)
    writer.bash("echo hello > /elsewhere/d.py", "")

    found = traces(writer, tmp_path / "work").edits

    assert [edit.path for edit in found] == ["a.py", "b.py"]


def test_a_plan_and_the_task_that_it_became_have_the_same_lines(
    writer: SessionWriter, tmp_path: Path
) -> None:
    plan = "\n".join(f"{number}. do the thing of that number" for number in range(9))
    writer.tool("ExitPlanMode", "approved", plan=plan)
    writer.prompt(f"Implement the following plan:\n\n{plan}")
    writer.prompt("go on")

    found = traces(writer, tmp_path / "work")

    ((made, lines),) = found.plans
    (task,) = found.tasks
    assert lines <= task.lines
    assert made < task.start < task.end < float("inf")
    assert found.edits == ()
