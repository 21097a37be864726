"""Bad situations: a clear message, the documented exit code, and nothing lost."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from gitmem import errors
from gitmem.setup.clients.claude_code import TIMEOUTS
from gitmem.state.queue import Queue
from tests.support.capture import commit_of, memories_on, session_in
from tests.support.cli import GITMEM, gitmem, own_mounts
from tests.support.git import GitDriver
from tests.support.session import SESSION
from tests.test_worker import queue_capture

WHY = "We store cents as integers, because floats cannot hold 0.1 exactly."


def prices(git: GitDriver) -> str:
    """A commit that a session of this work tree led to."""
    writer = session_in(git).prompt("Make prices exact.").say(WHY).write("price.py")
    return commit_of(git, writer, "Exact prices", "price.py")


@pytest.mark.parametrize("command", ["init", "log", "show", "context", "capture", "status", "sync"])
def test_outside_a_repository(git: GitDriver, tmp_path: Path, command: str) -> None:
    done = gitmem(git, command, place=tmp_path)

    assert done.returncode == errors.NotARepository.exit_code
    assert "not a git repository" in done.stderr
    assert "git init" in done.stderr


def test_a_bare_repository_can_be_read_but_not_set_up(committed: GitDriver, tmp_path: Path) -> None:
    commit = prices(committed)
    assert gitmem(committed, "capture").returncode == 0
    bare = committed.clone(tmp_path / "bare.git", "--mirror")

    assert gitmem(bare, "init").returncode == errors.BareRepository.exit_code
    assert gitmem(bare, "capture").returncode == errors.BareRepository.exit_code
    assert "0.1 exactly" in gitmem(bare, "log").stdout
    assert commit in gitmem(bare, "log").stdout


def test_an_unborn_branch(git: GitDriver) -> None:
    assert gitmem(git, "init").returncode == 0
    assert gitmem(git, "log").returncode == errors.UnbornHead.exit_code
    assert gitmem(git, "capture").returncode == errors.UnbornHead.exit_code
    assert gitmem(git, "context").stdout == ""


def test_a_detached_head(committed: GitDriver) -> None:
    committed.run("checkout", "-q", "--detach")
    commit = prices(committed)

    assert gitmem(committed, "capture").returncode == 0
    (memory,) = memories_on(committed, commit)
    assert memory.provenance.branch == ""
    assert "0.1 exactly" in gitmem(committed, "context").stdout


def test_a_linked_work_tree(committed: GitDriver) -> None:
    assert gitmem(committed, "init").returncode == 0
    committed.run("worktree", "add", "-q", "-b", "side", "../linked")
    linked = GitDriver(committed.path.parent / "linked", committed.home)
    linked.now = committed.now
    commit = prices(linked)

    assert gitmem(linked, "capture").returncode == 0
    assert "0.1 exactly" in committed.show_note(commit).decode()
    assert gitmem(linked, "status").returncode == 0


def test_a_submodule(committed: GitDriver, tmp_path: Path) -> None:
    library = committed.clone(tmp_path / "library")
    committed.run(
        *["-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library.path), "lib"]
    )
    inside = GitDriver(committed.path / "lib", committed.home)
    inside.now = committed.now

    assert gitmem(inside, "init").returncode == 0
    commit = prices(inside)
    assert gitmem(inside, "capture").returncode == 0
    assert "0.1 exactly" in inside.show_note(commit).decode()
    assert committed.run("notes", "--ref", "claude-mem", "list", check=False).stdout == b""


def test_a_shallow_clone(git: GitDriver, tmp_path: Path) -> None:
    for number in range(3):
        git.commit(f"c{number}", **{"a.txt": str(number)})
    shallow = GitDriver(tmp_path / "shallow", git.home)
    url = f"file://{git.path}"
    subprocess.run(["git", "clone", "-q", "--depth=1", url, str(shallow.path)], check=True)
    shallow.now = git.now

    assert gitmem(shallow, "init").returncode == 0
    commit = prices(shallow)
    assert gitmem(shallow, "capture").returncode == 0
    assert gitmem(shallow, "capture", "HEAD^").returncode == 0
    assert "0.1 exactly" in shallow.show_note(commit).decode()


def test_a_transcript_that_is_gone(committed: GitDriver, tmp_path: Path) -> None:
    gone = tmp_path / "gone.jsonl"

    done = gitmem(committed, "capture", "--session", str(gone))

    assert done.returncode == errors.TranscriptMissing.exit_code
    assert "gone.jsonl" in done.stderr


def test_a_revision_that_names_nothing(committed: GitDriver) -> None:
    done = gitmem(committed, "log", "nowhere")

    assert done.returncode == errors.UnknownRevision.exit_code
    assert "nowhere" in done.stderr


def test_a_memory_that_nobody_knows(committed: GitDriver) -> None:
    done = gitmem(committed, "show", "m0123456789")

    assert done.returncode == errors.UnknownMemory.exit_code


def test_a_note_that_is_no_memory_is_shown_as_such_and_kept(committed: GitDriver) -> None:
    commit = prices(committed)
    text = b"reviewed by Ben, looks fine\n"
    committed.add_note(commit, text)

    assert gitmem(committed, "capture").returncode == 0
    assert text.strip() in committed.show_note(commit)
    assert "0.1 exactly" in gitmem(committed, "log").stdout


def test_a_note_in_which_nothing_can_be_read(committed: GitDriver) -> None:
    committed.add_note("HEAD", "<<<<<<< ours\nreviewed by Ben\n")

    done = gitmem(committed, "show")

    assert done.returncode == errors.NoteUnreadable.exit_code
    assert "git notes" in done.stderr


def test_a_memory_in_a_schema_that_cannot_be_read(committed: GitDriver) -> None:
    committed.add_note("HEAD", "---\nschema: 9\nessence: 42\n")

    done = gitmem(committed, "show")

    assert done.returncode == errors.NewerFormat.exit_code
    assert "Update gitmem" in done.stderr


def test_a_memory_of_a_newer_version_is_read_and_kept(committed: GitDriver) -> None:
    """Two versions on one repository: the older one shows what it knows and loses nothing."""
    commit = prices(committed)
    newer = (
        "---\nid: m00000000000000000000\nschema: 7\nkind: decision\ntitle: From the future\n"
        "telepathy: [1, 2]\n"
    )
    committed.add_note(commit, newer)

    assert gitmem(committed, "capture").returncode == 0
    assert newer.encode() in committed.show_note(commit)
    assert "From the future" in gitmem(committed, "log").stdout


def test_a_setting_of_the_wrong_form(committed: GitDriver) -> None:
    gitmem(committed, "init")
    committed.run("config", "gitmem.budgetTokens", "plenty")
    committed.run("config", "gitmem.autopsh", "false")

    assert gitmem(committed, "context").returncode == 0
    for command in ("config", "doctor"):
        told = gitmem(committed, command).stdout
        assert "'gitmem.budgetTokens' is 'plenty'" in told
        assert "'gitmem.autopsh'" in told


def test_a_pattern_of_what_to_mask_that_is_none(committed: GitDriver) -> None:
    committed.run("config", "gitmem.redact", "(unclosed")

    done = gitmem(committed, "context")

    assert done.returncode == errors.SettingsInvalid.exit_code
    assert "gitmem.redact" in done.stderr
    assert "(unclosed" in done.stderr


def test_a_wrong_option_is_a_usage_error(committed: GitDriver) -> None:
    assert gitmem(committed, "log", "--frobnicate").returncode == errors.UsageError.exit_code


@pytest.mark.parametrize("event", [*TIMEOUTS, "PreToolUse", "NoSuchEvent"])
def test_an_agents_hook_never_fails_its_session(
    committed: GitDriver, tmp_path: Path, event: str
) -> None:
    for place in (committed.path, tmp_path):
        done = gitmem(committed, "hook", event, place=place, stdin="{ not json")

        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.fixture
def on_tmpfs(committed: GitDriver) -> list[str]:
    """A shell whose copy of the repository is on a disk of 3 MiB that only it can see."""
    script = (
        'cp -a "$1" "$1.copy" && mount -t tmpfs -o size=3m tmpfs "$1" && cp -a "$1.copy/." "$1" '
        '&& cd "$1" && eval "$2"'
    )
    return [*own_mounts(), "sh", "-ec", script, "sh", str(committed.path)]


def _in_shell(git: GitDriver, shell: list[str], command: str) -> subprocess.CompletedProcess[str]:
    environ = git.env()
    return subprocess.run(
        [*shell, command], env=environ, capture_output=True, text=True, check=False
    )


def test_a_full_disk_loses_nothing(committed: GitDriver, on_tmpfs: list[str]) -> None:
    prices(committed)
    fill = "dd if=/dev/zero of=filler bs=4k 2>/dev/null || :"
    run = shlex.join([*GITMEM, "capture"])
    again = f"rm filler; {run} >/dev/null; git notes --ref claude-mem show"

    done = _in_shell(committed, on_tmpfs, f"{fill}; {run} || echo status $?; {again}")

    assert f"status {errors.DiskFull.exit_code}" in done.stdout
    assert "no space left" in done.stderr
    assert "0.1 exactly" in done.stdout


def test_a_read_only_repository_can_still_be_read(
    committed: GitDriver, on_tmpfs: list[str]
) -> None:
    prices(committed)
    assert gitmem(committed, "capture").returncode == 0
    run, init = shlex.join([*GITMEM, "log"]), shlex.join([*GITMEM, "init"])
    commands = f"mount -o remount,ro . && {run}; echo status $?; {init} || echo init $?"

    done = _in_shell(committed, on_tmpfs, commands)

    assert "0.1 exactly" in done.stdout
    assert "status 0" in done.stdout
    assert f"init {errors.ReadOnlyRepository.exit_code}" in done.stdout


def test_a_worker_on_a_full_disk_keeps_its_jobs(committed: GitDriver, on_tmpfs: list[str]) -> None:
    queue_capture(committed, prices(committed), SESSION)
    assert not Queue(committed.repo).is_empty()
    (committed.repo.state_dir / "install.json").write_text("{}", encoding="ascii")
    fill = "dd if=/dev/zero of=filler bs=4k 2>/dev/null || :"
    work = shlex.join([*GITMEM, "worker", str(committed.repo.git_dir)])
    look = "ls .git/gitmem/queue | wc -l"

    done = _in_shell(committed, on_tmpfs, f"{fill}; {work}; {look}; rm filler; {work}; {look}")

    assert done.stdout.split() == ["1", "0"]


def test_a_message_cannot_drive_the_terminal(committed: GitDriver) -> None:
    done = gitmem(committed, "log", "no\x1b[2Jwhere")

    assert done.returncode == errors.UnknownRevision.exit_code
    assert "\x1b" not in done.stderr
