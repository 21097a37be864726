"""Mask secrets before anything is written, indexed or sent.

:class:`Evidence` is what a compressor may see.  Only :func:`make_evidence` builds one, so a
compressor cannot be handed a slice that was not masked: the type is the proof.

What is known: provider keys by their form, private key blocks, passwords in URLs and headers,
and values whose name says that they are secret.  Keys of no known form under an innocent name
pass; nothing here guesses by randomness, because commit ids and checksums look just as random.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gitmem.guard import assignments
from gitmem.guard.formats import KEYS, PARTS, Format
from gitmem.guard.hints import KEY_HINT, NAME_HINT
from gitmem.guard.spans import without_private, without_private_keys
from gitmem.guard.untrusted import clean_text
from gitmem.model.memory import Decision, ErrorMet, Json, Memory, Provenance
from gitmem.model.session import Event, Slice

MAX_TEXT = 1 << 16
"""Characters that a single text of a memory may have."""

_MOST_PASSES = 6


def redact(text: str) -> str:
    """Mask every secret as ``[masked:kind]`` and take out ``<private>`` spans.

    Masking twice is masking once.
    """
    return redact_with_counts(text)[0]


def redact_with_counts(text: str) -> tuple[str, int]:
    """The masked text, and how many secrets and private spans it had."""
    total = 0
    # A mask can change how its surroundings read; what the next pass leaves alone is final.
    for _ in range(_MOST_PASSES):
        text, count = _masked_once(text)
        total += count
        if not count:
            break
    return text, total


def _masked_once(text: str) -> tuple[str, int]:
    total = 0
    lowered = _lowered(text)
    has_name = NAME_HINT.search(lowered) is not None
    if has_name and "private" in lowered:
        text, spans = without_private(text)
        text, keys = without_private_keys(text, mask_of("private-key"))
        total += spans + keys
    if KEY_HINT.search(text):
        text, keys = _masked_formats(text, KEYS, text)
        total += keys
    if has_name:
        lowered = _lowered(text)
        text, parts = _masked_formats(text, PARTS, lowered)
        text, values = _masked(text, assignments.spans(text, _lowered(text)))
        total += parts + values
    return text, total


def _masked_formats(text: str, forms: Iterable[Format], folded: str) -> tuple[str, int]:
    total = 0
    for form in forms:
        for needle in form.needles:
            if needle in folded:
                text, count = _masked(text, ((form.kind, *span) for span in form.spans(text)))
                total += count
                break
    return text, total


def mask_of(kind: str) -> str:
    """What stands where a secret stood."""
    return f"[masked:{kind}]"


def _masked(text: str, spans: Iterable[tuple[str, int, int]]) -> tuple[str, int]:
    kept: list[str] = []
    done = count = 0
    for kind, start, end in spans:
        kept += [text[done:start], mask_of(kind)]
        done = end
        count += 1
    return ("".join([*kept, text[done:]]), count) if count else (text, 0)


def _lowered(text: str) -> str:
    """Lower case, character for character: U+0130 is the only one that would become two."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.replace("\u0130", "i").lower()


_MASKED_HERE = object()


@dataclass(frozen=True)
class Evidence:
    """A slice whose every text is masked; ``masked`` counts what was.

    Build it with :func:`make_evidence`: the constructor refuses anybody else.
    """

    slice: Slice
    masked: int
    _made_by: object = None

    def __post_init__(self) -> None:
        if self._made_by is not _MASKED_HERE:
            raise TypeError("Evidence is built by make_evidence() alone, which masks the slice")


def make_evidence(slice: Slice) -> Evidence:  # noqa: A002  the domain's word; nothing is sliced
    """Mask every text and path of the slice.

    Texts are cleaned first: a colour code inside a secret would hide it.
    """
    total = 0

    def masked(text: str) -> str:
        nonlocal total
        text, count = redact_with_counts(text)
        total += count
        return text

    def masked_event(event: Event) -> Event:
        text, path = masked(clean_text(event.text, len(event.text))), masked(event.path)
        is_same = text is event.text and path is event.path
        return event if is_same else replace(event, text=text, path=path)

    clean = replace(
        slice,
        events=tuple(masked_event(event) for event in slice.events),
        edited=tuple(masked(path) for path in slice.edited),
        read=tuple(masked(path) for path in slice.read),
    )
    return Evidence(clean, total, _MASKED_HERE)


def redact_memory(memory: Memory) -> Memory:
    """The memory with every text masked and cleaned, the unknown fields too.

    Ids of other things (commit, patch, session, superseded memories) and who the author is stay
    as they are: they are told by git, not by the transcript.
    """
    return replace(
        memory,
        kind=_clean(memory.kind),
        title=_clean(memory.title),
        why=_clean(memory.why),
        what=_cleaned(memory.what),
        decisions=tuple(_clean_decision(decision) for decision in memory.decisions),
        errors=tuple(_clean_error(error) for error in memory.errors),
        next=_cleaned(memory.next),
        concepts=_cleaned(memory.concepts),
        tags=_clean_fields(memory.tags),
        files_changed=_cleaned(memory.files_changed),
        files_read=_cleaned(memory.files_read),
        files_extra=_clean_fields(memory.files_extra),
        symbols=_cleaned(memory.symbols),
        provenance=_clean_provenance(memory.provenance),
        extra=_clean_fields(memory.extra),
    )


def _clean(text: str) -> str:
    return clean_text(redact(clean_text(text, MAX_TEXT)), MAX_TEXT)


def _cleaned(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_clean(text) for text in texts)


def _clean_json(value: Json) -> Json:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, Mapping):
        return _clean_fields(value)
    if isinstance(value, (list, tuple)):
        return [_clean_json(item) for item in value]
    return value


def _clean_fields(fields: Mapping[str, Json]) -> dict[str, Json]:
    return {_clean(name): _clean_field(name, value) for name, value in fields.items()}


def _clean_field(name: str, value: Json) -> Json:
    """A named value: a name that says secret counts as it does in text."""
    if isinstance(value, str) and assignments.is_secret(name, value):
        return mask_of("value")
    return _clean_json(value)


def _clean_decision(decision: Decision) -> Decision:
    return Decision(
        chose=_clean(decision.chose),
        because=_clean(decision.because),
        rejected=_cleaned(decision.rejected),
        extra=_clean_fields(decision.extra),
    )


def _clean_error(error: ErrorMet) -> ErrorMet:
    return ErrorMet(
        message=_clean(error.message),
        frames=_cleaned(error.frames),
        resolution=_clean(error.resolution),
        extra=_clean_fields(error.extra),
    )


def _clean_provenance(provenance: Provenance) -> Provenance:
    return replace(
        provenance,
        branch=_clean(provenance.branch),
        agent=_clean(provenance.agent),
        compressor=_clean(provenance.compressor),
        model=_clean(provenance.model),
        extra=_clean_fields(provenance.extra),
        tokens_extra=_clean_fields(provenance.tokens_extra),
    )
