"""Splitting prose into sentences, and cutting sentences down to what they say.

The texts are chat: Markdown, code, tables and pasted output between the words.  Expressions here
look at one bounded line at a time and do not backtrack over more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitmem.model.text import PROSE_STOP_WORDS, beginnings, letter_count, plain_words

# What ends a sentence in other scripts: of Chinese and Japanese without a space behind it; Arabic,
# Urdu, Hindi, Armenian, Burmese, Ethiopic.
_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？｡])(?![」』”’）)])\s*|(?<=[؟۔।॥։။።])\s+")
QUESTION_MARKS = ("?", "？", "؟", "՞")
"""What ends a question."""

FULL_STOPS = (".", "!", "?", "。", "！", "？", "｡", "؟", "۔", "।", "॥", "։", "။", "።")
"""What ends a sentence."""

_BULLET = re.compile(r"\s{0,20}(?:[-*•>]|\d{1,3}[.)]|#{1,6}|\[[ xX]\]|⏺|❯)\s+")
_MARKUP = re.compile(r"\*\*|__(?=\w)|(?<=\w)__|[✅❌⚠️🎉🚀✓✔]")
_OPENER = re.compile(
    r"(?:(?:ok(?:ay)?|yes|yeah|yep|no|hmm|ah|oh|great|perfect|excellent|good|nice|sure|thanks|"
    r"thank you|now|so|and|but|also|actually|well|alright|right|please|done|got it|i see|"
    r"good (?:question|point|catch|idea)|great (?:question|point|catch|idea)|you're right)"
    r"(?:[,.!:;—–-]+\s*|\s+(?=(?:i|we|let|the|this|please|can|could)\b)))",
    re.I,
)
_REQUEST = re.compile(
    r"(?:can|could|would|will) you (?:please |also |now )*|"
    r"(?:i(?:'d| would) like you to|i want you to|i need you to|please|let'?s)\s+",
    re.I,
)
_LEAD = re.compile(
    r"(?:now(?:,| that)?|so,?|ok(?:ay)?[,.!]?|great[,.!]|perfect[,.!]"
    r"|(?:good|great) (?:point|catch|idea|question|call)[,.!]?|got it[,.!]?|makes sense[,.!]?"
    r"|agreed[,.!]?|fair (?:point|enough)[,.!]?|you['’]?re (?:absolutely )?right[,.!]?"
    r"|interesting[,.!]?|exactly(?: right)?[,.!]?"
    r"|actually,?|yes[,.!]|right[,.!])\s*(?:[-–—:]\s*)?(?=[\w`\"'])",
    re.I,
)
_MIN_AFTER_LEAD = 12
_SPACES = re.compile(r"\s+")
_GOES_ON = re.compile(r"(?::|\b(?:because|is|are|was|that|to))$", re.I)
_MAX_JOINT = 240
_DIFF_LINE = re.compile(r"\s{0,4}[+-]?\s{0,4}(?://|/\*|#!|<!--)|\s{0,4}[+-]\s{0,4}[#\w.]+\s?[({=]")
_CODE = re.compile(
    r"[{}<>;=|\\$]|\(\)|://|^\s*(?:import|func|def|class|return|if|for|var|const|let)\b.*[{:(]"
)
_MAX_PROSE = 8_000


def sentences(text: str, limit: int = _MAX_PROSE) -> list[str]:
    """The sentences of the prose in a text: no code blocks, tables, headings and list marks.

    One that ends in the middle of a thought ("Two causes:") goes on into the next line.  Where
    there is only code to go on into, it keeps its colon.
    """
    found: list[str] = []
    can_join = False
    for line in _prose_lines(text[:limit]):
        if line is None:
            can_join = False
            continue
        for part in _END.split(plain(line)):
            if not part:
                continue
            if can_join and len(found[-1]) + len(part) <= _MAX_JOINT:
                found[-1] = f"{found[-1]} {part}"
                can_join = False
            else:
                found.append(part)
                can_join = bool(_GOES_ON.search(part))
    return found


def _prose_lines(text: str) -> Iterator[str | None]:
    """The lines of prose; None where something else stands: code, a table, a heading, bytes."""
    for block in text.split("```")[::2]:
        yield None
        for line in block.split("\n"):
            is_prose = not line.startswith(("|", "#", "\0")) and line.count("|") <= 3
            yield line if is_prose else None


def plain(line: str) -> str:
    """A line without Markdown's marks of lists and stress."""
    match = _BULLET.match(line)
    text = line[match.end() :] if match else line
    return _SPACES.sub(" ", _MARKUP.sub("", text)).strip(" *_")


def condense(sentence: str, limit: int) -> str:
    """The sentence without openers and courtesies, at most ``limit`` characters, cut at a word."""
    text = sentence.rstrip(": ")
    for _ in range(3):
        start = _end_of_match(_OPENER, text)
        asked = _end_of_match(_REQUEST, text[start:])
        if not start + asked:
            break
        begins_large = text[:1].isupper()
        text = text[start + asked :]
        text = capitalise(text) if begins_large else text
        text = f"{text[:-1]}." if asked and text.endswith("?") else text
    return shorten(text, limit)


def without_lead(text: str) -> str:
    """A sentence without "You're right -" and the like before it."""
    while (match := _LEAD.match(text)) and len(text) - match.end() > _MIN_AFTER_LEAD:
        text = text[match.end() :]
        text = text[:1].upper() + text[1:]
    return text


def _end_of_match(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters; what is longer ends at a word with an ellipsis."""
    if len(text) <= limit:
        return text
    space = text.rfind(" ", limit // 2, limit - 1)
    return text[: space if space > 0 else limit - 1].rstrip(" ,;:-") + "…"


def capitalise(text: str) -> str:
    """The first letter in upper case, unless the word looks like a name in code."""
    word = text.split(" ", 1)[0]
    is_word = word.isalpha() and word.islower()
    return text[:1].upper() + text[1:] if is_word else text


def stems(text: str) -> frozenset[str]:
    """The content words of a text, split at case changes and cut to their beginnings."""
    return beginnings(plain_words(text), PROSE_STOP_WORDS)


def looks_like_code(sentence: str) -> bool:
    """Whether a line is code or output rather than a sentence."""
    if _DIFF_LINE.match(sentence):
        return True
    marks = len(_CODE.findall(sentence))
    letters = letter_count(sentence) + sentence.count(" ")
    return marks > 2 or letters < 0.65 * len(sentence)
