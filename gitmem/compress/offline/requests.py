"""What a session was first asked for: a title for work that no commit names yet."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gitmem.compress.sentences import capitalise, condense, looks_like_code, sentences, shorten
from gitmem.model.session import Event, EventKind

_PLEASANTRY = re.compile(
    r"(?:ok|okay|yes|yep|yeah|no|sure|thanks?|thank you|great|perfect|nice|cool|good|continue|go|"
    r"go ahead|proceed|do it|sounds good|looks good|lgtm|commit|commit (?:it|this|that)|try again|"
    r"push|next|done|please|ship it|all good|correct|right|exactly|(?:please )?commit (?:and push|"
    r"(?:the|these|your|all) changes?))[.! ]*",
    re.I,
)
_PLAN_OPENING = re.compile(r"implement the following plan:?\s*", re.I)
_MAX_PROMPT = 2_000
_MAX_REQUEST = 240


def first_request(events: Sequence[Event]) -> str:
    """The first sentence of a person that asks for something; empty without one."""
    for event in events:
        if event.kind is EventKind.PROMPT and not event.is_subagent:
            text = _PLAN_OPENING.sub("", event.text[:_MAX_PROMPT], count=1)
            for sentence in sentences(text, _MAX_PROMPT):
                short = condense(sentence, _MAX_REQUEST)
                if (
                    len(short) > 2
                    and not _PLEASANTRY.fullmatch(short)
                    and not looks_like_code(short)
                ):
                    return short
    return ""


def title_of(events: Sequence[Event], limit: int) -> str:
    """The first request as a title; empty without one."""
    return capitalise(shorten(first_request(events).rstrip(".:"), limit))
