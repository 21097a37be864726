"""``gitmem edit``: in an editor, from a file, of what is pending, and what goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.model.memory import Memory, Provenance
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.pending_words import PendingWords
from tests.support.cli import gitmem
from tests.support.git import GitDriver


def remember(git: GitDriver, text: str) -> str:
    done = gitmem(git, "remember", "-m", text)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[1].rstrip(":,")


def use_editor(git: GitDriver, script: str) -> Path:
    """git's editor is a shell script, which gets the file as $1 and keeps what it saw."""
    editor = git.home / "editor"
    editor.write_text(f'#!/bin/sh\ncp "$1" "$HOME/seen"\n{script}\n')
    editor.chmod(0o755)
    git.environ["GIT_EDITOR"] = str(editor)
    return git.home / "seen"


def titles(git: GitDriver) -> str:
    return gitmem(git, "log", "--oneline").stdout


def test_the_editor_gets_the_memory_and_what_it_leaves_counts(committed: GitDriver) -> None:
    old = remember(committed, "use tabs")
    seen = use_editor(committed, """sed -i 's/use tabs/use blanks/' "$1" """)

    done = gitmem(committed, "edit", old)

    assert done.returncode == 0, done.stderr
    assert "title: use tabs" in seen.read_text()
    assert "use blanks" in titles(committed)
    assert "use tabs" not in titles(committed)
    assert not (committed.repo.state_dir / "MEMORY_EDIT.yaml").exists()


@pytest.mark.parametrize(
    ("script", "told"),
    [("true", "the text is the same"), (': >"$1"', "the text is empty")],
)
def test_nothing_to_change_changes_nothing(committed: GitDriver, script: str, told: str) -> None:
    old = remember(committed, "use tabs")
    tip = committed.out("rev-parse", "refs/notes/claude-mem")
    use_editor(committed, script)

    done = gitmem(committed, "edit", old)

    assert done.returncode == 0
    assert told in done.stdout
    assert committed.out("rev-parse", "refs/notes/claude-mem") == tip


def test_a_text_that_is_no_memory_is_kept_and_can_be_mended(committed: GitDriver) -> None:
    old = remember(committed, "use tabs")
    use_editor(committed, """printf 'title: [\\n' >"$1" """)

    done = gitmem(committed, "edit", old)

    kept = committed.repo.state_dir / f"{old}.yaml"
    assert done.returncode == 2
    assert f"gitmem edit {old} --file {kept}" in done.stderr
    assert kept.read_text() == "title: [\n"
    kept.write_text("kind: note\ntitle: use blanks\n")
    assert gitmem(committed, "edit", old, "--file", str(kept)).returncode == 0
    assert "use blanks" in titles(committed)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("just words\n", "it has no fields"),
        ("kind: note\ntitle: x\nprovenance: {}\n", "'provenance' cannot be edited"),
        ("kind: note\ntitle: 12\nwhat: word\n", "is not a memory"),
    ],
)
def test_what_cannot_be_a_memory_is_refused_with_the_reason(
    committed: GitDriver, text: str, told: str
) -> None:
    old = remember(committed, "use tabs")

    done = gitmem(committed, "edit", old, "--file", "-", stdin=text)

    assert done.returncode == 2
    assert told in done.stderr
    assert "use tabs" in titles(committed)


def test_an_editor_that_fails_loses_no_word(committed: GitDriver) -> None:
    old = remember(committed, "use tabs")
    use_editor(committed, 'echo "# half a thought" >>"$1"; exit 3')

    done = gitmem(committed, "edit", old)

    kept = committed.repo.state_dir / "MEMORY_EDIT.yaml"
    assert done.returncode != 0
    assert str(kept) in done.stderr
    assert "half a thought" in kept.read_text()
    assert "use tabs" in titles(committed)


def test_without_an_editor_it_says_what_to_do(committed: GitDriver) -> None:
    old = remember(committed, "use tabs")
    committed.environ.update(GIT_EDITOR="", TERM="dumb")

    done = gitmem(committed, "edit", old)

    assert done.returncode != 0
    assert "no editor" in done.stderr
    assert "core.editor" in done.stderr


def test_undo_takes_no_file_and_undoes_only_edits(committed: GitDriver) -> None:
    old = remember(committed, "use tabs")

    both = gitmem(committed, "edit", "--undo", old, "--file", "-", stdin="title: x\n")
    plain = gitmem(committed, "edit", "--undo", old)

    assert (both.returncode, plain.returncode) == (2, 2)
    assert "--undo takes no --file" in both.stderr
    assert "is not an edit" in plain.stderr


def put_pending(git: GitDriver) -> Memory:
    origin = Provenance(session="7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2", records=(0, 9))
    memory = Memory("session", "half done", what=("tried tabs",), provenance=origin)
    PendingStore(git.repo).put(Pending(memory, str(git.path)))
    return memory


def test_a_pending_memory_is_edited_on_this_machine_alone(committed: GitDriver) -> None:
    gitmem(committed, "init", "--no-mcp")
    memory = put_pending(committed)

    done = gitmem(
        committed, "edit", memory.id[:9], "--file", "-", stdin="kind: session\ntitle: nearly done\n"
    )

    assert done.returncode == 0, done.stderr
    assert "until its commit only here" in done.stdout
    (word,) = PendingWords(committed.repo).every().values()
    assert word.memory is not None
    assert word.memory.title == "nearly done"
    assert (
        committed.run("rev-parse", "-q", "--verify", "refs/notes/claude-mem", check=False).stdout
        == b""
    )

    undone = gitmem(committed, "edit", "--undo", word.memory.id[:9])
    assert memory.id[:12] in undone.stdout
    assert PendingWords(committed.repo).every() == {}
