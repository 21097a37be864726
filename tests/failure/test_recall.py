"""Search in bad situations: it answers, or says what to do, and never loses a memory."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from gitmem.errors import GitmemError
from gitmem.index.cache import Index
from gitmem.index.lexical import match_of
from gitmem.index.lookup import matches, memories
from gitmem.model.memory import Memory, Provenance
from gitmem.model.note import Document, note_of
from gitmem.model.query import Query
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.search import Recaller, recall
from gitmem.refresh.refresh import refresh
from gitmem.refresh.reindex import reindex
from tests.support.git import GitDriver
from tests.support.prepared import prepared

ROOT = Path(__file__).resolve().parents[2]

_TITLES = (
    "Retry uploads in the transport",
    "Prices are whole cents",
    "Colours of the progress bar",
    "Locks are taken in order of their names",
)


@prepared
def known(committed: GitDriver) -> GitDriver:
    """A repository with a few memories on HEAD."""
    remember(committed, *(Memory("change", title) for title in _TITLES))
    return committed


def remember(git: GitDriver, *memories: Memory) -> None:
    head = git.out("rev-parse", "HEAD")
    NoteStore(git.repo).add({head: [document_of(m) for m in memories]}, "notes: some")
    refresh(git.repo).close()


def titles(git: GitDriver, text: str) -> list[str]:
    return [hit.memory.title for hit in recall(git.repo, Query(text))]


def file_of(git: GitDriver) -> Path:
    return git.repo.state_dir / "index" / "memories.sqlite3"


def test_an_index_deleted_while_in_use_is_built_again(known: GitDriver) -> None:
    with Recaller(known.repo) as recaller:
        assert recaller.search(Query("uploads"))[0].memory.title == _TITLES[0]

        Index.discard(known.repo.state_dir)
        refresh(known.repo).close()
        remember(known, Memory("change", "Downloads resume where they stopped"))

        assert recaller.search(Query("uploads"))[0].memory.title == _TITLES[0]
        assert "Downloads" in recaller.search(Query("downloads"))[0].memory.title


def test_an_index_deleted_while_in_use_and_not_built_yet_hurts_nobody(known: GitDriver) -> None:
    with Recaller(known.repo) as recaller:
        recaller.search(Query("uploads"))
        Index.discard(known.repo.state_dir)

        recaller.search(Query("uploads"))

    refresh(known.repo).close()
    assert titles(known, "uploads")[0] == _TITLES[0]


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_truncated_index_is_told_or_built_anew(known: GitDriver, share: float) -> None:
    titles(known, "uploads")  # vectors too
    with closing(Index.open(known.repo.state_dir)):
        pass
    content = file_of(known).read_bytes()
    file_of(known).write_bytes(content[: int(len(content) * share)])
    file_of(known).with_name("memories.sqlite3-wal").unlink(missing_ok=True)

    with suppress(GitmemError):  # once told, it is gone
        refresh(known.repo).close()
        titles(known, "uploads")
    refresh(known.repo).close()

    assert titles(known, "uploads")[0] == _TITLES[0]


def test_nothing_that_is_in_notes_is_lost_with_the_index(known: GitDriver) -> None:
    before = {title: titles(known, title) for title in _TITLES}

    Index.discard(known.repo.state_dir)
    refresh(known.repo).close()

    assert {title: titles(known, title) for title in _TITLES} == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere; shown by the next test")
def test_where_nothing_may_be_written_it_is_still_found(known: GitDriver) -> None:
    folder = known.repo.state_dir / "index"
    for path in [*folder.iterdir(), folder]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        assert titles(known, "uploads")[0] == _TITLES[0]
    finally:
        folder.chmod(0o700)


def _as_if(git: GitDriver, before: str) -> list[str]:
    """What a search prints in a process that is hindered first."""
    program = (
        f"{before}\n"
        "import sys\nfrom pathlib import Path\n"
        "from gitmem.model.query import Query\nfrom gitmem.recall.search import recall\n"
        "from gitmem.git.repo import find_repo\n"
        "for hit in recall(find_repo(sys.argv[1]), Query('uploads')): print(hit.memory.title)\n"
    )
    command = [sys.executable, "-c", program, str(git.path)]
    done = subprocess.run(
        command, cwd=ROOT, env=git.env(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_on_a_disk_without_room_it_is_still_found(known: GitDriver) -> None:
    # No file may grow: the index cannot take vectors, nor remember a history.
    assert _TITLES[0] in _as_if(
        known, "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
    )


def test_where_files_cannot_be_locked_it_is_still_found(known: GitDriver) -> None:
    """As on a network's file system: every lock of SQLite fails, and no memory is shared."""
    hindrance = (
        "import sqlite3\n"
        "real = sqlite3.connect\n"
        "def connect(name, **options):\n"
        "    if str(name).endswith('memories.sqlite3'):\n"
        "        return real(f'file:{name}?vfs=unix-dotfile', uri=True, **options)\n"
        "    return real(name, **options)\n"
        "sqlite3.connect = connect"
    )
    assert _TITLES[0] in _as_if(known, hindrance)


