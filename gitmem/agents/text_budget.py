"""How much of a session's text is kept: a limit for each text, cut in the middle, and for all.

Errors stand at the end of an output and what was run at its beginning, so a long text keeps its
head and its tail.  Over the whole budget, old answers of tools go first and the user's words last.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Union

from gitmem.guard.spans import without_private, without_private_keys
from gitmem.model.session import Event, EventKind

MAX_WEIGHT = 12 << 20
"""Characters held of one reading, each event counting :data:`EVENT_WEIGHT` more."""

EVENT_WEIGHT = 700

_SHORT = 400
_TAIL_SHARE = 0.65
_MARK = "\n[… {} characters left out …]\n"

_WORD = 200
_WORD_START = re.compile(r"\s")
_KEY_MASK = "[masked:private-key]"

_Thinner = Callable[[Event], Union[Event, None]]


def cut_middle(text: str, limit: int) -> str:
    """At most about ``limit`` characters: head and tail, with a mark of what is missing between.

    Cut between words, and after private spans and keys were taken out: of half a secret nobody
    could tell later that it is one.  Half of a surrogate pair, which JSON can spell and no file
    can hold, becomes ``?``.
    """
    if len(text) > limit:
        text, _ = without_private(text)
        text, _ = without_private_keys(text, _KEY_MASK)
    if len(text) > limit:
        tail = int(limit * _TAIL_SHARE)
        start = _WORD_START.search(text, len(text) - tail, len(text) - tail + _WORD)
        end = text.rfind(" ", max(0, limit - tail - _WORD), limit - tail)
        head_end = end if end >= 0 else limit - tail
        tail_start = start.end() if start else len(text) - tail
        missing = _MARK.format(tail_start - head_end)
        text = text[:head_end] + missing + text[tail_start:]
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def cut_end(text: str, limit: int) -> str:
    """The beginning of a text, up to a white space; for the same reason."""
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(None, 1)[0] if text[:limit].split(None, 1)[1:] else ""


def cut_start(text: str, limit: int) -> str:
    """The end of a text, from a white space on; for the same reason."""
    if len(text) <= limit:
        return text
    return "".join(text[len(text) - limit :].split(None, 1)[1:])


class Retention:
    """Collects events and thins the older ones out when they weigh too much together."""

    def __init__(self, max_weight: int = MAX_WEIGHT) -> None:
        self.events: list[Event] = []
        self._max_weight = max_weight
        self._weight = 0

    def add(self, event: Event) -> None:
        """Hold the event; older ones may be cut or dropped to make room."""
        self.events.append(event)
        self._weight += _weight(event)
        if self._weight > self._max_weight:
            self._thin()

    def _thin(self) -> None:
        """Apply one measure after the other to the older half until a quarter is free."""
        for measure in _MEASURES:
            middle = len(self.events) // 2
            older = [kept for event in self.events[:middle] if (kept := measure(event))]
            self.events[:middle] = older
            self._weight = sum(map(_weight, self.events))
            if self._weight <= self._max_weight * 0.75:
                return


def _weight(event: Event) -> int:
    return len(event.text) + EVENT_WEIGHT


def _shorten_result(event: Event) -> Event:
    if event.kind is EventKind.RESULT and len(event.text) > _SHORT:
        return replace(event, text=cut_middle(event.text, _SHORT))
    return event


def _drop_thoughts(event: Event) -> Event | None:
    if event.kind is EventKind.THINK or (event.kind is EventKind.RESULT and not event.is_error):
        return None
    return event


def _keep_edits_and_prompts(event: Event) -> Event | None:
    is_edit = event.kind is EventKind.CALL and event.path
    if is_edit or event.kind in (EventKind.PROMPT, EventKind.SUMMARY) or event.is_error:
        return replace(event, text=cut_middle(event.text, _SHORT))
    return None


def _drop(_: Event) -> None:
    return None


_MEASURES: tuple[_Thinner, ...] = (_shorten_result, _drop_thoughts, _keep_edits_and_prompts, _drop)
