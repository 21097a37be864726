"""The requests for a slice: a single one, or one per segment and a final one.  Pure.

**Sizes** were chosen on real sessions (``python -m tests.bench.api_requests``): nine in ten fit
into one request, and a segment is as long as a model reads without losing its middle.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from gitmem.compress.compressor import Estimate
from gitmem.compress.models.extracts import (
    EXTRACT_SCHEMA,
    EXTRACT_SYSTEM,
    Extract,
    extracts_part,
    segment_part,
    shared_part,
)
from gitmem.compress.models.extracts import USUAL_OUTPUT_TOKENS as USUAL_EXTRACT_TOKENS
from gitmem.compress.models.prices import Price
from gitmem.compress.models.prompt import (
    CHARACTERS_PER_TOKEN,
    SCHEMA,
    SYSTEM,
    USUAL_OUTPUT_TOKENS,
    ending,
    render_request,
)
from gitmem.compress.models.segments import outline_of, segments_of
from gitmem.compress.models.session_text import session_lines
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change

ONE_CALL_TOKENS = 12_000
"""A session of at most so many tokens is read in one request: two passes would cost more."""

SEGMENT_TOKENS = 8_000
CACHEABLE_TOKENS = 1_024
CACHEABLE_TOKENS_OF_HAIKU = 4_096
"""Shorter prefixes are not cached by the API, and a marker on them is idle.

**Source:** Anthropic's documentation of prompt caching.
"""

_MAX_OUTPUT_TOKENS = 4_096
_MAX_EXTRACT_TOKENS = 2_048
_EXTRACT_CHARACTERS = USUAL_EXTRACT_TOKENS * CHARACTERS_PER_TOKEN


@dataclass(frozen=True)
class Request:
    """One request: ``shared`` is the part of the user's message that others begin with, too."""

    system: str
    schema: dict[str, object]
    shared: str
    own: str
    max_tokens: int
    usual_output: int

    @property
    def size(self) -> int:
        """What is read for it, in tokens, four characters each."""
        schema = json.dumps(self.schema, separators=(",", ":"))
        said = len(self.system) + len(schema) + len(self.shared) + len(self.own)
        return said // CHARACTERS_PER_TOKEN

    @property
    def prefix(self) -> int:
        """How much of it other requests can find in the cache, in tokens."""
        return (len(self.system) + len(self.shared)) // CHARACTERS_PER_TOKEN

    def is_cacheable(self, model: str) -> bool:
        """Whether the API keeps the shared part for the requests that follow."""
        least = CACHEABLE_TOKENS_OF_HAIKU if "haiku" in model.lower() else CACHEABLE_TOKENS
        return bool(self.shared) and self.prefix >= least


def one_call(evidence: Evidence, change: Change | None, max_input_tokens: int) -> Request:
    """The request that asks for the memories at once; a long session's middle is left out."""
    text = render_request(evidence, change, min(max_input_tokens, ONE_CALL_TOKENS))
    return Request(SYSTEM, SCHEMA, "", text, _MAX_OUTPUT_TOKENS, USUAL_OUTPUT_TOKENS)


def first_pass(
    evidence: Evidence, change: Change | None, max_input_tokens: int
) -> list[Request] | None:
    """A request for each segment of a long session; None if one call does.

    Of a session beyond ``max_input_tokens`` the first third and the end of what fits is read.
    """
    part = evidence.slice
    lines = session_lines(part, change)
    size = sum(len(line.text) + 1 for line in lines) // CHARACTERS_PER_TOKEN
    if size <= ONE_CALL_TOKENS or max_input_tokens <= ONE_CALL_TOKENS:
        return None
    segments = segments_of(lines, SEGMENT_TOKENS * CHARACTERS_PER_TOKEN)
    segments[-1] += f"\n{ending(part)}"
    most = max(2, max_input_tokens // SEGMENT_TOKENS)
    if len(segments) > most:
        segments = segments[: most // 3] + segments[most // 3 - most :]
    shared = shared_part(change, part, outline_of(part.events))
    return [
        Request(
            EXTRACT_SYSTEM,
            EXTRACT_SCHEMA,
            shared,
            segment_part(segment, number, len(segments)),
            _MAX_EXTRACT_TOKENS,
            USUAL_EXTRACT_TOKENS,
        )
        for number, segment in enumerate(segments, start=1)
    ]


def second_pass(extracts: Sequence[Extract], evidence: Evidence, change: Change | None) -> Request:
    """The request that writes the memories of a long session."""
    text = extracts_part(extracts, evidence.slice, change)
    return Request(SYSTEM, SCHEMA, "", text, _MAX_OUTPUT_TOKENS, USUAL_OUTPUT_TOKENS)


def estimate_of(
    evidence: Evidence,
    change: Change | None,
    max_input_tokens: int,
    model: str,
    price: Price | None,
) -> Estimate:
    """What all requests for a slice will cost, with usual answers and none asked for again."""
    requests = first_pass(evidence, change, max_input_tokens)
    if requests is None:
        return price_requests([one_call(evidence, change, max_input_tokens)], model, price)
    last = second_pass([], evidence, change)
    extracts = "x" * (len(requests) * _EXTRACT_CHARACTERS)
    last = Request(last.system, last.schema, "", extracts, last.max_tokens, last.usual_output)
    return price_requests([*requests, last], model, price)


def price_requests(requests: Sequence[Request], model: str, price: Price | None) -> Estimate:
    """What these cost one after the other: a prefix that an earlier one left is read from cache."""
    read = cached = 0
    seen: set[str] = set()
    for request in requests:
        is_cached = request.is_cacheable(model) and request.shared in seen
        seen.add(request.shared)
        cached += request.prefix if is_cached else 0
        read += request.size - (request.prefix if is_cached else 0)
    written = sum(request.usual_output for request in requests)
    dollars = price.dollars(read, cached, written) if price else 0.0
    return Estimate(read + cached, written, dollars, is_priced=price is not None)
