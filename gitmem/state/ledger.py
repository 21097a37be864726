"""What models cost: one line per request, one file per month.  Days are UTC.

Appended with one write, so that several processes can; a line that is damaged is skipped.
Nothing of what was asked or answered is in it.  Standard library only.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from gitmem.git.repo import Repo

_MAX_LINE = 4_096


@dataclass(frozen=True)
class Spending:
    """One paid request.  ``day`` is ``YYYY-MM-DD``, UTC; ``dollars`` None: the price is unknown."""

    day: str
    commit: str
    compressor: str
    model: str
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    dollars: float | None

    @property
    def tokens(self) -> int:
        """All tokens, those read from a cache too."""
        return self.tokens_in + self.tokens_cached + self.tokens_out


class Ledger:
    """The payments of one repository on this machine."""

    def __init__(self, repo: Repo) -> None:
        self._folder = repo.state_dir / "spend"

    def add(self, spending: Spending) -> None:
        """Keep a payment.  Never raises for the disk's sake: the memory it paid for comes first."""
        line = json.dumps(asdict(spending), separators=(",", ":")).encode() + b"\n"
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            file = os.open(
                self._folder / f"{spending.day[:7]}.jsonl",
                os.O_RDWR | os.O_CREAT | os.O_APPEND,
                0o644,
            )
            try:
                os.write(file, _line_end(file) + line[:_MAX_LINE])
            finally:
                os.close(file)

    def since(self, day: str) -> Iterator[Spending]:
        """The payments of that day and later, oldest month first."""
        with suppress(OSError):
            for path in sorted(self._folder.glob("*.jsonl")):
                if path.stem >= day[:7]:
                    yield from (found for found in _read(path) if found.day >= day)


def _line_end(file: int) -> bytes:
    """What ends the line before: one that a killed process left half written must not take the
    next payment with it.
    """
    size = os.fstat(file).st_size
    return b"\n" if size and os.pread(file, 1, size - 1) != b"\n" else b""


def today(clock: float | None = None) -> str:
    """The day, UTC, as ``YYYY-MM-DD``; ``clock`` is POSIX seconds, by default now."""
    return time.strftime("%Y-%m-%d", time.gmtime(clock))


def _read(path: Path) -> Iterator[Spending]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        with suppress(ValueError, KeyError, TypeError):
            value = json.loads(line)
            dollars = value["dollars"]
            yield Spending(
                str(value["day"]),
                str(value["commit"]),
                str(value["compressor"]),
                str(value["model"]),
                int(value["tokens_in"]),
                int(value["tokens_cached"]),
                int(value["tokens_out"]),
                None if dollars is None else float(dollars),
            )
