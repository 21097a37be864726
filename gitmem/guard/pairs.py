"""A secret's name and its value apart: arguments, fields called name and value, markup, tables.

Each row is what may stand between a name and its value where that is neither ``=`` nor ``:``.
"""

# ruff: noqa: E501  a row of a table is one line

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from gitmem.guard.forms import Span
from gitmem.guard.names import PASSWORD, SECRET
from gitmem.guard.values import (
    is_algorithm,
    is_given,
    is_harmless,
    looks_chosen,
    looks_drawn,
    looks_random,
)


class Between:
    """What stands between name and value, what a value is there, and how it is judged."""

    def __init__(self, kind: str, source: str, accepts: Callable[[str], bool]) -> None:
        self.kind = kind
        self.accepts = accepts
        self._source = source

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when first needed: most processes never mask."""
        return re.compile(self._source, re.IGNORECASE)


def _is_argument(value: str) -> bool:
    has_digit = any(sign.isdigit() for sign in value[:80])
    return (
        len(value) >= 6
        and not is_harmless(value)
        and not is_algorithm(value)
        and (has_digit or looks_chosen(value))
    )


def _is_listed(value: str) -> bool:
    """In a table or a list of fields, where a description may stand as well."""
    return looks_chosen(value) or looks_drawn(value) or looks_random(value) or _is_long(value)


def _is_long(value: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{20,}|[0-9A-F]{20,}", value) is not None


_Q = r"\\{0,3}[\"'`]"  # a quote, in a string or in a string of a string
_END_OF_NAME = rf"(?:{_Q})?[\])]{{0,2}}"
_IN_QUOTES = rf"(?P<quote>{_Q})(?P<secret>(?:(?!(?P=quote))[^\n]){{3,300}})(?P=quote)"
_BARE = r"(?P<bare>[^\s\"'`,;|<>(){}\[\]\\]{4,300})"


def _row(kind: str, pattern: str, accepts: Callable[[str], bool]) -> Between:
    return Between(kind, pattern, accepts)


ROWS = (
    # ("NAME", "value")   ['NAME', 'value']   fill('#password', 'value')
    _row("named-argument", rf"{_Q}\)?\s{{0,4}},\s{{0,4}}[a-z]{{0,2}}{_IN_QUOTES}", _is_argument),
    # find("password").send_keys("value")   get('#pw').type('value')
    _row(
        "named-argument",
        rf"{_Q}?\]?{_Q}?\){{1,3}}(?:\.\w{{1,20}}\(\))?\.\w{{2,24}}\((?:\w{{2,24}}\()?\s{{0,4}}{_IN_QUOTES}",
        _is_argument,
    ),
    # "name": "DB_PASSWORD", "value": "…"   - name: X⏎  value: …   <name>X</name><value>…
    _row(
        "named-value",
        rf"{_END_OF_NAME}\s{{0,2}},?[ \t]{{0,8}}(?:(?:\\r)?\\n|\r?\n)?(?:[+>|-][ \t])?[ \t]{{0,40}}(?:{_Q}?\w{{2,16}}{_Q}?:[^\n:,]{{0,80}}(?:\n|,)[ \t]{{0,40}}){{0,2}}{_Q}?"
        rf"(?:\w{{0,20}}value|val|content|plaintext|secretvalue|secret|default|data)(?:string)?{_Q}?"
        rf"[ \t]{{0,4}}[:=][ \t]{{0,4}}(?:{_IN_QUOTES}|{_BARE})",
        _is_argument,
    ),
    _row(
        "markup-secret",
        r"(?:\s[^<>]{0,80})?</(?:key|name|string|entry|t[dh]|dt|label|b|strong|code|span)>[:=]?\s{0,40}<(?:string|value|data|td|dd|span|code|b|strong|div)(?:\s[^<>]{0,80})?>\s{0,40}"
        r"(?P<secret>[^<>\s][^<>\n]{2,256})",
        is_given,
    ),
    _row(
        "markup-secret",
        r"[\"']?(?:\s[^<>]{0,80})?>\s{0,40}(?P<secret>[^<>\s][^<>\n]{2,256}?)\s{0,40}</",
        is_given,
    ),
    _row("markup-secret", rf"{_Q}\s{{1,8}}(?:value|v|content)={_IN_QUOTES}", is_given),
    # password => bcrypt('…')
    _row(
        "password",
        rf"{_END_OF_NAME}\s{{0,4}}(?:=>|:|=)\s{{0,4}}(?:\w{{1,24}}(?:::|\.|->)){{0,2}}\w{{2,24}}\(\s?{_IN_QUOTES}",
        looks_chosen,
    ),
    _row(
        "markup-secret",
        r"(?:[\"'](?:\s[^<>]{0,80})?)?>\s{0,60}<(?:value|plaintext|string)>\s{0,20}(?P<secret>[^<>\s][^<>\n]{2,256}?)\s{0,20}</",
        is_given,
    ),
    # || '…'   ?? "…"   ?: "…"   or "…"
    _row(
        "default-value",
        rf"{_END_OF_NAME}\s{{0,8}}(?:\|\||\?\?=?|\?:|\|\|=|or|//)\s{{0,8}}{_IN_QUOTES}",
        _is_argument,
    ),
    # getenv("X", "default") is a row above; add_argument("--password", …, default="…")
    _row(
        "default-value",
        rf"{_END_OF_NAME}[^\n;]{{0,120}}?\bdefault(?:_value|Value)?\s{{0,4}}[:=(]\s{{0,4}}{_IN_QUOTES}",
        _is_argument,
    ),
    _row(
        "named-value",
        rf"{_Q}\s{{0,4}}:\s{{0,4}}\{{\s{{0,8}}{_Q}(?:value|securestring|stringvalue|plaintext|s|data|secret|default|current)(?:value)?{_Q}\s{{0,4}}:\s{{0,4}}{_IN_QUOTES}",
        is_given,
    ),
    _row(
        "default-value",
        rf"{_Q}\s{{0,4}}\{{[^{{}}]{{0,300}}?default\s{{0,8}}=\s{{0,8}}{_IN_QUOTES}",
        is_given,
    ),
    # | NAME | value |
    _row(
        "table-value",
        r"[`*]{0,3}[ \t]{0,40}[|│┃][ \t]{0,40}`?(?P<secret>[^\s|│┃`]{4,300})`?[ \t]{0,60}(?:[|│┃]|$)",
        _is_listed,
    ),
    # Pwd={value}
    _row(
        "password",
        r"[ \t]?=[ \t]?\{(?P<secret>(?=[^{}\s\"']{0,60}\d)[^{}\s\"'!.]{4,128})\}",
        looks_chosen,
    ),
    # NAME: |⏎  value   NAME:⏎  value
    _row(
        "block-value",
        rf"{_Q}?:[ \t]{{0,4}}(?:[|>][+-]?)?(?:\r?\n|\\n)[ \t]{{1,40}}{_Q}?(?P<secret>[^\s\"'`]{{4,256}})(?=[\"']?[ \t]*(?:\r?\n|\\n|$))",
        _is_listed,
    ),
    _row(
        "block-value",
        r"[ \t]?[:=：][ \t]{0,4}\r?\n(?:[ \t>|]*\r?\n)?[ \t>]{0,40}[`\"']?(?P<secret>[^\s\"'`]{6,256})(?=[`\"']?[ \t]*(?:\r?\n|$))",
        _is_listed,
    ),
)

_IN_TAG = re.compile(
    r"(?:<[^<>\n]{0,80}|<(?:key|name|string|t[dh]|dt|label|b|strong|code|span)(?:\s[^<>\n]{0,60})?>[^<>\n]{0,60})$"
)

_POSITIONAL = re.compile(
    r"\b(?:set|put|add|setx|setenv|env|create|config|configure|export|store|write|arg)\s{1,4}(?:-\S{1,40}\s{1,4}){0,3}[\w:/.@\"'-]{0,60}$",
    re.IGNORECASE,
)
# "value": "…", "name": "DB_PASSWORD
_VALUE_BEFORE = re.compile(
    rf"{_Q}(?:\w{{0,20}}value|content|plaintext|secret|data){_Q}\s{{0,4}}:\s{{0,4}}(?P<quote>{_Q})"
    rf"(?P<secret>(?:(?!(?P=quote))[^\n]){{4,300}})(?P=quote)\s{{0,4}},\s{{0,20}}"
    rf"(?:{_Q}\w{{2,16}}{_Q}\s{{0,4}}:\s{{0,4}}{_Q}[^\n\"]{{0,60}}{_Q}\s{{0,4}},\s{{0,20}}){{0,2}}"
    rf"{_Q}(?:name|key|label|id|field|variable|env(?:_?var)?)(?:_?name)?{_Q}\s{{0,4}}:\s{{0,4}}{_Q}[\w.:/-]{{0,60}}$",
    re.IGNORECASE,
)
_POSITION = re.compile(
    r"[\"']?\s{1,4}(?:--body[ =]|-b\s|--value[ =]|-v\s|=\s)?\s{0,4}[\"']?"
    r"(?P<secret>(?=[^\s\"']{0,80}\d)[^\s\"'-][^\s\"']{5,256})",
)


def spans_behind(text: str, start: int, end: int, kind: str) -> list[Span]:
    """The value that belongs to the name from ``start`` to ``end``, told by what is between."""
    for row in ROWS:
        match = row.pattern.match(text, end, end + 1_200)
        if match is None or (
            row.kind == "markup-secret" and not _IN_TAG.search(text, max(0, start - 80), start)
        ):
            continue
        group = "secret" if match.group("secret") is not None else "bare"
        value = match.group(group)
        if row.kind == "markup-secret" and kind not in (PASSWORD, SECRET) and not _is_listed(value):
            continue
        if row.kind == "password" and kind != PASSWORD and not looks_drawn(value):
            continue
        if row.accepts(value) or (
            kind == PASSWORD and row.kind == "named-value" and is_given(value)
        ):
            return [Span(row.kind, *match.span(group))]
    before = _VALUE_BEFORE.search(text, max(0, start - 400), start)
    if before and text[end : end + 1] in "\"'\\" and _is_argument(before["secret"]):
        return [Span("named-value", *before.span("secret"))]
    is_identifier = (
        text[start - 1 : start] in ("_", ":", ".", "/", "-") or text[end - 3 : end] == "KEY"
    )
    if is_identifier and _POSITIONAL.search(text, max(0, start - 90), start):
        match = _POSITION.match(text, end, end + 400)
        if match and not is_harmless(match["secret"]) and "(" not in match["secret"]:
            return [Span("named-argument", *match.span("secret"))]
    return []
