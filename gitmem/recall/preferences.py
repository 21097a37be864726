"""What a session is told of its person's preferences, behind what the repository remembers.

Standard library only, and no process: a hook asks this.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from gitmem.render.context import MAX_BYTES
from gitmem.state.preferences import preferences_folder, read_preferences


def has_preferences(environ: Mapping[str, str]) -> bool:
    """Whether this person has any, as far as one look at the disk tells."""
    folder = preferences_folder(environ)
    return folder is not None and os.path.isdir(folder)  # noqa: PTH112 - str and Path alike


def context_of_person(environ: Mapping[str, str], budget_tokens: int, before: str = "") -> str:
    """The preferences that fit into the budget, and into what one message may hold behind what is
    said ``before``; empty where there are none, or the budget is 0.
    """
    if not budget_tokens or not has_preferences(environ):
        return ""
    from gitmem.render.preferences import render_preferences

    found = [one for one in read_preferences(preferences_folder(environ)) if one.is_told]
    return render_preferences(found, budget_tokens, MAX_BYTES - len(before.encode()) - 1)
