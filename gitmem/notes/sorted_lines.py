"""Recognising a note that ``git notes merge -s cat_sort_uniq`` damaged: its lines are sorted.

**Source:** ``combine_notes_cat_sort_uniq`` in git's ``notes.c``.
"""

from __future__ import annotations

from collections.abc import Iterable


def is_sorted_union(data: bytes, texts: Iterable[bytes]) -> bool:
    """Whether ``data`` is exactly the lines of these texts, each once, sorted and none empty."""
    lines = {line for text in texts for line in text.split(b"\n") if line}
    return bool(lines) and data == b"".join(line + b"\n" for line in sorted(lines))
