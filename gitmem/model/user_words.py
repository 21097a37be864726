"""How an item tells what a person said: in quotation marks, and by whom.  Pure.

Two forms: ``the user: "WORDS"``, several of them in a row, and ``SENTENCE (asked by the user:
"WORDS")``.  WORDS are verbatim but for "…", which stands for words left out, and a full stop that
may have been put behind a sentence.
"""

from __future__ import annotations

import re

_MARK = 'the user: "'
_ASKED = re.compile(rf'(?P<told>.*?) \(asked by {_MARK}(?P<words>.*)"\)', re.DOTALL)
_BREAK = re.compile(r"(?<=[.!?…])\s+")


def quote_user(words: str) -> str:
    """The words as a person's."""
    return f'{_MARK}{words}"'


def with_request(told: str, words: str) -> str:
    """A sentence, and the person's words that it followed from."""
    return f"{told} (asked by {quote_user(words)})"


def split_user_words(text: str) -> tuple[str, tuple[str, ...]]:
    """What an item tells in nobody's name, and what it says that a person said."""
    if text.startswith(_MARK) and text.endswith('"') and len(text) > len(_MARK):
        return "", tuple(text[len(_MARK) : -1].split(f'" {_MARK}'))
    if found := _ASKED.fullmatch(text):
        return found["told"], (found["words"],)
    return text, ()


def sentences_as_said(words: str) -> list[str]:
    """The sentences of a person's words, without the marks at their ends, which may be ours."""
    parts = (part.rstrip(" .…") for part in _BREAK.split(words))
    return [part for part in parts if part]
