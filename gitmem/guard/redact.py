"""Mask secrets before anything is written, indexed or sent.

:class:`Evidence` is what a compressor may see.  Only :func:`make_evidence` builds one, so a
compressor cannot be handed a slice that was not masked: the type is the proof.

What is known comes first: provider keys by their form, private key blocks, passwords in URLs,
headers and commands, and values whose name says that they are secret.  Then what merely looks
random is masked, unless it says that it is an id, a checksum or data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gitmem.guard import assignments, randomness
from gitmem.guard.formats import PARTS, Format
from gitmem.guard.hints import KEY_HINT, NAME_HINT
from gitmem.guard.policy import CUSTOM, PLAIN, UNCHECKED, Policy
from gitmem.guard.providers import KEYS
from gitmem.guard.spans import without_private, without_private_keys
from gitmem.guard.untrusted import clean_text
from gitmem.model.change import Change
from gitmem.model.memory import Decision, ErrorMet, Json, Memory, Provenance
from gitmem.model.session import Event, Slice

MAX_TEXT = 1 << 16
"""Characters that a single text of a memory may have."""

_MOST_PASSES = 6

# What a key consists of, without a break: the rest of a text need not be searched for one.
_RUN = re.compile(r"[\w.:$~/+=-]{16,}")


def redact(text: str, policy: Policy = PLAIN) -> str:
    """Mask every secret as ``[masked:kind]`` and take out ``<private>`` spans.

    Masking twice is masking once.

    Raises:
        SettingsInvalid: a pattern of the policy is none, or keeps taking too long.
    """
    return redact_with_counts(text, policy)[0]


def redact_with_counts(text: str, policy: Policy = PLAIN) -> tuple[str, int]:
    """The masked text, and how many secrets and private spans it had.

    Raises:
        SettingsInvalid: as for :func:`redact`.
    """
    total = 0
    # A mask can change how its surroundings read; what the next pass leaves alone is final.
    for _ in range(_MOST_PASSES):
        count = 0
        if policy.masker is not None:
            text, count = policy.masker.masked(text, mask_of(CUSTOM), mask_of(UNCHECKED))
            total += count
        text, found = _masked_once(text)
        total += found
        if not count + found:
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
        text, keys = _masked_formats(text, KEYS, " ".join(_RUN.findall(text)))
        total += keys
    if has_name:
        lowered = _lowered(text)
        text, parts = _masked_formats(text, PARTS, lowered)
        text, values = _masked(text, assignments.spans(text, _lowered(text)))
        total += parts + values
    text, keys = _masked(text, randomness.spans(text))
    return text, total + keys


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
    """What replaces a secret."""
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


def make_evidence(slice: Slice, policy: Policy = PLAIN) -> Evidence:  # noqa: A002  the domain's word
    """Mask every text and path of the slice, and leave out what concerns excluded files.

    Texts are cleaned first: a colour code inside a secret would hide it.

    Raises:
        SettingsInvalid: a pattern of the policy is none, or keeps taking too long.
    """
    whole = slice if policy.exclusion is None else policy.exclusion.without(slice)
    total = 0

    def masked(text: str) -> str:
        nonlocal total
        text, count = redact_with_counts(text, policy)
        total += count
        return text

    def masked_event(event: Event) -> Event:
        text, path = masked(clean_text(event.text, len(event.text))), masked(event.path)
        is_same = text is event.text and path is event.path
        return event if is_same else replace(event, text=text, path=path)

    clean = replace(
        whole,
        events=tuple(masked_event(event) for event in whole.events),
        edited=tuple(masked(path) for path in whole.edited),
        read=tuple(masked(path) for path in whole.read),
    )
    return Evidence(clean, total, _MASKED_HERE)


def redact_change(change: Change, policy: Policy = PLAIN) -> Change:
    """The change as a compressor may see it: every text masked, excluded files left out.

    Ids and who the author is stay as they are.

    Raises:
        SettingsInvalid: as for :func:`make_evidence`.
    """
    whole = change if policy.exclusion is None else policy.exclusion.without_change(change)
    clean = _Cleaner(policy)
    return replace(
        whole,
        subject=clean.text(whole.subject),
        message=clean.text(whole.message),
        branch=clean.text(whole.branch),
        symbols=clean.texts(whole.symbols),
        added_lines=clean.texts(whole.added_lines),
        files=tuple(
            replace(file, path=clean.text(file.path), old_path=clean.text(file.old_path))
            for file in whole.files
        ),
    )


def redact_memory(memory: Memory, policy: Policy = PLAIN) -> Memory:
    """The memory with every text masked and cleaned, the unknown fields too.

    Ids of other things (commit, patch, session, superseded memories) and who the author is stay
    as they are: they are told by git, not by the transcript.

    Raises:
        SettingsInvalid: as for :func:`make_evidence`.
    """
    clean = _Cleaner(policy)
    return replace(
        memory,
        kind=clean.text(memory.kind),
        title=clean.text(memory.title),
        why=clean.text(memory.why),
        what=clean.texts(memory.what),
        decisions=tuple(clean.decision(decision) for decision in memory.decisions),
        errors=tuple(clean.error(error) for error in memory.errors),
        next=clean.texts(memory.next),
        concepts=clean.texts(memory.concepts),
        tags=clean.fields(memory.tags),
        files_changed=clean.texts(memory.files_changed),
        files_read=clean.texts(memory.files_read),
        files_extra=clean.fields(memory.files_extra),
        symbols=clean.texts(memory.symbols),
        terms=clean.text(memory.terms),
        provenance=clean.provenance(memory.provenance),
        extra=clean.fields(memory.extra),
    )


@dataclass(frozen=True)
class _Cleaner:
    """Masks and cleans the values of a memory by one policy."""

    policy: Policy

    def text(self, text: str) -> str:
        return clean_text(redact(clean_text(text, MAX_TEXT), self.policy), MAX_TEXT)

    def texts(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.text(text) for text in texts)

    def json(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return self.fields(value)
        if isinstance(value, (list, tuple)):
            return [self.json(item) for item in value]
        return value

    def fields(self, fields: Mapping[str, Json]) -> dict[str, Json]:
        return {self.text(name): self._field(name, value) for name, value in fields.items()}

    def _field(self, name: str, value: Json) -> Json:
        """A named value: a name that says it is secret counts, as it does in text."""
        if isinstance(value, str) and assignments.is_secret(name, value):
            return mask_of("value")
        return self.json(value)

    def decision(self, decision: Decision) -> Decision:
        return Decision(
            chose=self.text(decision.chose),
            because=self.text(decision.because),
            rejected=self.texts(decision.rejected),
            extra=self.fields(decision.extra),
        )

    def error(self, error: ErrorMet) -> ErrorMet:
        return ErrorMet(
            message=self.text(error.message),
            frames=self.texts(error.frames),
            resolution=self.text(error.resolution),
            extra=self.fields(error.extra),
        )

    def provenance(self, provenance: Provenance) -> Provenance:
        return replace(
            provenance,
            branch=self.text(provenance.branch),
            agent=self.text(provenance.agent),
            compressor=self.text(provenance.compressor),
            model=self.text(provenance.model),
            extra=self.fields(provenance.extra),
            tokens_extra=self.fields(provenance.tokens_extra),
        )
