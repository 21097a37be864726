"""A model's answer, checked: what it claims about files and errors must be true.  Pure.

Files must be in the change, errors must stand in the evidence as they were printed; every text is
cleaned and capped.  What can be told without a model (tags, symbols, where an error was) is
told here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gitmem.compress.claims import is_borne_out
from gitmem.compress.failures import Failure, failures_of
from gitmem.compress.kinds import FAILURES, PHASES, tags_of
from gitmem.compress.terms import terms_of
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.guard.untrusted import clean_line, clean_text
from gitmem.model.change import Change
from gitmem.model.memory import KINDS, Decision, Json, Memory, RecordedError
from gitmem.model.session import EventKind

_MAX_MEMORIES = 4
_MAX_ITEMS = 8
_MAX_FILES = 200
_MAX_TITLE = 120
_MAX_TEXT = 600
_MAX_ERROR = 800
_SPACE = re.compile(r"\s+")


def parse_answer(text: str, evidence: Evidence, change: Change | None) -> tuple[Memory, ...]:
    """The memories of a model's answer, each claim checked, each text cleaned and capped.

    Raises:
        CompressorFailed: it is not JSON of the schema.
    """
    try:
        answer = json.loads(text)
        found = answer["memories"]
        if not isinstance(found, list):
            raise TypeError("'memories' is not a list")
        facts = _facts(evidence, change)
        return tuple(_memory(item, facts) for item in found[:_MAX_MEMORIES])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CompressorFailed(
            f"the model's answer is not of the form requested: {error}"
        ) from error


@dataclass(frozen=True)
class _Facts:
    """What an answer is checked against and completed from.

    ``printed`` is all that was printed or pasted, white space folded, to look messages up in.
    """

    change: Change | None
    printed: str
    paths: tuple[str, ...]
    symbols: tuple[str, ...]
    terms: str
    failures: Sequence[Failure]


def _facts(evidence: Evidence, change: Change | None) -> _Facts:
    part = evidence.slice
    kinds = (EventKind.RESULT, EventKind.PROMPT)
    paths = part.edited_paths if change is None else change.paths
    return _Facts(
        change=change,
        printed=_fold_spaces("\n".join(e.text for e in part.events if e.kind in kinds)),
        paths=paths[:_MAX_FILES],
        symbols=() if change is None else change.symbols[:_MAX_ITEMS],
        terms="" if change is None else terms_of(change),
        failures=failures_of(part.events, [*paths, *part.edited_paths, *part.read_paths]),
    )


def _fold_spaces(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _memory(item: Mapping[str, Any], facts: _Facts) -> Memory:
    title = clean_line(str(item["title"]), _MAX_TITLE)
    kind = str(item["kind"])
    if not title or kind not in KINDS:
        raise ValueError("a memory without a title or of an unknown kind")
    claimed = {str(path) for path in item.get("files", ())}
    changed = tuple(path for path in facts.paths if path in claimed) or facts.paths
    return Memory(
        kind=kind,
        title=title,
        why=clean_text(str(item.get("why", "")), _MAX_TEXT),
        what=tuple(t for t in _texts(item.get("what", ())) if is_borne_out(t, facts.change)),
        decisions=tuple(_decision(given) for given in item.get("decisions", ())[:_MAX_ITEMS]),
        errors=tuple(_errors(item.get("errors", ()), facts)),
        next=_texts(item.get("next", ())),
        concepts=_texts(item.get("concepts", ())),
        tags=_tags(item, tags_of(kind, changed, facts.failures)),
        files_changed=changed,
        symbols=facts.symbols,
        terms=facts.terms,
    )


def _tags(item: Mapping[str, Any], known: Mapping[str, Json]) -> Mapping[str, Json]:
    """Phase and failure mode as the model judges them, where that is one of ours; the stack is
    told by the files.
    """
    given = {"phase": (item.get("phase"), PHASES), "failure": (item.get("failure"), FAILURES)}
    judged = {name: value for name, (value, choices) in given.items() if value in choices}
    return {**known, **judged}


def _texts(given: Sequence[Any]) -> tuple[str, ...]:
    cleaned = (clean_text(str(text), _MAX_TEXT) for text in given[:_MAX_ITEMS])
    return tuple(text for text in cleaned if text)


def _decision(given: Mapping[str, Any]) -> Decision:
    return Decision(
        chose=clean_text(str(given["chose"]), _MAX_TEXT),
        because=clean_text(str(given.get("because", "")), _MAX_TEXT),
        rejected=_texts(given.get("rejected", ())),
    )


def _errors(given: Sequence[Mapping[str, Any]], facts: _Facts) -> Iterator[RecordedError]:
    """The errors that were really printed, with their places; a paraphrase is useless."""
    for error in given[:_MAX_ITEMS]:
        message = clean_text(str(error["message"]), _MAX_ERROR)
        folded = _fold_spaces(message)
        if folded and folded in facts.printed:
            frames = (f.error.frames for f in facts.failures if f.error.message in folded)
            resolution = clean_text(str(error.get("resolution", "")), _MAX_TEXT)
            yield RecordedError(message, frames=next(frames, ()), resolution=resolution)
