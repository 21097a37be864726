"""Most tests run commands inside of their own process: here each is one, and says the same."""

from __future__ import annotations

import shutil

import pytest

from gitmem.cli.main import COMMANDS
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.cli import gitmem, gitmem_process
from tests.support.git import GitDriver
from tests.support.prepared import prepared

WAYS: dict[str, tuple[str, ...]] = {
    "init": ("--no-mcp",),
    "log": (),
    "show": ("HEAD",),
    "search": ("cents",),
    "session": ("HEAD",),
    "page": (),
    "why": ("price.py:1",),
    "context": (),
    "handoff": (),
    "digest": (),
    "remember": ("--file", "nowhere"),
    "edit": ("HEAD", "--file", "nowhere"),
    "forget": ("m123456789",),
    "pin": ("m123456789",),
    "unpin": ("HEAD",),
    "wrong": ("HEAD",),
    "capture": ("HEAD",),
    "backfill": ("--dry-run",),
    "import": ("claude-mem", "--from", "nowhere"),
    "export": (),
    "recompress": ("--dry-run",),
    "curate": ("--dry-run",),
    "promote": (),
    "verify": (),
    "scrub": ("hunter22",),
    "reindex": (),
    "reconcile": (),
    "sync": (),
    "trust": (),
    "restore": (),
    "stats": (),
    "status": (),
    "doctor": (),
    "config": (),
    "help": ("log",),
    "version": (),
    "completion": ("bash",),
    "uninstall": (),
}
"""An ordinary way to call each command; ``demo`` and ``mcp`` are always processes."""


@prepared
def story(git: GitDriver) -> GitDriver:
    """A commit with a memory, in a repository that is set up."""
    commit = git.commit("exact prices", **{"price.py": "cents = 100\n"})
    origin = Provenance(commit=commit, time="2026-01-01T00:00:00Z")
    memory = Memory("decision", "Cents are integers", why="hunter22", provenance=origin)
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")
    assert gitmem(git, "init").returncode == 0
    return git


def test_there_is_a_way_to_call_each_command() -> None:
    assert {*WAYS, "demo", "mcp"} == set(COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [*((name, *rest) for name, rest in WAYS.items()), ("log", "--nonsense"), ("--version",)],
    ids=" ".join,
)
def test_a_process_says_and_leaves_what_a_call_in_the_tests_own_does(
    story: GitDriver, arguments: tuple[str, ...]
) -> None:
    before = story.path.with_name("before")
    shutil.copytree(story.path, before, symlinks=True)
    here = gitmem(story, *arguments)
    notes = story.out("notes", "--ref", "claude-mem", "list")
    shutil.rmtree(story.path)
    before.rename(story.path)

    there = gitmem_process(story, *arguments)

    assert (there.returncode, there.stdout, there.stderr) == (
        here.returncode,
        here.stdout,
        here.stderr,
    )
    assert notes == story.out("notes", "--ref", "claude-mem", "list")
