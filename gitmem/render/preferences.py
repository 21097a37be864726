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
_SHORT_HEADING = "For every repository of this person, not about this one.\n"
_OF_AGENTS = (
    "Written down by an agent; the person may not have said it, so ask before you act on it:"
)


def render_preferences(
    preferences: Sequence[Preference], budget_tokens: int, most_bytes: int
) -> str:
    """The newest that fit into ``budget_tokens`` and ``most_bytes``, oldest first; empty where none
    does.  The same preferences give the same text.
    """
    limit = min(budget_tokens * _BYTES_PER_TOKEN, most_bytes)
    shown: list[Preference] = []
    for position, one in enumerate(reversed(preferences)):
        more = len(preferences) - position - 1
        if len(_text([one, *shown], more).encode()) > limit:
            break
        shown.insert(0, one)
    return _text(shown, len(preferences) - len(shown)) if shown else ""


def _line(one: Preference) -> str:
    by = "" if one.writer == PERSON else f" (written down by {one.writer})"
    return "- " + one.text.replace("\n", "\n  ") + by


def _text(shown: Sequence[Preference], more: int) -> str:
    """The person's own first: what an agent wrote down is nobody's words but its own."""
    own = [_line(one) for one in shown if one.writer == PERSON]
    others = [_line(one) for one in shown if one.writer != PERSON]
    rest = [f"({more} more: `gitmem log --mine`)"] if more else []
    if others:
        others.insert(0, _OF_AGENTS)
    return frame_text(_HEADING if own else _SHORT_HEADING, "\n".join([*own, *others, *rest]))
