"""The files that a command line prints, and which of their lines: ``cat``, ``sed -n``, ``head``,
``nl``.  Pure.

Codex has no tool that reads a file; it reads by the shell.  As in :mod:`gitmem.agents.shell_writes`
only plain words count, and what cannot be read counts as nothing read.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from gitmem.agents.shell_words import inner_command, word_lexer
from gitmem.model.line_ranges import Ranges

_MAX_COMMAND = 4_000
_MAX_FILES = 8
_PRINTERS = frozenset({"cat", "bat", "nl", "less", "head", "tail", "sed"})
_OPERATORS = frozenset({"&&", "||", ";", "&", "(", ")"})
_LINES_OPTION = re.compile(r"-n?(\d{1,7})")
_SED_LINES = re.compile(r"(\d{1,7})(?:,(\d{1,7}))?p")
_QUIET = frozenset({"-n", "-nE", "-En", "-ne", "--quiet", "--silent"})
_PATH = re.compile(r"[\w./~@+\-\[\]() ]{1,400}")


def read_files(command: str) -> list[tuple[str, Ranges]]:
    """The files that a command line seems to print, in order, each with the lines (none where that
    is all of the file, or unknown); at most 8.
    """
    if len(command) > _MAX_COMMAND or "<<" in command:
        return []
    found: dict[str, Ranges] = {}
    folder = before = ""
    for words, is_piped in _simple_commands(command):
        if words[0] == "cd" and len(words) == 2:
            folder = posixpath.join(folder, words[1])
        if inner := inner_command(words):
            found |= {posixpath.join(folder, name): lines for name, lines in read_files(inner)}
            continue
        names, lines = _printed(words) if words[0] in _PRINTERS else ([], ())
        paths = [posixpath.join(folder, name) for name in names if _PATH.fullmatch(name)]
        if is_piped and before and not names and lines:  # nl FILE | sed -n 1,20p
            found[before] = lines
        found |= dict.fromkeys(paths, lines)
        before = paths[0] if len(paths) == 1 else ""
    return list(found.items())[:_MAX_FILES]


def _simple_commands(command: str) -> Iterator[tuple[list[str], bool]]:
    """The words of each simple command, and whether it is told what the one before printed; those
    of a line that cannot be split are left out.
    """
    lexer = word_lexer(command.replace("\n", " ; "))
    words, is_piped = list[str](), False
    try:
        for word in (*lexer, ";"):
            if word not in _OPERATORS and word != "|" and set(word) != {";"}:
                words.append(word)
                continue
            if words:
                yield words, is_piped
            words, is_piped = [], word == "|"
    except ValueError:  # an open quotation mark
        return


def _printed(words: Sequence[str]) -> tuple[list[str], Ranges]:
    """The files that are named, and the lines of them."""
    tool, names, number, is_quiet = words[0], list[str](), "", False
    given = iter(words[1:])
    for word in given:
        if word and set(word) <= {"<", ">", "&", "|"}:
            if word != "<":
                next(given, "")
            if names and names[-1] in ("0", "1", "2"):  # the stream that is led elsewhere
                names.pop()
        elif tool in ("head", "tail") and word == "-n":
            number = next(given, "")
        elif tool in ("head", "tail") and (match := _LINES_OPTION.fullmatch(word)):
            number = match[1]
        elif word.startswith("-"):
            is_quiet = is_quiet or word in _QUIET
        elif not (tool == "nl" and word in ("a", "t")):
            names.append(word)
    if tool == "sed":
        return _sed(names, is_quiet=is_quiet)
    is_first = tool == "head" and number.isascii() and number.isdecimal() and int(number) > 0
    return names, ((1, int(number)),) if is_first else ()


def _sed(names: Sequence[str], *, is_quiet: bool) -> tuple[list[str], Ranges]:
    """``sed -n 'A,Bp;C,Dp' FILE`` alone: any other script prints who knows what."""
    steps = names[0].split(";") if names and is_quiet else []
    found = [match for step in steps if (match := _SED_LINES.fullmatch(step.strip()))]
    if not found or len(found) < len(steps):
        return [], ()
    ranges = tuple((int(match[1]), int(match[2] or match[1])) for match in found)
    return list(names[1:]), ranges if all(0 < first <= last for first, last in ranges) else ()
