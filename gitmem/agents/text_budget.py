"""How much of a session's text is kept: a limit for each text, cut in the middle, and for all.

Errors stand at the end of an output and what was run at its beginning, so a long text keeps its
head and its tail.  Over the whole budget, old answers of tools go first and the user's words last.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Union

from gitmem.guard.redact import redact
from gitmem.guard.spans import without_private, without_private_keys
from gitmem.model.session import Event, EventKind

MAX_WEIGHT = 12 << 20
"""Characters held of one reading, each event counting :data:`EVENT_WEIGHT` more."""

EVENT_WEIGHT = 700

_SHORT = 400
_TAIL_SHARE = 0.65
_MARK = "\n[… {} characters left out …]\n"

_WORD = 200
_MOST_LOOKED_AT = 16_384
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORD_START = re.compile(r"\s")
_KEY_MASK = "[masked:private-key]"

_Thinner = Callable[[Event], Union[Event, None]]


def cut_middle(text: str, limit: int) -> str:
    """At most about ``limit`` characters: head and tail, with a mark of what is missing between.

    Cut between words, and after private spans and keys were taken out: of half a secret nobody
    could tell later that it is one.  A cut through a long line may part a value from its name, so
    what stands there is masked first, as a whole.  Half of a surrogate pair, which JSON can spell
    and no file can hold, becomes U+FFFD: a ``?`` would make a question of what was said.
    """
    if len(text) > limit:
        text, _ = without_private(text)
        text, _ = without_private_keys(text, _KEY_MASK)
    if len(text) > limit:
        tail = int(limit * _TAIL_SHARE)
        head, rest = _beginning(text, limit - tail), _ending(text, tail)
        missing = max(0, len(text) - len(head) - len(rest))
        text = f"{head}{_MARK.format(missing)}{rest}"
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _beginning(text: str, limit: int) -> str:
    """About the first ``limit`` characters; behind a name that is told, later masking sees it."""
    line = text.rfind("\n", 0, limit) + 1
    if limit - line > _WORD:
        first, last = _surroundings(text, limit)
        text = text[:first] + redact(text[first:last])[: limit - first]
        limit = len(text)
    end = text.rfind(" ", max(0, limit - _WORD), limit)
    return text[: end if end >= 0 else limit]


def _ending(text: str, limit: int) -> str:
    """About the last ``limit`` characters, from the beginning of a line on if one is near."""
    cut = len(text) - limit
    line_end = text.find("\n", cut, cut + _WORD)
    if line_end >= 0:
        return text[line_end + 1 :]
    first, last = _surroundings(text, cut)
    masked = redact(text[first:last])
    text = masked[max(0, len(masked) - (last - cut)) :] + text[last:]
    start = _WORD_START.search(text, 0, _WORD)
    return text[start.end() if start else 0 :]


def _surroundings(text: str, cut: int) -> tuple[int, int]:
    """What must be looked at as a whole before it is cut here: from the line before to the end of
    this one, and of a word.
    """
    line = text.rfind("\n", 0, cut) + 1
    before = text.rfind("\n", 0, max(0, line - 1)) + 1
    most = cut + _MOST_LOOKED_AT
    last = text.find("\n", cut, most)
    if last < 0:
        end = _WORD_START.search(text, min(most, len(text)), most + _MOST_LOOKED_AT)
        last = end.start() if end else min(most + _MOST_LOOKED_AT, len(text))
    return max(before, cut - _MOST_LOOKED_AT), last


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
        self.is_thinned = False
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
        self.is_thinned = True
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
