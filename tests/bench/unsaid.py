"""What a memory says that neither its session nor its commit holds: the twin of what it keeps.

Compared by letters and digits alone, so that line breaks, quotes and marks count for nothing.  A
sentence is not said if no text of the commit's own lines has all of it in a row.  What became of an
error ("gone after edits to …") is worked out, and not looked for.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gitmem.model.labels import GONE
from gitmem.model.memory import Memory, to_fields
from gitmem.model.user_words import split_user_words

_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\n+|\s*\u2026\s*|\s*\.\.\.\s*")
_LEAST_WORDS = 5
_NO_WORDS = frozenset(("id", "schema", "kind", "tags", "files", "symbols", "terms", "provenance"))


def sentences_nobody_said(
    data: Any, commit: Any, memories: list[Memory], messages: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """The sentences of at least five words in the memories, and those that nobody said."""
    there = _bare(messages.get(commit["commit"], "")) + "\0"
    for row in commit["sessions"]:
        if row["lines"]:
            for event in data.session(row["session_id"]).slice(*row["lines"]):
                there += _bare(event.text or "") + "\0"
                there += "\0".join(map(_bare, _leaves(event.input))) + "\0"
    found = [
        sentence
        for memory in memories
        for key, value in to_fields(memory).items()
        if key not in _NO_WORDS
        for leaf in _leaves(value)
        for part in _parts(leaf)
        for sentence in _SENTENCE.split(part)
        if len(sentence.split()) >= _LEAST_WORDS and not sentence.startswith(GONE)
    ]
    return found, [sentence for sentence in found if _bare(sentence) not in there]


def files_nobody_touched(
    data: Any, commit: Any, memories: list[Memory]
) -> tuple[list[str], list[str]]:
    """The files that the memories call changed, and those that are neither in the commit nor named
    in the session's own lines.
    """
    changed = [path for memory in memories for path in memory.files_changed]
    named = "\0".join(
        "\0".join(_leaves(event.input))
        for row in commit["sessions"]
        if row["lines"]
        for event in data.session(row["session_id"]).slice(*row["lines"])
    )
    held = set(commit["files"])
    strange = [p for p in changed if p not in held and posixpath.basename(p) not in named]
    return changed, strange


def _parts(leaf: str) -> Iterator[str]:
    """What is told, and each of the person's words behind it."""
    told, words = split_user_words(leaf)
    yield told
    yield from words


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _leaves(one)
