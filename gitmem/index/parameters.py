"""Values bound to a statement, no more of them at once than SQLite takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

BATCH_SIZE = 500
"""Below SQLite's oldest limit of 999 parameters a statement."""

_Value = TypeVar("_Value", int, str)


def batches(values: Iterable[_Value]) -> Iterator[list[_Value]]:
    """The values in their order, each once, as many at a time as one statement takes."""
    remaining = iter(dict.fromkeys(values))
    while some := list(islice(remaining, BATCH_SIZE)):
        yield some


def marks(values: Sequence[object]) -> str:
    """As many question marks, for ``IN (...)``."""
    return ",".join("?" * len(values))
