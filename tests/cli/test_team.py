"""A team's file and the remotes: memories go where the person has agreed to, or nowhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from gitmem.hooks.agent import run_agent_hook
from gitmem.model.job import Job
from gitmem.model.memory import Memory, Provenance
from gitmem.model.note import NOTES_REF
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.state.kept_team_files import keep_team_files
from gitmem.state.queue import Queue
from gitmem.state.settings import read_settings
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared
from tests.support.terminal import at_terminal

FILE = ".gitmem"


def notes_of(git: GitDriver) -> str:
    return git.out("for-each-ref", "--format=%(objectname)", NOTES_REF)


@pytest.fixture
def private(tmp_path: Path, home: Path) -> GitDriver:
    """An empty bare repository that a team keeps its memories in."""
    return GitDriver(tmp_path / "private.git", home).init(bare=True)


@prepared
def ready(committed: GitDriver, remote: GitDriver) -> GitDriver:
    """Set up, with a public origin that has the branch, and one memory that nobody else has."""
    committed.run("remote", "add", "origin", str(remote.path))
    committed.run("push", "-q", "origin", "main")
    assert gitmem(committed, "init", "--no-fetch").returncode == 0
    commit = committed.out("rev-parse", "HEAD")
    memory = Memory("decision", "Cents are integers", provenance=Provenance(commit=commit))
    NoteStore(committed.repo).add({commit: [document_of(memory)]}, "notes: test")
    return committed


def demand(git: GitDriver, place: object) -> None:
    git.write(FILE, f"[gitmem]\n\tremote = {place}\n\tprompts = none\n")
    git.run("add", FILE)
    git.commit("the team's file")


def test_until_somebody_agrees_nothing_is_sent_anywhere(
    ready: GitDriver, remote: GitDriver, private: GitDriver
) -> None:
    demand(ready, private.path)

    first = ready.run("push", "origin", "main").stderr.decode()
    second = ready.run("push", "origin", "HEAD:other").stderr.decode()
    synced = gitmem(ready, "sync")

    assert notes_of(remote) == notes_of(private) == ""
    assert "memories were not sent" in first
    assert "gitmem trust --team" in first
    assert "memories were not sent" not in second
    assert synced.returncode == 44


def test_after_consent_memories_go_there_alone(
    ready: GitDriver, remote: GitDriver, private: GitDriver
) -> None:
    demand(ready, private.path)
    asked = gitmem(ready, "trust", "--team")
    agreed = gitmem(ready, "trust", "--team", "--yes")
    ready.run("push", "origin", "main")
    elsewhere = gitmem(ready, "sync", "origin")

    assert asked.returncode == 1
    assert str(private.path) in asked.stdout
    assert agreed.returncode == 0
    assert notes_of(private) == notes_of(ready) != ""
    assert notes_of(remote) == ""
    assert elsewhere.returncode == 44
    assert "'origin'" in elsewhere.stderr


def test_at_a_terminal_the_place_is_shown_and_asked_for(
    ready: GitDriver, private: GitDriver
) -> None:
    demand(ready, private.path)
    shown = at_terminal(
        [sys.executable, "-I", "-m", "gitmem", "trust", "--team"],
        place=ready.path,
        environ=ready.env(),
        question="Send them there? [y/N]: ",
        keys=("n\n",),
    )

    assert str(private.path) in shown.text
    assert read_settings(ready.repo).team.is_held


def test_an_old_branch_without_the_file_publishes_nothing(
    ready: GitDriver, remote: GitDriver, private: GitDriver
) -> None:
    """The clone that nobody thought of: what main says holds there, too."""
    ready.run("branch", "old")
    demand(ready, private.path)
    ready.run("push", "-q", "--no-verify", "origin", "main")
    ready.run("checkout", "-q", "old")

    ready.run("push", "-q", "origin", "old")

    assert not (ready.path / FILE).exists()
    assert notes_of(remote) == ""
    assert read_settings(ready.repo).prompts == "none"


def test_a_pull_that_names_another_place_asks_again(
    ready: GitDriver, remote: GitDriver, private: GitDriver, tmp_path: Path
) -> None:
    demand(ready, private.path)
    gitmem(ready, "trust", "--team", "--yes")
    ready.run("push", "-q", "origin", "main")
    before = notes_of(private)
    hostile = GitDriver(tmp_path / "hostile.git", ready.home).init(bare=True)
    other = GitDriver(tmp_path / "other", ready.home)
    ready.run("clone", "-q", str(remote.path), str(other.path))
    demand(other, hostile.path)
    other.run("push", "-q", "origin", "main")
    ready.run("pull", "-q", "origin", "main")
    commit = ready.out("rev-parse", "HEAD")
    memory = Memory("decision", "After the pull", provenance=Provenance(commit=commit))
    NoteStore(ready.repo).add({commit: [document_of(memory)]}, "notes: test")
    told = ready.run("push", "origin", "main:again").stderr.decode()

    assert notes_of(hostile) == ""
    assert notes_of(private) == before
    assert notes_of(remote) == ""
    assert "memories were not sent" in told


def test_a_branch_has_no_say_in_where_memories_go(ready: GitDriver, private: GitDriver) -> None:
    demand(ready, private.path)
    gitmem(ready, "trust", "--team", "--yes")
    keep_team_files(ready.repo)
    ready.run("checkout", "-q", "-b", "hostile")
    ready.write(FILE, "[gitmem]\n\tremote = https://evil.example/x.git\n\tprompts = full\n")

    settings = read_settings(ready.repo)

    assert not settings.team.is_held
    assert settings.remote == "memories"
    assert settings.prompts == "none"


def test_where_pushes_go_elsewhere_nobody_has_agreed(ready: GitDriver, private: GitDriver) -> None:
    demand(ready, private.path)
    ready.run("remote", "add", "memories", str(private.path))
    ready.run("config", "gitmem.remote", "memories")
    assert not read_settings(ready.repo).team.is_held
    ready.run("config", "remote.memories.pushurl", "https://public.example/x.git")

    assert read_settings(ready.repo).team.is_held


def test_git_pushing_the_ref_itself_is_told(ready: GitDriver, private: GitDriver) -> None:
    demand(ready, private.path)
    told = ready.run("push", "origin", NOTES_REF).stderr.decode()

    command = told.partition("this takes them back: ")[2].splitlines()[0]
    assert command.endswith(f" origin :{NOTES_REF}")
    remote = ready.out("remote", "get-url", "origin")
    assert NOTES_REF in ready.out("ls-remote", remote)
    ready.run(*command.split()[1:])
    assert NOTES_REF not in ready.out("ls-remote", remote)


def test_the_start_of_a_session_says_that_nothing_is_sent(
    ready: GitDriver, private: GitDriver
) -> None:
    demand(ready, private.path)
    payload = {"session_id": "s1", "cwd": str(ready.path), "source": "startup"}
    environ = {**ready.env(), "CLAUDE_CODE_ENTRYPOINT": "cli"}
    said = run_agent_hook("SessionStart", json.dumps(payload).encode(), environ)

    assert "gitmem trust --team" in json.loads(said)["systemMessage"]


def test_init_tells_what_the_file_sets(committed: GitDriver, private: GitDriver) -> None:
    demand(committed, private.path)
    told = gitmem(committed, "init", "--no-fetch")

    assert "gitmem.prompts = none" in told.stdout
    assert f"memories go to {private.path}" in told.stdout
    assert "gitmem trust --team" in told.stderr
    assert read_settings(committed.repo).team.is_held


def test_status_names_the_command_that_agrees(ready: GitDriver, private: GitDriver) -> None:
    demand(ready, private.path)

    (line,) = [
        line for line in gitmem(ready, "status").stdout.splitlines() if line.startswith("remote:")
    ]
    assert line.endswith("Run: gitmem trust --team")


def test_what_the_file_makes_stricter_is_said_where_it_is_set(ready: GitDriver) -> None:
    ready.write(FILE, "[gitmem]\n\tprompts = none\n\tautoPush = false\n")

    loose = gitmem(ready, "config", "prompts", "full")
    same = [gitmem(ready, "config", *pair) for pair in (("prompts", "none"), ("autoPush", "off"))]

    assert loose.returncode == 0
    assert "the team's file '.gitmem' is stricter: 'none' holds here" in loose.stderr
    assert [done.stderr for done in same] == ["", ""]


@pytest.mark.parametrize("where", [(), ("--team",)])
def test_a_pattern_that_is_none_is_refused_and_nothing_is_changed(
    ready: GitDriver, where: tuple[str, ...]
) -> None:
    done = gitmem(ready, "config", *where, "redact", "([")

    assert done.returncode == 51
    assert "not a regular expression" in done.stderr
    assert "Nothing was changed" in done.stderr
    assert "--edit" not in done.stderr


def test_a_broken_file_keeps_everything_back_and_says_so(ready: GitDriver) -> None:
    ready.write(FILE, "[gitmem]\n<<<<<<< HEAD\n")
    kept = gitmem(ready, "remember", "--commit", "HEAD", "-m", "why")
    doctor = gitmem(ready, "doctor")
    read = gitmem(ready, "log")

    assert kept.returncode == 51
    assert "line 2" in kept.stderr
    assert "cannot be read" in doctor.stdout
    assert read.returncode == 0
    assert "Cents are integers" in read.stdout


def test_a_clone_that_is_switched_off_by_a_branch_keeps_its_work(ready: GitDriver) -> None:
    ready.write(FILE, "[gitmem]\n\tenabled = false\n")
    waiting = Queue(ready.repo).add(Job("turn", session="s1"))
    gitmem(ready, "worker", str(ready.path / ".git"))
    while_off = waiting.exists()
    (ready.path / FILE).unlink()
    ready.run("config", "gitmem.enabled", "false")
    gitmem(ready, "worker", str(ready.path / ".git"))

    assert while_off
    assert not waiting.exists()


def test_uninstall_takes_out_what_consent_added(ready: GitDriver, private: GitDriver) -> None:
    before = ready.out("config", "--local", "--list")
    demand(ready, private.path)
    gitmem(ready, "trust", "--team", "--yes")
    during = ready.out("config", "--local", "--list")
    gitmem(ready, "uninstall")
    after = ready.out("config", "--local", "--list")

    assert f"remote.memories.url={private.path}" in during
    assert "memories" not in after
    assert set(after.splitlines()) <= set(before.splitlines())
    assert (ready.path / FILE).exists()


class TestConfig:
    """``gitmem config --team`` edits the file in place."""

    def test_what_else_stands_there_stays(self, committed: GitDriver) -> None:
        committed.write(FILE, "# ours\n[gitmem]\n\tprompts = short ; why\n")
        done = gitmem(committed, "config", "--team", "prompts", "none")
        gitmem(committed, "config", "--team", "--add", "exclude", "*.pem")
        gitmem(committed, "config", "--team", "--add", "exclude", "secrets/")

        assert done.returncode == 0
        assert (committed.path / FILE).read_text().startswith("# ours\n[gitmem]\n\tprompts = none")
        assert read_settings(committed.repo).exclude == ("*.pem", "secrets/")
        assert gitmem(committed, "config", "--team", "exclude").stdout == "*.pem\nsecrets/\n"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("claudeCommand", "evil"),
            ("apiBaseUrl", "https://evil.example"),
            ("compressor", "anthropic"),
            ("everywhere", "true"),
            ("budgetTokens", "99999"),
            ("remote", "ext::sh -c evil"),
            ("redact", "(unclosed"),
            ("prompts", "some"),
        ],
    )
    def test_what_the_file_cannot_set_is_refused(
        self, committed: GitDriver, name: str, value: str
    ) -> None:
        done = gitmem(committed, "config", "--team", name, value)

        assert done.returncode == 51
        assert not (committed.path / FILE).exists()

    @pytest.mark.parametrize(
        ("place", "said"),
        [
            ("origin", ()),
            ("https://example.com/memories.git", ()),
            ("orgin", ("no remote 'orgin'", "The most similar remote is: origin")),
            ("private", ("no remote 'private'",)),
        ],
    )
    def test_a_remote_that_is_not_here_is_named(
        self, committed: GitDriver, place: str, said: tuple[str, ...]
    ) -> None:
        committed.run("remote", "add", "origin", "https://example.com/code.git")

        done = gitmem(committed, "config", "--team", "remote", place)

        assert done.returncode == 0
        assert all(words in done.stderr for words in said)
        assert ("note:" in done.stderr) is bool(said)

    def test_a_link_is_not_written_through(self, committed: GitDriver, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.write_text("[gitmem]\n")
        (committed.path / FILE).symlink_to(outside)
        done = gitmem(committed, "config", "--team", "prompts", "none")

        assert done.returncode == 52
        assert outside.read_text() == "[gitmem]\n"

    def test_the_list_names_the_file(self, committed: GitDriver) -> None:
        gitmem(committed, "config", "--team", "prompts", "none")
        committed.run("config", "gitmem.prompts", "short")
        rows = json.loads(gitmem(committed, "config", "--json").stdout)
        prompts = next(row for row in rows if row["name"] == "gitmem.prompts")

        assert prompts["value"] == "none"
        assert FILE in prompts["source"]
        assert "local" in prompts["source"]

    def test_unset_takes_it_out(self, committed: GitDriver) -> None:
        gitmem(committed, "config", "--team", "prompts", "none")
        done = gitmem(committed, "config", "--team", "--unset", "prompts")

        assert done.returncode == 0
        assert read_settings(committed.repo).prompts == "full"
        assert gitmem(committed, "config", "--team", "--unset", "prompts").returncode == 1

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--unset",), "NAME"),
            (("--add",), "NAME"),
            (("--json", "prompts"), "lists the whole file"),
            (("--unset", "prompts", "none"), "--unset takes no VALUE"),
            (("--add", "exclude"), "--add needs a VALUE"),
            (("--add", "prompts", "none"), "takes one value"),
            (("promts", "none"), "is: gitmem.prompts"),
            (("--global", "prompts"), "not both"),
        ],
    )
    def test_what_does_not_go_together_is_refused(
        self, committed: GitDriver, arguments: tuple[str, ...], said: str
    ) -> None:
        done = gitmem(committed, "config", "--team", *arguments)

        assert done.returncode == 2
        assert said in done.stderr
        assert not (committed.path / FILE).exists()

    def test_what_is_not_set_is_said(self, committed: GitDriver) -> None:
        empty = gitmem(committed, "config", "--team")
        missing = gitmem(committed, "config", "--team", "prompts")
        gone = gitmem(committed, "config", "--team", "--unset", "prompts")

        assert "no team settings here" in empty.stdout
        assert (empty.returncode, missing.returncode, gone.returncode) == (0, 1, 1)
        assert "'gitmem.prompts' is not set" in missing.stderr

    def test_what_does_not_count_is_listed_with_the_reason(self, committed: GitDriver) -> None:
        committed.write(FILE, "[gitmem]\n\tprompts = none\n\tcompressor = anthropic\n")
        listed = gitmem(committed, "config", "--team").stdout
        rows = json.loads(gitmem(committed, "config", "--team", "--json").stdout)

        assert listed.startswith("gitmem.prompts = none\ngitmem.compressor = anthropic\n")
        assert listed.count("does not count") == 1
        assert [bool(row["fault"]) for row in rows] == [False, True]
        assert "compressor" in gitmem(committed, "config").stdout

    def test_a_folder_of_that_name_is_left_alone(self, committed: GitDriver) -> None:
        (committed.path / FILE).mkdir()

        assert gitmem(committed, "config", "--team", "prompts", "none").returncode == 52
        assert (committed.path / FILE).is_dir()
