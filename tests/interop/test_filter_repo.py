"""What git-filter-repo does to notes, and what is left of them afterwards."""

from __future__ import annotations

import subprocess
import sys

from gitmem.model.memory import Memory, Provenance, Tombstone
from gitmem.model.note import NOTES_REF, WATERMARK_REF
from gitmem.notes.codec import document_of, tombstone_document
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh
from gitmem.state.quarantine import Quarantine
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared


def filter_repo(git: GitDriver, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "git_filter_repo", "--force", *arguments],
        cwd=git.path,
        env=git.env(),
        check=True,
        capture_output=True,
    )


def remember(git: GitDriver, commit: str, title: str) -> Memory:
    memory = Memory("decision", title, why="for a reason", provenance=Provenance(commit=commit))
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")
    return memory


@prepared
def project(git: GitDriver) -> GitDriver:
    """Two folders, a remembered commit to each, one to both; seen whole."""
    remember(git, git.commit("a", src__a="1\n"), "of src")
    remember(git, git.commit("b", docs__b="1\n"), "of docs")
    remember(git, git.commit("c", src__a="2\n", docs__b="2\n"), "of both")
    refresh(git.repo).close()
    return git


def titles(git: GitDriver) -> list[str]:
    return sorted(memory.title for _, note in NoteStore(git.repo) for memory in note.memories)


def test_a_path_filter_drops_the_notes_and_they_are_set_aside(project: GitDriver) -> None:
    filter_repo(project, "--path", "src")
    left = project.out("for-each-ref", "--format=%(refname)")
    assert left == "refs/heads/main"  # the notes, our own ref: all gone, and collected

    told = gitmem(project, "log").stderr

    assert "3 memories of 3 commits are gone from git" in told
    assert "gitmem import set-aside" in told
    assert titles(project) == []  # nothing comes back, and could be sent, by itself
    assert "are gone from git" not in gitmem(project, "log").stderr


def test_they_are_taken_back_for_the_commits_that_survived(project: GitDriver) -> None:
    filter_repo(project, "--path", "src")
    gitmem(project, "log")

    planned = gitmem(project, "import", "set-aside", "--dry-run").stdout
    assert titles(project) == []
    done = gitmem(project, "import", "set-aside").stdout

    assert "2 memories of 2 commits would be restored." in planned
    assert "2 memories of 2 commits restored.\n1 stays set aside" in done
    assert titles(project) == ["of both", "of src"]
    assert Quarantine(project.repo).count() == 1
    gitmem(project, "import", "set-aside", "--all")
    assert titles(project) == ["of both", "of docs", "of src"]
    assert not Quarantine(project.repo).folder.exists()


def test_what_was_forgotten_is_not_set_aside(project: GitDriver) -> None:
    head = project.out("rev-parse", "HEAD")
    memory = remember(project, head, "to be forgotten")
    stone = tombstone_document(Tombstone(memory.id, "2026-11-20"))
    NoteStore(project.repo).add({head: [stone]}, "notes: forget")
    gitmem(project, "scrub", remember(project, head, "to be scrubbed").id)
    filter_repo(project, "--path", "src")

    assert "3 memories of 3 commits are gone" in gitmem(project, "log").stderr
    gitmem(project, "import", "set-aside", "--all")
    assert titles(project) == ["of both", "of docs", "of src"]


def test_a_text_that_was_replaced_does_not_come_back(project: GitDriver) -> None:
    """The notes are rewritten with all else; the index must not know better."""
    rules = project.write("../rules", "reason==>REDACTED\n")
    filter_repo(project, "--replace-text", str(rules))
    assert project.out("rev-parse", NOTES_REF) == project.out("rev-parse", WATERMARK_REF)

    done = gitmem(project, "log")

    assert done.stderr == ""
    assert done.stdout.count("for a REDACTED") == 3
    assert "for a reason" not in done.stdout
    files = (project.repo.state_dir / "index").rglob("*")
    assert not any(b"for a reason" in path.read_bytes() for path in files)


def test_sensitive_data_is_not_even_set_aside(project: GitDriver) -> None:
    filter_repo(project, "--path", "src", "--sensitive-data-removal", "--no-fetch")

    assert "gone from git" not in gitmem(project, "log").stderr
    assert Quarantine(project.repo).count() == 0


def test_notes_that_were_moved_into_a_folder_come_up_again(project: GitDriver) -> None:
    filter_repo(project, "--to-subdirectory-filter", "lib/old")
    assert titles(project) == []

    gitmem(project, "log")

    assert titles(project) == ["of both", "of docs", "of src"]
    assert Quarantine(project.repo).count() == 0
    listed = project.out("ls-tree", "--name-only", NOTES_REF)
    assert "lib" not in listed


def test_a_scrub_masks_what_is_set_aside(project: GitDriver) -> None:
    filter_repo(project, "--path", "src")
    gitmem(project, "log")

    gitmem(project, "scrub", "for a reason")

    files = [path.read_text() for path in Quarantine(project.repo).folder.rglob("*.yaml")]
    assert len(files) == 3
    assert not any("for a reason" in text for text in files)
