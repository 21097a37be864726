from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.model.memory import Memory
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.cli import GITMEM, gitmem
from tests.support.git import GitDriver
from tests.support.terminal import at_terminal

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


README_LINE = "+refs/notes/claude-mem:refs/notes/claude-mem"


def shared_leak(git: GitDriver, remote: GitDriver) -> str:
    """The leak, pushed with its commit; then a commit that is not pushed, remembered as well."""
    git.run("remote", "add", "origin", str(remote.path))
    git.run("push", "-q", "-u", "origin", "main")
    leak(git)
    assert gitmem(git, "sync").returncode == 0
    unpushed = git.commit("not pushed yet", **{"later.py": "1\n"})
    memory = Memory("decision", "Kept at home until the push")
    NoteStore(git.repo).add({unpushed: [document_of(memory)]}, "notes: test")
    return unpushed


def test_what_the_remote_does_not_have_is_not_sent_along(
    committed: GitDriver, remote: GitDriver
) -> None:
    unpushed = shared_leak(committed, remote)
    done = gitmem(committed, "scrub", "--push", SECRET)

    assert done.returncode == 0, done.stderr
    assert "have been replaced" in done.stdout
    there = remote.out("log", "-p", "refs/notes/claude-mem")
    assert "[masked:scrubbed]" in there
    assert SECRET not in there
    assert unpushed not in remote.out("ls-tree", "-r", "--name-only", "refs/notes/claude-mem")
    assert "Kept at home" in gitmem(committed, "show", "HEAD").stdout
    assert gitmem(committed, "sync").returncode == 0
    assert "Kept at home" in remote.out("notes", "--ref", "claude-mem", "show", unpushed)
    assert SECRET not in remote.out("log", "-p", "refs/notes/claude-mem")


def test_a_remote_without_notes_is_sent_none(committed: GitDriver, remote: GitDriver) -> None:
    committed.run("remote", "add", "origin", str(remote.path))
    leak(committed)
    done = gitmem(committed, "scrub", "--push", SECRET)

    assert "was sent none" in done.stdout
    assert remote.out("for-each-ref") == ""


def test_whoever_has_no_gitmem_fetches_again_with_the_line_of_the_readme(
    committed: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    shared_leak(committed, remote)
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
    assert f"git fetch origin '{README_LINE}'" in readme
    plain = remote.clone(tmp_path / "plain")
    plain.run("fetch", "-q", "origin", README_LINE)
    assert SECRET in plain.out("log", "-p", "refs/notes/claude-mem")
    gitmem(committed, "scrub", "--push", SECRET)
    plain.run("fetch", "-q", "origin", README_LINE)

    there = plain.out("log", "-p", "refs/notes/claude-mem")
    assert SECRET not in there
    assert "[masked:scrubbed]" in there


def test_what_will_be_rewritten_is_shown_without_the_secret(
    committed: GitDriver, remote: GitDriver
) -> None:
    shared_leak(committed, remote)
    done = gitmem(committed, "scrub", "--push", SECRET)

    assert "About to rewrite 1 memory in 1 note:" in done.stderr
    assert "is masked: Open with [masked:scrubbed]" in done.stderr
    assert "on 'origin', where it is overwritten" in done.stderr
    assert README_LINE in done.stderr
    assert SECRET not in done.stderr


@pytest.mark.parametrize(
    ("keys", "code", "is_done"),
    [(["n"], 1, False), ([], 130, False), (["\x04"], 130, False),
     (["y"], 0, True)],
)  # fmt: skip
def test_at_a_terminal_only_a_yes_changes_anything(
    committed: GitDriver, keys: list[str], code: int, is_done: bool
) -> None:
    leak(committed)
    tip = committed.out("rev-parse", "refs/notes/claude-mem")
    shown = at_terminal(
        [*GITMEM, "scrub", SECRET],
        place=committed.path,
        environ=committed.env(),
        question="Go on?",
        keys=[key + "\n" if key.isalpha() else key for key in keys],
    )

    assert "is masked" in shown.text
    assert shown.code == code or (not keys and shown.code != 0)
    assert (committed.out("rev-parse", "refs/notes/claude-mem") != tip) is is_done


def test_with_yes_nobody_is_asked_at_a_terminal(committed: GitDriver) -> None:
    leak(committed)
    shown = at_terminal(
        [*GITMEM, "scrub", "--yes", SECRET],
        place=committed.path,
        environ=committed.env(),
        question="Go on?",
    )

    assert shown.code == 0
    assert "Go on?" not in shown.text
