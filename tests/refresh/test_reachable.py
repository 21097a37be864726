"""Which notes a history holds: always what walking it would tell."""

from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commits, note_numbers
from gitmem.model.memory import Memory
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.reachable import scope_of
from gitmem.refresh.refresh import refresh
from tests.strategies import scaled
from tests.support.git import GitDriver


def annotate(git: GitDriver, *commits: str) -> None:
    notes = {c: [document_of(Memory("change", f"of {c}"))] for c in commits}
    NoteStore(git.repo).add(notes, "notes: some")


def reached(git: GitDriver, revision: str = "HEAD") -> set[str]:
    with closing(refresh(git.repo)) as index:
        scope = scope_of(git.repo, index, revision)
        numbers = note_numbers(index, sorted(annotated_commits(index)))
        return {commit for commit, number in numbers.items() if number in scope}


def walked(git: GitDriver, revision: str = "HEAD") -> set[str]:
    with closing(refresh(git.repo)) as index:
        return annotated_commits(index) & set(git.out("rev-list", revision).split())


def test_a_branch_has_its_own_and_what_it_began_with(committed: GitDriver) -> None:
    base = committed.out("rev-parse", "HEAD")
    committed.run("checkout", "-q", "-b", "side")
    side = committed.commit("on the side", s="1\n")
    committed.run("checkout", "-q", "main")
    main = committed.commit("on main", m="1\n")
    annotate(committed, base, side, main)

    assert reached(committed) == {base, main}
    assert reached(committed, "side") == {base, side}
    assert reached(committed, "no such branch") == set()


def test_what_is_annotated_later_counts_at_once(committed: GitDriver) -> None:
    first = committed.out("rev-parse", "HEAD")
    annotate(committed, first)
    assert reached(committed) == {first}
    second = committed.commit("second", s="1\n")
    third = committed.commit("third", s="2\n")

    annotate(committed, third, second)

    assert reached(committed) == {first, second, third}


def test_a_note_for_what_is_no_commit_here_is_reached_by_nothing(committed: GitDriver) -> None:
    head = committed.out("rev-parse", "HEAD")
    annotate(committed, head)
    assert reached(committed) == {head}

    annotate(committed, "1" * 40, committed.out("rev-parse", "HEAD^{tree}"))

    assert reached(committed) == {head}


def test_an_empty_repository_reaches_nothing(git: GitDriver) -> None:
    git.init()
    with closing(Index.open(git.repo.state_dir)) as index:
        assert len(scope_of(git.repo, index)) == 0


@settings(max_examples=scaled(12))
@given(data=st.data())
def test_from_tip_to_tip_it_tells_what_a_walk_tells(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("scope")
    (folder / "home").mkdir()
    git = GitDriver(folder / "repo", folder / "home").init()
    commits = [git.commit("root", a="0\n")]
    for number in range(data.draw(st.integers(1, 8))):
        match data.draw(st.sampled_from(["commit", "jump", "merge", "annotate"])):
            case "commit":
                commits.append(git.commit(f"c{number}", **{f"f{number}": "1\n"}))
            case "jump":
                git.run("checkout", "-q", data.draw(st.sampled_from(commits)))
            case "merge":
                other = data.draw(st.sampled_from(commits))
                git.run("merge", "-q", "--no-ff", "-m", "merge", other, check=False)
                commits.append(git.out("rev-parse", "HEAD"))
            case _:
                annotate(git, data.draw(st.sampled_from(commits)))
        assert reached(git) == walked(git)