def test_two_that_build_it_at_once_both_find_everything(known: GitDriver) -> None:
    program = (
        "import sys\nfrom gitmem.refresh.reindex import reindex\n"
        "from gitmem.git.repo import find_repo\n"
        "for _ in range(5): print(reindex(find_repo(sys.argv[1])).memories)\n"
    )
    command = [sys.executable, "-c", program, str(known.path)]
    started = [
        subprocess.Popen(command, cwd=ROOT, env=known.env(), stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    found = [titles(known, "uploads") for _ in range(20)]
    said = [process.communicate()[0] for process in started]

    assert said == ["4\n" * 5] * 3
    assert all(_TITLES[0] in some for some in found)  # who asks meanwhile is answered
    assert titles(known, "uploads")[0] == _TITLES[0]
    left = {path.name for path in known.repo.state_dir.iterdir()}
    assert not {name for name in left if name.startswith(("reindex-", "index."))}


def test_a_memory_of_a_megabyte(known: GitDriver) -> None:
    """Our own notes have no such documents; what somebody else wrote does not stop the rest."""
    known.commit("another", another="1\n")
    large = f"---\nschema: 1\nkind: change\ntitle: A large one\nwhy: {'lengthy ' * 131_072}\n"
    known.run("notes", "--ref", "claude-mem", "add", "-F", "-", "HEAD", stdin=large.encode())
    refresh(known.repo).close()

    assert _TITLES[1] in titles(known, "prices lengthy")
    with closing(Index.in_memory()) as index:
        whole = Memory("change", "A large one", why="lengthy uploads " * 65_536)
        index.apply([("1" * 40, note_of([Document(b"x", memory=whole)]))], "2" * 40)
        (match,) = matches(index, match_of("uploads"), 10)
        assert memories(index, [match.place])[match.place] == whole


@pytest.mark.parametrize(
    "text",
    [
        "uploads " * 12_500,
        "uploads " + "x" * 100_000,
        "?!;:-(){}[]<>|&^%$#@~`'\"\\/.,*+=" * 20,
        '"',
        "uploads AND OR NOT NEAR( *",
        'title:uploads ^ {title body}: "',
        "uploads\0\x1b[31m\ud800",
        "-- ' OR 1=1; DROP TABLE memory",
        "(" * 5_000,
    ],
    ids=range(9),
)
def test_any_query_is_answered(known: GitDriver, text: str) -> None:
    found = titles(known, text)

    assert ("uploads" not in text) or _TITLES[0] in found
    assert titles(known, "prices")[0] == _TITLES[1]


def test_no_words_ask_for_the_newest(known: GitDriver) -> None:
    young = Memory("change", "young", provenance=Provenance(time="2027-01-01T00:00:00Z"))
    remember(known, young)

    for text in ("", "   ", "\n"):
        assert titles(known, text)[0] == "young"


def test_an_index_of_the_future_is_set_aside_and_built_anew(known: GitDriver) -> None:
    import sqlite3

    with closing(sqlite3.connect(file_of(known))) as database, database:
        database.execute("UPDATE meta SET value = 'gitmem index 999' WHERE key = 'validity'")

    refresh(known.repo).close()

    assert titles(known, "uploads")[0] == _TITLES[0]


def test_reindex_leaves_the_old_index_where_the_model_is_not_there(known: GitDriver) -> None:
    before = file_of(known).stat().st_ino
    known.run("config", "gitmem.embedding", "sentence-transformers:nowhere/at-all")

    with pytest.raises(GitmemError, match="sentence-transformers"):
        reindex(known.repo)

    assert file_of(known).stat().st_ino == before
    assert titles(known, "uploads")[0] == _TITLES[0]  # by words alone
