"""Words: which part of a memory is indexed where, and what a query asks of the index.

Both sides go through the same splitting, so that ``parseArgs``, ``parse_args`` and "parse args"
meet, and so that scripts without spaces between words are found by pairs of characters.
Standard library only: agent hooks import this.
"""

from __future__ import annotations

import re

from gitmem.model.memory import Memory

VERSION = 2
"""Of the texts below: another one does not fit an index that was made with this one."""

COLUMNS = ("title", "body", "files", "symbols", "terms")
WEIGHTS = (2.0, 1.5, 1.0, 1.0, 1.0)
"""The weight of a word by the column it is in."""

MOST_WORDS = 64
"""Words of a query that are asked for."""

_FIRST_WORDS = 24  # of a long text, such as an error pasted whole; the others are its last
_MAX_COLUMN = 20_000
_MAX_ASKED = 6_000  # characters at either end of a query
_MAX_WORD = 64

# A run of a script that puts no spaces between words, or of any other with digits and underscores.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
)
_RUN = re.compile(rf"[{_UNSPACED}]+|[^\W{_UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
# Where a name falls into words: parse_args, parseArgs, HTTPError, utf8.
_SEAM = re.compile(
    r"_+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=\d)(?=[^\W\d])|(?<=[^\W\d_])(?=\d)"
)
# Words that say nothing of what is asked for.  Each would match a good part of all memories, and
# leaving them out is worth more than any choice of weights.
_STOP_WORDS = """
    a about above after again against all also am an and any are as at be because been before being
    below between both but by can cannot could did do does doing down during each either else ever
    every few for from further get gets getting had has have having he her here hers him his how
    however i if in instead into is it its itself just let lets like longer make makes many may me
    might more most much must my need needs neither new no nor not now of off often on once one only
    or other our out over own per please properly rather same set she should since so some still
    such than that the their them then there these they this those through thus to too under until
    up upon us use used uses using very via want was we well were what when where whether which
    while who whose why will with within without would yes yet you your yours
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


def texts_of(memory: Memory) -> tuple[str, str, str, str, str]:
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
        _prepared(memory.terms),
    )


def words_of(text: str) -> list[str]:
    """The words of a text, in order: identifiers whole and in parts, unspaced scripts in pairs."""
    found: list[str] = []
    for run in _RUN.findall(text):
        if run.isascii() and run.isalpha() and run.islower():
            found.append(run[:_MAX_WORD])
        elif _IS_UNSPACED.match(run):
            found += [run[n : n + 2] for n in range(max(1, len(run) - 1))]
        else:
            parts = [part[:_MAX_WORD].lower() for part in _SEAM.split(run) if part]
            if len(parts) > 1:
                found.append("".join(parts)[:_MAX_WORD])
            found += parts
    return found


def asked_words(text: str) -> list[str]:
    """The words that a query is searched by, each once: at most :data:`MOST_WORDS`.

    Of a long text those at both ends: an error's message stands in its first line or its last.
    Where there are none but stop words, those are asked for.
    """
    if len(text) > 2 * _MAX_ASKED:
        text = f"{text[:_MAX_ASKED]} {text[-_MAX_ASKED:]}"
    every = words_of(text)
    # Marks over or under a letter are none to Python, but belong to it in Thai or Khmer.
    known = [word for word in dict.fromkeys(every) if any(map(str.isalnum, word))]
    words = [word for word in known if word not in STOP_WORDS] or known
    if len(words) > MOST_WORDS:
        words = [*words[:_FIRST_WORDS], *words[_FIRST_WORDS - MOST_WORDS :]]
    return words


def match_of(text: str) -> str:
    """The FTS5 expression that finds any word of the text; empty if it has none."""
    return " OR ".join(f'"{word}"' for word in asked_words(text))


def _prepared(text: str) -> str:
    return " ".join(words_of(text[:_MAX_COLUMN]))
