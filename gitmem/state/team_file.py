"""What the team's file says, ``.gitmem`` at the top of the work tree.

It is written as git's own configuration, and read here rather than by git: git would follow an
``include``, take any other section as meant for itself, and be one more process that a hook has
to wait for.  Whoever can push a branch can write this file, so all of it is bounded, and what
cannot be read whole counts as unreadable, never as empty.  Standard library only.

**Source:** git-config(1), "Syntax", and git's ``config.c``.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from pathlib import Path

from gitmem.git.regular_file import read_regular
from gitmem.model.value import dataclass, field

MAX_BYTES = 64 << 10
_MAX_LINES = 1_000
_MAX_VALUE = 2_000
_SECTION = "gitmem"
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b", "\\": "\\", '"': '"'}
_PLAIN = re.compile(r'[^"\\#;\n]*(?=\n|\Z)')  # a value without quotes, escapes and comments
_SPACES = " \t\r\v\f"

Values = dict[str, list["str | None"]]


@dataclass(frozen=True)
class TeamFile:
    """The values of each ``gitmem.*`` name (in lower case), in the order of the file; what else
    stands in it, by name; and why it cannot be read, empty where it can.
    """

    values: Values = field(default_factory=dict)
    strange: tuple[str, ...] = ()
    unreadable: str = ""


def read_worktree_file(path: Path) -> TeamFile:
    """What the file says; a link, and all that is no file, is not followed or opened."""
    try:
        data = read_regular(path, MAX_BYTES + 1, follow=False)
    except OSError as error:
        is_link = error.errno in (errno.ELOOP, errno.EMLINK)
        why = "it is a link" if is_link else f"{error.strerror or 'unknown trouble'}".lower()
        return TeamFile(unreadable=why)
    return parse_team_file(data)


def parse_team_file(data: bytes) -> TeamFile:
    """What a file of these bytes says."""
    if len(data) > MAX_BYTES:
        return TeamFile(unreadable=f"it is larger than {MAX_BYTES >> 10} KiB")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return TeamFile(unreadable="it is not UTF-8")
    values: Values = {}
    strange: dict[str, None] = {}
    try:
        for section, name, value in _Lines(text.replace("\r\n", "\n")).entries():
            if section != _SECTION:
                strange[f"[{section}]"] = None
            elif name:
                values.setdefault(f"{_SECTION}.{name}", []).append(value)
    except _NotConfig as error:
        return TeamFile(unreadable=str(error))
    return TeamFile(values, tuple(strange))


class _NotConfig(ValueError):
    """The text is not git's configuration; one line, for people."""


class _Lines:
    """Reads the text a character at a time, as git does."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1

    def entries(self) -> Iterator[tuple[str, str, str | None]]:
        """Each section with its name in small letters, and each of its lines."""
        section, count = "", 0
        while (char := self._next()) != "":
            if char in "#;":
                self._skip_line()
            elif char == "[":
                section = self._section()
                yield section, "", None
            elif char.isascii() and char.isalpha() and section:
                count += 1
                if count > _MAX_LINES:
                    raise _NotConfig(f"it has more than {_MAX_LINES:,} lines")
                yield (section, *self._entry(char))
            elif char not in _SPACES and char != "\n":
                raise self._error()

    def _next(self) -> str:
        char = self._text[self._at : self._at + 1]
        self._at += 1
        self._line += char == "\n"
        return char

    def _error(self) -> _NotConfig:
        at_end = self._text[self._at - 1 : self._at] == "\n"
        return _NotConfig(f"its line {self._line - at_end} is not as git writes configuration")

    def _skip_line(self) -> None:
        end = self._text.find("\n", self._at)
        self._at = len(self._text) if end < 0 else end + 1
        self._line += 1

    def _section(self) -> str:
        name = ""
        while (char := self._next()) != "]":
            if char in _SPACES and char:
                return f"{name.lower()} {self._subsection()}"
            if not (char.isascii() and (char.isalnum() or char in "-.")) or not char:
                raise self._error()
            name += char
        if not name:
            raise self._error()
        return name.lower()

    def _subsection(self) -> str:
        while (char := self._next()) in _SPACES and char:
            pass
        if char != '"':
            raise self._error()
        name = ""
        while (char := self._next()) != '"':
            if char == "\\":
                char = self._next()
            if char in ("\n", ""):
                raise self._error()
            name += char
        if self._next() != "]":
            raise self._error()
        return f'"{name}"'

    def _entry(self, first: str) -> tuple[str, str | None]:
        name = first
        while (char := self._next()).isascii() and char and (char.isalnum() or char == "-"):
            name += char
        while char in (" ", "\t"):
            char = self._next()
        if char in ("\n", ""):
            return name.lower(), None
        if char != "=":
            raise self._error()
        return name.lower(), self._value()

    def _value(self) -> str:
        plain = _PLAIN.match(self._text, self._at)
        if plain is not None:
            self._at = plain.end() + 1
            self._line += 1
            return self._checked(plain[0].strip(_SPACES))
        value, spaces, is_quoted = "", "", False
        while True:
            char = self._next()
            if char in ("\n", ""):
                if is_quoted:
                    raise self._error()
                break
            if not is_quoted and char in _SPACES:
                spaces += char if value else ""
                continue
            if not is_quoted and char in "#;":
                self._skip_line()
                break
            value, spaces = value + spaces, ""
            if char == '"':
                is_quoted = not is_quoted
            elif char == "\\":
                escaped = self._next()
                if escaped in ("\n", ""):  # to git the end of the file ends a line
                    continue
                if escaped not in _ESCAPES:
                    raise self._error()
                value += _ESCAPES[escaped]
            else:
                value += char
            if len(value) > _MAX_VALUE:
                break
        return self._checked(value)

    def _checked(self, value: str) -> str:
        if len(value) > _MAX_VALUE:
            raise _NotConfig(f"a value has more than {_MAX_VALUE:,} characters")
        if not value.replace("\t", " ").isprintable():
            raise _NotConfig("a value holds a character that cannot be printed")
        return value
