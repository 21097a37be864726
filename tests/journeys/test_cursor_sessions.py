"""Commits and the transcripts of Cursor's agent, which do not tell when anything was done."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.agents import cursor_session
from tests.support.capture import memories_on, remembered
from tests.support.cli import gitmem
from tests.support.git import GitDriver

FIRST = "def mean(values):\n    return sum(values) / len(values) if values else 0.0\n"
SECOND = "def median(values):\n    return sorted(values)[len(values) // 2]\n"
PROMPT = "stats.py crashes on an empty list. Return 0.0 there; do not catch the exception."
STAMP = "<timestamp>{0:%A}, {0:%b} {0.day}, {0.year}, {1}:{0:%M} {0:%p} (UTC)</timestamp>\n"


def asked(text: str, moment: float | None = None) -> dict[str, Any]:
    from datetime import datetime, timezone

    stamp = ""
    if moment is not None:
        time = datetime.fromtimestamp(moment, timezone.utc)
        stamp = STAMP.format(time, time.hour % 12 or 12)
    text = f"{stamp}<user_query>\n{text}\n</user_query>"
    return {"role": "user", "message": {"content": [{"type": "text", "text": text}]}}


def did(name: str, say: str = "", **given: str) -> dict[str, Any]:
    words = [{"type": "text", "text": say}] if say else []
    use = [{"type": "tool_use", "name": name, "input": given}] if name else []
    return {"role": "assistant", "message": {"content": [*words, *use]}}


def write(git: GitDriver, name: str, text: str) -> dict[str, Any]:
    return did("Write", path=str(git.path.resolve() / name), contents=text)


def lay(git: GitDriver, written: float, records: Sequence[object]) -> Path:
    path = cursor_session(git.home, git.path.resolve(), *records)
    os.utime(path, (written, written))
    return path


@pytest.mark.parametrize("is_stamped", [True, False])
def test_a_commit_is_found_by_its_lines(committed: GitDriver, is_stamped: bool) -> None:
    begun = float(committed.now)
    records = [
        asked(
            PROMPT,
            begun if is_stamped else None,
        ),
        write(committed, "stats.py", FIRST),
        did("", "An empty list gives 0.0 now, because callers sum up days without values."),
    ]
    lay(committed, begun + 30, records)
    commit = committed.commit("Return 0.0 for an empty list", **{"stats.py": FIRST})

    remembered(committed, commit)

    (memory,) = memories_on(committed, commit)
    assert memory.provenance.agent == "cursor"
    assert "do not catch" in repr(memory)


@pytest.mark.parametrize("is_stamped", [True, False])
def test_a_later_edit_of_the_same_file_makes_no_owner(
    committed: GitDriver, is_stamped: bool
) -> None:
    """A person committed the file, and the agent went on with it: nobody can tell that it did not
    before, so nothing is said.
    """
    begun = float(committed.now)
    commit = committed.commit("By hand", **{"stats.py": "VALUE_BY_HAND = 1\n"})
    records = [asked("Add mean().", begun if is_stamped else None)]
    lay(committed, begun + 9_000, [*records, write(committed, "stats.py", FIRST)])

    remembered(committed, commit)

    assert memories_on(committed, commit) == ()


def test_two_commits_of_one_turn_take_what_led_to_each(committed: GitDriver) -> None:
    """Made by the agent, remembered long afterwards: its commands tell which words are whose."""
    begun = float(committed.now)
    first = committed.commit("Add the mean of values", **{"stats.py": FIRST})
    second = committed.commit("Add the median of values", **{"more.py": SECOND})
    records = [
        asked("Add mean() and median(), in two commits.", begun),
        write(committed, "stats.py", FIRST),
        did("Shell", command="git add -A && git commit -m 'Add the mean of values'"),
        did("", "mean() gives 0.0 for an empty list, because catching the error hides others."),
        write(committed, "more.py", SECOND),
        did("Shell", command="git add -A && git commit -m 'Add the median of values'"),
        did("", "median() takes the upper of two middles, because the reports always did so."),
    ]
    lay(committed, begun + 9_000, records)

    remembered(committed, first)
    remembered(committed, second)

    (one,), (other,) = memories_on(committed, first), memories_on(committed, second)
    assert one.provenance.records == (0, 4)
    assert other.provenance.records == (4, 7)


def test_backfill_and_session_know_it(committed: GitDriver) -> None:
    begun = float(committed.now)
    commit = committed.commit("Return 0.0 for an empty list", **{"stats.py": FIRST})
    records = [
        asked(
            PROMPT,
            begun,
        ),
        write(committed, "stats.py", FIRST),
        did("Shell", command="git commit -am 'Return 0.0 for an empty list'"),
    ]
    path = lay(committed, begun + 9_000, records)
    assert gitmem(committed, "init").returncode == 0

    assert gitmem(committed, "backfill").returncode == 0

    assert [m.provenance.session for m in memories_on(committed, commit)] == [path.stem]
    shown = gitmem(committed, "session", path.stem)
    assert shown.returncode == 0, shown.stderr
    assert "do not catch" in shown.stdout
    assert "(cursor)" in shown.stdout
    assert not re.search(r"\b1970\b", shown.stdout)
