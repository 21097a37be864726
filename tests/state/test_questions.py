from __future__ import annotations

import os
from multiprocessing import get_context

import pytest

from gitmem.git.repo import Repo
from gitmem.state.questions import Questions
from tests.support.git import GitDriver

SESSION = "11111111-2222-4333-8444-555555555555"
ONE, TWO = "a" * 40, "b" * 40


def test_commits_are_taken_once_in_the_order_they_were_made(git: GitDriver) -> None:
    questions = Questions(git.repo)
    for commit in (ONE, TWO, ONE):
        questions.add_commit(SESSION, commit)

    assert questions.has_commits(SESSION)
    assert questions.take_commits(SESSION) == [ONE, TWO]
    assert not questions.has_commits(SESSION)
    assert questions.take_commits(SESSION) == []
    assert os.listdir(git.repo.state_dir / "commits") == []


def test_a_damaged_list_has_what_can_be_read_of_it(git: GitDriver) -> None:
    questions = Questions(git.repo)
    questions.add_commit(SESSION, ONE)
    with (git.repo.state_dir / "commits" / SESSION).open("ab") as file:
        file.write(b"\xff\n../../x\n" + TWO.encode())

    assert questions.take_commits(SESSION) == [ONE, TWO]


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".x", "a b"])
def test_what_is_no_session_has_no_file(git: GitDriver, name: str) -> None:
    questions = Questions(git.repo)
    questions.add_commit(name, ONE)

    assert not questions.has_commits(name)
    assert questions.take_commits(name) == []
    assert not (git.repo.state_dir / "commits").exists()


def test_a_question_is_asked_once_whoever_asks(git: GitDriver) -> None:
    questions = Questions(git.repo)

    assert questions.ask(ONE, SESSION)
    assert not questions.ask(ONE, "other")
    about = questions.about(ONE)
    assert about is not None
    assert (about.commit, about.session) == (ONE, SESSION)
    assert questions.last_of(SESSION) == about
    assert questions.last_of("other") is None
    assert questions.about(TWO) is None


def _ask(repo: Repo, number: int) -> bool:
    return Questions(repo).ask(ONE, f"s-{number}")


def test_of_many_at_once_one_may_ask(git: GitDriver) -> None:
    (git.repo.state_dir / "questions").mkdir(parents=True)

    with get_context("spawn").Pool(4) as pool:
        asked = pool.starmap(_ask, [(git.repo, number) for number in range(16)])

    assert asked.count(True) == 1


def test_old_questions_and_lists_are_forgotten(git: GitDriver) -> None:
    questions = Questions(git.repo)
    for number in range(210):
        questions.add_commit(f"s-{number}", ONE)
        questions.ask(f"{number:040x}", SESSION)

    assert len(os.listdir(git.repo.state_dir / "commits")) == 200
    assert len(os.listdir(git.repo.state_dir / "questions")) == 200
