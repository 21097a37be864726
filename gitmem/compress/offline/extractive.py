"""The offline compressor: a memory made of the session's own sentences and error lines.

Deterministic and always there.  It chooses and shortens but never rewords, so what it keeps is
what was said; how much it keeps is bounded by budgets in characters (four are a token).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gitmem.compress.compressor import Compression, Estimate
from gitmem.compress.failures import Failure, failures_of
from gitmem.compress.kinds import kind_of, tags_of, title_of_subject
from gitmem.compress.offline.dialogue import Dialogue, Sentence, dialogue_of
from gitmem.compress.offline.gate import trim_to_worth
from gitmem.compress.offline.requests import first_request, title_of
from gitmem.compress.offline.statements import Selection, select_statements
from gitmem.compress.offline.wording import decision_of, fact_of, why_of
from gitmem.compress.sentences import shorten, stems
from gitmem.compress.terms import said_terms, terms_of
from gitmem.guard.redact import Evidence
from gitmem.model.change import WORD, Change, word_key
from gitmem.model.memory import Citation, Memory, RecordedError
from gitmem.model.session import Event, EventKind, Slice
from gitmem.model.text_roles import Role, texts_of

NAME = "extractive/3"

_MAX_TITLE = 90
_ERROR_CHARACTERS = 1_200
_FILE_CHARACTERS = 1_800
_MAX_ERRORS = 16
_MAX_OPEN_ERRORS = 2
_MAX_FILES_READ = 4
_MAX_SYMBOLS = 8
_MAX_CONCEPTS = 4
_ITEM_OVERHEAD = 12
_CODE_NAME = re.compile(r"`([A-Za-z_][\w.-]{3,39})(?:\(\))?`")
_MAX_TEXT_FOR_NAMES = 4_000
_MIN_MENTIONS = 2
_WORK = (EventKind.PROMPT, EventKind.SAY, EventKind.CALL)


class ExtractiveCompressor:
    """Picks out what matters; needs no network, no key and no model."""

    @property
    def name(self) -> str:
        """Name and version, as recorded in a memory."""
        return NAME

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        """One memory of the slice; none if nothing was said or done."""
        part = evidence.slice
        if not any(event.kind in _WORK for event in part.events):
            return Compression((), NAME)
        kept = trim_to_worth(_memory(part, change), change)
        return Compression((kept,) if kept else (), NAME)

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        """Nothing: no model is asked."""
        return Estimate()


def _memory(part: Slice, change: Change | None) -> Memory:
    events = part.events
    changed = _fit_paths(_changed_paths(part, change), _FILE_CHARACTERS)
    failures = failures_of(events, [*changed, *part.edited_paths, *part.read_paths])
    told = _told_failures(failures, change is None)
    dialogue = dialogue_of(events)
    selection = select_statements(dialogue, change)
    kind = kind_of(change, first_request(events))
    memory = Memory(
        kind=kind,
        title=_title(part, change),
        why=why_of(selection.why),
        what=tuple(fact_of(statement) for statement in selection.facts),
        decisions=tuple(decision_of(statement) for statement in selection.decisions),
        errors=tuple(_without_repeated_resolutions(failure.error for failure in told)),
        tags=tags_of(kind, changed, failures),
        files_changed=changed,
        files_read=tuple(path for path in part.read_paths if path not in changed)[:_MAX_FILES_READ],
        symbols=change.symbols[:_MAX_SYMBOLS] if change is not None else (),
        citations=tuple(_citations(selection, told, events)),
    )
    memory = replace(memory, concepts=_concepts(events, memory))
    return replace(memory, terms=_terms(dialogue, change, memory))


def _terms(dialogue: Dialogue, change: Change | None, memory: Memory) -> str:
    """Words to find the memory by: those of the change, then those that were said most."""
    changed = terms_of(change) if change is not None else ""
    told = " ".join([changed, *texts_of(memory, (Role.TITLE, Role.PROSE, Role.CONCEPT))])
    known = {word_key(word) for word in WORD.findall(told)}
    said = ((sentence.text, sentence.by_user) for sentence in dialogue.sentences)
    return " ".join([*changed.split(), *said_terms(said, known)])


def _citations(
    selection: Selection, failures: Sequence[Failure], events: Sequence[Event]
) -> Iterator[Citation]:
    """Where each item stands in the session; the items are the quotations themselves."""
    if selection.why:
        yield Citation("why", _records(selection.why))
    for name, found in (("what", selection.facts), ("decisions", selection.decisions)):
        for place, statement in enumerate(found):
            yield Citation(f"{name}/{place}", _records(statement.sentences))
    for place, failure in enumerate(failures):
        yield Citation(f"errors/{place}", (events[failure.at].record,))


def _records(sentences: Sequence[Sentence]) -> tuple[int, ...]:
    return tuple(sorted({sentence.record for sentence in sentences}))


def _title(part: Slice, change: Change | None) -> str:
    if change is not None and change.subject.strip():
        return shorten(title_of_subject(change.subject), _MAX_TITLE)
    asked = title_of(part.events, _MAX_TITLE)
    if asked or not part.edited_paths:
        return asked or "Untitled work"
    return shorten(f"Work on {', '.join(part.edited_paths[:3])}", _MAX_TITLE)


def _changed_paths(part: Slice, change: Change | None) -> Sequence[str]:
    """The paths of the commit, those this session edited first; without one what was edited."""
    if change is None:
        return part.edited_paths
    paths = [file.path for file in change.files]
    edited = set(part.edited_paths)
    return sorted(paths, key=lambda path: path not in edited)


def _fit_paths(paths: Sequence[str], characters: int) -> tuple[str, ...]:
    kept: list[str] = []
    for path in paths:
        characters -= len(path) + 4
        if characters < 0:
            break
        kept.append(path)
    return tuple(kept)


def _told_failures(failures: Sequence[Failure], is_pending: bool) -> list[Failure]:
    """The resolved errors that fit, latest first; open ones matter while work is pending."""
    wanted = [f for f in reversed(failures) if f.is_resolved]
    if is_pending:
        wanted += [f for f in reversed(failures) if not f.is_resolved][:_MAX_OPEN_ERRORS]
    room = _ERROR_CHARACTERS
    kept: list[Failure] = []
    for failure in wanted:
        cost = len(failure.error.message) + sum(map(len, failure.error.frames)) + 3 * _ITEM_OVERHEAD
        if cost <= room and len(kept) < _MAX_ERRORS:
            room -= cost
            kept.append(failure)
    # What was printed tells more than the name of the test that printed it.
    return sorted(kept, key=lambda failure: (failure.kind == "test", failure.at))


def _without_repeated_resolutions(errors: Iterable[RecordedError]) -> Iterator[RecordedError]:
    """One fix often resolves several errors: it is stated with the first."""
    told: set[str] = set()
    for error in errors:
        yield replace(error, resolution="") if error.resolution in told else error
        told.add(error.resolution)


def _concepts(events: Sequence[Event], memory: Memory) -> tuple[str, ...]:
    """Names in code that the conversation was about and the memory would otherwise lack."""
    counted: Counter[str] = Counter()
    for event in events:
        if event.kind in (EventKind.PROMPT, EventKind.SAY) and not event.is_subagent:
            counted.update(set(_CODE_NAME.findall(event.text[:_MAX_TEXT_FOR_NAMES])))
    known = frozenset().union(*map(stems, texts_of(memory, (Role.TITLE, Role.PROSE))))
    frequent = sorted((-count, name) for name, count in counted.items() if count >= _MIN_MENTIONS)
    kept: list[str] = []
    for _, name in frequent:
        words = stems(name)
        if words and not words <= known:
            known |= words
            kept.append(name)
    return tuple(kept[:_MAX_CONCEPTS])
