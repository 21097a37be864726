"""``gitmem promote``: what is proposed, as text, as JSON and at a terminal."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.support.cli import GITMEM, gitmem
from tests.support.git import GitDriver
from tests.support.terminal import Shown, at_terminal
from tests.upkeep.test_lessons import RULE, brought_up


@pytest.fixture
def learned(git: GitDriver) -> GitDriver:
    """A repository in which a rule came up on three days."""
    for number in range(3):
        brought_up(git, number)
    git.commit("for agents", **{"CLAUDE.md": "# Rules\n"})
    return git


def at(git: GitDriver, answer: str) -> Shown:
    return at_terminal(
        [*GITMEM, "promote", "--to", "claude", "--apply"],
        place=git.path,
        environ=git.env(),
        question="Apply this to",
        keys=[answer],
    )


def test_a_lesson_is_shown_with_what_it_came_from_and_nothing_is_changed(
    learned: GitDriver,
) -> None:
    done = gitmem(learned, "promote", "--to", "claude")

    assert done.returncode == 0
    assert "# met on 3 days, in 3 memories:" in done.stdout
    assert f"+- {RULE}" in done.stdout.replace(" (src/api)", "")
    assert learned.out("status", "--porcelain", "--untracked-files=no") == ""
    checked = subprocess.run(
        ["git", "apply", "--check"],
        cwd=learned.path,
        env=learned.env(),
        input=done.stdout,
        text=True,
    )
    assert checked.returncode == 0


def test_as_json(learned: GitDriver) -> None:
    (lesson,) = json.loads(gitmem(learned, "promote", "--json").stdout)["lessons"]

    assert (lesson["lesson"], lesson["days"], len(lesson["memories"])) == (RULE, 3, 3)
    assert lesson["path"] in lesson["patch"]


@pytest.mark.parametrize(("answer", "is_applied"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_at_a_terminal_it_is_applied_only_if_one_agrees(
    learned: GitDriver, answer: str, is_applied: bool
) -> None:
    shown = at(learned, answer)

    assert shown.code == 0, shown.text
    assert (RULE in (learned.path / "CLAUDE.md").read_text()) is is_applied
    assert ("review it with: git diff CLAUDE.md" in shown.text) is is_applied


@pytest.mark.parametrize("arguments", [("--apply",), ("--apply", "--json")])
def test_without_a_terminal_nothing_is_applied(learned: GitDriver, arguments: Any) -> None:
    assert gitmem(learned, "promote", *arguments).returncode == 2
    assert (learned.path / "CLAUDE.md").read_text() == "# Rules\n"


def test_nothing_learned_is_said(committed: GitDriver) -> None:
    assert "Nothing came up often enough" in gitmem(committed, "promote").stderr
