"""The same text as its reader would see it: encodings undone, breaks joined, and the way back.

A secret does not look like one while its name or itself is escaped, coloured, wrapped or continued
on another line.  Each view undoes one such thing, and knows for each of its characters where that
stands in the text, so that what is found in the view can be masked in the text.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

# What stands in a text, and what it means; None where it means nothing.
_Meaning = Callable[[re.Match[str]], "str | None"]


class View:
    """A text with replacements; ``text`` is what it reads like."""

    def __init__(self, text: str, pattern: re.Pattern[str], meaning: _Meaning) -> None:
        kept: list[str] = []
        self._starts: list[int] = [0]  # in the view, where each piece begins
        self._places: list[int] = [0]  # in the text, the same
        done = size = 0
        for match in pattern.finditer(text):
            means = meaning(match)
            if means is None:
                continue
            kept += [text[done : match.start()], means]
            size += match.start() - done
            # The replacement, then what follows it.
            self._starts += [size, size + len(means)]
            self._places += [match.start(), match.end()]
            size += len(means)
            done = match.end()
        kept.append(text[done:])
        self.is_same = done == 0
        self.text = "".join(kept)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of the view stands in the text."""
        return self._place(start, is_end=False), self._place(end, is_end=True)

    def _place(self, at: int, *, is_end: bool) -> int:
        number = bisect_right(self._starts, at - is_end) - 1
        number = max(number, 0)
        place = self._places[number] + at - self._starts[number]
        if number + 1 < len(self._places):
            # Within a replacement: all of what it stands for.
            place = min(place, self._places[number + 1]) if not is_end else place
            if is_end and number % 2 == 1:
                return self._places[number + 1]
            if not is_end and number % 2 == 1:
                return self._places[number]
        return place


def views(text: str, *, is_called: bool) -> Iterator[View]:
    """The views of a text that differ from it, and that may show what it does not.

    ``is_called`` says whether anything in the text calls for a rule: where lines are only broken,
    nothing else can in the view.
    """
    is_ascii = text.isascii()
    for sign, needles, pattern, meaning in _KINDS:
        if sign in _BREAKS and not is_called:
            continue
        if sign:
            is_likely = sign in text and any(needle in text for needle in needles)
        else:
            is_likely = not is_ascii and pattern.search(text) is not None
        if is_likely:
            view = View(text, pattern, meaning)
            if not view.is_same:
                yield view


def _hexadecimal(match: re.Match[str]) -> str | None:
    sign = chr(int(match[1], 16))
    return sign if sign.isprintable() else None


def _entity(match: re.Match[str]) -> str | None:
    meant = html.unescape(match.group())
    return meant if len(meant) == 1 and meant != "\n" else None


def _quoted_printable(match: re.Match[str]) -> str | None:
    return "" if match[1] is None else chr(int(match[1], 16))


def _plain_sign(match: re.Match[str]) -> str:
    """What a sign that only looks different, or like nothing, stands for."""
    sign = match.group()
    if "\uff01" <= sign <= "\uff5e":
        return chr(ord(sign) - 0xFEE0)
    return " " if sign.isspace() else ""


def _nothing(_: re.Match[str]) -> str:
    return ""


def _space(_: re.Match[str]) -> str:
    return " "


_COLOUR = (
    r"\x1b\[[0-?]*[ -/]*[@-~]|(?:\\x1b|\\u001[bB]|\\033|\\e|\^\[)\[[\d;]*[A-Za-z]"
    r"|\[(?:\d{1,3};?){1,4}m|\[[0-2]?[KG](?=[\w\[])"
)


_BREAKS = ("\n", ",")

# A kind of disguise: a sign that a text with it has (none: one that is not ASCII), what shows that
# it may have more of it, what is replaced, and by what.
_KINDS: tuple[tuple[str, tuple[str, ...], re.Pattern[str], _Meaning], ...] = (
    (
        "\\",
        ("\\u00", "\\u{", "\\x2", "\\x3", "\\x4", "\\x5", "\\x6", "\\x7"),
        re.compile(r"\\{1,2}(?:u00|x|u\{0{0,2})([2-7][0-9a-fA-F])\}?"),
        _hexadecimal,
    ),
    (
        "%",
        ("%3D", "%3d", "%3A", "%3a", "%22", "%253", "%40"),
        re.compile(r"%(?:25)?([2-7][0-9A-Fa-f])"),
        _hexadecimal,
    ),
    (
        "&",
        ("&#", "&lt;", "&quot;", "&apos;", "&amp;", "&equals;"),
        re.compile(r"&(?:#\d{2,4}|#[xX][0-9a-fA-F]{2,4}|[a-z]{2,8});"),
        _entity,
    ),
    ("=", ("=3D", "=3A", "=20\n"), re.compile(r"=(?:\r?\n|([2-7][0-9A-F]))"), _quoted_printable),
    (
        "[",
        (
            "\x1b[",
            "[0m",
            "[39m",
            "[0;3",
            "[1;3",
            "[2K",
            "\\e[",
            "\\x1b[",
            "\\033[",
            "\\u001b[",
            "^[[",
        ),
        re.compile(_COLOUR),
        _nothing,
    ),
    (
        "",
        (),
        re.compile("[\u00a0\u00ad\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff\uff01-\uff5e]"),
        _plain_sign,
    ),
    (
        "\n",
        ("\\\n", " ^\n", " `\n", "\\\r\n"),
        re.compile(r"(?:[ \t]*\\|[ \t]+[\^`])\r?\n(?:[+>|-][ \t])?[ \t]*"),
        _space,
    ),
    (",", ("', '-", '", "-', "','-", '","-'), re.compile(r"[\"'],\s{0,2}[\"']"), _space),
)
