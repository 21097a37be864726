"""Where a conversation with Claude Code was rewound, by which record follows which.

Each record names the one that it follows (``parentUuid``).  After a rewind the person's next prompt
follows an earlier one than the last: what stands between them was left.  Nothing else tells it.
Parallel calls and late answers make small branches, too, so only a prompt counts, and only where
it leaves an answer or another prompt behind.  What a hook or an attachment says may stand between
the place that was gone back to and the prompt: then it is that record that turns back, and it
counts once a prompt follows it that leaves a prompt behind.  A compacted conversation begins anew
(``parentUuid`` null) but names its ``logicalParentUuid``.
"""

from __future__ import annotations

from collections.abc import Callable

from gitmem.agents.json_values import JsonObject, parse_objects, parse_text
from gitmem.agents.rewinds import Rewinds

_MAX_ID = 64
_INTERRUPT = "[Request interrupted"
_NEW_CONTEXT = "Implement the following plan"


class Chain:
    """Follows the records of one file from record ``start`` on, and finds where they turn back.

    ``is_earlier`` tells whether the file holds a record of this id in front of ``start``.
    """

    def __init__(self, start: int, rewinds: Rewinds, is_earlier: Callable[[str], bool]) -> None:
        self._start = start
        self._rewinds = rewinds
        self._is_earlier = is_earlier
        self._numbers: dict[str, int] = {}
        self._last = ""
        self._last_words = -1  # the record of the last answer or prompt
        self._last_prompt = -1
        self._asides: dict[str, str] = {}  # of hooks, attachments: the words or answer they follow
        self._roots: list[int] = []

    def follow(self, record: JsonObject, number: int) -> None:
        """Take the next record."""
        name = record.get("uuid")
        if not isinstance(name, str) or len(name) > _MAX_ID or "parentUuid" not in record:
            return
        if record.get("isSidechain") is True:
            return
        parent = record.get("parentUuid") or record.get("logicalParentUuid") or ""
        text = _prompt_of(record)
        if text and self._last and isinstance(parent, str):
            turned = self._first_left_behind(parent, text)
            if turned is not None:
                self._rewinds.drop(turned, number)
        if not parent:
            self._roots += [number] if text else [number, number]
        self._numbers[name] = number
        self._last = name
        if text:
            self._last_prompt = number
        elif parent and isinstance(parent, str) and _is_aside(record):
            self._asides[name] = self._asides.get(parent, parent)
        if text or record.get("type") == "assistant":
            self._last_words = number

    def _first_left_behind(self, parent: str, text: str) -> int | None:
        """The first record that a prompt behind ``parent`` leaves, with an answer or a prompt."""
        if parent != self._last:
            first = self._turned_back_to(parent, text)
            if first is not None and first <= self._last_words:
                return first
        if parent in self._asides:
            first = self._turned_back_to(self._asides[parent], text)
            if first is not None and first <= self._last_prompt:
                return first
        return None

    def _turned_back_to(self, parent: str, text: str) -> int | None:
        """The first record that the prompt leaves behind it; None where it leaves none for sure."""
        if parent in self._numbers:
            return self._numbers[parent] + 1
        if parent:
            return self._start if self._start and self._is_earlier(parent) else None
        # A second beginning: of the first prompt in other words, or of a context that was cleared.
        is_alone = len(self._roots) == 1 and not text.startswith(_NEW_CONTEXT)
        return self._roots[0] if is_alone else None


def _is_aside(record: JsonObject) -> bool:
    """Whether it is of a hook, an attachment and the like: no words, no answer, no new context."""
    if record.get("type") == "user":
        return record.get("isMeta") is True
    return record.get("type") != "assistant" and "logicalParentUuid" not in record


def _prompt_of(record: JsonObject) -> str:
    """What a person wrote; "" where it is something else."""
    if record.get("type") != "user" or record.get("isMeta") is True:
        return ""
    if record.get("isCompactSummary") is True:
        return ""
    message = record.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    blocks = parse_objects(content)
    if any(block.get("type") == "tool_result" for block in blocks):
        return ""
    texts = (block for block in blocks if block.get("type") == "text")
    text = content if isinstance(content, str) else parse_text(list(texts))
    return "" if text.startswith(_INTERRUPT) else text.strip()
