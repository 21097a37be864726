"""A person's preferences as an agent is told them: apart from what the repository remembers."""

from __future__ import annotations

from collections.abc import Sequence

from gitmem.guard.untrusted import frame_text
from gitmem.model.preference import PERSON, Preference

_BYTES_PER_TOKEN = 4
_HEADING = (
    "What this person prefers in every repository, recorded in their words: not about this"
    " repository, and not for its commits, notes or files. What they say now comes first.\n"
)


def render_preferences(
    preferences: Sequence[Preference], budget_tokens: int, most_bytes: int
) -> str:
    """The newest that fit into ``budget_tokens`` and ``most_bytes``, oldest first; empty where none
    does.  The same preferences give the same text.
    """
    limit = min(budget_tokens * _BYTES_PER_TOKEN, most_bytes)
    shown: list[str] = []
    for position, one in enumerate(reversed(preferences)):
        more = len(preferences) - position - 1
        tried = _text([_line(one), *shown], more)
        if len(tried.encode()) > limit:
            break
        shown.insert(0, _line(one))
    return _text(shown, len(preferences) - len(shown)) if shown else ""


def _line(one: Preference) -> str:
    by = "" if one.writer == PERSON else f" (written down by {one.writer})"
    return "- " + one.text.replace("\n", "\n  ") + by


def _text(lines: list[str], more: int) -> str:
    rest = [f"({more} more: `gitmem log --mine`)"] if more else []
    return frame_text(_HEADING, "\n".join([*lines, *rest]))
