from __future__ import annotations

import json
import os
from pathlib import Path

from gitmem.agents.adapters import Agents

SESSION = "aaaaaaaa-2222-4333-8444-000000000003"
MOMENT = 1_795_860_030.0  # 2026-11-28T10:00:30Z


def write(home: Path, project: str, *records: dict[str, object]) -> Path:
    path = home / ".claude/projects" / project / f"{SESSION}.jsonl"
    path.parent.mkdir(parents=True)
    lines = (json.dumps(record, separators=(",", ":")) + "\n" for record in records)
    path.write_text("".join(lines))
    return path


def prompt(stamp: str) -> dict[str, object]:
    return {"type": "user", "message": {"content": "x"}, "timestamp": f"2026-11-28T{stamp}Z"}


def find(home: Path, moment: float | None = None, known: Path | None = None) -> Path | None:
    return Agents.from_environment({"HOME": os.fspath(home)}).find(SESSION, moment, known=known)


def test_a_line_that_is_no_message_is_no_transcript(tmp_path: Path) -> None:
    stub = write(tmp_path, "-a", {"type": "bridge-session", "timestamp": "2026-11-28T11:00:00Z"})
    whole = write(tmp_path, "-b", prompt("10:00:01"))

    assert find(tmp_path) == whole
    assert find(tmp_path, MOMENT, stub) == whole


def test_the_copy_that_goes_on_counts(tmp_path: Path) -> None:
    old = write(tmp_path, "-a", prompt("10:00:01"))
    resumed = write(tmp_path, "-b", prompt("10:00:01"), prompt("10:00:20"))

    assert find(tmp_path, MOMENT) == resumed
    assert find(tmp_path, MOMENT, old) == resumed


def test_a_file_that_began_after_the_commit_does_not_hold_it(tmp_path: Path) -> None:
    before = write(tmp_path, "-b", prompt("10:00:01"))
    after = write(tmp_path, "-a", prompt("10:05:00"), prompt("10:06:00"))

    assert find(tmp_path, MOMENT) == before
    assert find(tmp_path) == after


def test_of_two_that_reach_equally_far_the_last_written_counts(tmp_path: Path) -> None:
    old = write(tmp_path, "-a", prompt("10:00:01"))
    new = write(tmp_path, "-b", prompt("10:00:01"))
    os.utime(old, (MOMENT, MOMENT))
    os.utime(new, (MOMENT + 60, MOMENT + 60))

    assert find(tmp_path, MOMENT) == new
    assert find(tmp_path) == new
