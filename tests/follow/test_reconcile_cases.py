"""What is certain enough to be followed, and what is not: one story a test."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from gitmem.follow.reconcile import ReconcileRange, ReconcileReport, reconcile
from gitmem.follow.sync import sync
from gitmem.git.fingerprints import TraceReader
from gitmem.git.remotes import refspec_of
from gitmem.index.cache import Index
from gitmem.index.commits import commits_holding
from gitmem.model.job import Job
from gitmem.model.memory import Memory, Provenance
from gitmem.model.rewrite import CarrierProof, Delta
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh
from gitmem.state.queue import Queue
from gitmem.state.ref_tips import read_last_tips, write_last_tips
from gitmem.state.rewrite_log import add_pairs, read_pairs
from gitmem.state.unreachable_notes import read_unreachable_notes, write_unreachable_notes
from gitmem.worker import work
from tests.support.capture import workspace_of
from tests.support.git import GitDriver
from tests.support.history import followed, lines, remember, set_up, titles_at
from tests.support.prepared import prepared

FORGE_MESSAGE = "Topic (#7)\n\n* one\n\n* two\n"


@prepared
def topic(git: GitDriver) -> GitDriver:
    """Two commits with memories on a branch ``topic``, and ``main`` where they began."""
    set_up(git)
    git.commit("base", **{"base.txt": lines("base", 30)})
    git.run("checkout", "-q", "-b", "topic")
    one = git.commit("one", **{"a.txt": lines("a")})
    two = git.commit("two", **{"a.txt": lines("a") + lines("more of a"), "b.txt": lines("b")})
    remember(git, one, two)
    git.run("checkout", "-q", "main")
    followed(git)
    return git


def test_a_first_look_compares_no_commit_with_what_was_built_upon_it(
    git: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fresh clone takes every commit for new; each later one touches the same file."""
    git.init()
    commits = [git.commit(f"c{n}", file=f"line {n} of the file\n" * 3) for n in range(12)]
    remember(git, *commits)
    asked: list[str] = []

    def counted(self: TraceReader, base: str | None, tip: str, *paths: object) -> Delta:
        asked.append(tip)
        return Delta()

    monkeypatch.setattr(TraceReader, "difference", counted)
    with closing(refresh(git.repo)) as index:
        assert reconcile(git.repo, index) == ReconcileReport()

    assert asked == []


def squashed_on_server(git: GitDriver, message: str = FORGE_MESSAGE) -> str:
    """What a forge does: the branch as one commit on main, by somebody else's hand."""
    git.run("merge", "-q", "--squash", "topic")
    git.now += 60
    git.run("commit", "-q", "-m", message)
    return git.out("rev-parse", "HEAD")


def shared(git: GitDriver, remote: GitDriver) -> None:
    git.run("remote", "add", "origin", str(remote.path), check=False)
    git.run("config", "--add", "remote.origin.fetch", refspec_of("origin"))
    sync(workspace_of(git))


def test_a_squash_is_found_though_main_went_on_in_between(topic: GitDriver) -> None:
    topic.commit("aside", **{"base.txt": "a line above\n" + lines("base", 30)})

    squashed_on_server(topic)
    done = followed(topic)

    assert {CarrierProof.RANGE} == {copy.how for copy in done.copies}
    assert titles_at(topic, "main") == ["one", "two"]


def test_a_squash_whose_branch_was_deleted_before_it_was_fetched(topic: GitDriver) -> None:
    squashed = squashed_on_server(topic)
    topic.run("reset", "-q", "--hard", "HEAD~1")
    topic.run("branch", "-q", "-D", "topic")
    first = followed(topic)

    topic.run("update-ref", "refs/remotes/origin/main", squashed)
    followed(topic)

    assert len(first.abandonments) == 2
    assert titles_at(topic, "origin/main") == ["one", "two"]


def test_a_squash_with_a_conflict_is_found_by_the_subjects_in_its_message(
    topic: GitDriver,
) -> None:
    topic.commit("aside", **{"a.txt": "a line that main wrote into the same file\n"})
    topic.run("merge", "-q", "--squash", "topic", check=False)
    both = "a line that main wrote into the same file\n" + lines("a") + lines("more of a")
    topic.write("a.txt", both)
    topic.run("add", "-A")
    topic.run("commit", "-q", "-m", FORGE_MESSAGE)

    followed(topic)

    assert titles_at(topic, "main") == ["one", "two"]


