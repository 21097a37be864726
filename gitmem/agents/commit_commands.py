"""A ``git commit`` in a command line: whether there is one, and the message that it gives.  Pure.

The command line is what an agent wrote and may be anything, also cut in its middle; what cannot
be read counts as a message left to the editor.
"""

from __future__ import annotations

import re

# No word can be read in two ways, or a long row of options would be tried in all of them; nor may
# the row be without end, or it would be read again from each "git" that stands in it.
_COMMIT = re.compile(
    r"""\bgit(?:\s+(?:-[cC]\s+(?:"[^"\n]*"|'[^'\n]*'|[^\s"']\S*)|-{1,2}(?![cC]\s)\w[\w-]*(?:=\S+)?)){0,20}\s+commit(?![\w-])"""
)
_MESSAGE = re.compile(
    r"""\s(?:-[a-zA-Z]*m|--message)(?:\s+|=)?["'](?:\$\(\s*cat\s+<<-?\s*["']?\w+["']?[^\S\n]*\n)?\s*"""
    r"""([^\n"]{1,200})"""
)
_MIN_CHARACTERS = 8
_MAX_MESSAGES = 20


def is_commit_command(command: str) -> bool:
    """Whether ``git commit`` stands in a command line, with any of git's own options before it."""
    return _COMMIT.search(command) is not None


def commit_messages(command: str) -> tuple[str, ...]:
    """The first lines of the messages that the command's commits give; none if not all are clear.

    A message is read from ``-m`` and from the here-document that Claude Code wraps it in.
    """
    starts = [match.end() for match in _COMMIT.finditer(command)]
    found = []
    for start, end in zip(starts, [*starts[1:], len(command)], strict=False):
        match = _MESSAGE.search(command, start, end)
        if match is None or len(match[1].strip("' ")) < _MIN_CHARACTERS:
            return ()
        found.append(match[1].strip("' "))
    return tuple(found[:_MAX_MESSAGES])
