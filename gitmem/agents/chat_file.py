"""The messages in the file of a chat: a line each, or in a document that is written anew each time.

Gemini CLI has used both; early versions of Qwen Code and the Cline CLI write documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Union

from gitmem.agents.json_values import JsonObject, parse_line, parse_object, parse_objects
from gitmem.agents.lines import read_lines, without_long_data
from gitmem.errors import TranscriptMissing
from gitmem.git.regular_file import open_regular

MAX_DOCUMENT_BYTES = 32 << 20
"""A document that is larger without its pictures is not read: it would be held at once, twice."""

REWIND = "$rewindTo"
"""In a line of its own: the message of this id and all behind it were taken back."""

_MESSAGES = re.compile(r'(?<!\\)"messages"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


class Lines:
    """The newer form: each line a message, a rewriting of messages, or other news."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.broken_lines = 0

    def messages(self) -> Iterator[tuple[JsonObject, bool]]:
        """Each message as often as it was written; none can still grow unseen."""
        with open_regular(self._path) as file:
            for line in read_lines(file):
                record = parse_line(line.data)
                if record is None:
                    self.broken_lines += 1
                elif "type" in record or REWIND in record:
                    yield record, False
                else:
                    news = parse_object(record.get("$set")) or record
                    for message in parse_objects(news.get("messages")):
                        yield message, False


class SessionDocument:
    """The older form, parsed a message at a time; one that is half written ends early."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.broken_lines = 0

    def messages(self) -> Iterator[tuple[JsonObject, bool]]:
        """Each message, and whether it is the last, which may still grow."""
        held: JsonObject | None = None
        for message in self._parse():
            if held is not None:
                yield held, False
            held = message
        if held is not None:
            yield held, True

    def _parse(self) -> Iterator[JsonObject]:
        with open_regular(self._path) as file:
            data = without_long_data(iter(partial(file.read, 1 << 20), b""), MAX_DOCUMENT_BYTES)
        if data is None:
            limit = MAX_DOCUMENT_BYTES >> 20
            raise TranscriptMissing(
                f"cannot read the transcript '{self._path}': it has more than {limit} MB", ""
            )
        text = data.decode("utf-8", "replace")
        del data
        start = _MESSAGES.search(text)
        at, decoder = start.end() if start else len(text), json.JSONDecoder()
        self.broken_lines += start is None
        while (at := _after(_BETWEEN, text, at)) < len(text) and text[at] != "]":
            try:
                message, at = decoder.raw_decode(text, at)
            except (ValueError, RecursionError):
                self.broken_lines += 1
                return
            if isinstance(message, dict):
                yield message
            else:
                self.broken_lines += 1


def open_source(path: Path) -> Source:
    """The messages of a session's file, by its form."""
    return Lines(path) if path.suffix == ".jsonl" else SessionDocument(path)


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


Source = Union[Lines, SessionDocument]
