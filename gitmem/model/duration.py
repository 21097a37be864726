"""How long ago something was, in words.  Pure."""

from __future__ import annotations

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def duration(seconds: float) -> str:
    """A duration in its largest whole unit, such as ``3 days``; under a minute ``a moment``."""
    for size, unit in _UNITS:
        count = int(seconds // size)
        if count >= 1:
            return f"1 {unit}" if count == 1 else f"{count} {unit}s"
    return "a moment"


def ago(seconds: float) -> str:
    """How long ago that was; ``just now`` if it was under a minute."""
    return "just now" if seconds < 60 else f"{duration(seconds)} ago"
