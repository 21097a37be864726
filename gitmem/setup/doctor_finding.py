"""What a check of ``gitmem doctor`` is given, and what it finds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from gitmem.git.repo import Repo


class Level(Enum):
    """How much a finding matters."""

    GOOD = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """``what`` was found, the ``remedy`` in words or as a command, and the ``fix`` for it."""

    level: Level
    what: str
    remedy: str = ""
    fix: Callable[[], object] | None = None


@dataclass(frozen=True)
class Practice:
    """What the checks need besides the repository.

    ``client`` is the agent's program, None to leave it out; ``network`` allows contacting a
    remote; ``now`` is in POSIX seconds.
    """

    user_settings: Path | None = None
    python: str = sys.executable
    client: str | None = "claude"
    network: bool = False
    git_version: tuple[int, int] | None = None
    now: float | None = None


Check = Callable[[Repo, Practice], Iterator[Finding]]
"""Looks at one thing; what it finds may be good or bad."""
