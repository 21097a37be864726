"""The processes that this one runs below, each with its command line.

A hook is told what git pushes, but not whether git only pretends to; that stands in the command
line alone.  Read from ``/proc``, elsewhere with one ``ps``.  Standard library only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gitmem.model.value import dataclass
from gitmem.process.child import run

_MOST = 32
_PS_SECONDS = 2.0
_PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """A process: its number, when it was born (in the system's own words, empty if unknown), and
    its command line, which ``ps`` cannot tell words with blanks apart in.
    """

    number: int
    born: str
    words: tuple[str, ...]


def ancestors() -> Iterator[Process]:
    """The processes above this one, the nearest first; none where the system does not tell."""
    number = os.getppid()
    if _stat(number):
        for _ in range(_MOST):
            fields = _stat(number)
            if not fields or number <= 1:
                return
            yield Process(number, fields[19], _words(number))
            number = int(fields[1])
        return
    table = _ask_ps()
    for _ in range(_MOST):
        if number <= 1 or number not in table:
            return
        parent, words = table[number]
        yield Process(number, "", words)
        number = parent


def is_alive(number: int, born: str) -> bool:
    """Whether the process is still there: neither ended, nor another of the same number."""
    fields = _stat(number)
    if fields:
        return fields[0] not in ("Z", "X") and born in ("", fields[19])
    if _stat(os.getpid()):
        return False
    try:
        os.kill(number, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _stat(number: int) -> list[str]:
    """The fields of ``/proc/N/stat`` behind the name (which may hold anything), state first."""
    with suppress(OSError):
        text = (_PROC / str(number) / "stat").read_text("utf-8", "replace")
        fields = text.rpartition(")")[2].split()
        if len(fields) > 19:
            return fields
    return []


def _words(number: int) -> tuple[str, ...]:
    with suppress(OSError):
        line = (_PROC / str(number) / "cmdline").read_bytes()
        return tuple(os.fsdecode(line).removesuffix("\0").split("\0"))
    return ()


def _ask_ps() -> dict[int, tuple[int, tuple[str, ...]]]:
    """Every process, with its parent and its command line; none if there is no such program."""
    table = {}
    with suppress(Exception):
        done = run(["ps", "-A", "-o", "pid=,ppid=,args="], seconds=_PS_SECONDS)
        for line in os.fsdecode(done.stdout).splitlines():
            number, parent, *words = line.split()
            table[int(number)] = int(parent), tuple(words)
    return table
