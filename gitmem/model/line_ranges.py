"""Ranges of lines: pairs of a first and a last line, from 1, both counted.

Pure, and loads nothing: the quick check of a hook uses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Ranges = Sequence[tuple[int, int]]


def join(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same lines in as few ranges as there are gaps, in order."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if first > last:
            continue
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def intersect(some: Ranges, others: Ranges) -> list[tuple[int, int]]:
    """The lines that are in both."""
    return join(
        (max(first, start), min(last, end)) for first, last in some for start, end in others
    )


def subtract(some: Ranges, others: Ranges) -> list[tuple[int, int]]:
    """The lines of ``some`` that are not in ``others``."""
    left = join(some)
    for start, end in join(others):
        pieces: list[tuple[int, int]] = []
        for first, last in left:
            pieces += [(first, min(last, start - 1)), (max(first, end + 1), last)]
        left = join(pieces)
    return left


def count(ranges: Ranges) -> int:
    """How many lines."""
    return sum(last - first + 1 for first, last in join(ranges))
