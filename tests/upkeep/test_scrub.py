from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from gitmem.errors import GitmemError, UnknownMemory, UsageError
from gitmem.follow.push import push
from gitmem.follow.sync import sync
from gitmem.git.remotes import refspec_of
from gitmem.index.cache import Index
from gitmem.index.memories import memories_with_id, memory_count
from gitmem.model.memory import Memory, Provenance
from gitmem.model.note import NOTES_REF
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh
from gitmem.state.error_log import append_log, log_path
from gitmem.state.lock import lock
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.scrub_patterns import scrub_patterns_path
from gitmem.upkeep.scrub import ScrubReport, look_for, scrub
from gitmem.upkeep.scrub_plan import find_target
from tests.support.capture import (
    capture_pending,
    commit_of,
    memories_on,
    remembered,
    session_in,
    workspace_of,
)
from tests.support.git import GitDriver
from tests.support.session import SESSION

SECRET = "sw0rdfish"  # no rule knows it: that is why it leaked


def keep(git: GitDriver, *memories: Memory, commit: str = "HEAD") -> str:
    """Write memories into a commit's note as they are, unmasked."""
    oid = git.out("rev-parse", commit)
    NoteStore(git.repo).add({oid: [document_of(memory) for memory in memories]}, "notes: test")
    return oid


def leak(git: GitDriver, title: str = "Use the fish", **fields: object) -> Memory:
    memory = Memory("decision", title, why=f"The door opens with {SECRET}.", **fields)  # type: ignore[arg-type]
    keep(git, memory)
    return memory


def scrubbed(git: GitDriver, what: str = SECRET, **given: object) -> ScrubReport:
    return scrub(git.repo, find_target(git.repo, what, is_regex=False), **given)  # type: ignore[arg-type]


def all_bytes(git: GitDriver, *revisions: str) -> bytes:
    """Every object that git can reach from these revisions."""
    listed = git.run("rev-list", "--objects", "--no-object-names", *revisions).stdout
    return git.run("cat-file", "--batch", stdin=listed).stdout


def every_object(git: GitDriver) -> bytes:
    """Every object in the repository, reachable or not."""
    return git.run("cat-file", "--batch", "--batch-all-objects").stdout


def files_of(git: GitDriver) -> dict[str, bytes]:
    state = git.repo.state_dir
    return {str(p.relative_to(state)): p.read_bytes() for p in state.rglob("*") if p.is_file()}


def test_a_pattern_is_masked_in_every_memory_and_the_rest_stays(committed: GitDriver) -> None:
    old = leak(committed)
    keep(committed, Memory("change", "Innocent"))
    commit = committed.out("rev-parse", "HEAD")

    report = scrubbed(committed)

    memories = {memory.title: memory for memory in memories_on(committed, commit)}
    assert memories["Use the fish"].why == "The door opens with [masked:scrubbed]."
    assert set(memories) == {"Use the fish", "Innocent"}
    assert [(hit.id, hit.becomes) for hit in report.hits] == [(old.id, memories["Use the fish"].id)]


def test_nothing_of_it_is_left_in_the_repository(committed: GitDriver) -> None:
    leak(committed)
    committed.run("update-ref", "--create-reflog", "refs/gitmem/origin/claude-mem", NOTES_REF)
    leak(committed, "A second one")
    refresh(committed.repo).close()
    PendingStore(committed.repo).put(
        Pending(
            Memory("session", f"Try {SECRET}", provenance=Provenance(session="s")),
            str(committed.path),
        )
    )
    append_log(committed.repo, f"capture: {SECRET} failed")

    scrubbed(committed)

    assert SECRET.encode() not in every_object(committed)
    left = {name for name, data in files_of(committed).items() if SECRET.encode() in data}
    assert left == {scrub_patterns_path(committed.repo).name}
    assert scrub_patterns_path(committed.repo).stat().st_mode & 0o777 == 0o600
    assert "[masked:scrubbed] failed" in log_path(committed.repo).read_text()
    assert committed.run("fsck", "--strict").returncode == 0


def test_what_else_nothing_reaches_stays_for_its_owner(committed: GitDriver) -> None:
    """Pruning everything unreachable would take work that a person wants back from its reflog."""
    lost = committed.out("hash-object", "-w", "--stdin", stdin=b"a draft of mine\n")
    leak(committed)

    scrubbed(committed)

    assert committed.out("cat-file", "-p", lost) == "a draft of mine"


