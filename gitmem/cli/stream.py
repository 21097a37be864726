"""The streams of a command, past which nothing reaches a terminal that could drive it.

What is shown is cleaned where it is rendered (:mod:`gitmem.guard.untrusted`).  This stands behind
that for all commands alike: a place that forgets it prints the same words without their controls.
"""

from __future__ import annotations

import io
import re
import sys
from typing import TextIO

from gitmem.guard.frames import HIDDEN
from gitmem.guard.untrusted import strip_sequences

# What our own output has: colours, and click's progress bar, which hides and shows the cursor.
_OURS = re.compile("(\x1b\\[[0-9;]*m|\x1b\\[\\?25[lh])")


class HarmlessText(io.TextIOWrapper):
    """A text stream that leaves out control, bidirectional and invisible characters."""

    def write(self, text: str) -> int:
        """Write the text without them; returns its length, as if all of it had been written."""
        super().write(harmless(text, is_terminal=self.isatty()))
        return len(text)


def harmless(text: str, *, is_terminal: bool) -> str:
    """The text without what could drive a terminal, other than by colours.

    At a terminal a carriage return stays, which a progress bar needs.
    """
    if text.isascii() and text.isprintable():
        return text
    parts = _OURS.split(text)
    return "".join(
        part if number % 2 else _without_controls(part, keeps_return=is_terminal)
        for number, part in enumerate(parts)
    )


def _without_controls(text: str, *, keeps_return: bool) -> str:
    lines = text.split("\r") if keeps_return else [text]
    return "\r".join(re.sub(HIDDEN, "", strip_sequences(line)) for line in lines)


def guard_streams() -> None:
    """Put such streams in the place of standard output and error, where those are the process's."""
    sys.stdout = _guarded(sys.stdout)
    sys.stderr = _guarded(sys.stderr)


def _guarded(stream: TextIO) -> TextIO:
    if type(stream) is not io.TextIOWrapper:
        return stream
    encoding, errors, is_buffered = stream.encoding, stream.errors, not stream.line_buffering
    return HarmlessText(
        stream.detach(),
        encoding=encoding,
        errors=errors,
        line_buffering=not is_buffered,
        write_through=False,
    )
