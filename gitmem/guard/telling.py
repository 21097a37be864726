"""Secrets told in words, in any language: "the password for staging is now …".

Behind a name the words of the sentence are looked at, one after the other.  One that follows a
word that tells (``is``, ``lautet``, ``:``), or stands in quotes, needs only look chosen; one that
follows anything else must be unable to be anything but a secret.
"""

# ruff: noqa: E501  an alternative is one line

from __future__ import annotations

import re

from gitmem.guard.forms import Span
from gitmem.guard.names import PASSWORD, PIN, SAYS
from gitmem.guard.values import (
    is_harmless,
    looks_chosen,
    looks_chosen_alone,
    looks_drawn,
    looks_random,
)

_FAR = 160  # characters behind a name
_MOST_WORDS = 9
_MOST_VALUES = 2  # "from A to B"

# Words end at white space, and where a script begins or ends that has no spaces between words.
SPACELESS = r"\u0e00-\u0e7f\u3001-\u30ff\u3400-\u9fff\uac00-\ud7ff\uff00-\uffef"
_WORD = re.compile(rf"[^\s{SPACELESS}\u3000]+|[{SPACELESS}]+")
_OPENING = re.compile(r"[\"'`“”„«»‘’‚「『（(\[<*_~]*")
_CLOSING = re.compile(r"[\"'`“”„«»‘’」』）)\]}>*_~.,;:!?。，；\\]*$")
_QUOTES = frozenset("\"'`“”„«»‘’‚「『")
_SIGN = re.compile(r"(?:[:=：＝]|->|→|—|–)+$")
# Of words without spaces between them, the last says so: to be, to become, the marks of a case.
_SAYS_AT_ITS_END = re.compile("[是为為成了叫作はにをがで로은는이가를을]$")
_STRUCTURE = re.compile(r"[{}|;<>]|\\[nrt]|[\"']\s?[,:]\s?[\"']|=>|&&")
_SENTENCE_END = re.compile(r"[^\W\d_]{2,}[.!?。][\"')]*$")
_DIGITS = re.compile(r"\d{4,8}")
_HEXADECIMAL = re.compile(r"(?:0x)?[0-9a-f]{20,64}|[0-9A-F]{20,64}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FOUR_WORDS = re.compile(r"[a-z]{3,9}(?:[-_.][a-z]{3,9}){3,7}")
_QUOTED_WORDS = re.compile(r"[\"'`“«][a-z]{3,9}(?: [a-z]{3,9}){3,11}[\"'`”»]")
_QUOTED_PHRASE = re.compile(r"[\"'`“„«](?=[^\"'`”“»\n]{0,40}\d)[\w!?#$%&*+=@. -]{8,48}[\"'`”“»]")
_COMMON_WORD = re.compile(
    r"(?i)\b(?:the|of|to|and|in|for|with|a|is|be|not|or|on|by|it|this|that|must|are|was|has|have"
    r"|cannot|can|may|will|should|does|did|from|your|you|our|when|where|which|who|what|how|use|used"
    r"|invalid|required|missing|expired|wrong|empty|failed|error|please|enter|least|than|too|also"
    r"|only|never|always|been|still|into|then|all|any|each|but|set|sent|stored|change|changed)\b"
)


# A name ends before these; what goes on otherwise is another word, a path, an address, a call.
_MAY_FOLLOW = re.compile(rf"[\s:=\"'`)\]*,\"“”»（(>_~{SPACELESS}]|[-—–][ >]|[^\x00-\x7f]|'s")
_WORDS_BEHIND = re.compile(
    r"(?:[^:\n]{0,60}?(?::|\bis\b|=)\s{1,3}|[ \t]*\n[ \t]*)[\"'`]?(?P<words>[a-z]{3,10}(?: [a-z]{3,10}){3,11})[\"'`]?\s*(?=\n|$)"
)


def spans_before(text: str, start: int, kind: str) -> list[Span]:
    """The value that a sentence has before the name that begins at ``start``."""
    before = _BEFORE.search(text, max(0, start - 120), start)
    if before is None:
        return []
    value = before["value"].strip("\"'`“”„«»(),;")
    at = before.start("value") + before["value"].find(value)
    if before["says"] is None and (kind != PASSWORD or before["between"]):
        return []
    if looks_drawn(value) or (kind == PASSWORD and looks_chosen_alone(value)):
        return [Span(kind, at, at + len(value))]
    return []


# A shell's prompt, and a command that may print a secret.
_PROMPT = re.compile(
    r"[^\S\n]*(?:[\w@.~:/ -]{0,60}[$%❯]|[\w@.~:/-]{0,60}#|PS[^>\n]{0,40}>)[ \t]+(?!git\b|grep\b|rg\b|ls\b|export\b|npm test)\S"
)


def spans_printed(text: str, start: int, kind: str) -> list[Span]:
    """What a command prints on a line of its own that names a secret and stands behind a prompt."""
    line_start = text.rfind("\n", max(0, start - 400), start) + 1
    line_end = text.find("\n", start, start + 400)
    if line_end < 0 or not _PROMPT.match(text, line_start):
        return []
    below = _BELOW.match(text, line_end)
    if below is None:
        return []
    value = below["value"]
    is_hexadecimal = _HEXADECIMAL.fullmatch(value) is not None and len(value) in (32, 64)
    if is_hexadecimal or looks_drawn(value) or looks_chosen_alone(value):
        return [Span(kind, below.start("value"), below.end("value"))]
    return []


_BEFORE = re.compile(
    r"(?<![^\s\"'`(«“])(?P<value>[^\s]{5,80})\s{1,2}"
    r"(?P<says>(?:is|was|as|est|ist|als|es|é|è|это|—|=|->|to be|in as|for|como|comme|jest|як|як|come"
    r"|olarak|sebagai|som)\s{1,2})?(?P<between>(?:[^\W\d_]{1,10}\s{1,2}){0,3})(?:[A-Z][A-Z_]{0,30}|[\w-]{0,20})$"
)


def _phrase(text: str, end: int, limit: int, kind: str) -> Span | None:
    """A passphrase: words in small letters that fill the rest of the line."""
    if kind != PASSWORD:
        return None
    match = _WORDS_BEHIND.match(text, end, end + 300)
    if match is None or _COMMON_WORD.search(match["words"]):
        return None
    return Span(kind, *match.span("words"))


def spans_behind(text: str, end: int, kind: str) -> list[Span]:
    """The values told behind a name that ends at ``end``."""
    line_end = text.find("\n", end, end + _FAR)
    limit = min(len(text), end + _FAR) if line_end < 0 else line_end
    found: list[Span] = []
    if not _MAY_FOLLOW.match(text, end):
        return []
    if phrase := _phrase(text, end, limit, kind):
        return [phrase]
    line_start = text.rfind("\n", max(0, end - _FAR), end) + 1
    # A name that fills its line: what it is the name of stands on the next.
    says = (
        kind == PASSWORD
        and not text[end:limit].strip()
        and _NAME_ALONE.match(text, line_start, end) is not None
    )
    for number, word in enumerate(_WORD.finditer(text, end, limit)):
        if number >= _MOST_WORDS or len(found) == _MOST_VALUES:
            break
        token, begin = word.group(), 0
        if number == 0 and (sign := re.match(r"[\"'`)\]*]*[:=：＝]+", token)):
            says, begin = True, sign.end()
        begin = _end_of(_OPENING, token, begin)
        value = token[begin : _start_of(_CLOSING, token, begin)]
        # The quote right behind a name is its own.
        is_quoted = word.start() > end and not _QUOTES.isdisjoint(token[:begin])
        is_next = number == 0 and kind == PASSWORD and looks_chosen_alone(value)
        if value and (is_next or _is_told(value, kind, says=says or is_quoted)):
            start = word.start() + begin
            found.append(Span(kind, start, start + _length(token[begin:], value)))
        elif (says or is_quoted) and (words := _quoted_words(text, word.start(), kind)):
            found.append(words)
        elif _SENTENCE_END.search(token) or (_STRUCTURE.search(token) and token not in SAYS):
            break
        said = (
            token in ("'s", "’s")
            or token.strip("\"'`“”„«»(),;*_").lower() in SAYS
            or _SIGN.search(token) is not None
            or _SAYS_AT_ITS_END.search(token) is not None
        )
        says = said or (says and not value)
    if says and not found and (below := _BELOW.match(text, limit)):
        value = below["value"].rstrip("`\"'")
        if _is_told(value, kind, says=True):
            found.append(Span(kind, below.start("value"), below.start("value") + len(value)))
    return found


_NAME_ALONE = re.compile(r"[-*#>\s]{0,8}\w{3,20}$")
_BELOW = re.compile(
    r"(?:\r?\n[ \t]*){1,3}(?:[>+-] )?[`\"']*(?P<value>[^\s`\"']{5,200})[`\"']*[ \t]*(?=\r?\n|$)"
)


def _is_told(value: str, kind: str, *, says: bool) -> bool:
    if kind == PIN:
        return says and _DIGITS.fullmatch(value) is not None
    if not says:
        return looks_drawn(value)
    if kind == PASSWORD:
        return looks_chosen(value) or looks_drawn(value) or _is_phrase(value)
    if len(value) < 8:
        return False
    return (
        bool(_HEXADECIMAL.fullmatch(value) or _UUID.fullmatch(value))
        or looks_random(value)
        or looks_drawn(value)
    )


def _is_phrase(value: str) -> bool:
    is_words = _FOUR_WORDS.fullmatch(value) is not None and not is_harmless(value)
    return is_words and not _COMMON_WORD.search(value.replace("_", "-"))


def _quoted_words(text: str, start: int, kind: str) -> Span | None:
    """A phrase of four words or more in quotes: a passphrase, a seed."""
    words = None
    if kind == PASSWORD:
        words = _QUOTED_WORDS.match(text, start) or _QUOTED_PHRASE.match(text, start)
    if words is None or _COMMON_WORD.search(words.group()):
        return None
    return Span(kind, words.start() + 1, words.end() - 1)


def _length(token: str, value: str) -> int:
    """How much of a word is the value: a ``!`` at its end belongs to it, a full stop does not."""
    end = len(value)
    while end < len(token) and token[end] in "!?*":
        end += 1
    return end


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _start_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.search(text, start)
    return match.start() if match else len(text)
