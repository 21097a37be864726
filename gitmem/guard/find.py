"""Where the secrets of a text are, by all the rules: keys by form, values by name, chance.

A text is looked at as a whole three times, whatever the number of rules: for long runs of
characters, in which alone a key or chance can be, and for the words that rules begin at.
"""

from __future__ import annotations

import re
from base64 import b64decode
from functools import lru_cache
from typing import NamedTuple, Protocol

from gitmem.guard import (
    addresses,
    code,
    commands,
    cuts,
    files,
    providers,
    randomness,
    seeds,
    services,
)
from gitmem.guard.forms import Form, Span, merge_spans
from gitmem.guard.named import NAMES, Name
from gitmem.guard.triggers import Called, Triggers
from gitmem.guard.views import views

# What keys consist of, without a break.  A run is looked for behind a character that belongs to
# none, which costs a third of looking everywhere.
_RUN = re.compile(r"[^A-Za-z0-9_.:$~/+=-]([A-Za-z0-9_.:$~/+=-]{16,})")


class Rule(Protocol):
    """Finds the secrets by the needle that begins at ``start``."""

    @property
    def needles(self) -> tuple[str, ...]:
        """What calls for the rule, in lower case."""

    def spans_at(self, text: str, start: int) -> list[Span]:
        """The secrets there."""


KEYS: tuple[Form, ...] = (
    *providers.CLOUDS,
    *providers.CODE,
    *providers.MODELS,
    *services.SERVICES,
    *services.NAMELESS,
)
"""Matched in their own case."""

PARTS: tuple[Rule, ...] = (
    *addresses.FORMS,
    *commands.FORMS,
    *files.ALL,
    *code.FORMS,
    *code.FORMS_OF_SQL,
    *seeds.RULES,
)
"""Looked for in text folded to lower case."""


@lru_cache(maxsize=1)
def _key_triggers() -> Triggers[Form]:
    table: dict[str, list[Form]] = {}
    for form in KEYS:
        for needle in form.needles:
            table.setdefault(needle, []).append(form)
    return Triggers(table)


@lru_cache(maxsize=2)
def _name_triggers(*, is_ascii: bool) -> Triggers[Rule | Name]:
    table: dict[str, list[Rule | Name]] = {}
    rules: list[Rule | Name] = [*PARTS, *NAMES]
    for rule in rules:
        for needle in rule.needles:
            if needle.isascii() == is_ascii:
                table.setdefault(needle, []).append(rule)
    return Triggers(table)


# A letter of another script, or with a mark: only such texts have words with them.
_FOREIGN = re.compile("[\u00df-\u024f\u0370-\u1fff\u3040-\ud7ff]")


def runs_of(text: str) -> str:
    """The long runs of a text, one after the other."""
    return " ".join(_RUN.findall(f" {text}"))


def keys(text: str, runs: str | None = None) -> list[Span]:
    """Provider keys, wherever they stand."""
    triggers = _key_triggers()
    runs = runs_of(text) if runs is None else runs
    if not runs or not triggers.is_in(runs):
        return []
    found: list[Span] = []
    done = 0
    for start, rules in triggers.hits(text):
        if start < done:
            continue
        for call in rules:
            for span in call.rule.spans_at(text, start + call.start):
                found.append(span)
                done = max(done, span.end)
    return [_with_wrapped(text, span) for span in merge_spans(found)]


# The rest of a key on the next line, where the line before it is full.
_REST = re.compile(r"(?:\r?\n[ \t]*[A-Za-z0-9+/=_-]{12,}(?=\s|$)){1,60}")
_FULL_LINE = 50  # characters


def _with_wrapped(text: str, span: Span) -> Span:
    line_start = text.rfind("\n", max(0, span.end - 400), span.end) + 1
    if span.end - line_start < _FULL_LINE:
        return span
    rest = _REST.match(text, span.end)
    return span if rest is None else Span(span.kind, span.start, rest.end())


class Hits(NamedTuple):
    """A text in lower case, and where rules for names and surroundings have to look."""

    lowered: str
    places: list[tuple[int, tuple[Called[Rule | Name], ...]]]


def hits_of(text: str) -> Hits:
    """What in the text calls for a rule."""
    lowered = lower_case(text)
    places = list(_name_triggers(is_ascii=True).hits(lowered))
    if not text.isascii() and _FOREIGN.search(lowered):
        places += _name_triggers(is_ascii=False).hits(lowered)
    return Hits(lowered, places)


def named(text: str, hits: Hits | None = None) -> list[Span]:
    """What is told by its name or by what stands around it."""
    lowered, places = hits or hits_of(text)
    found: list[Span] = []
    done = 0  # what is a value already is no name
    for start, rules in places:
        for rule, first, last in rules:
            if isinstance(rule, Name):
                if start >= done:
                    values = rule.spans_of(text, lowered, start + first, start + last)
                    done = max([done, *(span.end for span in values)])
                    found += values
            else:
                found += rule.spans_at(text, start + first)
    return merge_spans([*found, *cuts.spans(text)])


def disguised(text: str, *, is_called: bool = True) -> list[Span]:
    """What only shows once an encoding is undone, or a break is joined."""
    found: list[Span] = []
    for view in views(text, is_called=is_called):
        shown = [*keys(view.text), *named(view.text)]
        found += [Span(kind, *view.place(start, end)) for kind, start, end in shown]
    return merge_spans(found)


# Base64 of what is written in ASCII: of four signs, three are of half of the alphabet each.
_ENCODED = re.compile(
    r"(?<![A-Za-z0-9+/])(?:[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/]){5,}"
)
_ENCODED_RUN = re.compile(r"[A-Za-z0-9+/_-]{20,20000}={0,2}")
_MARK_OF_KEY = re.compile(r"-----BEGIN[A-Z ]{0,40} PRIVATE KEY")


def encoded(text: str, runs: str) -> list[Span]:
    """Base64 of a text that has a secret in it, whole."""
    if not _ENCODED.search(runs):
        return []
    found: list[Span] = []
    for begin in _ENCODED.finditer(text):
        if found and begin.start() < found[-1].end:
            continue
        run = _ENCODED_RUN.match(text, begin.start())
        if run is None:
            continue
        told = _decoded(run.group())
        if _MARK_OF_KEY.match(told) or (told.isprintable() and (keys(told) or named(told))):
            found.append(Span("encoded", *run.span()))
    return found


def _decoded(run: str) -> str:
    """What base64 says; what is no ASCII in it becomes a mark that is not printable."""
    whole = run.rstrip("=").replace("-", "+").replace("_", "/")
    told = b64decode(whole[: len(whole) // 4 * 4]).decode("ascii", "replace")
    return re.sub(r"\s", " ", told)


def random(text: str, runs: str | None = None) -> list[Span]:
    """What no rule names, but looks random."""
    runs = runs_of(text) if runs is None else runs
    return [Span(*span) for span in randomness.spans(text)] if randomness.may_have(runs) else []


def is_secret_field(name: str, value: str) -> bool:
    """Whether a field of this name and value holds a secret."""
    return bool(value and named(f'{name}="{value}"'))


def lower_case(text: str) -> str:
    """Lower case, character for character: U+0130 is the only one that would become two."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.replace("\u0130", "i").lower()
