"""Whatever is done to the notes ref by those who do not know gitmem: the next command mends it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gitmem.index.cache import Index
from gitmem.model.memory import Memory, Provenance, Tombstone
from gitmem.model.note import NOTES_REF, WATERMARK_REF
from gitmem.notes.codec import document_of, parse_note, tombstone_document
from gitmem.notes.store import NoteStore
from gitmem.refresh.catch_up import is_fresh
from gitmem.refresh.refresh import join_fetched_notes, refresh, refresh_index
from gitmem.state.notices import take_notices
from gitmem.state.ref_tips import read_tips, write_last_tips
from gitmem.upkeep.scrub import scrub
from gitmem.upkeep.scrub_plan import find_target
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared

BLANKET = "+refs/notes/*:refs/notes/*"


def memory_of(commit: str, title: str, **fields: object) -> Memory:
    return Memory("decision", title, provenance=Provenance(commit=commit), **fields)  # type: ignore[arg-type]


def remember(git: GitDriver, title: str) -> str:
    """A commit with a memory; its id."""
    commit = git.commit(title)
    add(git, commit, title)
    return commit


def add(git: GitDriver, commit: str, title: str) -> Memory:
    memory = memory_of(commit, title)
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")
    return memory


def titles(git: GitDriver) -> list[str]:
    """What git itself reads of all notes, parsed."""
    listed = git.out("notes", "--ref", "claude-mem", "list").splitlines()
    notes = [parse_note(git.run("cat-file", "blob", line.split()[0]).stdout) for line in listed]
    assert not [problem for note in notes for problem in note.problems]
    return sorted(memory.title for note in notes for memory in note.memories)


def tip(git: GitDriver, ref: str = NOTES_REF) -> str:
    return git.out("rev-parse", "--verify", ref)


def mended(git: GitDriver) -> str:
    """Run any command; what it told of the repair, in one line."""
    done = gitmem(git, "log")
    assert done.returncode == 0
    told = [line for line in done.stderr.splitlines() if "back" in line]
    assert len(told) == 1, done.stderr
    assert gitmem(git, "log").stderr == ""
    return told[0]


@prepared
def story(git: GitDriver) -> GitDriver:
    """Two remembered commits, last seen whole."""
    remember(git, "one")
    git.run("tag", "first-notes", NOTES_REF)
    remember(git, "two")
    refresh(git.repo).close()
    assert tip(git) == tip(git, WATERMARK_REF)
    return git


CLOBBERS: dict[str, tuple[Callable[[GitDriver], object], str, str]] = {
    "notes remove": (
        lambda git: git.run("notes", "--ref", "claude-mem", "remove", "HEAD"),
        "1 memory of 1 commit",
        "git notes remove",
    ),
    "notes edit that empties": (
        lambda git: (
            git.run("-c", "core.editor=true", "notes", "--ref=claude-mem", "remove", "HEAD")
            and git.run("-c", "core.editor=: >", "notes", "--ref", "claude-mem", "edit", "HEAD~")
        ),
        "2 memories of 2 commits",
        "git notes edit",
    ),
    "notes overwritten": (
        lambda git: git.run("notes", "--ref", "claude-mem", "add", "-f", "-m", "mine", "HEAD"),
        "1 memory of 1 commit",
        "git notes add",
    ),
    "an older state": (
        lambda git: git.run("update-ref", "-m", "reset", NOTES_REF, "first-notes"),
        "1 memory of 1 commit",
        "moved the ref",
    ),
    "an unrelated commit": (
        lambda git: git.run("update-ref", NOTES_REF, "HEAD"),
        "2 memories of 2 commits",
        "moved the ref",
    ),
    "a deleted ref": (
        lambda git: git.run("update-ref", "-d", NOTES_REF),
        "2 memories of 2 commits",
        "the ref was deleted",
    ),
    "a deleted ref, packed": (
        lambda git: git.run("pack-refs", "--all") and git.run("update-ref", "-d", NOTES_REF),
        "2 memories of 2 commits",
        "the ref was deleted",
    ),
}


@pytest.mark.parametrize("name", CLOBBERS)
@pytest.mark.parametrize("collected", [False, True], ids=["", "collected"])
def test_what_was_taken_out_comes_back_at_the_next_command(
    story: GitDriver, name: str, collected: bool
) -> None:
    clobber, counted, reason = CLOBBERS[name]
    clobber(story)
    if collected:  # nothing but our own ref keeps the objects now
        story.run("tag", "-d", "first-notes")
        story.run("reflog", "expire", "--expire=now", "--all")
        story.run("gc", "-q", "--prune=now")

    told = mended(story)

    assert counted in told
    assert reason in told or collected
    assert "gitmem scrub ID" in told
    shown = gitmem(story, "log").stdout
    assert "one" in shown
    assert "two" in shown
    assert tip(story) == tip(story, WATERMARK_REF)


def test_nothing_is_written_where_nothing_was_lost(story: GitDriver) -> None:
    before = tip(story)

    assert gitmem(story, "log").stderr == ""
    assert tip(story) == before


def test_the_state_that_was_put_over_ours_is_kept_too(story: GitDriver) -> None:
    """A union: neither side wins."""
    before = tip(story)
    other = story.commit("three")
    story.run("update-ref", "-d", NOTES_REF)
    story.run("update-ref", "-d", WATERMARK_REF)
    add(story, other, "three")
    story.run("update-ref", WATERMARK_REF, before)

    told = mended(story)

    assert "2 memories of 2 commits" in told
    assert titles(story) == ["one", "three", "two"]


def test_an_older_state_put_over_a_newer_one_moves_the_ref_forward_again(story: GitDriver) -> None:
    before = tip(story)
    story.run("update-ref", NOTES_REF, "first-notes")

    mended(story)

    assert tip(story) == before


def test_memories_added_before_anybody_looked_are_kept_as_well(story: GitDriver) -> None:
    story.run("update-ref", NOTES_REF, "first-notes")
    remember(story, "three")

    mended(story)

    assert titles(story) == ["one", "three", "two"]


def test_a_pruned_note_comes_back(story: GitDriver) -> None:
    """``git notes prune`` drops the notes of commits that this clone does not have."""
    gone = "9" * 40
    add(story, gone, "of a commit elsewhere")
    refresh(story.repo).close()
    story.run("notes", "--ref", "claude-mem", "prune")
    assert "of a commit elsewhere" not in titles(story)

    assert "git notes prune" in mended(story)
    assert "of a commit elsewhere" in titles(story)


def test_without_our_ref_the_index_says_what_was_there(story: GitDriver) -> None:
    """A clone that deleted both refs; its index still names the commit, which is still there."""
    story.run("update-ref", "-d", WATERMARK_REF)
    story.run("update-ref", "-d", NOTES_REF)

    mended(story)

    assert titles(story) == ["one", "two"]


def test_a_push_before_anybody_looked_does_not_settle_for_less(
    pair: tuple[GitDriver, GitDriver],
) -> None:
    """With our ref gone too, what the remote has is not all there was: the index knows more."""
    ours, _ = pair
    remember(ours, "unpushed")
    refresh(ours.repo).close()
    ours.run("update-ref", "-d", WATERMARK_REF)
    ours.run("update-ref", "-d", NOTES_REF)

    join_fetched_notes(ours.repo, NoteStore(ours.repo))
    join_fetched_notes(ours.repo, NoteStore(ours.repo))
    refresh(ours.repo).close()

    assert titles(ours) == ["one", "two", "unpushed"]


def test_without_the_index_our_ref_says_what_was_there(story: GitDriver) -> None:
    shutil.rmtree(story.repo.state_dir)
    story.run("update-ref", "-d", NOTES_REF)

    mended(story)

    assert titles(story) == ["one", "two"]


def test_a_clone_without_our_ref_takes_what_it_finds(story: GitDriver) -> None:
    story.run("update-ref", "-d", WATERMARK_REF)

    assert gitmem(story, "log").stderr == ""
    assert tip(story) == tip(story, WATERMARK_REF)


def test_our_ref_without_its_objects_stops_nothing(story: GitDriver) -> None:
    (story.repo.common_dir / WATERMARK_REF).write_text("1" * 40 + "\n")

    done = gitmem(story, "log")

    assert done.returncode == 0
    assert "two" in done.stdout
    assert tip(story) == tip(story, WATERMARK_REF)


# --- by way of a remote ---


@prepared
def pair(story: GitDriver, remote: GitDriver, tmp_path: Path) -> tuple[GitDriver, GitDriver]:
    """The story, pushed, and a colleague's clone that has it."""
    story.run("remote", "add", "origin", str(remote.path))
    story.run("push", "-q", "origin", "main")
    assert gitmem(story, "sync").returncode == 0
    refresh(story.repo).close()
    colleague = remote.clone(tmp_path / "colleague")
    colleague.run("config", "user.name", "Carl")
    colleague.run("config", "user.email", "carl@example.com")
    colleague.run("fetch", "-q", "origin", BLANKET)
    return story, colleague


