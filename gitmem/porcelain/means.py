"""What the verbs need beside the repository, gathered once by whoever calls them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from gitmem.agents.known import KnownAgents
from gitmem.compress.protocol import Compressor
from gitmem.guard.policy import Policy
from gitmem.store.gitdir import Repo
from gitmem.store.settings import Settings, read_settings


@dataclass(frozen=True)
class Means:
    """The repository, its settings, the compressor they choose, and the agents to ask."""

    repo: Repo
    settings: Settings
    compressor: Compressor
    agents: KnownAgents

    @cached_property
    def policy(self) -> Policy:
        """What is masked and left out here beside what the rules know."""
        return Policy(self.settings.redact, self.settings.exclude)


def gather_means(repo: Repo, environ: Mapping[str, str] | None = None) -> Means:
    """Read the settings and build what they ask for.

    Raises:
        SettingsInvalid: a ``gitmem.*`` value has the wrong form.
    """
    surroundings = os.environ if environ is None else environ
    settings = read_settings(repo)
    return Means(
        repo=repo,
        settings=settings,
        compressor=choose_compressor(settings, surroundings),
        agents=KnownAgents.from_environment(surroundings),
    )


def choose_compressor(settings: Settings, environ: Mapping[str, str]) -> Compressor:
    """The compressor that ``gitmem.compressor`` names; behind a model stands the offline one."""
    from gitmem.compress.extractive import ExtractiveCompressor

    offline = ExtractiveCompressor()
    if settings.compressor == "extractive":
        return offline
    from gitmem.compress.fallback import FallbackCompressor
    from gitmem.compress.messages_api import MessagesApiCompressor

    model = MessagesApiCompressor(
        model=settings.model,
        api_key=environ.get("ANTHROPIC_API_KEY", ""),
        base_url=settings.api_base_url or environ.get("ANTHROPIC_BASE_URL", ""),
        timeout=settings.api_timeout,
        retries=settings.api_retries,
        max_input_tokens=settings.max_input_tokens,
    )
    return FallbackCompressor(model, offline)
