"""The files that a command line writes: ``sed -i``, ``> file``, ``tee``, ``mv``, ``git rm``.  Pure.

Agents edit by the shell where their edit tool finds no match, and Codex mostly does.  What is
read here is a guess at a language that nobody can parse without running it: only plain words
count, and nothing is told of what the file then holds.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from gitmem.agents.shell_words import inner_command, word_lexer

_MAX_COMMAND = 4_000
_MAX_PATHS = 50
_OPERATORS = frozenset({"&&", "||", ";", "|", "&", "(", ")", "\n"})
_OUTPUTS = frozenset({">", ">>", ">|"})
_REDIRECTION = re.compile(r"[<>]+[|&]?")
_PATH = re.compile(r"[\w./~@+\-\[\]() ]{1,400}")
_MAY_WRITE = re.compile(r">|\b(?:sed|perl|tee|mv|cp|rm|python3?|node|ruby)\b")
_IN_PLACE = {"sed": re.compile(r"-[a-zA-Z]*i|--in-place"), "perl": re.compile(r"-[a-zA-Z0-9]*i")}
_SCRIPT_OPTIONS = ("-e", "-f", "--expression", "--file")
_WRAPPERS = frozenset({"sudo", "env", "command", "time", "nice"})
_INLINE_SCRIPT = re.compile(r"\b(?:python3?|node|ruby)\b[^\n|;&]{0,80}(?:\s-[ce]\s|<<)")
_WRITES = re.compile(
    r"""\bopen\(\s*["']([^"'\n]{1,400})["']\s*,\s*["'][wa]|"""
    r"""\bPath\(\s*["']([^"'\n]{1,400})["']\s*\)\.write_|"""
    r"""\bwriteFile(?:Sync)?\(\s*["']([^"'\n]{1,400})["']"""
)


def written_paths(command: str) -> list[str]:
    """The paths that a command line seems to write, move or remove, in order, at most 50.

    A path after ``cd`` is told from there; one that names no file is as good as any other, for
    the caller knows which files there are.
    """
    if len(command) > _MAX_COMMAND or not _MAY_WRITE.search(command):
        return []
    found: dict[str, None] = {}
    folder = ""
    for words in _simple_commands(command):
        if words[:1] == ["cd"] and len(words) == 2:
            folder = posixpath.join(folder, words[1])
            continue
        for path in written_paths(inner_command(words)):
            found[posixpath.join(folder, path)] = None
        for path in _written_by(words):
            if _PATH.fullmatch(path) and not path.startswith(("-", "/dev/")):
                found[posixpath.join(folder, path)] = None
    if _INLINE_SCRIPT.search(command):
        for match in _WRITES.finditer(command):
            found[posixpath.join(folder, match[match.lastindex or 0])] = None
    return list(found)[:_MAX_PATHS]


def _simple_commands(command: str) -> Iterator[list[str]]:
    """The words of each simple command; those of a line that cannot be split are left out."""
    lexer = word_lexer(command.partition("<<")[0].replace("\n", " ; "))
    words: list[str] = []
    try:
        for word in lexer:
            if word in _OPERATORS or (word and set(word) <= {";"}):
                yield words
                words = []
            else:
                words.append(word)
    except ValueError:  # an open quotation mark
        return
    yield words


def _written_by(words: Sequence[str]) -> Iterator[str]:
    words, outputs = _split_redirections(words)
    yield from outputs
    while words and (words[0] in _WRAPPERS or re.fullmatch(r"\w+=.*", words[0])):
        words = words[1:]
    if not words:
        return
    tool, given = posixpath.basename(words[0]), words[1:]
    if tool == "git" and given[:1] in (["rm"], ["mv"]):
        tool, given = given[0], given[1:]
    names = [word for word in given if word and not word.startswith("-")]
    if tool in _IN_PLACE:
        if any(_IN_PLACE[tool].fullmatch(word.split("=")[0]) for word in given if word[:1] == "-"):
            scripts = [after for word, after in pairwise(given) if word in _SCRIPT_OPTIONS]
            yield from (name for name in names if name not in scripts) if scripts else names[1:]
    elif tool in ("tee", "rm", "mv"):
        yield from names
    elif tool == "cp":
        yield from names[-1:] if len(names) > 1 else ()


def _split_redirections(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words without redirections, and the files that output goes to."""
    kept: list[str] = []
    outputs: list[str] = []
    at = 0
    while at < len(words):
        if _REDIRECTION.fullmatch(words[at]):
            outputs += words[at + 1 : at + 2] if words[at] in _OUTPUTS else []
            at += 2
        else:
            kept.append(words[at])
            at += 1
    return kept, outputs