def test_objects_in_packs_are_told_or_unpacked(committed: GitDriver) -> None:
    leak(committed)
    committed.run("gc", "-q")
    leak(committed, "A second one")

    told = scrubbed(committed)
    leak(committed, "A third one")
    committed.run("gc", "-q")
    done = scrubbed(committed, unpack=True)

    assert told.removal.in_pack > 0
    assert done.removal.in_pack == 0
    assert done.removal.count > 0
    tip = committed.out("rev-parse", NOTES_REF)
    assert SECRET.encode() not in all_bytes(committed, tip)


def test_a_ref_of_somebody_elses_that_keeps_the_old_notes_is_told(committed: GitDriver) -> None:
    leak(committed)
    committed.run("update-ref", "refs/backup/notes", NOTES_REF)

    report = scrubbed(committed)

    assert report.foreign_refs == ["refs/backup/notes"]
    assert SECRET.encode() in all_bytes(committed, "refs/backup/notes")


def test_an_id_forgets_the_memory_and_its_records_are_not_captured_again(
    committed: GitDriver,
) -> None:
    writer = session_in(committed).prompt("Open the door.").say("The door is green.")
    commit = commit_of(committed, writer.write("door.py"), "Open it", "door.py")
    (memory,) = remembered(committed, commit, SESSION).memories

    report = scrubbed(committed, memory.id[:9])

    assert [hit.id for hit in report.hits] == [memory.id]
    assert memories_on(committed, commit) == ()
    assert remembered(committed, commit, SESSION).memories == ()
    assert b"green" not in every_object(committed)


def test_a_pending_memory_is_forgotten_by_its_id_for_good(committed: GitDriver) -> None:
    session_in(committed).prompt("Open the door.").say("The door is green.").write("door.py")
    pending = capture_pending(workspace_of(committed), SESSION, str(committed.path))
    assert pending is not None

    scrubbed(committed, pending.id)

    assert PendingStore(committed.repo).get(SESSION) is None
    assert capture_pending(workspace_of(committed), SESSION, str(committed.path)) is None


def test_what_was_scrubbed_is_masked_when_the_session_goes_on(committed: GitDriver) -> None:
    writer = session_in(committed).prompt(f"Open it with {SECRET}.").write("door.py")
    capture_pending(workspace_of(committed), SESSION, str(committed.path))
    scrubbed(committed)
    writer.say(f"It opened with {SECRET}, because the door is old.")
    again = capture_pending(workspace_of(committed), SESSION, str(committed.path))

    assert again is not None
    assert SECRET not in str(again)
    assert "masked:" in str(again)


def test_a_memory_that_another_replaces_is_forgotten_rather_than_masked(
    committed: GitDriver,
) -> None:
    old = leak(committed)
    new = Memory("decision", "Use the cat", supersedes=(old.id,))
    commit = keep(committed, new)

    scrubbed(committed)

    assert [memory.title for memory in memories_on(committed, commit)] == ["Use the cat"]


def test_a_foreign_document_is_masked_too(committed: GitDriver) -> None:
    commit = committed.out("rev-parse", "HEAD")
    committed.add_note(commit, f"a remark about {SECRET}\n")

    scrubbed(committed)

    note = committed.show_note(commit)
    assert b"a remark about [masked:scrubbed]" in note
    assert SECRET.encode() not in note


def test_what_only_the_history_holds_is_dropped_with_it(committed: GitDriver) -> None:
    leak(committed)
    commit = committed.out("rev-parse", "HEAD")
    committed.run("notes", "--ref", "claude-mem", "remove", commit)

    report = scrubbed(committed)

    assert (report.hits, report.is_in_history) == ([], True)
    assert SECRET.encode() not in every_object(committed)


def test_looking_changes_nothing(committed: GitDriver) -> None:
    leak(committed)
    before = committed.out("rev-parse", NOTES_REF)

    report = look_for(committed.repo, find_target(committed.repo, SECRET, is_regex=False))

    assert len(report.hits) == 1
    assert committed.out("rev-parse", NOTES_REF) == before
    assert not scrub_patterns_path(committed.repo).exists()


def test_what_stands_nowhere_leaves_everything_as_it_is(committed: GitDriver) -> None:
    keep(committed, Memory("change", "Innocent"))
    before = committed.out("rev-parse", NOTES_REF)

    assert scrubbed(committed).is_nothing
    assert committed.out("rev-parse", NOTES_REF) == before


