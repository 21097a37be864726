"""Surroundings by chance: a seed is one."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.surroundings.contents import CONTENTS
from tests.surroundings.environment import UMASKS, VARIABLES
from tests.surroundings.git_settings import SCOPES, SETTINGS
from tests.surroundings.layouts import HOOKS, LAYOUTS, NAMES, PLACES
from tests.surroundings.steps import FORMS, STEPS
from tests.surroundings.surroundings import Surroundings


@dataclass(frozen=True)
class Amounts:
    """At most so many of each are drawn."""

    settings: int = 24
    environ: int = 8
    steps: int = 12
    kinds: int = 4


def draw(seed: int, amounts: Amounts | None = None) -> Surroundings:
    """The surroundings of that seed."""
    choices, most = Random(seed), amounts or Amounts()
    names = choices.sample(sorted(SETTINGS), choices.randint(0, most.settings))
    variables = choices.sample(sorted(VARIABLES), choices.randint(0, most.environ))
    count = choices.randint(most.steps // 2, most.steps)
    steps = choices.choices(list(STEPS), [step.weight for step in STEPS.values()], k=count)
    story = ["commit", *steps, "commit", "push"]
    return Surroundings(
        settings=tuple(
            (choices.choice(SCOPES), name, choices.choice(SETTINGS[name])) for name in names
        ),
        environ=tuple((name, choices.choice(VARIABLES[name])) for name in variables),
        layout=choices.choice(("plain", *LAYOUTS)),
        name=choices.choice(("repo", "repo", *NAMES)),
        place=choices.choice(("top", *PLACES)),
        hooks=choices.choice(("none", "none", *HOOKS)),
        umask=choices.choice(UMASKS),
        contents=tuple(choices.sample(list(CONTENTS), choices.randint(1, most.kinds))),
        forms=tuple(choices.sample(list(FORMS), choices.randint(1, most.kinds))),
        story=tuple((step, choices.randrange(1 << 24)) for step in story),
    )
