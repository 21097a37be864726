"""Secrets recognised by their name, in code and in words: one place that asks all who know."""

from __future__ import annotations

import re

from gitmem.guard import assignments, pairs, tables, telling
from gitmem.guard.forms import Span
from gitmem.guard.names import IN_CODE, IN_WORDS, KEY, KEY_BEFORE, PASSWORD, PIN
from gitmem.guard.values import is_given, looks_chosen, looks_chosen_alone, looks_drawn

_KEY_BEFORE = re.compile(KEY_BEFORE)
_SUFFIX = re.compile(r"[\w-]{0,40}")
# Such scripts have no spaces: what follows a name is the next word already.
_IN_SPACELESS = re.compile(f"[{telling.SPACELESS}]")
_LONG_VALUE = re.compile(r"[^\w]{1,6}[\w-]{80}")
_ABOUT_NAME = re.compile(r"[ \t]([a-z]{2,16})[ \t]?[:=]")
_ABOUT_WORD = re.compile(r"[\"'`]?[ \t]{1,3}([a-z]{2,16})\b(?![ \t]*[:=])")


class Name:
    """What secrets of one kind are called, and so where to look for their values."""

    def __init__(self, kind: str, needles: tuple[str, ...], *, is_code: bool) -> None:
        self.kind = kind
        self.needles = needles
        self._is_code = is_code

    def spans_of(self, text: str, lowered: str, start: int, end: int) -> list[Span]:
        """The values of the name that stands from ``start`` to ``end``."""
        if text[start - 1 : start] == ":" == text[end : end + 1]:
            return []  # a part of a resource's name
        if lowered[max(0, start - 9) : start] == "publickey":
            return []
        is_prose = not self._is_code and self.kind != PASSWORD
        if self.kind == KEY and self._is_code:
            before = _KEY_BEFORE.search(lowered, max(0, start - 26), start)
            if before is None:
                return _key_of_service(text, start, end) or _key_of_somebody(text, start, end)
            if before.group().startswith("vapid") and _LONG_VALUE.match(text, end):
                return []  # the public one is twice as long
            # With a space it is prose, and a word in quotes is not yet a key.
            is_prose = before.group().endswith(" ")
            start = before.start()
        if (
            self.kind == PIN
            and not text[start:end].strip().isupper()
            and not text[start : end + 6]
            .strip()
            .lower()
            .startswith(("pin-code", "pin code", "codigo"))
            and text[start].isascii()
        ):
            return []
        if lowered[start:end] in ("_pat", "_salt"):
            return _drawn_spans(text, end, self.kind)
        if lowered[start:end] in ("pass", "pw"):
            return _short_spans(text, start, end)
        if not is_prose:
            found = assignments.value_behind(text, start, end, self.kind)
            if found is not None:
                return [Span(self.kind, *found)]
        is_ended = _IN_SPACELESS.match(text, end - 1) is not None
        suffix = None if is_ended else _SUFFIX.match(lowered, end)
        name_end = suffix.end() if suffix else end
        if assignments.is_about(lowered[end:name_end]):
            return []
        if self._is_code and (apart := pairs.spans_behind(text, start, name_end, self.kind)):
            return apart
        about = _ABOUT_NAME.match(lowered, name_end)
        if about and assignments.is_about_word(about[1]) and about[1] not in ("is", "in", "for"):
            return []
        about = _ABOUT_WORD.match(lowered, name_end)
        if (
            about
            and assignments.is_about_word(about[1])
            and about[1] not in ("is", "in", "for", "type", "input", "enter")
        ):
            return []
        return (
            telling.spans_behind(text, name_end, self.kind)
            or (text[start - 1 : start] != "-" and telling.spans_before(text, start, self.kind))
            or tables.spans_below(text, start, name_end)
            or telling.spans_printed(text, start, self.kind)
        )


def _drawn_spans(text: str, end: int, kind: str) -> list[Span]:
    """The value of a pattern or a salt, which mostly is none that is secret."""
    value = _SERVICE_VALUE.match(text, end)
    if value is None or not (looks_drawn(value["value"]) or value["value"].isalnum()):
        return []
    return [Span(kind, *value.span("value"))]


def _short_spans(text: str, start: int, end: int) -> list[Span]:
    """The value of ``pass`` or ``pw``, words of many meanings: tests pass, and work is one."""
    if text[start - 1 : start] == "<":
        return pairs.spans_behind(text, start, end, PASSWORD)
    value = _SHORT.match(text, end) if _begins_a_word(text, start) else None
    if value is None:
        return _told_beside_user(text, start, end)
    if value["sign"] == ":" and _TERNARY.search(text, max(0, start - 6), start):
        return []
    if value["quote"] == "`" and value["sign"] != "is ":
        return []
    if value["bare"] and text[value.end() : value.end() + 1] == "(":
        return pairs.spans_behind(text, start, end, PASSWORD)
    group = "quoted" if value["quoted"] else "bare"
    is_code = value["sign"] == "=" or text[start - 1 : start] == "_"
    if value["sign"] == ":" and text[start:end].isupper() and not is_code:
        return []  # the result of a test
    told = value[group]
    if is_code and group == "bare" and text[start:end].isupper():
        is_value = is_given(told) and not told.isdigit()
    elif is_code and group == "quoted":
        is_value = is_given(told)
    else:
        is_value = looks_chosen(told) and (looks_drawn(told) or looks_chosen_alone(told))
    return [Span(PASSWORD, *value.span(group))] if is_value else []


