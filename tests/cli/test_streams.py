"""Output that cannot hold what is written to it, or cannot be written at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from gitmem.errors import EXIT_OUTPUT_LOST
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.git import GitDriver

SUBJECT = "Lire en pièces — 日本語 🚀"


def run(git: GitDriver, line: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """A command line of the shell, in which ``gitmem`` is ours."""
    command = f'gitmem() {{ "{sys.executable}" -m gitmem "$@"; }}; {line}'
    env = {**git.env(), **environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(["bash", "-c", command], cwd=git.path, env=env, capture_output=True)


@pytest.fixture
def told(git: GitDriver) -> GitDriver:
    commit = git.commit(SUBJECT, **{"a.py": "x = 1\n"})
    memory = Memory("decision", SUBJECT, provenance=Provenance(commit=commit, time="2026"))
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")
    return git


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp932", "koi8-r", "utf-16"])
@pytest.mark.parametrize("command", ["log", "log --json", "show HEAD", "status"])
def test_any_character_set_will_do(told: GitDriver, encoding: str, command: str) -> None:
    done = run(told, f"gitmem {command}", PYTHONIOENCODING=encoding)

    assert (done.returncode, done.stderr) == (0, b"")
    if command == "log --json":
        assert json.loads(done.stdout.decode(encoding))["subject"] == SUBJECT


def test_the_c_locale(told: GitDriver) -> None:
    places = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    done = run(told, "gitmem log", **places)

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Lire en pi\\u00e8ces" in done.stdout


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a disk for this")
@pytest.mark.parametrize("command", ["log", "stats", "--help"])
def test_a_full_disk_is_no_bug(told: GitDriver, command: str) -> None:
    done = run(told, f"gitmem {command} >/dev/full")

    assert done.returncode == EXIT_OUTPUT_LOST
    assert done.stderr.startswith(b"gitmem: cannot write the output: ")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("command", ["log", "doctor", "reindex", "verify"])
def test_closed_streams_are_as_if_nobody_reads(told: GitDriver, command: str, closed: str) -> None:
    done = run(told, f"gitmem {command} {closed}")

    assert done.returncode in (0, 1)
    assert b"bug in" not in done.stderr
    assert not (told.path / ".git/gitmem/log").exists()


def test_a_reader_who_has_had_enough(told: GitDriver) -> None:
    done = run(told, "gitmem log | true; exit ${PIPESTATUS[0]}")

    assert (done.returncode, done.stderr) == (0, b"")
