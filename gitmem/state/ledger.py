"""What models cost: one line per request, one file per month.  Days are UTC.

Appended with one write, so that several processes can; a line that is damaged is skipped.
Nothing of what was asked or answered is in it.  Standard library only.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.state.state_file import StateFile

_MAX_LINE = 4_096
_MAX_BYTES = 1 << 30  # of a month, five million payments: none may slip past a limit unread


@dataclass(frozen=True)
class LedgerEntry:
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

    def add(self, spending: LedgerEntry) -> None:
        """Keep a payment.  Never raises for the disk's sake: the memory it paid for comes first."""
        line = json.dumps(asdict(spending), separators=(",", ":")).encode() + b"\n"
        with suppress(GitmemError, OSError):
            self._file(spending.day[:7]).append(line[:_MAX_LINE])

    def since(self, day: str) -> Iterator[LedgerEntry]:
        """The payments of that day and later, oldest month first."""
        with suppress(OSError):
            for path in sorted(self._folder.glob("*.jsonl")):
                if path.stem >= day[:7]:
                    payments = self._file(path.stem).read_json_lines(_parse_spending) or ()
                    yield from (paid for paid in payments if paid.day >= day)

    def _file(self, month: str) -> StateFile:
        return StateFile(self._folder / f"{month}.jsonl", max_bytes=_MAX_BYTES)


def today(clock: float | None = None) -> str:
    """The day, UTC, as ``YYYY-MM-DD``; ``clock`` is POSIX seconds, by default now."""
    return time.strftime("%Y-%m-%d", time.gmtime(clock))


def _parse_spending(value: Any) -> LedgerEntry:
    dollars = value["dollars"]
    return LedgerEntry(
        str(value["day"]),
        str(value["commit"]),
        str(value["compressor"]),
        str(value["model"]),
        int(value["tokens_in"]),
        int(value["tokens_cached"]),
        int(value["tokens_out"]),
        None if dollars is None else float(dollars),
    )
