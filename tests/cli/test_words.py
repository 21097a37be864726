"""What is said to somebody who mistyped, and to somebody who asks for help."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gitmem.cli.documents import page_titles
from gitmem.cli.main import COMMANDS
from gitmem.cli.sections import sections
from gitmem.cli.suggestions import OTHER_WORDS, edit_distance, nearest
from gitmem.model.memory import Memory, Provenance
from gitmem.model.release import VERSION
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.cli import gitmem, gitmem_process
from tests.support.git import GitDriver


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lgo", "The most similar command is: log"),
        ("serach", "The most similar command is: search"),
        ("stat", "The most similar commands are: stats, status"),
        ("Log", "The most similar command is: log"),
        ("blame", "gitmem why"),
        ("grep", "gitmem search"),
        ("history", "gitmem log"),
        ("add", "gitmem remember"),
        ("setup", "gitmem init"),
        ("pull", "gitmem sync"),
        ("fix", "gitmem doctor"),
        ("info", "gitmem status"),
        ("xyzzyquux", "All commands: gitmem help"),
        ("import claude", "The most similar command is: claude-mem"),
        ("sync --dry-rn", "The most similar option is: --dry-run"),
        ("sync --C x", "-C stands before the command"),
        ("--oneline log", "It stands behind the command: gitmem log --oneline"),
        ("log --kind bugfx", "The most similar one is: bugfix"),
        ("help lgo", "The most similar one is: log"),
        ("config autopsh false", "The most similar setting is: gitmem.autoPush"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(git: GitDriver, typed: str, meant: str) -> None:
    done = gitmem(git, *typed.split())

    assert done.returncode == 2
    assert done.stdout == ""
    assert meant in done.stderr
    assert "usage: gitmem " in done.stderr
    assert "More: gitmem help" in done.stderr


def test_a_revision_and_a_remote_are_guessed_too(committed: GitDriver) -> None:
    committed.run("branch", "payments")
    committed.run("remote", "add", "origin", "../nowhere")

    assert "is: payments" in gitmem(committed, "log", "paymnets").stderr
    assert "is: origin" in gitmem(committed, "trust", "orgin").stderr


def test_what_is_far_from_everything_is_not_guessed() -> None:
    assert nearest("q", COMMANDS) == []
    assert nearest("", COMMANDS) == []
    assert nearest("xyzzy", COMMANDS) == []
    assert nearest("log" * 1_000_000, COMMANDS) == []  # 140 kB alone took 22 s once


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("log", "log", 0), ("lgo", "log", 1), ("lg", "log", 1), ("", "log", 3), ("abcd", "acbe", 2)],
)
def test_a_swap_is_one_slip(one: str, other: str, distance: int) -> None:
    assert edit_distance(one, other) == distance == edit_distance(other, one)


def test_no_word_of_another_tool_is_a_command_of_ours() -> None:
    assert OTHER_WORDS.keys() & COMMANDS.keys() == set()


def test_each_command_stands_in_one_section() -> None:
    placed = [name for names in sections(COMMANDS).values() for name in names]

    assert sorted(placed) == sorted(COMMANDS)


def test_a_command_without_a_section_is_among_the_others() -> None:
    assert sections(["log", "brandnew"]) == {"Look": ["log"], "Others": ["brandnew"]}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_is_what_its_option_says(git: GitDriver, name: str) -> None:
    assert gitmem(git, "help", name).stdout == gitmem(git, name, "--help").stdout


def test_help_knows_the_pages(git: GitDriver) -> None:
    assert "privacy" in gitmem(git, "help", "topics").stdout
    assert gitmem(git, "help", "privacy").stdout.startswith("# ")
    assert {"settings", "privacy", "tutorial"} <= page_titles().keys()


def test_version_says_more_if_asked(git: GitDriver) -> None:
    short, long = gitmem(git, "version").stdout, gitmem(git, "version", "-v").stdout

    assert short == gitmem(git, "--version").stdout
    assert VERSION in short
    assert long.startswith(short)
    assert {"git:", "Python:", "pygit2:"} <= set(long.split())


def test_config_shows_sets_adds_and_takes_out(git: GitDriver) -> None:
    assert gitmem(git, "config", "AUTOPUSH").stdout == "true\n"
    assert gitmem(git, "config", "gitmem.autopush", "off").returncode == 0
    assert git.out("config", "--local", "gitmem.autoPush") == "off"
    assert gitmem(git, "config", "autoPush").stdout == "off\n"
    assert gitmem(git, "config", "--unset", "autoPush").returncode == 0
    assert gitmem(git, "config", "--unset", "autoPush").returncode == 1
    for pattern in ("a/", "b/"):
        assert gitmem(git, "config", "--add", "exclude", pattern).returncode == 0
    assert gitmem(git, "config", "exclude").stdout == "a/, b/\n"
    assert gitmem(git, "config", "--global", "notice", "never").returncode == 0
    assert gitmem(git, "config", "--global", "notice").stdout == "never\n"
    assert gitmem(git, "config", "notice").stdout == "never\n"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("remote",), 1, "is not set"),
        (("autopsh",), 1, "gitmem.autoPush"),
        (("autopsh", "1"), 2, "gitmem.autoPush"),
        (("notice", "problem"), 51, "is: problems"),
        (("budgetTokens", "lots"), 51, "a whole number"),
        (("--add", "notice", "never"), 2, "takes one value"),
        (("--add", "redact", "(un"), 51, "not a regular expression"),
        (("--unset", "notice", "x"), 2, "--unset takes no VALUE"),
        (("--add", "exclude"), 2, "--add needs a VALUE"),
        (("--global",), 2, "need the NAME"),
    ],
)
def test_config_refuses_and_changes_nothing(
    git: GitDriver, arguments: tuple[str, ...], code: int, told: str
) -> None:
    before = git.out("config", "--list")

    done = gitmem(git, "config", *arguments)

    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
    assert git.out("config", "--list") == before


HOSTILE = "Cents\x1b]0;owned\x07 $(touch owned) `touch owned`\tand ; more"


@pytest.fixture
def story(git: GitDriver) -> GitDriver:
    commit = git.commit("exact prices", **{"price.py": "cents = 100\n"})
    memory = Memory(
        "decision", HOSTILE, provenance=Provenance(commit=commit, time="2026-01-01T00:00:00Z")
    )
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")
    assert gitmem(git, "init").returncode == 0
    assert gitmem(git, "log").returncode == 0
    git.run("branch", "payments")
    return git


def candidates(git: GitDriver, *words: str) -> list[str]:
    done = gitmem_process(git, "complete-words", "--", *words)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_words_are_completed_by_what_may_stand_there(story: GitDriver) -> None:
    assert "log\tShow why the code changed, commit by commit." in candidates(story, "lo")
    assert candidates(story, "log", "--kind", "de") == ["decision"]
    assert candidates(story, "log", "--kind=de") == ["--kind=decision"]
    assert candidates(story, "log", "paym") == ["payments"]
    assert candidates(story, "log", "HEAD..paym") == ["HEAD..payments"]
    assert candidates(story, "why", "pri") == ["price.py"]
    assert candidates(story, "config", "notice", "") == ["always", "problems", "never"]
    assert candidates(story, "config", "autop")[0].startswith("autoPush\t")
    assert candidates(story, "completion", "") == ["bash", "zsh", "fish"]
    assert candidates(story, "import", "cl") == ["claude-mem"]


def test_an_id_has_its_title_beside_it_without_controls(story: GitDriver) -> None:
    (line,) = candidates(story, "show", "m0") or candidates(story, "show", "m")[:1]
    name, _, title = line.partition("\t")

    assert name.startswith("m")
    assert len(name) == 21
    assert title.startswith("decision: Cents")
    assert title.isprintable()


def test_trouble_is_silence_and_nothing_is_written(story: GitDriver, tmp_path: Path) -> None:
    index = story.repo.state_dir / "index"
    before = {path.name: path.read_bytes() for path in index.iterdir()}
    candidates(story, "show", "m")
    assert {path.name: path.read_bytes() for path in index.iterdir()} == before

    (index / "memories.sqlite3").write_bytes(b"not a database")
    assert [line for line in candidates(story, "show", "m") if "\t" in line] == []
    shutil.rmtree(index)
    candidates(story, "show", "m")
    assert not index.exists()
    outside = tmp_path / "outside"
    outside.mkdir()
    done = gitmem_process(story, "complete-words", "--", "show", "m", place=outside)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


BASH = """
eval "$(gitmem completion bash)"
COMP_LINE='gitmem log --kind de'; COMP_POINT=${#COMP_LINE}; _gitmem; echo "${COMPREPLY[@]}"
COMP_LINE='gitmem log --kind=de'; COMP_POINT=${#COMP_LINE}; _gitmem; echo "${COMPREPLY[@]}"
COMP_WORDS=(git mem config autop); COMP_CWORD=3; _git_mem; echo "${COMPREPLY[@]}"
COMP_LINE='gitmem show m'; COMP_POINT=${#COMP_LINE}; _gitmem; echo "${#COMPREPLY[0]}"
"""
ZSH = """
eval "$(gitmem completion zsh)"
compadd() { print -r -- "${names[1]}" }
words=(gitmem log --kind de); CURRENT=4; _gitmem
words=(gitmem log --kind=de); CURRENT=3; _gitmem
words=(gitmem config autop); CURRENT=3; _gitmem
words=(gitmem show m); CURRENT=3; _gitmem | { read -r line; print ${#line} }
"""
FISH = """
gitmem completion fish | source
complete -C 'gitmem log --kind de'
complete -C 'gitmem log --kind=de'
complete -C 'git mem config autop' | cut -f 1
complete -C 'gitmem show m' | cut -f 1 | head -n 1 | awk '{print length($0)}'
"""


@pytest.mark.parametrize(("shell", "script"), [("bash", BASH), ("zsh", ZSH), ("fish", FISH)])
def test_the_shell_itself_completes(
    story: GitDriver, tmp_path: Path, shell: str, script: str
) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not here")
    ours = tmp_path / "bin"
    ours.mkdir()
    import sys

    (ours / "gitmem").write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -m gitmem "$@"\n')
    (ours / "gitmem").chmod(0o755)
    env = {**story.env(), "HOME": str(tmp_path)}
    env["PATH"] = f"{ours}:{env['PATH']}"
    options = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]

    done = subprocess.run(
        [program, *options, "-c", script],
        cwd=story.path,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )

    first, second, third, size = done.stdout.split("\n")[:4]
    assert (first, second, third) == ("decision", second, "autoPush"), done.stderr
    assert second.endswith("decision")
    assert size == "21"
    assert not (story.path / "owned").exists()
