"""The weights that ship are those that the labels teach."""

from __future__ import annotations

import json

import pytest

from gitmem.compress.offline.role_model import StoryRole, role_model
from tests.bench import real_sessions, stories, train_roles


def test_each_label_names_sentences_and_a_slice() -> None:
    rows = [json.loads(line) for line in stories.LABELS.read_text(encoding="utf-8").splitlines()]

    assert len(rows) > 200
    for row in rows:
        first, end = row["lines"]
        numbers = [*row["why"], *row["facts"], *(n for d in row["decisions"] for n in d["n"])]
        assert 0 <= first < end
        assert all(number >= 1 for number in numbers)


def test_an_agents_option_and_a_persons_veto_weigh_as_they_should() -> None:
    weights = role_model().weights[StoryRole.DECISION]

    assert weights["option"] < 0 < weights["instead"]
    assert weights["mid, steers, accepted"] > 0


@pytest.mark.slow
def test_the_weights_are_those_that_the_labels_teach() -> None:
    if not (real_sessions.FOLDER / "manifest.jsonl").is_file():
        pytest.skip("../shared/sessions is not here: the labelled stories have no words")
    found = [*stories.gold_stories(), *stories.labelled_stories()]

    learnt = train_roles.train([e for story in found for e in stories.examples_of(story)])

    kept = json.loads(train_roles.WEIGHTS.read_text(encoding="utf-8"))
    for role in StoryRole:
        assert learnt[role.value]["weights"] == pytest.approx(kept[role.value]["weights"], abs=1e-3)
