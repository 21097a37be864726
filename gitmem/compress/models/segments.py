"""A long session cut into segments that a model reads one at a time.  Pure.

A turn (a prompt and what followed) is never cut if it fits into a segment by itself; several short
ones share a segment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gitmem.compress.models.excerpts import keep_lines
from gitmem.compress.models.session_text import Line, as_data
from gitmem.model.session import Event, EventKind

_MAX_OUTLINE = 6_000
_MAX_OUTLINED_PROMPT = 500


def segments_of(lines: Sequence[Line], limit: int) -> list[str]:
    """The session's text in parts of at most about ``limit`` characters, in order."""
    segments: list[str] = []
    current: list[str] = []
    for turn in _turns(lines):
        for piece in _pieces(turn, limit):
            if current and _size(current) + _size(piece) > limit:
                segments.append("\n".join(current))
                current = []
            current += piece
    return [*segments, "\n".join(current)] if current else segments


def outline_of(events: Iterable[Event]) -> str:
    """All that was asked, shortened: what a part of a session is understood by."""
    prompts = [event.text for event in events if event.kind is EventKind.PROMPT]
    lines = [f"- {as_data(keep_lines(text.strip(), _MAX_OUTLINED_PROMPT))}" for text in prompts]
    kept: list[str] = []
    for line in lines:
        if _size(kept) + len(line) > _MAX_OUTLINE:
            kept.append(f"- ... and {len(lines) - len(kept)} more")
            break
        kept.append(line)
    return "\n".join(kept)


def _turns(lines: Iterable[Line]) -> Iterator[list[str]]:
    turn: list[str] = []
    for line in lines:
        if line.is_prompt and turn:
            yield turn
            turn = []
        turn.append(line.text)
    if turn:
        yield turn


def _pieces(turn: list[str], limit: int) -> Iterator[list[str]]:
    """A turn whole, or cut between events where it alone is too long."""
    piece: list[str] = []
    for line in turn:
        if piece and _size(piece) + len(line) > limit:
            yield piece
            piece = []
        piece.append(keep_lines(line, limit))
    if piece:
        yield piece


def _size(lines: Sequence[str]) -> int:
    return sum(map(len, lines)) + len(lines)