_TERNARY = re.compile(r"\s\?\s{1,3}[\"'`]?$")
_USER_BEFORE = re.compile(r"(?i)\b(?:user(?:name)?|login|account|email)\b[^\n]{1,60}$")
_NEXT = re.compile(r"\s[\"'`]?(?P<value>[^\s\"'`,;]{6,60})")


def _told_beside_user(text: str, start: int, end: int) -> list[Span]:
    """``user deploy, pass …``: no word says so, but whose it is stands before."""
    value = _NEXT.match(text, end)
    if value is None or not _USER_BEFORE.search(text, max(0, start - 80), start):
        return []
    told = value["value"].rstrip(".)")
    is_value = looks_drawn(told) or looks_chosen_alone(told)
    return (
        [Span(PASSWORD, value.start("value"), value.start("value") + len(told))] if is_value else []
    )


def _begins_a_word(text: str, start: int) -> bool:
    """Whether a word of an identifier begins there: ``bypass`` is another word."""
    before = text[start - 1 : start]
    return not before.isalpha() or (
        text[start].isupper() and (before.islower() or text[start + 1 : start + 2].isupper())
    )


# "my Deepgram key is …": whose key it is makes it one that is not to be told.
_SOMEBODY = re.compile(
    r"(?:\b(?:my|our|your|his|her|their|new|old|live|production|staging)\s(?:\w{2,20}\s)?|\b[A-Z]\w{2,20}\s)$"
)
_OTHER_KEY = re.compile(
    r"(?i)\b(?:public|primary|foreign|sort|partition|cache|lookup|object|dict|map|row|unique|hash"
    r"|group|registry|index|composite|json|yaml|host|idempotency|query|range|natural|shift|enter"
    r"|gpg|pgp|openpgp|rsa|dsa|ecdsa|tab|ctrl|arrow|escape|up|down|the|each|every|this|that|any)\s$"
)
_DRAWN = re.compile(r"\s?(?:is|was|:|=|->|to|,)?\s{0,3}[\"'`(]?(?P<value>[\w./+=~-]{16,400})")


_IDENTIFIER = re.compile(r"([A-Za-z][A-Za-z0-9]*)[_-]$")
_PUBLIC_KEY = frozenset(
    """
    anon artifact bucket build cache checksum client_id commit composite config content
    dedup dedupe dict digest etag file fingerprint foreign gpg group hash host idempotency
    index json kms lookup map natural object partition pgp primary pub public publishable
    query range redis registry request revision row rsa s3 shift site sort span state
    storage_object trace unique vapid websocket yaml
    """.split()  # noqa: SIM905  a list of words
)
_SERVICE_VALUE = re.compile(
    r"[\"']?\]?\s{0,3}(?:=|:|=>|:=)\s{0,3}(?P<quote>[\"'])?(?P<value>[\w+/=.~-]{20,200})(?(quote)(?P=quote)|(?=[\s,;]|$))"
)


def _key_of_service(text: str, start: int, end: int) -> list[Span]:
    """``SERVICE_KEY=…``: a key of what is named before it, if its value was drawn by lot."""
    before = _IDENTIFIER.search(text, max(0, start - 30), start)
    if before is None or before[1].lower() in _PUBLIC_KEY:
        return []
    value = _SERVICE_VALUE.match(text, end)
    if value is None:
        return []
    told = value["value"]
    if re.fullmatch(r"[0-9a-f]{32,64}|[0-9A-F]{32,64}", told) or looks_drawn(told):
        return [Span(KEY, *value.span("value"))]
    return []


def _key_of_somebody(text: str, start: int, end: int) -> list[Span]:
    near = max(0, start - 40)
    if not _SOMEBODY.search(text, near, start) or _OTHER_KEY.search(text, near, start):
        return []
    value = _DRAWN.match(text, end)
    if value is None:
        return []
    found = value["value"].rstrip(".")
    is_hexadecimal = len(found) >= 20 and re.fullmatch(r"[0-9a-f-]+|[0-9A-F-]+", found)
    if is_hexadecimal or looks_drawn(found):
        return [Span(KEY, value.start("value"), value.start("value") + len(found))]
    return []


_SHORT = re.compile(
    r"[\"']?\s?(?P<sign>=|:|is\s)\s{0,4}(?:(?P<quote>[\"'`])(?P<quoted>[^\"'`\n]{4,100})(?P=quote)|(?P<bare>[^\s\"'`,;(){}\[\]<>]{4,100}))"
)


NAMES = (
    *(Name(kind, needles, is_code=True) for kind, needles in IN_CODE.items()),
    *(Name(kind, needles, is_code=False) for kind, needles in IN_WORDS.items()),
)