def test_a_regular_expression_masks_its_secret_alone(committed: GitDriver) -> None:
    leak(committed)
    target = find_target(committed.repo, r"opens with (?P<secret>\w+)", is_regex=True)

    scrub(committed.repo, target)

    (memory,) = memories_on(committed, committed.out("rev-parse", "HEAD"))
    assert memory.why == "The door opens with [masked:scrubbed]."


@pytest.mark.parametrize("what", ["ab", "", "   "])
def test_a_text_that_would_mask_too_much_is_refused(committed: GitDriver, what: str) -> None:
    with pytest.raises(UsageError):
        find_target(committed.repo, what, is_regex=False)


@pytest.mark.parametrize("what", ["x*", "(unclosed", "^"])
def test_a_pattern_that_fits_nothing_or_is_none_is_refused(committed: GitDriver, what: str) -> None:
    with pytest.raises(UsageError):
        find_target(committed.repo, what, is_regex=True)


def test_an_id_that_nothing_has_is_told(committed: GitDriver) -> None:
    with pytest.raises(UnknownMemory):
        find_target(committed.repo, "m" + "0" * 20, is_regex=False)


def test_a_busy_worker_is_not_disturbed(committed: GitDriver) -> None:
    leak(committed)
    with lock(committed.repo, "worker"), pytest.raises(GitmemError, match="busy"):
        scrubbed(committed, patience=0.0)


def test_the_index_knows_neither_old_memory_nor_secret(committed: GitDriver) -> None:
    old = leak(committed)
    refresh(committed.repo).close()
    scrubbed(committed)

    index = Index.open(committed.repo.state_dir)
    found, count = memories_with_id(index, old.id), memory_count(index)
    index.close()

    assert (found, count) == ([], 1)


# Several clones


@pytest.fixture
def two(committed: GitDriver, remote: GitDriver, tmp_path: Path) -> tuple[GitDriver, GitDriver]:
    """Two clones of one remote, both with the fetch refspec and the leaked memory."""
    committed.run("remote", "add", "origin", str(remote.path))
    committed.run("push", "-q", "-u", "origin", "main")
    other = remote.clone(tmp_path / "other")
    other.run("config", "user.name", "Ben")
    other.run("config", "user.email", "ben@example.com")
    for git in (committed, other):
        git.run("config", "--add", "remote.origin.fetch", refspec_of("origin"))
    leak(committed)
    sync(workspace_of(committed))
    sync(workspace_of(other))
    return committed, other


def _push(git: GitDriver) -> None:
    push(workspace_of(git))


def reaches_secret(git: GitDriver) -> bool:
    return SECRET.encode() in all_bytes(git, NOTES_REF)


def test_a_scrub_replaces_the_remotes_notes(
    two: tuple[GitDriver, GitDriver], remote: GitDriver
) -> None:
    one, _ = two
    report = scrubbed(one, remote="origin", send=lambda remote: _push(one))

    assert report.remotes == []
    assert not reaches_secret(remote)
    assert SECRET.encode() not in every_object(one)


def test_an_old_clone_that_syncs_brings_its_own_news_and_not_the_secret(
    two: tuple[GitDriver, GitDriver], remote: GitDriver
) -> None:
    one, other = two
    commit = keep(other, Memory("change", "News of the other"))
    scrubbed(one)
    sync(workspace_of(one))
    sync(workspace_of(other))
    sync(workspace_of(one))

    for git in (one, other, remote):
        assert not reaches_secret(git)
    titles = {memory.title for memory in memories_on(one, commit)}
    assert titles == {"Use the fish", "News of the other"}
    assert memories_on(one, commit) == memories_on(other, commit)


def test_a_remote_that_an_old_clone_forced_back_is_healed_by_the_next_sync(
    two: tuple[GitDriver, GitDriver], remote: GitDriver
) -> None:
    one, other = two
    scrubbed(one)
    sync(workspace_of(one))
    keep(other, Memory("change", "Forced"))
    other.run("push", "-q", "-f", "origin", f"{NOTES_REF}:{NOTES_REF}")
    assert reaches_secret(remote)

    sync(workspace_of(one))

    assert not reaches_secret(one)
    assert not reaches_secret(remote)
    titles = {m.title for m in memories_on(one, one.out("rev-parse", "HEAD"))}
    assert titles == {"Use the fish", "Forced"}


