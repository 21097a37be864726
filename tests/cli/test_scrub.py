from __future__ import annotations

from gitmem.model.memory import Memory
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.cli import gitmem
from tests.support.git import GitDriver

SECRET = "sw0rdfish"


def leak(git: GitDriver) -> Memory:
    memory = Memory("decision", f"Open with {SECRET}")
    NoteStore(git.repo).add({git.out("rev-parse", "HEAD"): [document_of(memory)]}, "notes: test")
    return memory


def test_a_pattern_is_scrubbed_and_what_others_must_do_is_told(committed: GitDriver) -> None:
    old = leak(committed)
    done = gitmem(committed, "scrub", SECRET)

    assert done.returncode == 0, done.stderr
    assert f"{old.id[:9]} at" in done.stdout
    assert "masked as m" in done.stdout
    assert "revoke it" in done.stdout
    assert SECRET not in done.stdout
    assert "[masked:scrubbed]" in gitmem(committed, "show").stdout


def test_a_dry_run_shows_and_changes_nothing(committed: GitDriver) -> None:
    leak(committed)
    done = gitmem(committed, "scrub", "--dry-run", SECRET)

    assert "would be masked" in done.stdout
    assert SECRET in gitmem(committed, "show").stdout


def test_a_pattern_can_come_from_standard_input(committed: GitDriver) -> None:
    leak(committed)
    done = gitmem(committed, "scrub", "-", stdin=f"{SECRET}\n")

    assert "masked as m" in done.stdout


def test_a_memory_is_forgotten_by_the_beginning_of_its_id(committed: GitDriver) -> None:
    old = leak(committed)
    done = gitmem(committed, "scrub", old.id[:8])

    assert f"{old.id[:9]} at" in done.stdout
    assert "forgotten" in done.stdout
    assert gitmem(committed, "show", old.id).returncode == 23


def test_what_stands_nowhere_is_told(committed: GitDriver) -> None:
    done = gitmem(committed, "scrub", "nowhere to be found")

    assert (done.returncode, "Nothing was changed" in done.stdout) == (0, True)


def test_too_short_a_text_is_refused(committed: GitDriver) -> None:
    done = gitmem(committed, "scrub", "ab")

    assert done.returncode == 2
    assert "too much" in done.stderr


def test_the_remote_gets_the_new_notes_or_is_named(committed: GitDriver, remote: GitDriver) -> None:
    committed.run("remote", "add", "origin", str(remote.path))
    committed.run("push", "-q", "-u", "origin", "main")
    leak(committed)
    assert gitmem(committed, "sync").returncode == 0
    kept = gitmem(committed, "scrub", "--no-push", SECRET)
    sent = gitmem(committed, "sync")

    assert "'origin' has the old notes. Run: gitmem sync origin" in kept.stdout
    assert sent.returncode == 0, sent.stderr
    assert SECRET not in remote.out(
        "notes", "--ref", "claude-mem", "show", committed.out("rev-parse", "HEAD")
    )
