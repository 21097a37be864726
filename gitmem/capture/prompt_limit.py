"""Memories keep to ``gitmem.prompts`` before they are written anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gitmem.guard.policy import Policy
from gitmem.guard.prompts import FULL, limit_prompts, spoken_in
from gitmem.guard.redact import redact
from gitmem.model.change import Change
from gitmem.model.memory import Memory
from gitmem.model.session import Event, EventKind


def limit_to_policy(
    memory: Memory, policy: Policy, events: Sequence[Event], change: Change | None = None
) -> Memory:
    """The memory with as much of a person's words in these events as the policy allows.

    What the commit says everybody can read: its message, and the paths it changed.

    Raises:
        SettingsInvalid: a pattern of the policy keeps taking too long.
    """
    if policy.prompts == FULL:
        return memory
    public = [*memory.files_changed, memory.provenance.branch]
    if change is not None:
        public += [change.message, *change.paths]
    spoken = spoken_in(events, public)
    masked = spoken_in([_masked(event, policy) for event in events], public)
    return limit_prompts(limit_prompts(memory, policy.prompts, spoken), policy.prompts, masked)


def _masked(event: Event, policy: Policy) -> Event:
    """A person's words as the memory has them; masking is slow, and others' only make public."""
    if event.kind is not EventKind.PROMPT:
        return event
    return replace(event, text=redact(event.text, policy))
