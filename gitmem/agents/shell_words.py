"""A command line as words, and what a shell in it is told.  Pure; standard library only."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Sequence

_SHELLS = frozenset({"bash", "dash", "ksh", "sh", "zsh"})
_COMMAND_OPTION = re.compile(r"-[a-z]*c")


def word_lexer(command: str) -> shlex.shlex:
    """What gives a line's words and operators: a word ends at white space or at one of
    ``();<>|&``, so ``1,20p`` and ``src/@types`` are one each.

    Raises, while it is iterated:
        ValueError: a quotation mark is open.
    """
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    return lexer


def inner_command(words: Sequence[str]) -> str:
    """The command line that ``bash -lc LINE`` runs; empty for any other command."""
    if len(words) < 3 or posixpath.basename(words[0]) not in _SHELLS:
        return ""
    options = words[1:-1]
    is_told = _COMMAND_OPTION.fullmatch(options[-1]) and all(one[:1] == "-" for one in options)
    return words[-1] if is_told else ""