def test_a_merge_by_git_itself_does_not_bring_the_memory_back_in_the_tip(
    two: tuple[GitDriver, GitDriver],
) -> None:
    one, other = two
    scrubbed(one)
    sync(workspace_of(one))
    other.run("fetch", "-q", "origin")
    ours = other.out("rev-parse", NOTES_REF)
    other.run(
        "notes",
        "--ref",
        "claude-mem",
        "merge",
        "-q",
        "-s",
        "union",
        "refs/gitmem/origin/claude-mem",
    )
    assert other.out("rev-parse", NOTES_REF) != ours

    (memory,) = memories_on(other, other.out("rev-parse", "HEAD"))

    assert SECRET not in str(memory)


def test_a_copy_that_a_rebase_made_on_an_old_clone_is_not_joined(
    two: tuple[GitDriver, GitDriver],
) -> None:
    one, other = two
    rebased = other.commit("the same again", **{"a.txt": "a\n"})
    blob = other.run("notes", "--ref", "claude-mem", "show", "HEAD~1").stdout
    other.add_note(rebased, blob)
    scrubbed(one)
    sync(workspace_of(one))
    sync(workspace_of(other))
    sync(workspace_of(one))

    assert memories_on(one, rebased) == ()
    assert not reaches_secret(one)


def test_two_clones_that_scrub_different_things_lose_both(
    two: tuple[GitDriver, GitDriver], remote: GitDriver
) -> None:
    one, other = two
    second = replace(leak(one), title="Another", why="The code is 4711-green.")
    keep(one, second)
    sync(workspace_of(one))
    sync(workspace_of(other))
    scrubbed(one)
    scrubbed(other, "4711-green")
    for git in (one, other, one, other):
        sync(workspace_of(git))

    for git in (one, other, remote):
        found = all_bytes(git, NOTES_REF)
        assert SECRET.encode() not in found
        assert b"4711-green" not in found


def test_the_list_of_what_was_scrubbed_tells_nothing(two: tuple[GitDriver, GitDriver]) -> None:
    one, _ = two
    scrubbed(one)
    listed = one.out("show", f"{NOTES_REF}:gitmem-scrubs")

    assert SECRET not in listed
    assert [line.split()[0] for line in listed.splitlines()] == ["scrub", "forget"]


def test_a_forgotten_memory_cannot_be_added_again(committed: GitDriver) -> None:
    old = leak(committed)
    scrubbed(committed, old.id)
    commit = keep(committed, old)

    assert memories_on(committed, commit) == ()


def test_what_the_scrubs_say_survives_later_notes_by_git(committed: GitDriver) -> None:
    leak(committed)
    scrubbed(committed)
    before = committed.out("show", f"{NOTES_REF}:gitmem-scrubs")
    committed.run("notes", "--ref", "claude-mem", "append", "-m", "a remark")

    assert committed.out("show", f"{NOTES_REF}:gitmem-scrubs") == before


def test_a_scrub_that_was_killed_before_the_index_was_built_anew_can_be_repeated(
    committed: GitDriver,
) -> None:
    """The notes are clean by then; the index's pages are not."""
    leak(committed)
    refresh(committed.repo).close()
    stale = (committed.repo.state_dir / "index" / "memories.sqlite3").read_bytes()
    scrubbed(committed)
    (committed.repo.state_dir / "index" / "memories.sqlite3").write_bytes(stale)

    scrubbed(committed)

    assert not any(
        SECRET.encode() in data for name, data in files_of(committed).items() if "index" in name
    )


def test_objects_that_the_new_notes_share_with_the_old_stay(committed: GitDriver) -> None:
    """``rev-list OLD --not NEW`` names some of them, and removing those would break the notes."""
    commits = [hashlib.sha1(str(number).encode()).hexdigest() for number in range(600)]
    notes = NoteStore(committed.repo)
    notes.add({c: [document_of(Memory("change", f"of {c}"))] for c in commits}, "notes: many")
    for number, commit in enumerate(commits[:40]):
        notes.add({commit: [document_of(Memory("change", f"later {number}"))]}, "notes: one")
    leak(committed)

    scrubbed(committed)

    done = committed.run("fsck", "--no-dangling", check=False)
    assert (done.returncode, done.stdout) == (0, b"")
    assert sum(1 for _ in NoteStore(committed.repo)) == 601


def test_what_was_made_to_replace_a_forgotten_memory_is_not_added(committed: GitDriver) -> None:
    """A batch handed over before the scrub may be answered after it."""
    old = leak(committed)
    scrubbed(committed, old.id)
    late = Memory("decision", "Opens with the fish, said better", supersedes=(old.id,))
    commit = keep(committed, late)
    other = Memory("decision", "News", supersedes=("m" + "1" * 20, old.id))
    keep(committed, other)

    assert memories_on(committed, commit) == (other,)
