"""What a person wrote into a note in plain words, with ``git notes append``, as a memory.

Only what reads like words: a memory with an error in its YAML, conflict markers, data and what is
no text stay foreign, and are told as unreadable.
"""

from __future__ import annotations

import re

from gitmem.guard.redact import redact_memory
from gitmem.guard.untrusted import clean_line, clean_text
from gitmem.model.memory import Memory

KIND = "note"

_MAX_TITLE = 200
_MAX_TEXT = 32_000
# Fields that nobody writes who only wants to say something.
_FIELD = re.compile(
    r"^(?:id: *[\"']?m[0-9a-f]{20}|schema: *\d|provenance:|forgotten:|abandoned:|supersedes:|"
    r"corrects:|citations:|pins:)",
    re.MULTILINE,
)
_COMMON_FIELD = re.compile(
    r"^(kind|title|why|what|decisions|errors|next|concepts|tags|files|symbols):", re.MULTILINE
)
_ITEM = re.compile(r"- *(?:kind|title):")
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?: |$)", re.MULTILINE)
_DATA = re.compile(r"\s*[\[{<%&*!|]")
_CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1a\\x1c-\\x1f\\x7f\\ufffd]")
_WORD = re.compile(r"[^\W\d_]{2}")


def memory_of_words(text: bytes) -> Memory | None:
    """The memory that a document's text is, its marker left out; None if it is not plain words.

    Masked and cleaned, for nobody has done that before.  Who wrote it, and when, only the notes'
    history tells.
    """
    try:
        words = text.decode("utf-8")
    except UnicodeDecodeError:
        return None
    words = words.removeprefix("\ufeff").removeprefix("---")
    words = words.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not _is_plain(words):
        return None
    clean = clean_text(words, _MAX_TEXT).strip()
    first, _, rest = clean.partition("\n")
    is_title = len(first) <= _MAX_TITLE
    title = clean_line(first, _MAX_TITLE).strip()
    if not title:
        return None
    return redact_memory(Memory(KIND, title, why=rest.strip() if is_title else clean))


def _is_plain(words: str) -> bool:
    fields = {match[1] for match in _COMMON_FIELD.finditer(words)}
    return not (
        not _WORD.search(words)
        or _CONTROL.search(words)
        or _CONFLICT.search(words)
        or _FIELD.search(words)
        or _DATA.match(words)
        or len(fields) > 1
        or fields & {"kind", "title"}
        or _ITEM.match(words)
    )
