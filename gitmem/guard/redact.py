"""Mask secrets before anything is written, indexed or sent.

:class:`Evidence` is what a compressor may see.  Only :func:`make_evidence` builds one, so a
compressor cannot be handed a slice that was not masked: the type is the proof.

What is known comes first: provider keys by their form, private key blocks, passwords in URLs,
headers and commands, and values whose name says that they are secret.  Then what merely looks
random is masked, unless it says that it is an id, a checksum or data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gitmem.guard import find
from gitmem.guard.forms import merge_spans
from gitmem.guard.policy import CUSTOM, PLAIN, UNCHECKED, Policy
from gitmem.guard.spans import without_private, without_private_keys
from gitmem.guard.untrusted import clean_text
from gitmem.model.change import Change
from gitmem.model.memory import Json, Memory
from gitmem.model.session import Event, Slice
from gitmem.model.text_roles import map_texts

MAX_TEXT = 1 << 16
"""Characters that a single text of a memory may have."""

_MOST_PASSES = 6


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
            text, count = policy.masker.mask_matches(text, mask_of(CUSTOM), mask_of(UNCHECKED))
            total += count
        if policy.masks_cards:
            from gitmem.guard import cards

            text, found = _mask_spans(text, cards.spans(text))
            total += found
        text, found = _mask_once(text)
        total += found
        if not count + found:
            break
    return text, total


def _mask_once(text: str) -> tuple[str, int]:
    total = 0
    if "rivate" in text or "RIVATE" in text or "Static key" in text:
        text, spans = without_private(text)
        text, keys = without_private_keys(text, mask_of("private-key"))
        total += spans + keys
    runs = find.runs_of(text)
    text, keys = _mask_spans(text, find.keys(text, runs))
    hits = find.hits_of(text)
    shown = [
        *find.named(text, hits),
        *find.disguised(text, is_called=bool(hits.places)),
        *find.encoded(text, runs),
    ]
    text, others = _mask_spans(text, merge_spans(shown))
    total += keys + others
    text, count = _mask_spans(text, find.random(text, None if total else runs))
    return text, total + count


def mask_of(kind: str) -> str:
    """What replaces a secret."""
    return f"[masked:{kind}]"


def _mask_spans(text: str, spans: Iterable[tuple[str, int, int]]) -> tuple[str, int]:
    kept: list[str] = []
    done = count = 0
    for kind, start, end in spans:
        kept += [text[done:start], mask_of(kind)]
        done = end
        count += 1
    return ("".join([*kept, text[done:]]), count) if count else (text, 0)


_SEAL = object()


@dataclass(frozen=True)
class Evidence:
    """A slice whose every text is masked; ``mask_count`` says of how much.

    Build it with :func:`make_evidence`: the constructor refuses anybody else.
    """

    slice: Slice
    mask_count: int
    _seal: object = None

    def __post_init__(self) -> None:
        if self._seal is not _SEAL:
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
        edited_paths=tuple(masked(path) for path in whole.edited_paths),
        read_paths=tuple(masked(path) for path in whole.read_paths),
    )
    return Evidence(clean, total, _SEAL)


def redact_change(change: Change, policy: Policy = PLAIN) -> Change:
    """The change as a compressor may see it: every text masked, excluded files left out.

    Ids and who the author is stay as they are.

    Raises:
        SettingsInvalid: as for :func:`make_evidence`.
    """
    whole = change if policy.exclusion is None else policy.exclusion.without_change(change)
    clean = _Cleaner(policy)
    return map_texts(whole, clean.text, clean.fields)


def redact_memory(memory: Memory, policy: Policy = PLAIN) -> Memory:
    """The memory with every text masked and cleaned, the unknown fields too.

    Ids of other things (commit, patch, session, superseded memories) and who the author is stay
    as they are: they are told by git, not by the transcript.

    Raises:
        SettingsInvalid: as for :func:`make_evidence`.
    """
    clean = _Cleaner(policy)
    return map_texts(memory, clean.text, clean.fields)


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
        if isinstance(value, str) and find.is_secret_field(name, value):
            return mask_of("value")
        return self.json(value)
