"""A part of a session as people read it: who said what and when, commands with their outcome.

What is long is folded, with the number of lines that are left out.  Every text is told through the
part's own mask and cleaned again; nothing of a transcript reaches a terminal otherwise.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from gitmem.guard.untrusted import clean_line, clean_text
from gitmem.model.instant import iso_time
from gitmem.model.items import shown_title
from gitmem.model.memory import Json
from gitmem.model.session import (
    EDIT_TOOLS,
    READ_TOOLS,
    REPORT_TOOLS,
    RUN_TOOLS,
    Event,
    EventKind,
)
from gitmem.model.session_part import SessionPart, Step, steps_of
from gitmem.render.rows import wrap_text
from gitmem.render.terminal import ID_LENGTH, Palette, tint

_MAX_LINE = 1_000
_MAX_TEXT = 1 << 16
_INDENT = "    "
_MIN_WIDTH = 40
_NAMES = {
    "claude-code": "Claude Code",
    "codex": "Codex",
    "gemini-cli": "Gemini CLI",
    "opencode": "OpenCode",
    "copilot-cli": "Copilot CLI",
    "qwen-code": "Qwen Code",
    "cline": "Cline CLI",
    "cursor": "Cursor",
}


@dataclass(frozen=True)
class Fold:
    """How many lines of each kind of text are shown; ``shows_edits``: what edits changed."""

    words: int = 40
    output: int = 5
    failure: int = 20
    summary: int = 6
    edit: int = 0
    other: int = 0
    line: int = 400

    @classmethod
    def of(cls, *, edits: bool, full: bool) -> Fold:
        """All that is held with ``full``, the lines of edits with ``edits``."""
        if full:
            most = _MAX_TEXT
            return cls(most, most, most, most, most, most, most)
        return cls(edit=_MAX_TEXT) if edits else cls()


def render_session_part(
    part: SessionPart, colours: Palette, width: int, fold: Fold, root: str = ""
) -> Iterator[str]:
    """The part as blocks, a heading first; each ends with a newline.  ``root`` is the work tree
    whose paths are told from there.
    """
    teller = _Teller(part, colours, max(width, _MIN_WIDTH), fold, root)
    yield _lines_text(teller.heading())
    for lines in teller.body():
        if lines:
            yield _lines_text(lines)
    if part.goes_on:
        yield _lines_text(["", tint("(the session goes on behind this)", colours.dim, colours)])


def session_part_fields(part: SessionPart) -> dict[str, Json]:
    """The part as plain values for JSON: texts as far as they are held, masked and cleaned."""
    return {
        "session": clean_line(part.session, _MAX_LINE) or None,
        "agent": clean_line(part.agent, _MAX_LINE) or None,
        "memories": [
            {
                "id": memory.id,
                "kind": clean_line(memory.kind, _MAX_LINE),
                "title": clean_line(memory.title, _MAX_LINE),
            }
            for memory in part.memories
        ],
        "transcript": clean_line(part.source, _MAX_LINE) or None,
        "records": list(part.records) if part.records else None,
        "goes_on": part.goes_on,
        "remarks": [clean_line(remark, _MAX_LINE) for remark in part.remarks],
        "events": [
            _event_fields(part, step, one)
            for step in steps_of(part.events)
            for one in (step.event, step.answer)
            if one is not None
        ],
    }


def _event_fields(part: SessionPart, step: Step, event: Event) -> dict[str, Json]:
    is_answer = event is step.answer or event.kind is EventKind.RESULT
    fields: dict[str, Json] = {
        "record": event.record,
        "time": iso_time(event.told_time) if event.told_time else None,
        "kind": "answer" if is_answer else event.kind.value,
        "subagent": event.is_subagent,
        "text": clean_text(part.mask(event.text), _MAX_TEXT),
    }
    if event.tool:
        fields["tool"] = clean_line(event.tool, _MAX_LINE)
    if event.path:
        fields["path"] = clean_line(part.mask(event.path), _MAX_LINE)
    if event.kind is EventKind.CALL and event.tool in EDIT_TOOLS:
        fields["added"], fields["removed"] = event.added_lines, event.removed_lines
    if is_answer:
        fields["failed"] = event.is_error
        fields["exit"] = event.exit_code
    return fields


def _lines_text(lines: Sequence[str]) -> str:
    return "".join(f"{line.rstrip()}\n" for line in lines)


class _Teller:
    """Tells the steps of one part in order."""

    def __init__(
        self, part: SessionPart, colours: Palette, width: int, fold: Fold, root: str
    ) -> None:
        self._part = part
        self._colours = colours
        self._width = width
        self._fold = fold
        self._root = root.rstrip("/") + "/" if root else ""
        self._day = ""
        self._was_words = True

    def heading(self) -> list[str]:
        part, colours = self._part, self._colours
        lines = []
        if part.session:
            agent = f"  ({_line(part.agent)})" if part.agent else ""
            lines.append(tint(f"session {_line(part.session)}", colours.commit, colours) + agent)
        for memory in part.memories:
            name = tint(memory.id[:ID_LENGTH], colours.dim, colours)
            kind = tint(_line(memory.kind), colours.kind, colours)
            lines.append(f"Memory: {name} {kind}: {_line(shown_title(memory))}")
        if part.source and part.records:
            first, end = part.records
            lines.append(f"Source: {_line(part.source)}, records {first} to {end}")
        for remark in part.remarks:
            lines += wrap_text(_line(remark), self._width)
        if part.source and part.records and not part.events:
            lines.append("(nothing was said or done in these records)")
        return lines

    def body(self) -> Iterator[list[str]]:
        reads: list[Step] = []
        for step in steps_of(self._part.events):
            if self._is_plain_read(step):
                if reads and reads[-1].event.is_subagent != step.event.is_subagent:
                    yield self._reads(reads)
                    reads = []
                reads.append(step)
                continue
            yield self._reads(reads)
            reads = []
            yield self._step(step)
        yield self._reads(reads)

    def _is_plain_read(self, step: Step) -> bool:
        is_read = step.event.kind is EventKind.CALL and step.event.tool in READ_TOOLS
        return is_read and not self._fold.other and not (step.answer and step.answer.is_error)

    def _reads(self, reads: Sequence[Step]) -> list[str]:
        if not reads:
            return []
        paths = dict.fromkeys(self._path(step.event) for step in reads)
        told = ", ".join(path for path in paths if path)
        return self._small(reads[0].event, f"read {told}") if told else []

    def _step(self, step: Step) -> list[str]:
        event = step.event
        if event.kind in (EventKind.PROMPT, EventKind.SAY):
            return self._words(event)
        if event.kind is EventKind.SUMMARY:
            return self._summary(event)
        if event.kind is EventKind.INTERRUPT:
            return self._small(event, "the person stopped the agent")
        if event.kind is EventKind.RESULT:
            return self._answer_alone(event)
        if event.tool in EDIT_TOOLS:
            return self._edit(step)
        if event.tool in RUN_TOOLS:
            return self._run(step)
        return self._other(step)

    def _words(self, event: Event) -> list[str]:
        text = self._text(event)
        if not text:
            return []
        is_person = event.kind is EventKind.PROMPT
        name = _NAMES.get(self._part.agent.partition(" ")[0], "the agent")
        who = "the person" if is_person else name
        colour = self._colours.title if is_person else self._colours.label
        lines = self._folded(text, self._fold.words, wraps=True)
        self._was_words = True
        return ["", *self._moment(event, tint(who, colour, self._colours)), *lines]

    def _summary(self, event: Event) -> list[str]:
        head = "the conversation was compacted here; the agent's own summary of it"
        self._was_words = True
        lines = self._folded(self._text(event), self._fold.summary, wraps=True)
        return ["", *self._moment(event, tint(head, self._colours.kind, self._colours)), *lines]

    def _edit(self, step: Step) -> list[str]:
        event = step.event
        path = self._path(event) or "a file"
        if event.tool == "Write":
            count = event.added_lines
            told = f"wrote {path} ({count} line{'' if count == 1 else 's'})"
        else:
            told = f"edited {path} +{event.added_lines} \N{MINUS SIGN}{event.removed_lines}"
        if step.answer and step.answer.is_error:
            told += tint("  failed", self._colours.error, self._colours)
        lines = self._small(event, told)
        if self._fold.edit:
            lines += self._folded(self._text(event), self._fold.edit)
        if step.answer and step.answer.is_error:
            lines += self._folded(self._text(step.answer), 4)
        return lines

    def _run(self, step: Step) -> list[str]:
        event, answer = step.event, step.answer
        command = self._text(event).strip()
        if not command:  # nothing was typed into what runs: it was asked for news
            if answer is None or not self._text(answer):
                return []
            told = f"more of what was running{self._outcome(answer)}"
            return [*self._small(event, told), *self._folded(self._text(answer), 3)]
        first, *more = command.split("\n")
        told = tint(f"$ {_cut(first, self._fold.line)}", self._colours.refs, self._colours)
        lines = self._small(event, f"{told}{self._outcome(answer)}")
        lines += self._folded("\n".join(more), self._fold.output) if more else []
        if answer is not None:
            most = self._fold.failure if answer.is_error else self._fold.output
            lines += self._folded(self._text(answer), most)
        return lines

    def _outcome(self, answer: Event | None) -> str:
        if answer is None:
            where = "in this part" if self._part.goes_on else "is recorded"
            return f"  (no answer {where})"
        if not answer.is_error:
            return ""
        code = "" if answer.exit_code is None else f": exit {answer.exit_code}"
        return tint(f"  failed{code}", self._colours.error, self._colours)

    def _other(self, step: Step) -> list[str]:
        event, answer = step.event, step.answer
        given = " ".join(part for part in (self._path(event), self._text(event)) if part)
        lines = self._small(event, f"{_line(event.tool)} {_cut(_line(given), 200)}".strip())
        if answer is None:
            return lines
        if answer.is_error:
            lines[-1] += tint("  failed", self._colours.error, self._colours)
            return lines + self._folded(self._text(answer), self._fold.failure)
        most = self._fold.failure if event.tool in REPORT_TOOLS else self._fold.other
        return lines + self._folded(self._text(answer), most) if most else lines

    def _answer_alone(self, event: Event) -> list[str]:
        if not self._text(event):
            return []
        most = self._fold.failure if event.is_error else self._fold.output
        head = "an answer to something earlier" + ("  failed" if event.is_error else "")
        return [*self._small(event, head), *self._folded(self._text(event), most)]

    def _small(self, event: Event, told: str) -> list[str]:
        """A step in one line; a blank one in front of the first behind words."""
        lines = [""] if self._was_words else []
        self._was_words = False
        mark = tint("subagent: ", self._colours.dim, self._colours) if event.is_subagent else ""
        return [*lines, *self._day_line(event), f"{_INDENT}{mark}{told}"]

    def _moment(self, event: Event, who: str) -> list[str]:
        mark = "a subagent" if event.is_subagent else ""
        day = self._day_line(event)
        clock = f", {_time(event.told_time):%H:%M:%S}" if event.told_time else ""
        return [*day, f"{mark or who}{tint(clock, self._colours.dim, self._colours)}"]

    def _day_line(self, event: Event) -> list[str]:
        if not event.told_time:
            return []
        day = f"{_time(event.told_time):%Y-%m-%d}"
        if day == self._day:
            return []
        self._day = day
        return [tint(f"--- {day} (UTC)", self._colours.dim, self._colours)]

    def _folded(self, text: str, most: int, *, wraps: bool = False) -> list[str]:
        """The first and the last lines of a text, at most so many of them."""
        lines = text.strip("\n").split("\n") if text.strip() else []
        lines = [line for line in lines if line.strip()] if not wraps else lines
        lines = [_cut(line, self._fold.line * (4 if wraps else 1)) for line in lines]
        if wraps:
            room = self._width - len(_INDENT)
            lines = [part for line in lines for part in _wrapped(line, room)]
        if len(lines) > most + 1:
            head = (most + 1) // 2
            left = len(lines) - most
            note = tint(f"... {left} more lines ...", self._colours.dim, self._colours)
            lines = [*lines[:head], note, *lines[len(lines) - (most - head) :]]
        indent = _INDENT if wraps else _INDENT + "    "
        return [f"{indent}{line}" for line in lines]

    def _text(self, event: Event) -> str:
        return clean_text(self._part.mask(event.text), _MAX_TEXT).expandtabs(8).strip("\n ")

    def _path(self, event: Event) -> str:
        path = posixpath.normpath(event.path) if event.path else ""
        if self._root and path.startswith(self._root):
            path = path[len(self._root) :]
        return _line(self._part.mask(path))


def _wrapped(line: str, width: int) -> list[str]:
    """Set to the width, unless its blanks mean something: code, a table, a list's indentation."""
    if len(line) <= width or line.startswith((" ", "\t", "|")):
        return [line]
    return wrap_text(line, width)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most} more characters)"


def _line(text: str) -> str:
    return clean_line(text, _MAX_LINE)


def _time(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(0, timezone.utc)
