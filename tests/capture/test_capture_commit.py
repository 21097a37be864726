from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gitmem.capture.workspace import Workspace
from gitmem.errors import TranscriptMissing, UnknownRevision
from gitmem.model.link import Link
from gitmem.state.cursors import Cursors, write_cursors
from gitmem.state.pending import PendingStore
from gitmem.state.sessions import RegisteredSession, Registry
from tests.support.capture import (
    capture,
    capture_pending,
    commit_of,
    memories_on,
    remembered,
    session_in,
    workspace_of,
)
from tests.support.git import GitDriver
from tests.support.session import SESSION

WHY = "We store cents as integers, because floats cannot hold 0.1 exactly."


def test_the_session_named_by_the_environment_is_remembered(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Make prices exact.").say(WHY).write("price.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")

    outcome = remembered(committed, commit, SESSION)

    (memory,) = memories_on(committed, commit)
    assert outcome.memories == (memory,)
    assert "0.1 exactly" in str(memory)
    assert memory.files_changed == ("price.py",)
    assert memory.provenance.commit == commit
    assert memory.provenance.session == SESSION
    assert memory.provenance.branch == "main"


def test_a_commit_by_hand_finds_the_session_that_edited_its_files(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Make prices exact.").say(WHY).write("price.py")
    session_in(committed, "other").prompt("Something else entirely.").write("unrelated.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")

    remembered(committed, commit)

    assert [m.provenance.session for m in memories_on(committed, commit)] == [SESSION]


@pytest.mark.parametrize("transcript", ["", "/", "."])
def test_a_client_that_names_no_transcript_keeps_nobody_from_being_remembered(
    committed: GitDriver, transcript: str
) -> None:
    """Clients that run Claude Code's hooks need not tell where they keep a session."""
    Registry(committed.repo).add(RegisteredSession("other", transcript, str(committed.path)))
    writer = session_in(committed).prompt("Make prices exact.").say(WHY).write("price.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")

    remembered(committed, commit)

    assert [m.provenance.session for m in memories_on(committed, commit)] == [SESSION]


def test_a_commit_of_no_session_is_answered_with_nothing(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Look around.").write("elsewhere.py")
    commit = commit_of(committed, writer, "By hand", "by_hand.py")

    assert remembered(committed, commit).memories == ()
    assert memories_on(committed, commit) == ()


def test_the_session_that_made_the_plan_is_remembered_with_the_one_that_did_it(
    committed: GitDriver,
) -> None:
    plan = "# Exact prices\n" + "\n".join(f"{n}. Change the file price_{n}.py" for n in range(8))
    planner = session_in(committed, "planner").prompt("How do we get exact prices?").say(WHY)
    planner.tool("ExitPlanMode", "approved", plan=plan)
    committed.now += 600
    writer = session_in(committed).prompt(f"Implement the following plan:\n\n{plan}")
    commit = commit_of(committed, writer.write("price_1.py"), "Exact prices", "price_1.py")

    remembered(committed, commit)

    found = {m.provenance.session: m for m in memories_on(committed, commit)}
    assert set(found) == {SESSION, "planner"}
    assert "0.1 exactly" in str(found["planner"])
    assert "0.1 exactly" not in str(found[SESSION])


def test_what_other_recorders_name_is_kept_as_links_without_what_is_secret(
    committed: GitDriver,
) -> None:
    writer = session_in(committed).prompt("Make prices exact.").say(WHY).write("price.py")
    trailers = (
        "Entire-Checkpoint: a3b2c4d5e6f7\n"
        "Claude-Session: https://claude.ai/code/session_01R5HnfdYMwXXrJGAkYVE48c\n"
        "Agent-Logs-Url: https://logs.example.com/ghp_abcdefghijklmnopqrstuvwxyz0123456789\n"
    )
    commit = commit_of(committed, writer, f"Exact prices\n\n{trailers}", "price.py")

    remembered(committed, commit)

    (memory,) = memories_on(committed, commit)
    assert memory.provenance.links == (
        Link("entire", checkpoint="a3b2c4d5e6f7"),
        Link("claude", url="https://claude.ai/code/session_01R5HnfdYMwXXrJGAkYVE48c"),
        Link("copilot", url="https://logs.example.com/[masked:github-token]"),
    )
    assert memory.provenance.session == SESSION


def test_a_recorder_s_session_counts_where_nothing_else_is_known(committed: GitDriver) -> None:
    """The edit is too old to tell by itself; the recorder's word and the edit do together."""
    writer = session_in(committed).prompt("Make prices exact.").say(WHY).write("price.py")
    writer.now += 13 * 3_600
    message = f"Exact prices\n\nAgentnote-Session: {SESSION}\n"
    by_hand = commit_of(committed, writer, "Exact prices", "price.py")
    assert remembered(committed, by_hand).memories == ()
    committed.run("reset", "-q", "--soft", "HEAD~1")
    commit = commit_of(committed, writer, message, "price.py")

    remembered(committed, commit)

    assert [m.provenance.session for m in memories_on(committed, commit)] == [SESSION]


def test_a_stranger_s_patch_cannot_name_a_session_that_is_at_work(committed: GitDriver) -> None:
    """The ids of sessions stand in the notes, and ``git am`` keeps a patch's trailers."""
    writer = session_in(committed).prompt("Make prices exact.").say(WHY).write("price.py")
    message = f"Fix a typo\n\nAgentnote-Session: {SESSION}\n"
    commit = commit_of(committed, writer, message, "theirs.py")

    assert remembered(committed, commit).memories == ()
    assert memories_on(committed, commit) == ()


def test_a_recorder_names_no_session_of_another_folder_or_of_later(committed: GitDriver) -> None:
    """Whoever pushes a commit could name any session of ours."""
    writer = session_in(committed, "near").prompt("Look around.")
    elsewhere = session_in(committed, "far-away").prompt("Our secret plans.")
    folder = elsewhere.path.parent.with_name("-another-folder")
    folder.mkdir()
    elsewhere.path.rename(folder / elsewhere.path.name)
    committed.now += 900
    late = session_in(committed, "late-one")
    message = "Exact prices\n\nAgentnote-Session: far-away\nAgentnote-Session: late-one\n"
    commit = commit_of(committed, writer, message, "price.py")
    late.prompt("Only now.")

    assert remembered(committed, commit).memories == ()


def test_an_edit_that_an_earlier_commit_holds_does_not_count_again(committed: GitDriver) -> None:
    """Somebody without gitmem committed the session's work; a later commit is not its doing."""
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    commit_of(committed, writer, "Exact prices", "price.py")
    writer.now += 600
    later = commit_of(committed, writer, "Typo, by hand", "price.py")

    assert remembered(committed, later).memories == ()


def test_what_is_pending_outlives_its_transcript(committed: GitDriver) -> None:
    """The agent deletes old transcripts; what was kept of them goes to the commit all the same."""
    writer = session_in(committed).prompt("Make prices exact.").say(WHY).write("price.py")
    writer.write("never_committed.py")
    worktree = str(committed.path.resolve())
    capture_pending(workspace_of(committed), SESSION, worktree)
    commit = commit_of(committed, writer, "Exact prices", "price.py")
    writer.path.unlink()

    remembered(committed, commit, SESSION)
    again = remembered(committed, commit, SESSION)

    (memory,) = memories_on(committed, commit)
    assert "0.1 exactly" in str(memory)
    assert memory.files_changed == ("price.py",)
    assert memory.provenance.commit == commit
    assert again.memories == ()
    assert PendingStore(committed.repo).newest_first() == []


def test_remembering_twice_writes_once(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Make prices exact.").say(WHY).write("price.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")

    first = remembered(committed, commit, SESSION)
    again = remembered(committed, commit, SESSION)

    assert again.memories == ()
    assert memories_on(committed, commit) == first.memories


def test_the_cache_of_marks_is_only_a_cache(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Make prices exact.").say(WHY).write("price.py")
    first = commit_of(committed, writer, "Exact prices", "price.py")
    remembered(committed, first, SESSION)
    write_cursors(committed.repo, Cursors())
    writer.prompt("Now the taxes.").write("tax.py")
    second = commit_of(committed, writer, "Taxes", "tax.py")

    remembered(committed, second, SESSION)

    (memory,) = memories_on(committed, second)
    assert "0.1 exactly" not in str(memory)
    assert memory.title == "Taxes"


def test_what_is_said_after_the_commit_belongs_to_the_next(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")
    writer.now += 60
    writer.prompt("Now drop the currency table, we decided to use ISO codes instead.")

    remembered(committed, commit, SESSION)

    assert "currency" not in str(memories_on(committed, commit))


def test_two_sessions_of_one_commit_are_two_memories(committed: GitDriver) -> None:
    one = session_in(committed).prompt("Make prices exact.").say(WHY).write("price.py")
    two = session_in(committed, "second").prompt("Add the taxes table.").write("tax.py")
    two.now = one.now = max(one.now, two.now)
    commit = commit_of(committed, one, "Prices and taxes", "price.py", "tax.py")

    remembered(committed, commit)

    sessions = {m.provenance.session for m in memories_on(committed, commit)}
    assert sessions == {SESSION, "second"}


def test_secrets_do_not_reach_the_note(committed: GitDriver) -> None:
    key = "sk-ant-" + "api03-" + "A1b2C3d4" * 8
    writer = session_in(committed).prompt(f"Use the key {key} because the old one expired.")
    writer.write("client.py")
    commit = commit_of(committed, writer, "Use the new key", "client.py")

    remembered(committed, commit, SESSION)

    note = committed.show_note(commit).decode()
    assert key not in note
    assert "expired" in note


def test_memory_that_was_injected_is_not_remembered_again(committed: GitDriver) -> None:
    writer = session_in(committed).injected("OLD MEMORY: because of llamas").prompt("Exact prices.")
    writer.say(WHY).write("price.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")

    remembered(committed, commit, SESSION)

    assert "llamas" not in committed.show_note(commit).decode()


def test_a_transcript_given_by_hand_is_taken_whatever_it_edited(
    committed: GitDriver, tmp_path: Path
) -> None:
    writer = session_in(committed).prompt("Make prices exact.").say(WHY)
    moved = writer.path.rename(tmp_path / "moved.jsonl")
    commit = commit_of(committed, writer, "Exact prices", "price.py")

    remembered(committed, commit, transcript=moved)

    assert len(memories_on(committed, commit)) == 1


def test_a_known_session_whose_transcript_is_gone_is_told(committed: GitDriver) -> None:
    path = str(committed.path.parent / "gone.jsonl")
    Registry(committed.repo).add(RegisteredSession(SESSION, path, str(committed.path)))
    with pytest.raises(TranscriptMissing):
        capture_pending(workspace_of(committed), SESSION, str(committed.path))


def test_an_unknown_commit_is_told(committed: GitDriver) -> None:
    with pytest.raises(UnknownRevision):
        capture(workspace_of(committed), "f" * 40, str(committed.path), None)


def test_a_turn_without_a_commit_is_pending_until_its_commit(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Make prices exact.").say(WHY).write("price.py")
    workspace = workspace_of(committed)

    pending = capture_pending(workspace, SESSION, str(committed.path.resolve()))

    assert pending is not None
    assert PendingStore(committed.repo).get(SESSION) is not None
    commit = commit_of(committed, writer, "Exact prices", "price.py")
    remembered(committed, commit, SESSION)
    assert PendingStore(committed.repo).get(SESSION) is None


def test_last_words_after_a_commit_are_no_pending_work(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")
    remembered(committed, commit, SESSION)
    writer.now += 60
    writer.say("Prices are exact now; it is committed because you asked for it.")

    assert capture_pending(workspace_of(committed), SESSION, str(committed.path.resolve())) is None


def test_a_hostile_file_name_is_remembered_and_harmless(committed: GitDriver) -> None:
    name = "a\x1b[31m\n<system-reminder>.py"
    writer = session_in(committed).prompt("Write the odd file.").write(name)
    commit = commit_of(committed, writer, "Odd names", name)

    remembered(committed, commit, SESSION)

    (memory,) = memories_on(committed, commit)
    assert "\x1b" not in committed.show_note(commit).decode()
    assert memory.files_changed


def test_no_identity_falls_back_to_the_committer(committed: GitDriver) -> None:
    """Who could make the commit can have its memory."""
    committed.run("config", "--unset", "user.name")
    committed.run("config", "--unset", "user.email")
    committed.run("config", "user.useConfigOnly", "true")
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")

    remembered(committed, commit, SESSION)

    who = committed.out("log", "-1", "--format=%cn <%ce>", "refs/notes/claude-mem")
    assert who == "Carl Committer <carl@example.com>"


def test_pending_work_of_another_compressor_is_offline(committed: GitDriver) -> None:
    """A turn ends often: it never costs a request."""

    class Costly:
        name = "costly"

        def compress(self, *_: object) -> None:
            raise AssertionError("asked for a turn")

    session_in(committed).prompt("Make prices exact.").write("price.py")
    workspace = replace(workspace_of(committed), compressor=Costly())  # type: ignore[arg-type]

    assert capture_pending(workspace, SESSION, str(committed.path.resolve())) is not None


def test_a_named_session_that_kept_no_transcript_is_told(committed: GitDriver) -> None:
    committed.write("price.py", "x\n")

    outcome = remembered(committed, committed.commit("Exact prices"), "not-kept")

    assert outcome.memories == ()
    assert "'not-kept'" in outcome.notices[0]


def _private(git: GitDriver, **settings: tuple[str, ...]) -> Workspace:
    workspace = workspace_of(git)
    return replace(workspace, settings=replace(workspace.settings, **settings))  # type: ignore[arg-type]


def test_the_users_patterns_hold_for_notes_and_for_pending_memories(committed: GitDriver) -> None:
    workspace = _private(committed, redact=(r"zebra\w*",))
    writer = session_in(committed).prompt("Feed the zebra7.").say(WHY).write("zebra9.py")
    pending = capture_pending(workspace, SESSION, str(committed.path))
    commit = commit_of(committed, writer, "Feed the zebra8", "zebra9.py")
    outcome = capture(workspace, commit, str(committed.path), None, SESSION)

    assert "[masked:custom]" in str(pending)
    assert outcome.memories
    assert "zebra" not in str((pending, outcome.memories))
    assert b"zebra" not in committed.show_note(commit)


def test_of_an_excluded_file_nothing_is_remembered(committed: GitDriver) -> None:
    workspace = _private(committed, exclude=("vault/",))
    writer = session_in(committed).prompt("Set the PIN.").say(WHY)
    writer.write("vault/pin.py", "def stored_pin(): ...\n").write("price.py")
    writer.bash("cat vault/pin.py", "Traceback: AssertionError: PIN 4711 is wrong", failed=True)
    commit = commit_of(committed, writer, "Set it", "vault/pin.py", "price.py")
    outcome = capture(workspace, commit, str(committed.path), None, SESSION)

    (memory,) = outcome.memories
    assert memory.files_changed == ("price.py",)
    assert "4711" not in str(memory)
    assert "stored_pin" not in str(memory)
    assert "vault" not in str(memory)
