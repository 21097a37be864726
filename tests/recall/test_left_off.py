"""At a start only what is still true is told, and where nothing is sure how to ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from gitmem.model.memory import Decision, Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.at_start import context_for, context_of_session, weigh_start
from gitmem.refresh.refresh import refresh
from gitmem.render.context import BYTES_PER_TOKEN
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.settings import Settings
from tests.support.git import GitDriver

BUDGET = Settings().budget_tokens


def moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def wait(git: GitDriver, title: str, *paths: str, found: str = "It blocks at four.") -> None:
    """A session's work that no commit has yet, half a minute after the last commit."""
    origin = Provenance(session=f"session of {title}", time=moment(git.now + 30))
    what = (found,) if found else ()
    memory = Memory("session", title, what=what, files_changed=paths, provenance=origin)
    PendingStore(git.repo).put(Pending(memory, str(git.path)))


def remember(git: GitDriver, commit: str, memory: Memory, *, history: bool = False) -> None:
    origin = Provenance(
        commit=commit,
        time=git.out("log", "-1", "--format=%aI", commit),
        branch="" if history else git.out("symbolic-ref", "--short", "HEAD"),
        agent="" if history else "claude-code",
        session="" if history else f"session of {memory.title}",
        compressor="history/1" if history else "extractive",
    )
    document = document_of(replace(memory, provenance=origin))
    NoteStore(git.repo).add({commit: [document]}, "notes: test")
    refresh(git.repo).close()


def start(git: GitDriver) -> str:
    refresh(git.repo).close()
    return context_for(git.repo, BUDGET).text


def test_what_was_found_out_is_told_until_the_next_commit(committed: GitDriver) -> None:
    wait(committed, "why four tries fail")
    assert "why four tries fail" in start(committed)

    committed.commit("retry three times", **{"net.py": "3\n"})

    assert "why four tries fail" not in start(committed)


def test_a_question_that_nothing_came_of_is_not_told(committed: GitDriver) -> None:
    wait(committed, "why four tries fail", found="")

    assert start(committed) == ""


@pytest.mark.parametrize("is_new", [True, False])
def test_edits_are_pending_until_they_are_committed(committed: GitDriver, is_new: bool) -> None:
    committed.commit("another", **{"net.py": "1\n"})
    path = "news.py" if is_new else "net.py"
    wait(committed, "retry three times", path)
    committed.write(path, "3\n")
    assert "retry three times" in start(committed)

    committed.commit("something else", **{path: "3\n"})  # by hand, and nobody saw whose it was

    assert "retry three times" not in start(committed)


def test_edits_that_are_stashed_are_pending(committed: GitDriver) -> None:
    committed.commit("another", **{"net.py": "1\n"})
    wait(committed, "retry three times", "net.py")
    committed.write("net.py", "3\n")
    committed.run("stash", "-q")
    assert "retry three times" in start(committed)

    committed.run("stash", "drop", "-q")

    assert "retry three times" not in start(committed)


STEPS = Memory(
    "feature",
    "retry three times",
    why="The gateway blocks at four.",
    next=("measure the retries under load",),
    files_changed=("net.py",),
)


@pytest.mark.parametrize(
    ("subject", "path", "is_open"),
    [
        ("polish the page", "page.css", True),
        ("polish it", "net.py", False),
        ("Measure retries under load", "bench.py", False),
        ("measure the page", "bench.py", True),
    ],
)
def test_a_step_is_to_do_until_a_later_commit_took_it(
    committed: GitDriver, subject: str, path: str, is_open: bool
) -> None:
    remember(committed, committed.commit("retry", **{"net.py": "3\n"}), STEPS)
    assert "next: measure the retries" in start(committed)

    committed.commit(subject, **{path: "1\n"})

    assert ("next: measure the retries" in start(committed)) == is_open


def test_only_the_last_memory_tells_what_is_next(committed: GitDriver) -> None:
    remember(committed, committed.commit("retry", **{"net.py": "3\n"}), STEPS)
    later = replace(STEPS, title="pause between", next=("tune the pause",))
    remember(committed, committed.commit("pause", **{"net.py": "4\n"}), later)

    text = start(committed)

    assert "next: tune the pause" in text
    assert "next: measure" not in text


