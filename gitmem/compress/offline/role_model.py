"""How likely a sentence is a reason, a decision or a fact, by a model trained on labels.

A logistic regression over the cues of a sentence; the weights lie beside this module and were
taught by ``python -m tests.bench.train_roles`` from stories that were read whole and labelled.
Plain Python: a few hundred products a sentence need no numpy.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from importlib.resources import files

from gitmem.compress.offline.cues import Cues


class StoryRole(Enum):
    """What a sentence can be in the story of a commit."""

    WHY = "why"
    DECISION = "decision"
    FACT = "fact"


@dataclass(frozen=True)
class RoleModel:
    """``weights`` of each role by cue, ``biases`` and the least ``chances`` of what is told."""

    weights: Mapping[StoryRole, Mapping[str, float]]
    biases: Mapping[StoryRole, float]
    least: Mapping[StoryRole, float]

    def chance(self, role: StoryRole, cues: Cues) -> float:
        """The probability, between 0 and 1, that a sentence with these cues has the role."""
        weights = self.weights[role]
        total = self.biases[role] + sum(
            weights[name] * value for name, value in cues.items() if name in weights
        )
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@lru_cache(maxsize=1)
def role_model() -> RoleModel:
    """The model that ships with gitmem."""
    text = files(__package__).joinpath("role_weights.json").read_text(encoding="utf-8")
    return parse_model(text)


def parse_model(text: str) -> RoleModel:
    """A model from its JSON: for each role ``bias``, ``least`` and ``weights`` by cue."""
    rows = json.loads(text)
    return RoleModel(
        weights={role: dict(rows[role.value]["weights"]) for role in StoryRole},
        biases={role: float(rows[role.value]["bias"]) for role in StoryRole},
        least={role: float(rows[role.value]["least"]) for role in StoryRole},
    )
