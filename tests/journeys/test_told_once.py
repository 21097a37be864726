"""What two commits of one turn, or a squash of several, say twice is told once, wherever asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitmem.model.context_item import ContextItem
from gitmem.model.memory import Decision, Memory
from gitmem.render.context import render_context
from tests.support.capture import memories_on, session_in
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.history import followed, set_up
from tests.support.session import SessionWriter
from tests.support.writer import written

WHY = "Our quota is 5 requests a second"
CHOICE = Decision("A token bucket", "it allows bursts", ("a fixed window",))
FACTS = ("the client takes a limiter", "the server tells its quota")
SAID = (WHY, "A token bucket", "it allows bursts", "a fixed window")


def two_commits_of_a_turn(git: GitDriver) -> None:
    """One prompt, two commits on a branch; both memories give its reason and its decision."""
    writer = session_in(git).prompt(f"{WHY}. Add a limiter, in two commits.")
    writer.say("A token bucket, because it allows bursts, and not a fixed window.")
    for name, fact in (
        ("one", "the client takes a limiter"),
        ("two", "the server tells its quota"),
    ):
        commit_of(git, writer, name, fact)


def commit_of(git: GitDriver, writer: SessionWriter, name: str, fact: str) -> None:
    content = f"{name}: a line that no other file has\n" * 4
    writer.write(f"{name}.py", content).say(fact)
    git.write(f"{name}.py", content)
    git.now = int(writer.now) - 59
    commit = git.commit(f"step {name}")
    memory = Memory(
        "feature",
        f"Step {name}",
        why=WHY,
        what=(fact,),
        decisions=(CHOICE,),
        files_changed=(f"{name}.py",),
    )
    written(git, commit, memory)


def squash_merge(git: GitDriver) -> None:
    git.run("branch", "topic")
    git.run("reset", "-q", "--hard", "HEAD~2")
    git.commit("meanwhile", **{"other.txt": "x\n"})
    git.run("merge", "-q", "--squash", "topic")
    git.now += 60
    git.commit("the limiter")
    followed(git)


def fixup(git: GitDriver) -> None:
    one, two = git.out("rev-list", "--reverse", "HEAD~2..HEAD").split()
    plan = git.write("../todo", f"pick {one}\nfixup {two}\n")
    git.environ["GIT_SEQUENCE_EDITOR"] = f"cp '{plan}'"
    git.run("rebase", "-q", "-i", "HEAD~2")
    followed(git)


@pytest.fixture(params=[None, squash_merge, fixup], ids=["two commits", "squash", "fixup"])
def told(committed: GitDriver, request: pytest.FixtureRequest) -> GitDriver:
    set_up(committed)
    two_commits_of_a_turn(committed)
    rewrite: Callable[[GitDriver], None] | None = request.param
    if rewrite is not None:
        rewrite(committed)
        assert len(memories_on(committed, committed.out("rev-parse", "HEAD"))) == 2
    return committed


@pytest.mark.parametrize(
    "arguments",
    [("log",), ("log", "--reverse"), ("log", "--format", "markdown"), ("why", ".")],
    ids=" ".join,
)
def test_the_same_thing_is_told_once(told: GitDriver, arguments: tuple[str, ...]) -> None:
    text = " ".join(gitmem(told, *arguments).stdout.split())

    assert [text.count(words) for words in (*SAID, *FACTS)] == [1] * 6


def test_each_result_of_a_search_says_something_else(told: GitDriver) -> None:
    text = " ".join(gitmem(told, "search", "bucket window").stdout.split())

    assert "decided: A token bucket, because it allows bursts (rejected: a fixed window)" in text
    assert f"why: {WHY}" in text
    assert [text.count(words) for words in SAID] == [1] * 4


def test_a_session_is_given_it_once(told: GitDriver) -> None:
    commits = told.out("rev-list", "HEAD").split()
    items = [
        ContextItem(memory, commit, is_pending=False)
        for commit in commits
        for memory in memories_on(told, commit)
    ]

    text = render_context(items, 2_000).text

    assert len(items) == 2
    assert [text.count(words) for words in (*SAID, *FACTS)] == [1] * 6


def test_the_notes_and_each_memory_by_itself_say_it_all(told: GitDriver) -> None:
    shown = "".join(
        gitmem(told, "show", memory.id).stdout
        for commit in told.out("rev-list", "HEAD").split()
        for memory in memories_on(told, commit)
    )
    as_json = gitmem(told, "log", "--json").stdout

    assert shown.count("it allows bursts") == 2
    assert as_json.count("it allows bursts") == 2


def test_only_the_newest_commit_asked_for_tells_it_all(committed: GitDriver) -> None:
    two_commits_of_a_turn(committed)

    for arguments in (("-n", "1"), ("HEAD~1",)):
        text = gitmem(committed, "log", *arguments).stdout
        assert all(text.count(words) == 1 for words in SAID)
