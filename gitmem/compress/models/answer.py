"""A model's answer, checked: what it claims must be said in the session.  Pure.

Files must be in the change, errors must stand in the evidence as they were printed, and each
decision, fact and next step must quote the session; every text is cleaned and capped.  What can
be told without a model (tags, symbols, where an error was) is told here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gitmem.compress.claims import is_borne_out
from gitmem.compress.failures import Failure, failures_of
from gitmem.compress.kinds import tags_of
from gitmem.compress.models.outcomes import is_refusal, never_ran
from gitmem.compress.quotes import SessionWords, fold
from gitmem.compress.terms import terms_of
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.guard.untrusted import clean_line, clean_text
from gitmem.model.change import Change
from gitmem.model.memory import KINDS, Citation, Decision, Memory, RecordedError
from gitmem.model.session import REPORT_TOOLS, Event, EventKind

_MAX_MEMORIES = 4
_MAX_ITEMS = 8
_MAX_FILES = 200
_MAX_TITLE = 120
_MAX_TEXT = 600
_MAX_ERROR = 800
_MAX_QUOTE = 200
_MAX_RECORDS = 4
_SPACE = re.compile(r"\s+")
_LABEL = re.compile(
    r"\s*(?:USER|AGENT|THOUGHT|EARLIER|REPORT|SUBAGENT|RAN|PASSED|FAILED(?:, GONE LATER)?): "
)


def parse_answer(text: str, evidence: Evidence, change: Change | None) -> tuple[Memory, ...]:
    """The memories of a model's answer, each claim checked, each text cleaned and capped.

    A decision, fact or next step whose quotation nobody said is dropped, and so is a memory of
    which nothing is left but its title.

    Raises:
        CompressorFailed: it is not JSON of the schema.
    """
    try:
        answer = json.loads(text)
        found = _list(answer["memories"])
        known = _known(evidence, change)
        memories = [_memory(item, known) for item in found[:_MAX_MEMORIES]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CompressorFailed(
            f"the model's answer is not of the form requested: {error}"
        ) from error
    return tuple(memory for memory in memories if _tells_something(memory))


@dataclass(frozen=True)
class _Known:
    """What an answer is checked against and completed from.

    ``all_words`` are all that was said and printed, ``spoken`` what people and the agent said.
    ``printed`` are the records in which an error can stand, white space folded.
    """

    change: Change | None
    all_words: SessionWords
    spoken: SessionWords
    message: str
    printed: Sequence[tuple[int, str]]
    paths: tuple[str, ...]
    symbols: tuple[str, ...]
    terms: str
    failures: Sequence[Failure]


def _known(evidence: Evidence, change: Change | None) -> _Known:
    part = evidence.slice
    paths = part.edited_paths if change is None else change.paths
    return _Known(
        change=change,
        all_words=SessionWords(part.events),
        spoken=SessionWords([event for event in part.events if _is_speech(event)]),
        message="" if change is None else fold(change.message),
        printed=[(e.record, _fold_spaces(e.text)) for e in part.events if _can_show_an_error(e)],
        paths=paths[:_MAX_FILES],
        symbols=() if change is None else change.symbols[:_MAX_ITEMS],
        terms="" if change is None else terms_of(change),
        failures=failures_of(part.events, [*paths, *part.edited_paths, *part.read_paths]),
    )


def _is_speech(event: Event) -> bool:
    """Whether somebody says this, and not a file or a program: who refuses a tool or answers a
    question does it in the tool's result.
    """
    if event.kind is not EventKind.RESULT:
        return True
    return event.tool in REPORT_TOOLS or is_refusal(event)


def _can_show_an_error(event: Event) -> bool:
    if event.kind is EventKind.RESULT:
        return not never_ran(event)
    return event.kind is EventKind.PROMPT


def _fold_spaces(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


@dataclass
class _Proofs:
    """The citations of one memory while it is read."""

    known: _Known
    citations: list[Citation] = field(default_factory=list)

    def add(self, item: str, records: Iterable[int], quote: str = "") -> None:
        told = clean_line(quote, _MAX_QUOTE)
        self.citations.append(Citation(item, tuple(records), told))

    def why(self, given: Any) -> str:
        """The reason; it may do without a quotation, but not with a false one."""
        text, quote = _text_and_quote(given)
        if not text or not quote:
            return text
        if records := self.known.all_words.records_of(quote):
            self.add("why", records, quote)
            return text
        return text if fold(quote) in self.known.message else ""

    def quoted(self, name: str, given: object, words: SessionWords) -> tuple[str, ...]:
        """The texts of a list whose quotations stand in ``words``."""
        kept: list[str] = []
        for item in _list(given)[:_MAX_ITEMS]:
            text, quote = _text_and_quote(item)
            records = words.records_of(quote)
            if text and records and is_borne_out(text, self.known.change):
                self.add(f"{name}/{len(kept)}", records, quote)
                kept.append(text)
        return tuple(kept)

    def decisions(self, given: object) -> tuple[Decision, ...]:
        kept: list[Decision] = []
        for item in _list(given)[:_MAX_ITEMS]:
            if isinstance(item, str):
                continue
            decision = Decision(
                chose=_clean(item["chose"]),
                because=_clean(item.get("because", "")),
                rejected=_texts(item.get("rejected", [])),
            )
            quote = _quote(item.get("quote", ""))
            records = self.known.spoken.records_of(quote)
            if decision.chose and records and is_borne_out(decision.chose, self.known.change):
                self.add(f"decisions/{len(kept)}", records, quote)
                kept.append(decision)
        return tuple(kept)

    def errors(self, given: object) -> tuple[RecordedError, ...]:
        """The errors that were really printed, with their places; a paraphrase is useless."""
        kept: list[RecordedError] = []
        for item in _list(given)[:_MAX_ITEMS]:
            message = clean_text(str(item["message"]), _MAX_ERROR)
            folded = _fold_spaces(message)
            records = [record for record, text in self.known.printed if folded and folded in text]
            if records:
                failures = self.known.failures
                frames = (f.error.frames for f in failures if f.error.message in folded)
                resolution = _clean(item.get("resolution", ""))
                self.add(f"errors/{len(kept)}", sorted(dict.fromkeys(records))[:_MAX_RECORDS])
                kept.append(RecordedError(message, next(frames, ()), resolution))
        return tuple(kept)


def _memory(item: Mapping[str, Any], known: _Known) -> Memory:
    title = clean_line(str(item["title"]), _MAX_TITLE)
    kind = str(item["kind"])
    if not title or kind not in KINDS:
        raise ValueError("a memory without a title or of an unknown kind")
    claimed = {str(path) for path in _list(item.get("files", []))}
    changed = tuple(path for path in known.paths if path in claimed) or known.paths
    proofs = _Proofs(known)
    return Memory(
        kind=kind,
        title=title,
        why=proofs.why(item.get("why", "")),
        what=proofs.quoted("what", item.get("what", []), known.all_words),
        decisions=proofs.decisions(item.get("decisions", [])),
        errors=proofs.errors(item.get("errors", [])),
        next=proofs.quoted("next", item.get("next", []), known.spoken),
        concepts=_texts(item.get("concepts", [])),
        tags=tags_of(kind, changed, known.failures),
        files_changed=changed,
        symbols=known.symbols,
        terms=known.terms,
        citations=tuple(proofs.citations),
    )


def _tells_something(memory: Memory) -> bool:
    return bool(memory.why or memory.what or memory.decisions or memory.errors or memory.next)


def _text_and_quote(given: Any) -> tuple[str, str]:
    """A claim and its quotation; of a plain string, as models gave before, there is none."""
    if isinstance(given, str):
        return _clean(given), ""
    return _clean(given["text"]), _quote(given.get("quote", ""))


def _quote(given: object) -> str:
    """A quotation without the label that it has in the request."""
    return _LABEL.sub("", clean_text(str(given), _MAX_TEXT), count=1).strip()


def _clean(given: object) -> str:
    if not isinstance(given, str):
        raise TypeError("a text was expected")
    return clean_text(given, _MAX_TEXT)


def _texts(given: object) -> tuple[str, ...]:
    return tuple(text for each in _list(given)[:_MAX_ITEMS] if (text := _clean(each)))


def _list(given: object) -> list[Any]:
    if not isinstance(given, list):
        raise TypeError("a list was expected")
    return given
