"""Claims beside what they were made from, and what checking them came to.

Transcripts and notes are both hostile until cleaned; the records come masked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from gitmem.guard.untrusted import clean_line, clean_text
from gitmem.model.instant import iso_time
from gitmem.model.items import shown_title
from gitmem.model.memory import Json
from gitmem.model.proof import Check, CitedRecord, ItemProof, MemoryProof, Verdict
from gitmem.render.rows import wrap_text
from gitmem.render.terminal import COMMIT_LENGTH, ID_LENGTH, Palette, tint

_MAX_LINE = 1_000
_MAX_TEXT = 4_000
_MAX_CLAIM = 1_200
_INDENT = "    "
_MIN_WIDTH = 60
_LEFT_SHARE = 0.4
_GAP = " | "


def render_evidence(proof: MemoryProof, colours: Palette, width: int) -> str:
    """A memory's items, each in two columns: what is claimed, and the records it comes from."""
    lines = [_heading(proof, colours)]
    lines += [f"{_INDENT}{line}" for line in wrap_text(_source(proof), max(width, _MIN_WIDTH) - 4)]
    for item in proof.items:
        lines += ["", *_side_by_side(item, colours, max(width, _MIN_WIDTH) - len(_INDENT))]
    if not proof.items:
        lines += ["", f"{_INDENT}It has a title and files, and claims nothing else."]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def render_verdict(proof: MemoryProof, colours: Palette, width: int) -> str:
    """What was checked of a memory, what is wrong, and what cannot be checked and why."""
    lines = [_heading(proof, colours)]
    checks = list(proof.all_checks())
    right = [one.subject for one in checks if one.verdict is Verdict.RIGHT]
    if right:
        lines += _labelled("checked", clean_line(", ".join(dict.fromkeys(right)), _MAX_LINE), width)
    for check in (one for one in checks if one.verdict is Verdict.WRONG):
        lines += _labelled("wrong", _told(check), width, tint("wrong", colours.error, colours))
    unknown = [one for one in checks if one.verdict is Verdict.UNKNOWN]
    for text, subjects in _by_reason(unknown).items():
        told = f"{', '.join(subjects)}: {text}"
        lines += _labelled("cannot be checked", clean_line(told, _MAX_LINE), width)
    if not proof.is_here and not proof.memory.provenance.is_of_history:
        lines += _labelled("transcript", _source(proof), width)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def verdict_fields(proof: MemoryProof) -> dict[str, Json]:
    """A memory's checks as plain values for JSON, control characters removed."""
    return {
        "id": proof.memory.id,
        "commit": proof.commit or None,
        "title": clean_line(proof.memory.title, _MAX_LINE),
        "transcript": clean_line(proof.source, _MAX_LINE) if proof.is_here else None,
        "checks": [_check_fields(check) for check in proof.all_checks()],
    }


def evidence_fields(proof: MemoryProof) -> dict[str, Json]:
    """A memory's items with their records as plain values for JSON, control characters removed."""
    return {
        "id": proof.memory.id,
        "transcript": clean_line(proof.source, _MAX_LINE) if proof.is_here else None,
        "items": [
            {
                **_check_fields(item.check),
                "quote": clean_text(item.quote, _MAX_TEXT),
                "records": [
                    {
                        "record": record.number,
                        "time": iso_time(record.time) if record.time else None,
                        "speaker": record.speaker,
                        "text": clean_text(record.passage, _MAX_TEXT),
                    }
                    for record in item.records
                ],
            }
            for item in proof.items
        ],
    }


def summary_of(memories: int, verdicts: Sequence[Verdict]) -> str:
    """How many memories were looked at, and what their checks came to."""
    right, wrong = verdicts.count(Verdict.RIGHT), verdicts.count(Verdict.WRONG)
    told = "1 memory" if memories == 1 else f"{memories} memories"
    unknown = len(verdicts) - right - wrong
    checks = "check" if right == 1 else "checks"
    return f"{told}: {right} {checks} right, {wrong} wrong, {unknown} not checkable"


def _heading(proof: MemoryProof, colours: Palette) -> str:
    memory = proof.memory
    commit = clean_line(proof.commit, 40)[:COMMIT_LENGTH] or "pending"
    parts = [
        tint(commit, colours.commit, colours),
        tint(memory.id[:ID_LENGTH], colours.dim, colours),
        tint(clean_line(memory.kind, 40), colours.kind, colours) + ":",
        tint(clean_line(shown_title(memory), _MAX_LINE), colours.title, colours),
    ]
    return " ".join(parts)


def _source(proof: MemoryProof) -> str:
    source = clean_line(proof.source, _MAX_LINE)
    return f"transcript: {source}" if proof.is_here else source


def _side_by_side(proof: ItemProof, colours: Palette, width: int) -> Iterator[str]:
    left_width = int(width * _LEFT_SHARE)
    right_width = width - left_width - len(_GAP)
    left = list(_claim_lines(proof, left_width))
    right = list(_record_lines(proof, right_width))
    for number, (claim, said) in enumerate(zip_longest(left, right, fillvalue="")):
        shown = tint(said, _colour(proof.check, colours), colours) if number == 0 else said
        yield f"{_INDENT}{claim:<{left_width}}{_GAP}{shown}"


def _claim_lines(proof: ItemProof, width: int) -> Iterator[str]:
    if proof.item is None:
        yield from _wrap(clean_line(proof.name, _MAX_CLAIM), width)
        return
    for words in proof.item.words:
        yield from _wrap(f"{words.label}: {clean_text(words.text, _MAX_CLAIM)}", width)


def _record_lines(proof: ItemProof, width: int) -> Iterator[str]:
    verdict = proof.check.verdict.value
    yield from _wrap(f"{verdict}: {clean_line(proof.check.text, _MAX_LINE)}", width)
    if proof.quote:
        yield from _wrap(f'quoted: "{clean_text(proof.quote, _MAX_CLAIM)}"', width)
    for record in proof.records:
        yield from _wrap(_record_head(record), width)
        yield from (f"  {line}" for line in _wrap(clean_text(record.passage, _MAX_TEXT), width - 2))


def _record_head(record: CitedRecord) -> str:
    moment = f", {iso_time(record.time)}" if record.time else ""
    return f"record {record.number}{moment}, {clean_line(record.speaker, 80)}:"


def _wrap(text: str, width: int) -> Iterator[str]:
    """Set to the width; here a long word is broken, since columns must stay columns."""
    for line in wrap_text(text, width):
        yield from (line[at : at + width] for at in range(0, max(len(line), 1), width))


def _colour(check: Check, colours: Palette) -> str:
    return {Verdict.RIGHT: colours.label, Verdict.WRONG: colours.error}.get(
        check.verdict, colours.dim
    )


def _told(check: Check) -> str:
    return clean_line(f"{check.subject}: {check.text}", _MAX_LINE)


def _by_reason(checks: Iterable[Check]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for check in checks:
        found.setdefault(check.text, []).append(check.subject)
    return found


def _check_fields(check: Check) -> dict[str, Json]:
    return {
        "subject": clean_line(check.subject, _MAX_LINE),
        "verdict": check.verdict.value,
        "text": clean_line(check.text, _MAX_LINE),
    }


def _labelled(label: str, text: str, width: int, shown_label: str = "") -> Iterator[str]:
    room = max(width, _MIN_WIDTH) - len(_INDENT) - len(label) - 2
    first, *others = wrap_text(text, room)
    yield f"{_INDENT}{shown_label or label}: {first}"
    yield from (f"{_INDENT}  {line}" for line in others)