def test_a_blanket_fetch_over_unpushed_memories(pair: tuple[GitDriver, GitDriver]) -> None:
    ours, colleague = pair
    remember(ours, "unpushed")
    refresh(ours.repo).close()
    add(colleague, colleague.out("rev-parse", "HEAD"), "theirs")
    colleague.run("push", "-q", "origin", NOTES_REF)
    ours.run("fetch", "-q", "origin", BLANKET)
    assert "unpushed" not in titles(ours)

    told = mended(ours)

    assert "1 memory of 1 commit" in told
    assert "a fetch put other notes over ours" in told
    assert titles(ours) == ["one", "theirs", "two", "unpushed"]


@pytest.mark.parametrize("what", ["first-notes", "HEAD"], ids=["older", "unrelated"])
def test_a_colleague_forced_another_ref_to_the_remote(
    pair: tuple[GitDriver, GitDriver], what: str
) -> None:
    ours, colleague = pair
    ours.run("push", "-q", "origin", "first-notes")
    colleague.run("fetch", "-q", "--tags")
    colleague.run("push", "-q", "--force", "origin", f"{what}:{NOTES_REF}")

    done = gitmem(ours, "sync")

    assert done.returncode == 0
    assert titles(ours) == ["one", "two"]
    assert "had gone from 'origin'" in done.stderr + gitmem(ours, "log").stderr
    colleague.run("fetch", "-q", "origin", f"{NOTES_REF}:refs/check")
    assert tip(colleague, "refs/check") == tip(ours)