def many(git: GitDriver, count: int = 30) -> None:
    """Memories of many files, so that each is unlikely."""
    for number in range(count):
        memory = Memory("change", f"tree {number}", f"reason {number}")
        memory = replace(memory, files_changed=(f"tree{number}.py",))
        commit = git.commit(f"tree {number}", **{f"tree{number}.py": f"{number}\n"})
        remember(git, commit, memory, history=True)


def test_a_branch_of_history_is_told_its_last_commit_and_its_last_decision(git: GitDriver) -> None:
    many(git, 4)
    git.run("checkout", "-q", "-b", "ada/upload")
    decided = Memory("decision", "three tries", "The gateway blocks at four.")
    decided = replace(decided, decisions=(Decision("three"),), files_changed=("upload.py",))
    said = Memory("change", "say so", "Users asked.", files_changed=("upload.py", "say.py"))
    remember(git, git.commit("three tries", **{"upload.py": "3\n"}), decided, history=True)
    remember(git, git.commit("say so", **{"say.py": "a\nb\nc\n"}), said, history=True)
    git.commit("tidy up", **{"say.py": "a\nb\nd\n"})

    text = start(git)

    assert 0 < text.index("say so") < text.index("three tries")
    assert text == start(git)


def test_where_nothing_is_sure_one_line_says_how_to_ask(git: GitDriver) -> None:
    many(git)
    git.commit("no memory of this")

    text = start(git)

    assert text == "gitmem: 30 commits have memories here. Ask: `gitmem search WORDS`."
    git.write(".mcp.json", '{"mcpServers": {"gitmem": {"command": "x"}}}')
    assert start(git).endswith("`gitmem search WORDS` or the gitmem search tool.")


@pytest.mark.parametrize("has_tool", [True, False])
@pytest.mark.parametrize("is_of_head", [True, False])
def test_the_line_is_short_however_much_is_remembered(
    git: GitDriver, monkeypatch: pytest.MonkeyPatch, has_tool: bool, is_of_head: bool
) -> None:
    many(git)
    if not is_of_head:
        git.commit("no memory of this")
    if has_tool:
        git.write(".mcp.json", '{"mcpServers": {"gitmem": {"command": "x"}}}')
    monkeypatch.setattr("gitmem.recall.at_start.len", lambda _: 1_234_567, raising=False)

    text = start(git)

    assert text.startswith("gitmem: 1,234,567 commits have memories here")
    assert ("HEAD too" in text) == is_of_head
    assert len(text.encode()) <= 30 * BYTES_PER_TOKEN


def test_the_line_is_said_once(git: GitDriver) -> None:
    many(git)

    first = context_of_session(git.repo, "s", BUDGET, is_resumed=False).text
    again = context_of_session(git.repo, "s", BUDGET, is_resumed=True).text

    assert first.startswith("gitmem: ")
    assert again == ""


def test_without_a_budget_not_even_the_line_is_said(git: GitDriver) -> None:
    many(git)

    assert context_for(git.repo, 10).text == ""


def test_the_last_commit_comes_first_where_it_is_worth_half_of_another(git: GitDriver) -> None:
    many(git)
    last = replace(STEPS, title="the last", next=(), files_changed=("tree29.py", "tree28.py"))
    remember(git, git.commit("the last", **{"tree29.py": "1\n"}), last)

    (first, *_) = weigh_start(git.repo).items

    assert first.memory.title == "the last"


def test_of_the_last_commit_one_memory_is_told(git: GitDriver) -> None:
    many(git, 3)
    git.run("checkout", "-q", "-b", "ada/upload")
    commit = git.commit("retry", **{"net.py": "3\n"})
    for title in ("one session", "another session"):
        remember(git, commit, replace(STEPS, title=title, next=()))

    assert start(git).count(commit[:10]) == 1


def test_the_last_commit_is_not_told_where_it_is_of_no_use(git: GitDriver) -> None:
    many(git, 60)
    last = replace(STEPS, title="the last", next=(), files_changed=("gone.py",))
    remember(git, git.commit("the last", **{"other.py": "1\n"}), last)

    assert start(git).startswith("gitmem: 61 commits have memories here, HEAD too.")
