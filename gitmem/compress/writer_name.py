"""How a memory records who wrote it: ``anthropic/1``, ``extractive/1 after anthropic/1``.  Pure.

``A after B``: A stood in for B, which failed.  ``A before B``: A wrote in the middle of a turn
what B is to write when it stops.  ``A kept by B``: what A wrote was shown to B, which had nothing
better.  ``agent/1`` stands for the session's own agent.
"""

from __future__ import annotations

import re

_AFTER = " after "
_BEFORE = " before "
_KEPT_BY = " kept by "
_NAMES = re.compile(f"{_AFTER}|{_BEFORE}|{_KEPT_BY}")
_OFFLINE = "extractive/"

AGENT = "agent/1"
"""The session's own agent, asked about its commit: what it says is checked, and nobody's to
rewrite but a person's.
"""


def stand_in_mark(mark: str, failed: str) -> str:
    """The mark of what was written, as ``mark`` says, after ``failed`` had been asked."""
    return f"{mark}{_AFTER}{failed}"


def early_mark(mark: str, later: str) -> str:
    """The mark of what was written, as ``mark`` says, until ``later`` writes it."""
    return f"{mark}{_BEFORE}{later}"


def is_early(mark: str) -> bool:
    """Whether another was to write this again when the turn stopped."""
    return _BEFORE in mark


def judged_mark(mark: str, judge: str) -> str:
    """The mark of what stays as its writer left it, because ``judge`` has nothing better."""
    return f"{writer_of(mark)}{_KEPT_BY}{judge}"


def replacement_mark(mark: str, old: str) -> str:
    """The mark of what replaces ``old``: a newer stand-in is still one, and says for whom."""
    is_again = is_stand_in(old) and mark.startswith(_OFFLINE) and not is_stand_in(mark)
    return f"{mark}{old[len(writer_of(old)) :]}" if is_again else mark


def writer_of(mark: str) -> str:
    """Name and version of what wrote the memory."""
    return _NAMES.split(mark, maxsplit=1)[0]


def is_stand_in(mark: str) -> bool:
    """Whether the offline compressor wrote in the place of a model, which failed or never came to
    it: an agent that is killed does not end its turn.

    One model in another's place is not meant: whoever lists both takes either.
    """
    return mark.startswith(_OFFLINE) and (_AFTER in mark or _BEFORE in mark)


def is_by_agent(mark: str) -> bool:
    """Whether the session's own agent wrote it about its commit."""
    return writer_of(mark).partition("/")[0] == AGENT.partition("/")[0]


def is_named_in(name: str, mark: str) -> bool:
    """Whether the compressor of this name wrote, failed or judged here."""
    return name in _NAMES.split(mark)


def is_by(mark: str, asked: str) -> bool:
    """Whether a person who says ``asked`` means this mark: all of it, its writer, or the writer
    without its version.
    """
    writer = writer_of(mark)
    return asked in (mark, writer, writer.partition("/")[0])
