"""JSON as it may be printed: any program reads the true values, and no terminal obeys them."""

from __future__ import annotations

import json
import re
from typing import Any

from gitmem.guard.frames import HIDDEN

_UNUSUAL = re.compile("[^ -~\n]")
_HIDDEN = re.compile(HIDDEN)


def json_text(value: Any, indent: int | None = None) -> str:
    r"""The value as JSON, legible in every script.

    What drives a terminal or hides from a reader's eye (control, bidirectional, zero-width and tag
    characters, odd spaces, halves of a surrogate pair) is written as ``\uXXXX``.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _UNUSUAL.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    sign = found[0]
    if sign.isprintable() and not _HIDDEN.match(sign):
        return sign
    return json.dumps(sign)[1:-1] if sign != "\x7f" else "\\u007f"