def test_a_colleague_removed_a_note_and_pushed(pair: tuple[GitDriver, GitDriver]) -> None:
    """A continuation of ours that lacks something is no reason to follow it."""
    ours, colleague = pair
    colleague.run("notes", "--ref", "claude-mem", "remove", "HEAD")
    colleague.run("push", "-q", "origin", NOTES_REF)

    done = gitmem(ours, "sync")

    assert titles(ours) == ["one", "two"]
    assert "1 memory of 1 commit had gone from 'origin'" in done.stderr + gitmem(ours, "log").stderr


def test_a_colleague_removed_a_note_and_we_have_news(pair: tuple[GitDriver, GitDriver]) -> None:
    ours, colleague = pair
    colleague.run("notes", "--ref", "claude-mem", "remove", "HEAD")
    colleague.run("push", "-q", "origin", NOTES_REF)
    remember(ours, "three")

    gitmem(ours, "sync")

    assert titles(ours) == ["one", "three", "two"]


@pytest.mark.parametrize("options", [["--mirror"], ["--prune", "refs/*:refs/*"]])
def test_a_colleagues_mirror_push_deleted_the_remote_ref(
    pair: tuple[GitDriver, GitDriver], options: list[str]
) -> None:
    ours, colleague = pair
    colleague.run("update-ref", "-d", NOTES_REF)
    colleague.run("push", "-q", *options[:1], "origin", *options[1:])
    assert colleague.out("ls-remote", "origin", NOTES_REF) == ""

    assert "'origin' has no refs/notes/claude-mem any more" in gitmem(ours, "sync").stderr

    assert titles(ours) == ["one", "two"]
    assert colleague.out("ls-remote", "origin", NOTES_REF).startswith(tip(ours))


