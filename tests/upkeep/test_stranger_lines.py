"""Lines that may be anybody's: they add words, and take nothing away and speak for nobody."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gitmem.guard.json_text import json_text
from gitmem.model.instant import iso_time
from gitmem.model.memory import Memory, Provenance
from gitmem.model.memory_line import MemoryLine, render_memory_line
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.upkeep.import_batch import ImportResult
from gitmem.upkeep.import_lines import import_lines
from gitmem.upkeep.undo_import import last_import, undo_import
from tests.support.capture import memories_on, workspace_of
from tests.support.cli import gitmem
from tests.support.git import GitDriver

OURS = Memory(
    kind="note",
    title="Flush the reactor's cache first",
    why="it deadlocks",
    provenance=Provenance(compressor="person/1", author="Ada <ada@example.com>"),
)


@pytest.fixture
def here(committed: GitDriver) -> GitDriver:
    NoteStore(committed.repo).add({head(committed): [document_of(OURS)]}, "notes: put")
    return committed


def head(git: GitDriver) -> str:
    return git.out("rev-parse", "HEAD").strip()


def take(git: GitDriver, tmp_path: Path, *given: Memory | dict[str, Any]) -> ImportResult:
    lines = [
        render_memory_line(MemoryLine(head(git), one))
        if isinstance(one, Memory)
        else {"format": "gitmem-memory/1", "commit": head(git), **one}
        for one in given
    ]
    path = tmp_path / "m.jsonl"
    path.write_text("".join(json_text(line) + "\n" for line in lines))
    return import_lines(workspace_of(git), path)


def titled(git: GitDriver, title: str) -> Memory:
    [found] = [one for one in memories_on(git, head(git)) if one.title == title]
    return found


@pytest.mark.parametrize("with_ours", [False, True])
@pytest.mark.parametrize(
    "taker",
    [
        Memory(kind="correction", title="No", supersedes=(OURS.id,), corrects=(OURS.id,)),
        Memory(kind="correction", title="No", corrects=(OURS.id,)),
        Memory(kind="change", title="A newer one", supersedes=(OURS.id,)),
        {"pin": {"pins": OURS.id, "by": "Linus <l@k.org>", "time": "2026-01-01T00:00:00Z"}},
    ],
    ids=["correction", "corrects", "supersedes", "pin"],
)
def test_what_is_here_stays_as_it_is(
    here: GitDriver, tmp_path: Path, taker: Memory | dict[str, Any], with_ours: bool
) -> None:
    before = gitmem(here, "log", "--json").stdout
    found = take(here, tmp_path, *([OURS] if with_ours else []), taker)
    shown = gitmem(here, "import", str(tmp_path / "m.jsonl")).stdout

    assert (found.written, found.touching, found.known) == (0, 1, int(with_ours))
    assert gitmem(here, "log", "--json").stdout == before
    assert "1 would hide, replace or pin a memory that is here: left out" in shown


def test_a_chain_counts_within_one_file_and_not_against_an_earlier_one(
    here: GitDriver, tmp_path: Path
) -> None:
    first = Memory(kind="change", title="Retry three times")
    second = Memory(kind="change", title="Retry four times", supersedes=(first.id,))
    wrong = Memory(kind="correction", title="Five", corrects=(second.id,), supersedes=(second.id,))
    found = take(here, tmp_path, wrong, second, first)
    again = take(here, tmp_path, wrong, second, first)
    later = take(here, tmp_path, first, replace(second, title="Retry never"))

    assert (found.written, found.touching) == (3, 0)
    assert (again.written, again.known) == (0, 3)
    assert (later.written, later.known, later.touching) == (0, 1, 1)
    new = titled(here, "Retry four times")
    assert new.supersedes == (titled(here, "Retry three times").id,)
    assert titled(here, "Five").corrects == (new.id,)


def test_a_pin_counts_for_what_the_file_brings_and_is_nobodys(
    here: GitDriver, tmp_path: Path
) -> None:
    mine = Memory(kind="note", title="Pinned where it was")
    pin = {"pin": {"pins": mine.id, "by": "Linus <l@k.org>", "time": "9999-01-01T00:00:00Z"}}
    found = take(here, tmp_path, pin, mine)
    again = take(here, tmp_path, pin, mine)
    note = here.show_note(head(here)).decode()

    assert (found.written, found.touching) == (2, 0)
    assert (again.written, again.known) == (0, 2)
    assert titled(here, "Pinned where it was").id in note.partition("pins:")[2]
    assert "Linus" not in note
    assert "9999" not in note


def test_nobody_is_made_to_say_it(here: GitDriver, tmp_path: Path) -> None:
    forged = Memory(
        kind="note",
        title="Run this first",
        files_changed=("../../etc/passwd", "/etc/passwd", "a/../../b", "C:\\x", "~/x", "src/a.py"),
        files_read=("..", "b.py", "x\ny"),
        provenance=Provenance(
            compressor="person/1",
            author="Linus <l@k.org>",
            time="9999-12-31T23:59:59Z",
            session="../../x",
            records=(0, 10_000),
        ),
    )
    take(here, tmp_path, forged)
    made = titled(here, "Run this first")
    origin = made.provenance

    assert not origin.is_of_person
    assert origin.compressor == "import/1 person/1"
    assert (origin.author, origin.session, origin.records) == ("", "", None)
    assert origin.extra["source"] == "export"
    made_at = int(here.out("show", "-s", "--format=%at", "HEAD"))
    assert origin.time == iso_time(made_at)
    assert (made.files_changed, made.files_read) == (("src/a.py",), ("b.py",))


def test_what_git_says_too_is_kept(here: GitDriver, tmp_path: Path) -> None:
    author = here.out("show", "-s", "--format=%an <%ae>", "HEAD").strip()
    origin = Provenance(author=author, time="2020-01-02T03:04:05Z", compressor="history/2")
    take(here, tmp_path, Memory(kind="change", title="Of history", provenance=origin))
    made = titled(here, "Of history").provenance

    assert (made.author, made.time) == (author, "2020-01-02T03:04:05Z")
    assert made.is_of_history


def test_excluded_files_and_forgotten_memories_stay_away(here: GitDriver, tmp_path: Path) -> None:
    gone = Memory(kind="note", title="Forgotten on purpose")
    NoteStore(here.repo).add({head(here): [document_of(gone)]}, "notes: put")
    assert gitmem(here, "forget", gone.id).returncode == 0
    here.run("config", "gitmem.exclude", "secret/*")
    lines = (
        gone,
        Memory(kind="note", title="All secret", files_changed=("secret/k.py",)),
        Memory(kind="note", title="Half", files_changed=("secret/k.py", "a.py")),
    )
    path = tmp_path / "m.jsonl"
    told = [json.dumps(render_memory_line(MemoryLine(head(here), one))) for one in lines]
    path.write_text("\n".join(told))
    found = json.loads(gitmem(here, "import", str(path), "--json").stdout)

    assert [found[name] for name in ("written", "forgotten", "excluded")] == [1, 1, 1]
    assert titled(here, "Half").files_changed == ("a.py",)


def test_undo_leaves_what_was_here(here: GitDriver, tmp_path: Path) -> None:
    tree = here.out("rev-parse", "refs/notes/claude-mem^{tree}")
    take(here, tmp_path, Memory(kind="note", title="One"), Memory(kind="note", title="Two"))
    undo_import(here.repo, last_import(here.repo))

    assert here.out("rev-parse", "refs/notes/claude-mem^{tree}") == tree


def test_trust_takes_ones_own_as_it_is(here: GitDriver, tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    wrong = Memory(kind="correction", title="No", supersedes=(OURS.id,), corrects=(OURS.id,))
    path.write_text(json.dumps(render_memory_line(MemoryLine(head(here), wrong))) + "\n")
    done = gitmem(here, "import", str(path), "--trust")
    other = gitmem(here, "import", "--from", "decisions", "--trust")

    assert done.returncode == 0
    assert wrong.id in {one.id for one in memories_on(here, head(here))}
    assert OURS.title not in gitmem(here, "log").stdout
    assert other.returncode == 2
