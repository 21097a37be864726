"""The offline compressor: a memory made of the session's own sentences and error lines.

Deterministic and always there.  It chooses and shortens but never rewords, so what it keeps is
what was said; how much it keeps is bounded by budgets in characters (four are a token).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from gitmem.compress.claims import is_borne_out
from gitmem.compress.compressor import Compression, Estimate
from gitmem.compress.failures import Failure, failures_of
from gitmem.compress.kinds import kind_of, tags_of, title_of_subject
from gitmem.compress.offline.decisions import ChoiceSentence, decision_of, statements
from gitmem.compress.offline.gate import trim_to_worth
from gitmem.compress.offline.intents import title_of, why
from gitmem.compress.offline.outcomes import closing_facts, next_steps
from gitmem.compress.sentences import sentences, shorten, stems
from gitmem.compress.terms import terms_of
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change
from gitmem.model.memory import Decision, Memory, RecordedError
from gitmem.model.session import Event, EventKind, Slice

NAME = "extractive/2"

_MAX_TITLE = 90
_STATEMENT_CHARACTERS = 1_200
_ERROR_CHARACTERS = 1_200
_FILE_CHARACTERS = 1_800
_MAX_DECISIONS = 8
_MAX_FACTS = 6
_MAX_ERRORS = 16
_MAX_OPEN_ERRORS = 2
_MAX_CLOSING_FACTS = 2
_MAX_NEXT = 2
_MAX_FILES_READ = 4
_MAX_SYMBOLS = 8
_MAX_CONCEPTS = 4
_ITEM_OVERHEAD = 12
_COVER_BY_ONE = 0.7
_COVER_BY_ALL = 0.85
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
    title = _title(part, change)
    asked = why(events)
    kind = kind_of(change, asked)
    reason = asked or _reason_in_message(change)
    chosen = _MemoryWords(title, reason)
    errors = _errors(failures, change is None)
    for error in errors:
        chosen.note(error.message, error.resolution)
    borne_out = [s for s in statements(events) if s.is_choice or is_borne_out(s.text, change)]
    decisions, facts = _statements(borne_out, chosen)
    for fact in closing_facts(events, 3 * _MAX_CLOSING_FACTS):
        if len(facts) < _MAX_CLOSING_FACTS and is_borne_out(fact, change) and chosen.take(fact):
            facts.append(fact)
    return Memory(
        kind=kind,
        title=title,
        why=reason,
        what=tuple(facts),
        decisions=tuple(decisions),
        errors=tuple(errors),
        next=tuple(step for step in next_steps(events, _MAX_NEXT) if chosen.take(step)),
        concepts=tuple(_concepts(events, chosen)),
        tags=tags_of(kind, changed, failures),
        files_changed=changed,
        files_read=tuple(path for path in part.read_paths if path not in changed)[:_MAX_FILES_READ],
        symbols=change.symbols[:_MAX_SYMBOLS] if change is not None else (),
        terms=terms_of(change) if change is not None else "",
    )


@dataclass
class _MemoryWords:
    """The words that are already in the memory, so that nothing is said twice."""

    title: str
    reason: str
    _items: list[frozenset[str]] = field(default_factory=list)
    _all: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.note(self.title, self.reason)

    def note(self, *texts: str) -> None:
        """These words are in the memory."""
        for text in texts:
            found = stems(text)
            self._items.append(found)
            self._all |= found

    def take(self, text: str) -> bool:
        """Whether the text says something new; its words then count as said."""
        words = stems(text)
        if not words or self._says(words):
            return False
        self.note(text)
        return True

    def _says(self, words: frozenset[str]) -> bool:
        by_one = max((len(words & item) for item in self._items), default=0)
        by_all = len(words & self._all)
        return by_one >= _COVER_BY_ONE * len(words) or by_all >= _COVER_BY_ALL * len(words)


def _title(part: Slice, change: Change | None) -> str:
    if change is not None and change.subject.strip():
        return shorten(title_of_subject(change.subject), _MAX_TITLE)
    asked = title_of(part.events, _MAX_TITLE)
    if asked or not part.edited_paths:
        return asked or "Untitled work"
    return shorten(f"Work on {', '.join(part.edited_paths[:3])}", _MAX_TITLE)


def _reason_in_message(change: Change | None) -> str:
    """The first sentences of the commit's message, for a commit that no prompt asked for."""
    if change is None:
        return ""
    body = change.message.partition("\n")[2]
    told = [s for s in sentences(body) if len(s.split()) > 3 and "-by: " not in s.lower()]
    return shorten(" ".join(told[:2]), 240)


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


def _statements(
    found: Sequence[ChoiceSentence], chosen: _MemoryWords
) -> tuple[list[Decision], list[str]]:
    """The weightiest statements that fit, as decisions and as facts, in the order of time."""
    room = _STATEMENT_CHARACTERS
    places = {True: _MAX_DECISIONS, False: _MAX_FACTS}
    kept: list[ChoiceSentence] = []
    for statement in sorted(found, key=lambda s: (-s.weight, -s.at)):
        cost = len(statement.text) + _ITEM_OVERHEAD
        if cost <= room and places[statement.is_choice] and chosen.take(statement.text):
            room -= cost
            places[statement.is_choice] -= 1
            kept.append(statement)
    kept.sort(key=lambda s: s.at)
    decisions = [decision_of(s) for s in kept if s.is_choice]
    return decisions, [s.text for s in kept if not s.is_choice]


def _errors(failures: Sequence[Failure], is_pending: bool) -> list[RecordedError]:
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
    return list(_without_repeated_resolutions(sorted(kept, key=lambda f: (f.kind == "test", f.at))))


def _without_repeated_resolutions(failures: Iterable[Failure]) -> Iterator[RecordedError]:
    """One fix often resolves several errors: it is stated with the first."""
    told: set[str] = set()
    for failure in failures:
        error = failure.error
        yield replace(error, resolution="") if error.resolution in told else error
        told.add(error.resolution)


def _concepts(events: Sequence[Event], chosen: _MemoryWords) -> list[str]:
    """Names in code that the conversation was about and the memory would otherwise lack."""
    counted: Counter[str] = Counter()
    for event in events:
        if event.kind in (EventKind.PROMPT, EventKind.SAY) and not event.is_subagent:
            counted.update(set(_CODE_NAME.findall(event.text[:_MAX_TEXT_FOR_NAMES])))
    frequent = sorted((-n, name) for name, n in counted.items() if n >= _MIN_MENTIONS)
    return [name for _, name in frequent if chosen.take(name)][:_MAX_CONCEPTS]
