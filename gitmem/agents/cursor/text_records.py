"""A Cursor transcript of the older form: plain text, a line for who speaks, calls and answers.

::

    user:
    <user_query>
    Fix the login.
    </user_query>

    assistant:
    [Thinking] It is the cookie.
    [Tool call] StrReplace
      path: /home/dev/project/login.py
      old_string: a
      new_string: b

    [Tool result] StrReplace

A record is such a part of the text, numbered as it begins.  What a file holds may look like a mark
of this form: then a part ends early, and no line of it is told wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gitmem.agents.cursor.records import draft_call, typed
from gitmem.agents.draft import Draft
from gitmem.model.session import Event, EventKind

_SPEAKER = re.compile(r"(user|assistant|A):\s*")
_MARK = re.compile(r"\[(Thinking|Tool call|Tool result)\]\s*(.*)")
_ARGUMENT = re.compile(r"  ([a-z_A-Z]{1,40}): ?(.*)")
_OPEN, _CLOSE = "<user_query>", "</user_query>"
_MAX_ARGUMENTS = 40
_MAX_CHARACTERS = 1 << 20  # of a record; what is longer is cut, and little of it is kept anyway
_TO_THE_END = frozenset({"contents", "content", "new_string", "code_edit", "command", "prompt"})
"""Arguments that stand last: all lines behind them are theirs, whatever they look like."""


@dataclass
class TextRecord:
    """A part of the text: who speaks or what mark begins it, and its lines.

    ``offset`` is where it begins, in bytes.
    """

    kind: str
    offset: int
    name: str = ""
    lines: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, line: str) -> None:
        """Hold a line of it, while there is room."""
        self.size += len(line) + 1
        if self.size <= _MAX_CHARACTERS:
            self.lines.append(line)


def text_records(lines: Iterator[tuple[str, int]]) -> Iterator[TextRecord]:
    """The records of the lines, each with the offset behind it; the last may still grow."""
    record, at = TextRecord("", 0), 0
    speaker, is_quoted = "", False
    for line, end in lines:
        begun = None
        if not is_quoted:
            begun, speaker = _begin(line, at, record, speaker)
        if begun is not None:
            if record.kind:
                yield record
            record = begun
        else:
            record.add(line)
        if record.kind == "user":
            is_quoted = (is_quoted or _OPEN in line) and _CLOSE not in line
        at = end
    if record.kind:
        yield record


def _begin(line: str, at: int, record: TextRecord, speaker: str) -> tuple[TextRecord | None, str]:
    if match := _SPEAKER.fullmatch(line):
        speaker = "user" if match[1] == "user" else "assistant"
        return TextRecord(speaker, at), speaker
    match = _MARK.fullmatch(line) if speaker == "assistant" else None
    if match is None:
        return None, speaker
    if match[1] == "Thinking":
        return TextRecord("Thinking", at, lines=[match[2]] if match[2] else []), speaker
    return TextRecord(match[1], at, name=match[2].strip()), speaker


def draft_text(record: TextRecord, number: int, draft: Draft) -> Iterator[Event]:
    """The events of a record."""
    text = "\n".join(record.lines).strip()
    if record.kind == "user":
        yield from draft.words(EventKind.PROMPT, typed(text))
    elif record.kind == "assistant":
        yield from draft.words(EventKind.SAY, text)
    elif record.kind == "Thinking":
        thought, _, said = text.partition("\n")
        yield from draft.words(EventKind.THINK, thought.strip())
        yield from draft.words(EventKind.SAY, said.strip())
    elif record.kind == "Tool call" and record.name:
        yield from draft_call(record.name, f"{number}", _arguments(record.lines), draft)


def _arguments(lines: list[str]) -> dict[str, str]:
    """The arguments: a name at the line's beginning, and the lines up to the next one."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        match = _ARGUMENT.fullmatch(line) if name not in _TO_THE_END else None
        is_next = match is not None and (name != "old_string" or match[1] == "new_string")
        if match and is_next and match[1] not in found and len(found) < _MAX_ARGUMENTS:
            name = match[1]
            found[name] = [match[2]]
        elif name:
            found[name].append(line)
    return {name: "\n".join(held).rstrip("\n") for name, held in found.items()}
