"""From a slice to finished memories: mask, compress, add the origin, mask again."""

from __future__ import annotations

from dataclasses import replace

from gitmem.capture.prompt_limit import limit_to_policy
from gitmem.compress.citations import cite_evidence
from gitmem.compress.compressor import Compression, Compressor
from gitmem.guard.policy import PLAIN, Policy
from gitmem.guard.redact import make_evidence, redact_change, redact_memory
from gitmem.model.change import Change
from gitmem.model.instant import iso_time
from gitmem.model.memory import Memory, Provenance
from gitmem.model.session import Slice


def compress_slice(
    compressor: Compressor, part: Slice, change: Change, policy: Policy = PLAIN
) -> tuple[list[Memory], str]:
    """The memories of a commit's slice, ready for its note, and a notice (empty if all is well).

    Raises:
        CompressorFailed: the compressor, and all that back it up, gave no usable answer.
        SettingsInvalid: a pattern of the policy keeps taking too long.
    """
    evidence = make_evidence(part, policy)
    made = compressor.compress(evidence, redact_change(change, policy))
    return finish(cite_evidence(made, evidence), part, change, policy), made.notice


def finish(made: Compression, part: Slice, change: Change, policy: Policy = PLAIN) -> list[Memory]:
    """What a compressor made of a slice, with its provenance, masked once more."""
    provenance = Provenance(
        commit=change.commit,
        patch_id=change.patch_id,
        change_id=change.change_id,
        picked_from=change.picked_from,
        links=change.links,
        branch=change.branch,
        author=change.author,
        time=iso_time(change.time),
        agent=part.agent,
        session=part.session,
        records=(part.first, part.end) if part.session else None,
        compressor=made.compressor,
        model=made.model,
        tokens_in=made.tokens_in,
        tokens_out=made.tokens_out,
    )
    found = [replace(memory, provenance=provenance) for memory in made.memories]
    masked = [redact_memory(memory, policy) for memory in found]
    return [limit_to_policy(memory, policy, part.events, change) for memory in masked]