def test_a_pipeline_finds_the_squash_of_a_pull_request(
    topic: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    """A fresh clone in which only the head of the pull request is fetched beside main."""
    shared(topic, remote)
    topic.run("push", "-q", "origin", "topic:refs/pull/7/head")
    squashed_on_server(topic)
    topic.run("push", "-q", "origin", "main")
    pipeline = remote.clone(tmp_path / "pipeline", "-b", "main")
    pipeline.run("fetch", "-q", "origin", "refs/pull/7/head:refs/pull/7/head")
    pipeline.run("fetch", "-q", "origin", refspec_of("origin"))

    done = followed(
        pipeline, ReconcileRange(tuple(pipeline.out("rev-list", "HEAD~1..HEAD").split()))
    )

    assert len(done.copies) == 2
    assert titles_at(pipeline, "main") == ["one", "two"]


def test_commits_that_were_never_here_are_known_by_their_memories(
    topic: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    """Rebased on the server: only the notes of the branch were ever fetched."""
    topic.commit("aside", **{"side.txt": lines("side")})
    topic.run("checkout", "-q", "--detach", "topic")
    topic.run("push", "-q", str(remote.path), "main")
    other = remote.clone(tmp_path / "other", "-b", "main")
    shared(topic, remote)
    shared(other, remote)
    followed(other)
    topic.run("-c", "notes.rewriteRef=refs/notes/none", "rebase", "-q", "main")
    topic.run("push", "-q", "origin", "HEAD:main")
    assert titles_at(other, "main") == []

    other.run("pull", "-q", "--ff-only", "origin", "main")
    done = followed(other)

    assert {CarrierProof.PATCH} == {copy.how for copy in done.copies}
    assert (titles_at(other, "main~1"), titles_at(other, "main")) == (["one"], ["two"])


def test_notes_that_come_after_the_commits_find_them_too(
    topic: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    topic.run("cherry-pick", "topic~1", "topic")
    topic.run("push", "-q", str(remote.path), "main")
    other = remote.clone(tmp_path / "other", "-b", "main")
    followed(other)
    shared(topic, remote)
    shared(other, remote)

    followed(other)

    assert (titles_at(other, "main~1"), titles_at(other, "main")) == (["one"], ["two"])


def test_a_line_that_both_sides_added_is_not_the_same_change(topic: GitDriver) -> None:
    """Main gets one of the branch's lines by itself, among many of its own."""
    topic.run("checkout", "-q", "topic")
    small = topic.commit("small", **{"c.txt": "import collections.abc as somewhere\n"})
    remember(topic, small)
    topic.run("checkout", "-q", "main")
    followed(topic)
    own = "".join(f"and a line of main's own, number {n}\n" for n in range(30))
    topic.commit("own", **{"c.txt": "import collections.abc as somewhere\n" + own})

    done = followed(topic)

    assert ReconcileReport() == done
    assert titles_at(topic, "main") == []


def test_what_is_half_there_is_reported_and_stays(topic: GitDriver) -> None:
    """A third of a dropped commit's lines in another: perhaps its successor, perhaps not."""
    topic.run("branch", "-q", "-D", "topic")
    text = lines("a").splitlines(keepends=True)
    topic.commit("another try", **{"a.txt": text[0] + lines("written anew", 9)})

    done = followed(topic)

    (unmatched,) = done.unmatched.items()
    assert (topic.out("rev-parse", "HEAD"),) == unmatched[1]
    assert titles_at(topic, "main") == []
    assert titles_at(topic, unmatched[0]) == ["one"]
    known = read_unreachable_notes(topic.repo)
    assert known is not None
    assert set(done.unmatched) == set(known.unmatched)


def test_two_commits_of_one_second_and_subject_are_told_apart_by_their_files(
    topic: GitDriver,
) -> None:
    """As scripts write them."""
    topic.run("checkout", "-q", "-b", "left", "main")
    topic.write("left.txt", lines("left"))
    topic.run("add", "-A")
    topic.run("commit", "-q", "-m", "sync")
    left = topic.out("rev-parse", "HEAD")
    remember(topic, left)
    followed(topic)
    topic.run("checkout", "-q", "main")
    topic.write("right.txt", lines("right"))
    topic.run("add", "-A")
    topic.run("commit", "-q", "-m", "sync")

    assert ReconcileReport() == followed(topic)
    assert titles_at(topic, "main") == []


def test_a_revert_of_a_revert_carries_nothing_anew(topic: GitDriver) -> None:
    """The change is on the branch already, where the first commit of it is."""
    topic.run("merge", "-q", "--ff-only", "topic")
    topic.run("revert", "--no-edit", "HEAD")
    topic.run("revert", "--no-edit", "HEAD")

    assert ReconcileReport() == followed(topic)


def test_a_change_id_follows_through_any_rewriting(git: GitDriver) -> None:
    set_up(git)
    git.commit("base", **{"a.txt": lines("a")})
    git.run("checkout", "-q", "-b", "topic")
    commit = git.commit("one\n\nChange-Id: I0123456789", **{"b.txt": lines("b")})
    remember(git, commit)
    git.run("checkout", "-q", "main")
    followed(git)

    git.commit("one, quite another\n\nChange-Id: I0123456789", **{"c.txt": lines("c")})
    done = followed(git)

    assert [copy.how for copy in done.copies] == [CarrierProof.CHANGE_ID]


def test_a_filters_map_is_followed_by_itself(topic: GitDriver) -> None:
    topic.run("merge", "-q", "--ff-only", "topic")
    old = topic.out("rev-list", "main").split()
    topic.environ["FILTER_BRANCH_SQUELCH_WARNING"] = "1"  # which is followed by ten seconds' pause
    topic.run("filter-branch", "-f", "--msg-filter", "sed s/o/0/g", "main")
    new = topic.out("rev-list", "main").split()
    rows = [f"{was} {became}" for was, became in zip(old, new, strict=True)]
    topic.run("update-ref", "-d", "refs/original/refs/heads/main")
    topic.write(".git/filter-repo/commit-map", "\n".join(["old new", *rows, ""]))

    done = followed(topic)

    assert {CarrierProof.GIT_RECORD} == {copy.how for copy in done.copies}
    assert (titles_at(topic, "main~1"), titles_at(topic, "main")) == (["one"], ["two"])


def test_a_memory_written_after_the_amend_goes_where_the_hook_told(git: GitDriver) -> None:
    """The worker was slow: the commit it remembers had been amended twice by then."""
    set_up(git)
    git.commit("base", **{"a.txt": lines("a")})
    old = git.commit("one", **{"b.txt": lines("b")})
    pairs = []
    for content in ("first", "second"):
        before = git.out("rev-parse", "HEAD")
        git.write("b.txt", lines(content))
        git.run("commit", "-q", "-a", "--amend", "-m", f"{content} amend")
        pairs.append(f"{before} {git.out('rev-parse', 'HEAD')}\n")
    git.run("reflog", "expire", "--expire=now", "--all")
    remember(git, old)
    Queue(git.repo).add(Job("merge", extra={"rewritten": "".join(pairs)}))

    work(workspace_of(git))

    assert titles_at(git, "HEAD") == ["one"]
    assert len(read_pairs(git.repo)) == 2


def test_a_squash_merge_with_a_resolved_conflict_is_known_by_what_the_hook_saw(
    topic: GitDriver,
) -> None:
    """prepare-commit-msg tells the sources, however little of them is left."""
    sources = topic.out("rev-list", "main..topic").split()
    commit = topic.commit("all rewritten", **{"z.txt": lines("quite another")})
    fields = {"sources": " ".join(sources)}
    Queue(topic.repo).add(Job("capture", commit=commit, worktree=str(topic.path), extra=fields))

    work(workspace_of(topic))

    assert titles_at(topic, "main") == ["one", "two"]


def test_a_detached_work_tree_keeps_its_commits_from_being_dropped(
    topic: GitDriver, tmp_path: Path
) -> None:
    topic.run("worktree", "add", "-q", "--detach", str(tmp_path / "tree"), "topic")
    topic.run("branch", "-q", "-D", "topic")

    assert followed(topic).abandonments == ()
    topic.run("worktree", "remove", str(tmp_path / "tree"))
    assert len(followed(topic).abandonments) == 2


def test_nothing_is_judged_in_the_middle_of_a_rebase(topic: GitDriver) -> None:
    topic.run("checkout", "-q", "topic")
    topic.environ["GIT_SEQUENCE_EDITOR"] = "sed -i s/pick/edit/"
    topic.run("rebase", "-q", "-i", "main")

    assert followed(topic).is_deferred


def test_killed_before_it_was_written_down_it_is_done_again_and_changes_nothing(
    topic: GitDriver,
) -> None:
    before, strays = read_last_tips(topic.repo), read_unreachable_notes(topic.repo)
    squashed_on_server(topic)
    followed(topic)
    tip = NoteStore(topic.repo).tip()
    assert before is not None
    assert strays is not None
    write_last_tips(topic.repo, before)
    write_unreachable_notes(topic.repo, strays)

    assert followed(topic).copies == ()
    assert tip == NoteStore(topic.repo).tip()


def test_without_its_own_files_it_looks_at_everything_once(topic: GitDriver) -> None:
    squashed_on_server(topic)
    topic.run("branch", "-q", "-D", "topic")
    for name in ("tips", "strays.json", "rewrites"):
        (topic.repo.state_dir / name).unlink(missing_ok=True)

    followed(topic)

    assert titles_at(topic, "main") == ["one", "two"]


def test_a_dry_run_says_the_same_and_writes_nothing(topic: GitDriver) -> None:
    squashed_on_server(topic)
    tip = NoteStore(topic.repo).tip()
    with closing(refresh(topic.repo)) as index:
        told = reconcile(topic.repo, index, now=1_800_000_000, is_dry_run=True)

    assert tip == NoteStore(topic.repo).tip()
    assert told == followed(topic)


def test_pairs_are_kept_once_and_bounded(git: GitDriver) -> None:
    pair = ("a" * 40, "b" * 40)
    add_pairs(git.repo, [pair, pair])
    add_pairs(git.repo, [pair])

    assert [pair] == read_pairs(git.repo)
    many = [(f"{n:040x}", f"{n + 1:040x}") for n in range(15_000)]
    add_pairs(git.repo, many)
    add_pairs(git.repo, [pair, ("c" * 40, "d" * 40)])
    assert (git.repo.state_dir / "rewrites").stat().st_size <= 1 << 20
    assert read_pairs(git.repo)[-1] == ("c" * 40, "d" * 40)


def test_what_a_note_gains_late_goes_to_the_copies_as_well(topic: GitDriver) -> None:
    """The agent committed and picked in one turn; the last word came when the turn ended."""
    topic.run("cherry-pick", "topic~1")
    followed(topic)
    late = Memory("change", "the last word", provenance=Provenance(commit="f" * 40))
    topic.now += 60
    NoteStore(topic.repo).add({topic.out("rev-parse", "topic~1"): [document_of(late)]}, "notes: x")

    followed(topic)

    assert titles_at(topic, "main") == ["one", "the last word"]


def test_what_others_write_meanwhile_is_looked_at_the_next_time(
    topic: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A capture of another process lands between our reading and our writing."""
    dropped = topic.commit("dropped", **{"d.txt": lines("d")})
    remember(topic, dropped)
    topic.run("reset", "-q", "--hard", "HEAD~1")
    topic.run("cherry-pick", "topic~1", "topic")
    two = topic.out("rev-parse", "topic")
    late = Memory("change", "meanwhile", provenance=Provenance(commit="f" * 40))
    store = NoteStore(topic.repo)

    def written_meanwhile(index: Index, ids: Iterable[str]) -> dict[str, set[str]]:
        store.add({two: [document_of(late)]}, "notes: meanwhile")
        return commits_holding(index, ids)

    refresh(topic.repo).close()
    with closing(Index.open(topic.repo.state_dir)) as index, monkeypatch.context() as patch:
        patch.setattr("gitmem.follow.reconcile.commits_holding", written_meanwhile)
        reconcile(topic.repo, index, now=1_800_000_000)
    assert titles_at(topic, "main") == ["two"]
    followed(topic)

    assert titles_at(topic, "main") == ["meanwhile", "two"]
