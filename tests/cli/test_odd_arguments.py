"""Whatever is given to a command, it is no bug: each argument and option, with each odd value."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from gitmem.cli.foreseen import foreseen
from gitmem.errors import EXIT_BUG, DiskFull, GitmemError, ReadOnlyRepository
from tests.support.arguments import ODD, Slot, slots
from tests.support.cli import gitmem
from tests.support.git import GitDriver

# These do not look into the repository for what they are given, or do things that last; `scrub`
# would remove what it is given from all that gitmem has here.
_APART = {"mcp", "demo", "init", "uninstall", "scrub"}
_SLOTS = [slot for slot in slots() if slot.before[0] not in _APART]
# Each slot meets each value once in as many runs of the suite as there are parts.
_PARTS = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "ci" else 6


@pytest.mark.parametrize("number", range(len(_SLOTS)), ids=[slot.name for slot in _SLOTS])
def test_no_odd_value_is_a_bug(committed: GitDriver, number: int) -> None:
    slot: Slot = _SLOTS[number]
    for place, (name, value) in enumerate(ODD.items()):
        if (place + number) % _PARTS:
            continue
        done = gitmem(committed, *slot.filled(value))

        assert done.returncode != EXIT_BUG, f"{name}: {done.stderr}"
        assert "Traceback" not in done.stderr, name
        assert not (committed.path / "odd").exists(), name


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "^HEAD"),
        ("capture", "--", "^HEAD"),
        ("capture", "--session", ""),
        ("log", "-n", "9" * 30),
        ("stats", "--days", "9" * 30),
        ("show", "x" * 140_000),
        ("why", "x" * 140_000),
    ],
)
def test_what_was_reported_is_refused(committed: GitDriver, arguments: tuple[str, ...]) -> None:
    done = gitmem(committed, *arguments)

    assert done.returncode != EXIT_BUG, done.stderr
    assert len(done.stderr) < 2_000 or len(arguments[-1]) > 1_000


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), DiskFull),
        (OSError(errno.EROFS, "Read-only file system"), ReadOnlyRepository),
        (OSError(errno.EACCES, "Permission denied"), ReadOnlyRepository),
        (OSError(errno.EMFILE, "Too many open files"), GitmemError),
        (OSError(errno.EIO, "Input/output error"), GitmemError),
        (sqlite3.OperationalError("database or disk is full"), DiskFull),
        (sqlite3.OperationalError("attempt to write a readonly database"), ReadOnlyRepository),
        (sqlite3.OperationalError("database is locked"), GitmemError),
        (MemoryError(), GitmemError),
    ],
)
def test_what_the_system_refuses_is_foreseen(error: Exception, kind: type[GitmemError]) -> None:
    found = foreseen(error)

    assert isinstance(found, kind)
    assert found.hint
    later = ValueError("on the way")
    later.__cause__ = error
    assert type(foreseen(later)) is type(found)


def test_a_bug_stays_a_bug() -> None:
    assert foreseen(ValueError("No space left in this list")) is None
    assert foreseen(FileNotFoundError(errno.ENOENT, "No such file")) is None
    assert foreseen(sqlite3.OperationalError("no such column: titel")) is None


def test_a_folder_that_is_not_to_be_written_is_no_bug(committed: GitDriver, tmp_path: Path) -> None:
    assert gitmem(committed, "init", "--no-fetch").returncode == 0
    index = committed.repo.state_dir / "index"
    index.rename(tmp_path / "elsewhere")
    index.write_text("not a folder")

    assert gitmem(committed, "log").returncode in (0, 1, 15)
