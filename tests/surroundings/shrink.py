"""The smallest surroundings that still break the law."""

from __future__ import annotations

import re
import time

from tests.surroundings.story import tell
from tests.surroundings.surroundings import Surroundings

_VARIABLE = re.compile(r"[0-9a-f]{7,}|\d+|'[^']*'|\"[^\"]*\"")


def kind_of(broken: str) -> str:
    """What a broken law says in its first words, whichever commit or change it is about."""
    return _VARIABLE.sub("_", broken.partition("\n")[0])[:60]


def shrink(given: Surroundings, broken: str, seconds: float) -> tuple[Surroundings, str]:
    """Take away one thing after another while the same law is broken, for so many seconds."""
    wanted, deadline = kind_of(broken), time.monotonic() + seconds
    smallest, said, goes_on = given, broken, True
    while goes_on:
        goes_on = False
        for smaller in smallest.smaller():
            if time.monotonic() > deadline:
                return smallest, said
            told = tell(smaller)
            if told.broken and kind_of(told.broken) == wanted:
                smallest, said, goes_on = smaller, told.broken, True
                break
    return smallest, said
