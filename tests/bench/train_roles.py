"""Teach the offline compressor what a reason, a decision and a fact look like, and judge it.

``python -m tests.bench.train_roles`` learns from all labelled stories and writes
``gitmem/compress/offline/role_weights.json``.  With ``--judge`` it writes nothing: it scores the
memories of stories that it did not learn from, by ``../shared/gold/score.py``: ten parts of the
stories left out in turn, then each project left out in turn.

A logistic regression with an L2 penalty, solved by Newton's method (Hastie, Tibshirani and
Friedman, The Elements of Statistical Learning, 4.4.1): the same labels give the same weights.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gitmem.compress.offline import role_model
from gitmem.compress.offline.dialogue import dialogue_of
from gitmem.compress.offline.role_model import RoleModel, StoryRole, parse_model
from gitmem.compress.offline.statements import select_statements
from gitmem.compress.offline.wording import decision_of, fact_of, why_of
from tests.bench import stories
from tests.bench.stories import Example, Story

WEIGHTS = Path(role_model.__file__).with_name("role_weights.json")
LEAST = {StoryRole.WHY: 0.4, StoryRole.DECISION: 0.6, StoryRole.FACT: 0.4}
"""The least chance of what is told, chosen on the left-out parts of the stories."""

_COST = 0.15  # of an error against the squared weights
_ROUNDS = 40
_DECIMALS = 4
_PARTS = 10


def train(examples: Sequence[Example]) -> dict[str, Any]:
    """The model's JSON, learnt from these examples."""
    names = sorted({name for example in examples for name in example.cues})
    column = {name: place for place, name in enumerate(names)}
    table = np.zeros((len(examples), len(names) + 1))
    table[:, -1] = 1.0
    for row, example in enumerate(examples):
        for name, value in example.cues.items():
            table[row, column[name]] = value
    model: dict[str, Any] = {}
    for role in StoryRole:
        labels = np.array([role in example.roles for example in examples], dtype=float)
        weights = _fit(table, labels)
        model[role.value] = {
            "least": LEAST[role],
            "bias": round(float(weights[-1]), _DECIMALS),
            "weights": {
                name: round(float(weights[column[name]]), _DECIMALS)
                for name in names
                if abs(weights[column[name]]) > 10**-_DECIMALS
            },
        }
    return model


def _fit(table: Any, labels: Any) -> Any:
    """Weights by column; the last column is constant and goes unpenalised."""
    weights = np.zeros(table.shape[1])
    penalty = np.ones(table.shape[1])
    penalty[-1] = 1e-6
    for _ in range(_ROUNDS):
        chances = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = _COST * table.T @ (chances - labels) + penalty * weights
        curve = _COST * (table.T * (chances * (1 - chances))) @ table + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def memory_row(story: Story, model: RoleModel) -> dict[str, Any]:
    """What is told of a story, in the form that the scorer reads."""
    selection = select_statements(dialogue_of(story.part.events), story.change, model)
    decisions = [decision_of(statement) for statement in selection.decisions]
    return {
        "why": why_of(selection.why),
        "what": [fact_of(statement) for statement in selection.facts],
        "decisions": [
            {"chose": d.chose, "because": d.because, "rejected": list(d.rejected)}
            for d in decisions
        ],
        "next": [],
    }


def judge(found: Sequence[Story], judged: Sequence[Story], group: Callable[[Story], str]) -> None:
    """Score the gold stories of each group by a model that learnt from the other groups."""
    examples = {story.name: stories.examples_of(story) for story in found}
    with tempfile.TemporaryDirectory() as scratch:
        rows = Path(scratch) / "memories.jsonl"
        with rows.open("w", encoding="utf-8") as file:
            for name in sorted({group(story) for story in judged}):
                others = [e for s in found if group(s) != name for e in examples[s.name]]
                model = parse_model(json.dumps(train(others)))
                for story in judged:
                    if group(story) == name:
                        row = {**_key(story), "memory": memory_row(story, model)}
                        file.write(json.dumps(row) + "\n")
        command = [sys.executable, str(stories.GOLD.with_name("score.py"))]
        subprocess.run([*command, str(stories.GOLD), str(rows)], check=True)


def _key(story: Story) -> dict[str, str]:
    return {"commit": story.labels["commit"], "session": story.labels["session"]}


def _commit_group(found: Iterable[Story]) -> Callable[[Story], str]:
    """Parts of the stories; those of one commit stay together."""
    commits = sorted({story.name.split()[1] for story in found})
    part = {commit: str(place % _PARTS) for place, commit in enumerate(commits)}
    return lambda story: part[story.name.split()[1]]


def main() -> None:
    """Train, or judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judge", action="store_true", help="score on stories left out")
    options = parser.parse_args()
    stories.require_stories()
    gold = list(stories.gold_stories())
    own = list(stories.labelled_stories())
    if options.judge:
        print("Stories left out, ten parts:", flush=True)
        judge([*gold, *own], gold, _commit_group([*gold, *own]))
        print("\nProjects left out:", flush=True)
        judge([*gold, *own], gold, lambda story: story.source)
        print("\nLearnt from this project's own labels alone:", flush=True)
        judge([*gold, *own], gold, lambda story: "gold" if story in gold else "own")
        return
    examples = [example for story in [*gold, *own] for example in stories.examples_of(story)]
    WEIGHTS.write_text(json.dumps(train(examples), indent=1, sort_keys=True) + "\n")
    print(f"{len(gold) + len(own)} stories, {len(examples)} sentences -> {WEIGHTS.name}")


if __name__ == "__main__":
    main()
