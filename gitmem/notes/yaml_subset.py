"""The small, safe part of YAML that notes are written in, as plain values and back.

Notes come from other people, so reading builds values from parser events itself: no tags, no
anchors, no doubled keys, no depth or size without a limit.  Plain words mean what JSON would
mean by them and nothing else: ``yes``, ``0x1f`` and ``2026-11-20`` stay text.  Writing quotes
whatever any YAML 1.1 or 1.2 reader might take for something other than text.

**Source:** YAML 1.2.2 chapter 10.2 (the JSON schema); YAML 1.1's types for what to quote.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml  # noqa: TID253 - this module is the one owner of YAML

from gitmem.model.memory import Json

MAX_SCALAR_CHARS = 1 << 15
MAX_DEPTH = 16
MAX_NODES = 4096

FAST_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where PyYAML was built with it, else the slow one in Python."""

_MAX_LITERAL_LINE = 240
_NEEDS_QUOTES = re.compile(r"^[\s`'\"\[\]{}>|*&!%@#?,-]|: | #|:$")
_WIDTH = 80
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, Json] = {"": None, "~": None, "null": None, "true": True, "false": False}
_FIRST = frozenset("-0123456789") | {word[:1] for word in _WORDS}  # of what is no text
_SURROGATE = re.compile("[\ud800-\udfff]")

# What YAML 1.1, 1.2 or a lenient reader of either resolves to a number, a date, a truth value,
# null or a merge key.  PyYAML's own table lacks y, n, 1.2's octals and exponents without a dot.
_AMBIGUOUS = re.compile(
    r"""
      [-+]?[0-9][0-9_,]*([.:][0-9_:.]*)?([eE][-+]?[0-9]+)?
    | [-+]?\.[0-9_]+([eE][-+]?[0-9]+)?
    | [-+]?0[xX][0-9a-fA-F_]+ | [-+]?0[oO][0-7_]+ | [-+]?0[bB][01_]+
    | [-+]?\.(inf|Inf|INF) | \.(nan|NaN|NAN)
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt\ \t].*)?
    | ~ | null | Null | NULL | = | <<
    | y | Y | yes | Yes | YES | n | N | no | No | NO
    | true | True | TRUE | false | False | FALSE
    | on | On | ON | off | Off | OFF
    """,
    re.VERBOSE | re.DOTALL,
)


class PlainYamlError(ValueError):
    """The text is not YAML, or uses a part that notes do without.  One line, for people."""


def parse_yaml(text: str, loader: Any = FAST_LOADER) -> Json:
    """The value of a text that holds one YAML document.

    Raises:
        PlainYamlError: it is not one document of the safe part, or passes a limit.
    """
    try:
        parser = loader(text)
        try:
            return _Events(parser.get_event).document()
        finally:
            parser.dispose()
    except yaml.YAMLError as error:
        raise PlainYamlError(_first_line(error)) from error
    except (ValueError, OverflowError) as error:  # an escape for a character there is not
        if isinstance(error, PlainYamlError):
            raise
        raise PlainYamlError("holds an escape that is no character") from error


def render_yaml(fields: Mapping[str, Json]) -> str:
    """A mapping in block style for people to read; :func:`parse_yaml` gives the equal mapping.

    Keys keep their order, texts of several lines become literal blocks, long ones are wrapped
    at about 80 columns.

    Raises:
        PlainYamlError: a value has no form here (a number or character that is none) or is over
            a limit.
    """
    for dumper in (_PleasantDumper, _QuotingDumper):
        text = str(
            yaml.dump(fields, Dumper=dumper, width=_WIDTH, allow_unicode=True, sort_keys=False)
        )
        if _reads_as(text, fields):
            return text
    raise PlainYamlError("cannot be written within the limits of a document")


def _reads_as(text: str, fields: Mapping[str, Json]) -> bool:
    """Whether the text says the same; compared as JSON, since Python takes 1 for True."""
    try:
        return json.dumps(parse_yaml(text)) == json.dumps(fields)
    except PlainYamlError:
        return False


class _Events:
    """Builds one plain value from parser events, counting what it builds.

    Events are told apart by their very classes: half of what an index of all notes takes to be
    built is spent in here and in the parser.
    """

    def __init__(self, next_event: Callable[[], Any]) -> None:
        self._next = next_event
        self._nodes = 0

    def document(self) -> Json:
        self._next()  # the stream begins
        start = self._next()
        if type(start) is yaml.StreamEndEvent:
            return None
        value = self._node(self._next(), 0)
        self._next()  # the document ends
        if type(self._next()) is not yaml.StreamEndEvent:
            raise PlainYamlError("holds more than one document")
        return value

    def _node(self, event: Any, depth: int) -> Json:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise PlainYamlError(f"holds more than {MAX_NODES} values")
        if depth > MAX_DEPTH:
            raise PlainYamlError(f"is nested more than {MAX_DEPTH} levels deep")
        kind = type(event)
        if kind is yaml.AliasEvent or event.anchor is not None:
            raise PlainYamlError("uses an anchor or alias")
        if event.tag is not None:
            raise PlainYamlError("uses a tag")
        if kind is yaml.ScalarEvent:
            return _scalar(event)
        return self._sequence(depth) if kind is yaml.SequenceStartEvent else self._mapping(depth)

    def _sequence(self, depth: int) -> list[Json]:
        values: list[Json] = []
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            values.append(self._node(event, depth + 1))
        return values

    def _mapping(self, depth: int) -> dict[str, Json]:
        values: dict[str, Json] = {}
        while type(event := self._next()) is not yaml.MappingEndEvent:
            key = self._node(event, depth + 1)
            if not isinstance(key, str):
                raise PlainYamlError("has a key that is not text")
            if key in values:
                raise PlainYamlError(f"has the key '{key[:40]}' twice")
            values[key] = self._node(self._next(), depth + 1)
        return values


def _scalar(event: Any) -> Json:
    text: str = event.value
    if len(text) > MAX_SCALAR_CHARS:
        raise PlainYamlError(f"holds a text of more than {MAX_SCALAR_CHARS} characters")
    if not text.isascii() and _SURROGATE.search(text):
        raise PlainYamlError("holds an escape that is no character")
    return _resolve(text) if event.implicit[0] else text


def _resolve(text: str) -> Json:
    if text[:1] not in _FIRST:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FRACTION.fullmatch(text) and abs(number := float(text)) != float("inf"):
        return number
    return text


class _PleasantDumper(yaml.SafeDumper):
    """Block style, literal blocks for texts of several lines, indented lists, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


class _QuotingDumper(_PleasantDumper):
    """Every text in double quotes: the style that can hold any character."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style='"')


_PleasantDumper.add_representer(str, _PleasantDumper.represent_text)
_QuotingDumper.add_representer(str, _QuotingDumper.represent_text)


def _style(text: str) -> str | None:
    """``|`` for lines, ``"`` or ``'`` where a bare word could mislead, None to let PyYAML choose.

    A literal block that ends in blank lines would change when notes are joined by text.  One
    line that would be put in quotes and has some of its own, as error messages do, stands in a
    literal block too: verbatim, to be read and searched for.
    """
    if "\n" in text:
        return '"' if text.endswith("\n\n") or not text.strip("\n") else "|"
    if "'" in text and len(text) <= _MAX_LITERAL_LINE and _NEEDS_QUOTES.search(text):
        return "|"
    return "'" if _AMBIGUOUS.fullmatch(text) else None


def _first_line(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    mark = getattr(error, "problem_mark", None)
    place = f" in line {mark.line + 1}" if mark is not None else ""
    return f"is not YAML: {str(problem).splitlines()[0]}{place}"
