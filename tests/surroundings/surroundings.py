"""One repository as somebody has it: what it is made of.

A :class:`Surroundings` is a value: the same one makes the same repository, and prints as the Python
that makes it, so that one which failed can be kept as a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

Setting = tuple[str, str, str]
"""Scope, name, value."""

Step = tuple[str, int]
"""What is done, and the seed of how."""


@dataclass(frozen=True)
class Surroundings:
    """Where a person works, with what, and what they do there.

    ``contents`` and ``forms`` are what commits hold, and how they are made; a step takes one of
    them by its seed.
    """

    story: tuple[Step, ...]
    settings: tuple[Setting, ...] = ()
    environ: tuple[tuple[str, str | None], ...] = ()
    layout: str = "plain"
    name: str = "repo"
    place: str = "top"
    hooks: str = "none"
    umask: int = 0o022
    contents: tuple[str, ...] = ("text",)
    forms: tuple[str, ...] = ("message",)

    def smaller(self) -> Iterator[Surroundings]:
        """The same with something taken away: first much of it, then one thing at a time."""
        plain = Surroundings(self.story)
        whole = ("settings", "environ", "layout", "name", "place", "hooks", "umask")
        for part in (*whole, "contents", "forms"):
            if getattr(self, part) != getattr(plain, part):
                yield replace(self, **{part: getattr(plain, part)})
        for part in ("settings", "environ", "contents", "forms", "story"):
            values = getattr(self, part)
            if len(values) > 3:
                half = len(values) // 2
                yield replace(self, **{part: values[:half]})
                yield replace(self, **{part: values[half:]})
            for number in range(len(values) - 1, -1, -1):
                rest = values[:number] + values[number + 1 :]
                if rest or part in ("settings", "environ"):
                    yield replace(self, **{part: rest})
