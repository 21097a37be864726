"""What the user wanted: the request, and how it was steered later."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gitmem.compress.sentences import (
    capitalise,
    condense,
    looks_like_code,
    sentences,
    shorten,
    stems,
)
from gitmem.model.session import Event, EventKind

_PLEASANTRY = re.compile(
    r"(?:ok|okay|yes|yep|yeah|no|sure|thanks?|thank you|great|perfect|nice|cool|good|continue|go|"
    r"go ahead|proceed|do it|sounds good|looks good|lgtm|commit|commit (?:it|this|that)|try again|"
    r"push|next|done|please|ship it|all good|correct|right|exactly|(?:please )?commit (?:and push|"
    r"(?:the|these|your|all) changes?))[.! ]*",
    re.I,
)
_PLAN_OPENING = re.compile(r"implement the following plan:?\s*", re.I)
_MIN_STEERING_WORDS = 4
_MAX_REQUEST = 240
_MAX_STEERING = 110
_MAX_STEERINGS = 3


def title_of(events: Sequence[Event], limit: int) -> str:
    """The first request as a title; empty without one."""
    for request in _requests(events):
        return capitalise(shorten(request[0].rstrip(".:"), limit))
    return ""


def why(events: Sequence[Event]) -> str:
    """The request and the prompts that changed its direction, in the user's words."""
    requests = _requests(events)
    if not requests:
        return ""
    first = shorten(" ".join(_end_sentence(sentence) for sentence in requests[0]), _MAX_REQUEST)
    steering = _steering(requests[1:], first)
    return (
        " Then: ".join([capitalise(first), "; ".join(steering)]) if steering else capitalise(first)
    )


def _requests(events: Sequence[Event]) -> list[list[str]]:
    """Each prompt's first sentences, those that only agree or thank left out."""
    found = []
    for event in events:
        if event.kind is EventKind.PROMPT and not event.is_subagent:
            text = _PLAN_OPENING.sub("", event.text[:2_000], count=1)
            if request := _request(text):
                found.append(request)
    return found


def _request(text: str) -> list[str]:
    """At most two sentences that ask for something; pasted output does not."""
    kept = []
    for sentence in sentences(text, 2_000):
        short = condense(sentence, _MAX_REQUEST)
        if _PLEASANTRY.fullmatch(short) or len(short) < 3 or looks_like_code(short):
            continue
        kept.append(short)
        if len(kept) == 2 or len(" ".join(kept)) > _MAX_REQUEST // 2:
            break
    return kept


def _steering(requests: Sequence[Sequence[str]], first: str) -> list[str]:
    """The later prompts that say something new, the longest-winded cut."""
    known = set(stems(first))
    kept: list[str] = []
    for request in requests:
        short = shorten(request[0].rstrip("."), _MAX_STEERING)
        new = stems(short) - known
        if len(short.split()) >= _MIN_STEERING_WORDS and len(new) >= 2:
            known |= new
            kept.append(short)
    return kept[:_MAX_STEERINGS]


def _end_sentence(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."
