"""Words: what of a memory is indexed where, and what a query asks of the index.

Both sides go through the same splitting, so that ``parseArgs``, ``parse_args`` and "parse args"
meet, and so that scripts without spaces between words are found by pairs of characters.
Standard library only: agent hooks import this.
"""

from __future__ import annotations

import re

from gitmem.model.memory import Memory

VERSION = 1
"""Of the texts below: another one does not fit an index that was made with this one."""

COLUMNS = ("title", "body", "files", "symbols")
WEIGHTS = (4.0, 2.0, 1.0, 1.0)

_MAX_COLUMN = 20_000
_MAX_WORDS = 64

# A run of a script that puts no spaces between words, a word of any other, or an identifier.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
)
_RUN = re.compile(rf"[{_UNSPACED}]+|[^\W{_UNSPACED}]+")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_STOP_WORDS = """
    a an and are as at be but by for from has have if in into is it its no not of on or so such
    than that the their then there these this to was we were will with when which would you your
    can could do does did i me my our us he she they them what how why
"""
_STOP = frozenset(_STOP_WORDS.split())


def texts_of(memory: Memory) -> tuple[str, str, str, str]:
    """The memory's texts as the index takes them, one for each of :data:`COLUMNS`."""
    body = [memory.why, *memory.what, *memory.next, *memory.concepts]
    for decision in memory.decisions:
        body += [decision.chose, decision.because, *decision.rejected]
    for error in memory.errors:
        body += [error.message, *error.frames, error.resolution]
    return (
        _prepared(memory.title),
        _prepared("\n".join(body)),
        _prepared("\n".join(memory.files_changed)),
        _prepared("\n".join(memory.symbols)),
    )


def words_of(text: str) -> list[str]:
    """The words of a text, in order: identifiers whole and in parts, unspaced scripts in pairs."""
    found: list[str] = []
    for run in _RUN.findall(text):
        if re.match(f"[{_UNSPACED}]", run):
            found += [run[n : n + 2] for n in range(max(1, len(run) - 1))]
            continue
        parts = [part for part in _PART.findall(run) if part]
        if len(parts) > 1:
            found.append(run.replace("_", "").lower())
        found += [part.lower() for part in parts]
    return found


def match_of(text: str) -> str:
    """The FTS5 expression that finds any word of the text; empty where it has none."""
    words = [word for word in dict.fromkeys(words_of(text)) if word not in _STOP]
    return " OR ".join(f'"{word}"' for word in words[:_MAX_WORDS])


def _prepared(text: str) -> str:
    return " ".join(words_of(text[:_MAX_COLUMN]))
