"""Text escaped so that Markdown shows it as it is, for the description of a pull request.

What a memory says may come from anybody who can push.  On a forge a mention notifies people,
``fixes #1`` closes an issue, a link leads away, HTML hides things, and a line that begins with a
slash is a command to GitLab.  Each form is broken here where the forges' own readers look for it:
by a backslash in Markdown, by an entity in HTML, and in words by a zero-width space, written as an
entity so that whoever reads the source sees it.  Escaping alone does not stop a mention: forges
look for those in the finished page.  Whole words that they look for stand as code
(:mod:`gitmem.guard.code_words`), where they read as they were written and nothing is looked for.

**Source:** GitHub Flavored Markdown 0.29; GitHub's and GitLab's pages on autolinked references.
"""

from __future__ import annotations

import re

from gitmem.guard.code_words import split_blocks, split_code
from gitmem.guard.untrusted import clean_line, clean_text

_GAP = "&#8203;"  # a zero-width space

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>|~&$@#!%^]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "$": "&#36;"}
# Behind these a forge looks for a name or a number: people, issues, merge requests, snippets,
# milestones, labels, epics, alerts.
_SIGILS = "@#!$%~&^"
_PLAIN = "@#!%^"  # mean nothing to Markdown where they do not begin a line
_REFERENCE_START = re.compile(r"[\w\"'(/.*\[{-]")
_GITHUB_NUMBER = re.compile(r"\b(GH)-(?=\d)", re.IGNORECASE)
_ADDRESS = re.compile(r"://|www(?=\.)|(?:mailto|xmpp)(?=:)", re.IGNORECASE)
# What begins a block, or is a command, when it begins a line.
_LINE_START = re.compile(r"^(?:[#+=/:-]|(\d{1,9})(?=[.)]))")
_FENCE = re.compile(r"`+")


def markdown_line(text: str, limit: int) -> str:
    """The text as one line that is read as itself, wherever it stands.

    At most ``limit`` characters of it; the escapes come on top.
    """
    return _prose(clean_line(text, limit))


def markdown_lines(text: str, limit: int) -> list[str]:
    """The same line by line; blank lines are left out, and a fenced block stays one."""
    told: list[str] = []
    for is_code, block in split_blocks(clean_text(text, limit)):
        told += code_block(block, limit) if is_code else [_prose(block)]
    return told


def _prose(line: str) -> str:
    told, was_code = "", False
    for is_code, text in split_code(line):
        gap = _GAP if is_code and was_code else ""
        told += gap + (code_span(text, len(text)) if is_code else _escape_line(text))
        was_code = is_code
    return _escape_line_start(told)


def code_block(text: str, limit: int) -> list[str]:
    """The lines of a fenced block that holds the text as it is; nothing in it can close it."""
    lines = clean_text(text, limit).strip("\n").split("\n")
    longest = max((len(run) for line in lines for run in _FENCE.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *lines, fence]


def code_span(text: str, limit: int) -> str:
    """The text as code within a line; empty text stays empty."""
    line = clean_line(text, limit)
    if not line:
        return ""
    fence = "`" * (max((len(run) for run in _FENCE.findall(line)), default=0) + 1)
    gap = " " if "`" in (line[0], line[-1]) else ""
    return f"{fence}{gap}{line}{gap}{fence}"


def _escape_line(line: str) -> str:
    escaped = _GITHUB_NUMBER.sub(rf"\1-{_GAP}", _SPECIAL.sub(_escape, line))
    return _ADDRESS.sub(lambda found: _break_address(found[0]), escaped)


def _escape(found: re.Match[str]) -> str:
    sign = found[0]
    spelled = sign if sign in _PLAIN else _ENTITIES.get(sign, f"\\{sign}")
    is_reference = sign in _SIGILS and _REFERENCE_START.match(found.string, found.end())
    return spelled + _GAP if is_reference else spelled


def _break_address(start: str) -> str:
    return f":{_GAP}//" if start == "://" else start + _GAP


def _escape_line_start(line: str) -> str:
    """The line with what would make a block of it escaped."""
    found = _LINE_START.match(line)
    if found is None:
        return line
    return f"{found[1]}\\{line[len(found[1]) :]}" if found[1] else f"\\{line}"