def test_a_mirror_fetch_that_deletes_all_our_refs(pair: tuple[GitDriver, GitDriver]) -> None:
    """``git fetch --prune`` with refs/*:refs/* takes our own refs as well; the index knows."""
    ours, colleague = pair
    colleague.run("push", "-q", "origin", f":{NOTES_REF}")
    ours.run("checkout", "-q", "--detach")
    ours.run("fetch", "-q", "--prune", "origin", "+refs/*:refs/*")
    assert ours.run("rev-parse", "--verify", NOTES_REF, check=False).returncode != 0
    assert ours.run("rev-parse", "--verify", WATERMARK_REF, check=False).returncode != 0

    told = gitmem(ours, "log").stderr

    assert "2 memories of 2 commits had gone" in told
    assert "'origin' has no refs/notes/claude-mem any more" in told

    assert titles(ours) == ["one", "two"]


# --- merges by git's own strategies ---


@prepared
def conflict(story: GitDriver) -> GitDriver:
    """HEAD's note has "ours" here and "theirs" under refs/notes/other, and both have one more."""
    head = story.out("rev-parse", "HEAD")
    base = tip(story)
    add(story, head, "theirs")
    add(story, story.out("rev-parse", "HEAD~"), "theirs alone")
    story.run("update-ref", "refs/notes/other", NOTES_REF)
    story.run("update-ref", NOTES_REF, base)
    story.run("update-ref", WATERMARK_REF, base)
    add(story, head, "ours")
    refresh(story.repo).close()
    assert tip(story) == tip(story, WATERMARK_REF)
    return story


ALL = ["one", "ours", "theirs", "theirs alone", "two"]


@pytest.mark.parametrize("strategy", ["ours", "theirs", "cat_sort_uniq"])
def test_a_merge_by_a_strategy_of_gits(conflict: GitDriver, strategy: str) -> None:
    conflict.run("notes", "--ref", "claude-mem", "merge", "-q", "-s", strategy, "other")

    told = mended(conflict)

    assert re.search(r"[1-9] memor(y|ies) of 1 commit ", told)
    assert "git notes merge" in told
    assert titles(conflict) == ALL


def test_a_merge_by_the_union_strategy_loses_nothing(conflict: GitDriver) -> None:
    conflict.run("notes", "--ref", "claude-mem", "merge", "-q", "-s", "union", "other")

    assert gitmem(conflict, "log").stderr == ""
    assert titles(conflict) == ALL


def test_a_merge_by_hand_that_dropped_both_sides(conflict: GitDriver) -> None:
    conflict.run("notes", "--ref", "claude-mem", "merge", "-s", "manual", "other", check=False)
    (file,) = (conflict.repo.git_dir / "NOTES_MERGE_WORKTREE").iterdir()
    file.write_text("---\nkind: change\ntitle: by hand\n")
    conflict.run("notes", "--ref", "claude-mem", "merge", "--commit")

    mended(conflict)

    assert titles(conflict) == sorted([*ALL, "by hand"])


def test_sorted_garbage_that_was_added_to_since(conflict: GitDriver) -> None:
    conflict.run("notes", "--ref", "claude-mem", "merge", "-q", "-s", "cat_sort_uniq", "other")
    add(conflict, conflict.out("rev-parse", "HEAD"), "later")

    mended(conflict)

    assert titles(conflict) == sorted([*ALL, "later"])


