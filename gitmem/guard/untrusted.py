"""Make text from a transcript, a note or a remote safe to print and to show to an agent.

Cleaning removes what can drive a terminal or hide from a reader's eye.  Framing tells an agent
that what follows is recorded data, and keeps the data from looking like the end of the frame.
"""

from __future__ import annotations

import re

MARK = "…"
"""Stands where text was cut."""

# Escape sequences, 7-bit and 8-bit (ECMA-48): CSI; OSC, DCS, SOS, PM and APC strings up to
# their terminator; other two-character escapes.  An unterminated string ends with its line.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)

# C0 but \t and \n, DEL and C1; lone surrogates; zero-width, bidi and other format characters;
# variation selectors beyond emoji's, tags (invisible ASCII) and noncharacters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SUSPECT = re.compile(f"\x1b|{_HIDDEN.pattern}")
_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")


def clean_text(text: str, limit: int) -> str:
    r"""Text of at most ``limit`` characters without control sequences or hidden characters.

    Line breaks (made ``\n``) and tabs stay.  What is cut off is marked by ``…``.
    """
    # Far more than the limit need not be looked at, and hostile text may be huge.
    text = text[: 4 * limit + 4096]
    if _SUSPECT.search(text):
        text = _HIDDEN.sub("", _SEQUENCE.sub("", _BREAK.sub("\n", text)))
    return shorten(text, limit)


def clean_line(text: str, limit: int) -> str:
    """The same on one line: each run of white space is one space, none at the ends."""
    return shorten(_SPACES.sub(" ", clean_text(text, 4 * limit + 1024)).strip(), limit)


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, the last one ``…`` if something was cut off."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rstrip() + MARK if limit > 0 else ""
