"""Kept standings are what git would tell if it were asked again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitmem.git.repo import Repo
from gitmem.git.standing import LineShare, shares, standings
from gitmem.index.commits import annotated_commits, note_numbers
from gitmem.index.standing import has_unjudged
from gitmem.model.memory import Memory
from gitmem.model.query import Query
from gitmem.model.standing import Standing, Verdict
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.memory_service import MemoryService
from gitmem.recall.search import recall
from gitmem.refresh.reachable import scope_of
from gitmem.refresh.refresh import refresh
from gitmem.refresh.standing import judge_ahead, standings_of
from tests.strategies import scaled
from tests.support.cli import gitmem
from tests.support.git import GitDriver

_LINES = ("the first long line\n", "another line of text\n", "and something else\n")


def annotate(git: GitDriver, *commits: str) -> None:
    notes = {c: [document_of(Memory("change", f"of {c}"))] for c in commits}
    NoteStore(git.repo).add(notes, "notes: some")


def told(git: GitDriver) -> dict[str, Standing]:
    with closing(refresh(git.repo)) as index:
        notes = note_numbers(index, sorted(annotated_commits(index)))
        return standings_of(git.repo, index, scope_of(git.repo, index), notes)


def test_asked_again_git_is_left_alone(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    annotate(committed, committed.commit("one", a=_LINES[0]))
    first = told(committed)
    monkeypatch.setattr(
        "gitmem.refresh.standing.shares", lambda *_: pytest.fail("git was asked again")
    )

    assert told(committed) == first
    committed.commit("something else", other="x\n")
    assert told(committed) == first


def test_only_what_changed_is_asked_again(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = committed.commit("one", a=_LINES[0]), committed.commit("two", b=_LINES[1])
    annotate(committed, one, two)
    told(committed)
    asked: list[str] = []

    def watched(repo: Repo, commits: Sequence[str], head: str) -> dict[str, LineShare]:
        asked.extend(commits)
        return shares(repo, commits, head)

    monkeypatch.setattr("gitmem.refresh.standing.shares", watched)

    committed.commit("one is gone", a="quite another text\n")

    assert told(committed)[one].verdict is Verdict.GONE
    assert asked == [one]


def test_what_was_judged_ahead_is_not_asked_for(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gitmem.refresh.standing._AT_ONCE", 2)
    names = "abcde"
    commits = [committed.commit(name, **{name: _LINES[0]}) for name in names]
    nowhere = "0123456789" * 4
    annotate(committed, *commits, nowhere)
    expected = standings(committed.repo, commits)
    with closing(refresh(committed.repo)) as index:
        assert judge_ahead(committed.repo, index, 0.0) == 0
        assert has_unjudged(index)
        assert judge_ahead(committed.repo, index, 60.0) == 6
        assert not has_unjudged(index)
        asked: list[str] = []

        def ask(repo: Repo, commits: Sequence[str], tip: str) -> dict[str, LineShare]:
            asked.extend(commits)
            return {}

        monkeypatch.setattr("gitmem.refresh.standing.shares", ask)
        assert judge_ahead(committed.repo, index, 60.0) == 0

        assert told(committed) == expected
        assert asked == [nowhere]  # whoever wants to know hears it from git itself
        committed.commit("changed", a="", c=_LINES[1])
        asked.clear()
        assert judge_ahead(committed.repo, index, 60.0) == 3
    assert set(asked) == {commits[0], commits[2], nowhere}


def test_a_search_lets_git_judge_the_rest(committed: GitDriver) -> None:
    commits = [committed.commit(name, **{name: _LINES[0]}) for name in "abc"]
    annotate(committed, *commits)
    assert gitmem(committed, "init", "--no-fetch").returncode == 0
    with closing(MemoryService(committed.repo)) as service:
        service.search(Query(text="of", limit=1))
        service._last_wake = float("-inf")
        service.wake()
    deadline = time.monotonic() + 30
    with closing(refresh(committed.repo)) as index:
        while has_unjudged(index) and time.monotonic() < deadline:
            time.sleep(0.05)

        assert not has_unjudged(index)


def test_on_another_branch_it_is_told_so(committed: GitDriver) -> None:
    committed.run("checkout", "-q", "-b", "side")
    side = committed.commit("side", a=_LINES[0])
    annotate(committed, side)
    assert told(committed)[side].verdict is Verdict.FRESH

    committed.run("checkout", "-q", "main")

    assert told(committed)[side] == Standing(Verdict.OTHER_BRANCH, 0.0)


def test_a_search_that_judges_puts_what_is_gone_behind_what_stands(committed: GitDriver) -> None:
    gone = committed.commit("prices as floats", a=_LINES[0])
    stands = committed.commit("prices as floats again", b=_LINES[1])
    committed.commit("floats are gone", a="quite another text\n")
    notes = {
        gone: [document_of(Memory("change", "Prices are floats in the shop"))],
        stands: [document_of(Memory("change", "Prices are floats in the cart"))],
    }
    NoteStore(committed.repo).add(notes, "notes: some")
    refresh(committed.repo).close()

    hits = recall(committed.repo, Query("prices floats"), judge=True)

    assert [(hit.commit, hit.standing and hit.standing.verdict) for hit in hits] == [
        (stands, Verdict.FRESH),
        (gone, Verdict.GONE),
    ]
    assert "standing" in {reason.name for reason in hits[1].reasons}
    assert recall(committed.repo, Query("prices floats"))[0].standing is None


def test_what_nobody_judged_does_not_pass_what_was(committed: GitDriver) -> None:
    """All of it is gone, so each one that is judged loses a little; the next in line must not win
    by not having been asked about.
    """
    commits = [
        committed.commit(f"prices {n}", **{f"f{n}.txt": f"{n}: {_LINES[0]}"}) for n in range(40)
    ]
    committed.run("rm", "-q", "f*.txt")
    committed.commit("all gone")
    notes = {
        commit: [document_of(Memory("change", f"Price list {n} of the {'shop ' * (n % 7)}"))]
        for n, commit in enumerate(commits)
    }
    NoteStore(committed.repo).add(notes, "notes: some")
    refresh(committed.repo).close()

    hits = recall(committed.repo, Query("price list of the shop", limit=5), judge=True)

    assert [hit.standing and hit.standing.verdict for hit in hits] == [Verdict.GONE] * 5


@settings(max_examples=scaled(15))
@given(data=st.data())
def test_whatever_happens_it_is_what_git_tells(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("standings")
    (folder / "home").mkdir()
    git = GitDriver(folder / "repo", folder / "home").init()
    git.commit("root", r="root\n")
    commits: list[str] = []
    for number in range(data.draw(st.integers(2, 7))):
        names = [n for n in git.out("ls-files").split("\n") if n]
        match data.draw(st.sampled_from(["write", "write", "move", "delete", "back"])):
            case "write":
                name = data.draw(st.sampled_from(["a", "b", "c"]))
                kept = data.draw(st.lists(st.sampled_from(_LINES), min_size=1, max_size=3))
                # Files resemble no other: of which of several a moved one came, git tells by what
                # it is asked about, and one commit may be told otherwise than among others.
                text = "".join(f"{name}: {line}" for line in kept)
                commits.append(git.commit(f"w{number}", **{name: f"{text}{number}\n"}))
                annotate(git, commits[-1])
            case "move":
                git.run("mv", "-f", data.draw(st.sampled_from(names)), f"moved{number}")
                git.run("commit", "-q", "-m", "moved")
            case "delete" if len(names) > 1:
                git.run("rm", "-q", data.draw(st.sampled_from(names)))
                git.run("commit", "-q", "-m", "deleted")
            case "back" if commits:
                git.run("checkout", "-q", data.draw(st.sampled_from(commits)))
        assert told(git) == standings(git.repo, sorted(set(commits)))
