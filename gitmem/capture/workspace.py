"""What the operations need besides the repository, gathered once by the caller."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from gitmem.agents.adapters import Agents
from gitmem.capture.compressors import choose_compressor
from gitmem.compress.compressor import Compressor
from gitmem.git.repo import Repo
from gitmem.guard.policy import Policy
from gitmem.state.scrub_patterns import read_scrub_patterns
from gitmem.state.settings import Settings, read_settings, refuse_unreadable_team


@dataclass(frozen=True)
class Workspace:
    """The repository, its settings, the compressor they choose, and the agents to ask."""

    repo: Repo
    settings: Settings
    compressor: Compressor
    agents: Agents

    @cached_property
    def policy(self) -> Policy:
        """What is masked and left out here in addition to the built-in rules."""
        patterns = (*self.settings.redact, *read_scrub_patterns(self.repo))
        chosen = self.settings
        return Policy(patterns, chosen.exclude, chosen.redact_cards, chosen.prompts)


def open_workspace(
    repo: Repo, environ: Mapping[str, str] | None = None, *, may_capture: bool = True
) -> Workspace:
    """Read the settings and build what they require.  Who only exchanges memories, or takes some
    away, ``may_capture`` nothing, and need not know what the team's file leaves out.

    Raises:
        SettingsInvalid: a ``gitmem.*`` value has the wrong form, or the team's file cannot be read.
    """
    surroundings = os.environ if environ is None else environ
    settings = read_settings(repo)
    if may_capture:
        refuse_unreadable_team(settings)
    return Workspace(
        repo=repo,
        settings=settings,
        compressor=choose_compressor(settings, surroundings, repo),
        agents=Agents.from_environment(surroundings),
    )