def test_sorted_garbage_that_a_remote_sends(
    conflict: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    """What a colleague's merge spoiled is mended while it is joined."""
    conflict.run("remote", "add", "origin", str(remote.path))
    conflict.run("notes", "--ref", "claude-mem", "merge", "-q", "-s", "cat_sort_uniq", "other")
    conflict.run("push", "-q", "origin", NOTES_REF, "main")
    conflict.run("update-ref", NOTES_REF, WATERMARK_REF)
    add(conflict, conflict.out("rev-parse", "HEAD"), "later")

    gitmem(conflict, "sync")

    assert titles(conflict) == sorted([*ALL, "later"])


def test_lines_that_only_look_sorted_stay(conflict: GitDriver) -> None:
    """Only what is exactly the lines of both sides is taken for garbage."""
    conflict.run("notes", "--ref", "claude-mem", "merge", "-q", "-s", "cat_sort_uniq", "other")
    blob = conflict.out("notes", "--ref", "claude-mem", "list", "HEAD")
    text = conflict.run("cat-file", "blob", blob).stdout + b"zz by a person\n"
    parents = conflict.out("rev-parse", f"{NOTES_REF}^1", f"{NOTES_REF}^2").split()
    conflict.add_note("HEAD", text)
    tree = conflict.out("rev-parse", f"{NOTES_REF}^{{tree}}")
    made = conflict.out(
        "commit-tree", tree, *(f"-p{p}" for p in parents), "-m", "Merged notes from x into y"
    )
    conflict.run("update-ref", NOTES_REF, made)

    mended(conflict)

    shown = conflict.show_note(conflict.out("rev-parse", "HEAD"))
    assert b"zz by a person" in shown
    assert {"ours", "theirs", "two"} <= {m.title for m in parse_note(shown).memories}


# --- what must not be undone ---


def test_a_tombstone_is_not_undone(story: GitDriver) -> None:
    head = story.out("rev-parse", "HEAD")
    memory = add(story, head, "to be forgotten")
    refresh(story.repo).close()
    before = tip(story)
    stone = tombstone_document(Tombstone(memory.id, "2026-11-20"))
    NoteStore(story.repo).add({head: [stone]}, "notes: forget")
    story.run("update-ref", WATERMARK_REF, before)  # as if we had been killed in between

    assert gitmem(story, "log").stderr == ""
    assert titles(story) == ["one", "two"]


def test_a_tombstone_that_an_older_state_lacks_comes_back(story: GitDriver) -> None:
    head = story.out("rev-parse", "HEAD")
    memory = memory_of(head, "two")
    before = tip(story)
    stone = tombstone_document(Tombstone(memory.id, "2026-11-20"))
    NoteStore(story.repo).add({head: [stone]}, "notes: forget")
    refresh(story.repo).close()
    story.run("update-ref", NOTES_REF, before)

    gitmem(story, "log")

    assert titles(story) == ["one"]


def test_our_own_scrub_is_not_undone(story: GitDriver) -> None:
    before = tip(story)
    scrub(
        story.repo,
        find_target(
            story.repo, memory_of(story.out("rev-parse", "HEAD"), "two").id, is_regex=False
        ),
    )

    assert tip(story) == tip(story, WATERMARK_REF)
    assert gitmem(story, "log").stderr == ""
    assert titles(story) == ["one"]
    assert story.run("cat-file", "-e", before, check=False).returncode != 0 or before not in {
        line.split()[0] for line in story.out("for-each-ref").splitlines()
    }


@pytest.mark.parametrize("record", ["ref", "index"])
def test_a_scrub_that_was_killed_half_way_is_not_undone(story: GitDriver, record: str) -> None:
    """Neither our ref nor the index may bring back from before a scrub what it took out."""
    head = story.out("rev-parse", "HEAD")
    story.add_note(head, story.show_note(head) + b"---\nwords with hunter2 in them\n")
    refresh(story.repo).close()
    before = tip(story)
    index = story.repo.state_dir / "index"
    shutil.copytree(index, story.path / "kept")
    scrub(story.repo, find_target(story.repo, "hunter2", is_regex=False))
    if record == "ref":
        story.run("update-ref", WATERMARK_REF, before, check=False)
    else:
        story.run("update-ref", "-d", WATERMARK_REF)
        shutil.rmtree(index)
        shutil.copytree(story.path / "kept", index)

    gitmem(story, "log")

    assert b"hunter2" not in story.show_note(head)


def test_a_scrub_from_a_remote_is_not_undone(pair: tuple[GitDriver, GitDriver]) -> None:
    """Even where a blanket fetch brings it, over memories that were never sent."""
    ours, colleague = pair
    remember(ours, "unpushed")
    refresh(ours.repo).close()
    target = find_target(
        colleague.repo, memory_of(ours.out("rev-parse", "HEAD~"), "two").id, is_regex=False
    )
    scrub(colleague.repo, target)
    colleague.run("push", "-q", "--force", "origin", NOTES_REF)
    ours.run("fetch", "-q", "origin", BLANKET)

    told = mended(ours)

    assert "1 memory of 1 commit" in told
    assert titles(ours) == ["one", "unpushed"]
    listed = ours.out("rev-list", "--count", NOTES_REF)
    assert listed == "2"  # the scrubbed state and what was put back: no older history


def test_an_unscrubbed_state_put_over_a_scrubbed_one(story: GitDriver) -> None:
    """A colleague's old notes, forced over ours, must not bring the secret back."""
    before = tip(story)
    story.run("tag", "old-notes", before)
    head = story.out("rev-parse", "HEAD")
    scrub(story.repo, find_target(story.repo, memory_of(head, "two").id, is_regex=False))
    scrubbed = tip(story)
    story.run("update-ref", NOTES_REF, "old-notes")

    gitmem(story, "log")

    assert titles(story) == ["one"]
    assert story.run("merge-base", "--is-ancestor", before, NOTES_REF, check=False).returncode == 1
    assert story.run("merge-base", "--is-ancestor", scrubbed, NOTES_REF).returncode == 0


def test_a_replaced_provisional_memory_stays_replaced(story: GitDriver) -> None:
    """Even if the process was killed before our own ref could follow."""
    head = story.out("rev-parse", "HEAD")
    first = add(story, head, "provisional")
    refresh(story.repo).close()
    before = tip(story)
    final = memory_of(head, "final", supersedes=(first.id,))
    NoteStore(story.repo).add({head: [document_of(final)]}, "notes: x", without=[first.id])
    assert tip(story) == tip(story, WATERMARK_REF)
    story.run("update-ref", WATERMARK_REF, before)

    assert gitmem(story, "log").stderr == ""
    assert titles(story) == ["final", "one", "two"]


def test_a_memory_edited_by_hand_stays_edited(story: GitDriver) -> None:
    head = story.out("rev-parse", "HEAD")
    story.add_note(head, story.show_note(head).replace(b"title: two", b"title: zwei"))

    assert gitmem(story, "log").stderr == ""
    assert titles(story) == ["one", "zwei"]


def test_words_edited_by_hand_stay_edited_and_removed_ones_come_back(story: GitDriver) -> None:
    head = story.out("rev-parse", "HEAD")
    note = story.show_note(head)
    story.add_note(head, note + b"---\nsome words\n")
    gitmem(story, "log")
    story.add_note(head, note + b"---\nbetter words\n")
    gitmem(story, "log")
    assert b"some words" not in story.show_note(head)

    story.add_note(head, note)

    assert "1 memory of 1 commit" in mended(story)  # plain words are a memory, too
    assert b"better words" in story.show_note(head)


# --- cost ---


def test_own_writers_take_our_ref_along(story: GitDriver) -> None:
    remember(story, "three")
    assert tip(story) == tip(story, WATERMARK_REF)

    assert take_notices(story.repo) == []


def test_a_tip_that_somebody_else_set_is_not_fresh(story: GitDriver) -> None:
    """Even where the index has already followed it: a hook must wake the worker."""
    story.run("notes", "--ref", "claude-mem", "remove", "HEAD")
    with closing(Index.open(story.repo.state_dir)) as index:
        refresh_index(NoteStore(story.repo), index)
        write_last_tips(story.repo, read_tips(story.repo))
        assert index.tip == tip(story)

        assert not is_fresh(story.repo, index.tip)
        story.run("update-ref", "-d", WATERMARK_REF)
        assert is_fresh(story.repo, index.tip)  # a clone that never kept one
