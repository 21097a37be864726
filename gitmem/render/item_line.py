"""One item of a memory on one line, as wherever a memory is shown in part.

Every word stands behind its label, also when the line is cut: labels come first.
"""

from __future__ import annotations

from collections.abc import Sequence

from gitmem.guard.untrusted import clean_line
from gitmem.model import labels
from gitmem.model.items import Item, Words
from gitmem.model.labels import labelled

_MAX_REJECTED = 3


def item_line(item: Item, limit: int, rejected_limit: int = 0) -> str:
    """The item: ``decided: A, because B (rejected: C; D)``, ``error: E -> resolved: F``.

    ``limit`` is in characters, for each of its parts, half of it for a rejected option unless
    ``rejected_limit`` is given; cleaned of what could drive a terminal.
    """
    first, *others = item.words
    lead = _lead(first, limit)
    if not lead:
        return ""  # a claim of control characters alone is none, whatever stands behind it
    reasons = _cleaned(others, labels.BECAUSE, limit)
    refused = _cleaned(others, labels.REJECTED, rejected_limit or limit // 2)[:_MAX_REJECTED]
    solved = _cleaned(others, labels.RESOLVED, limit)
    return "".join(
        [
            lead,
            *(f", because {text}" for text in reasons),
            *([f" ({labelled(labels.REJECTED, '; '.join(refused))})"] if refused else []),
            *(f" -> {labelled(labels.RESOLVED, text)}" for text in solved),
        ]
    )


def _lead(words: Words, limit: int) -> str:
    is_verbatim = words.label in labels.VERBATIM
    text = _telling_line(words.text, limit) if is_verbatim else words.text
    return labelled(words.label, clean_line(text, limit))


def _cleaned(words: Sequence[Words], label: str, limit: int) -> list[str]:
    """Those with the label; what consists of control characters alone is nothing."""
    texts = (clean_line(one.text, limit) for one in words if one.label == label)
    return [text for text in texts if text]


def _telling_line(message: str, limit: int) -> str:
    """Of a long message the line that says most, not the first characters."""
    lines = message.strip().splitlines()
    if len(lines) > 1 and len(message) > limit:
        return lines[-1] if lines[0].startswith("Traceback") else lines[0]
    return message
