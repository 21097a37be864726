"""The index between processes, and on a disk that has no room."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commit_count

ROOT = Path(__file__).resolve().parents[2]

_BUILD = """
import sys
from contextlib import closing
from pathlib import Path
from gitmem.index.cache import Index
from gitmem.index.memories import memories_of
from tests.bench.index_refresh import sample_note

notes = [(f"{n:040x}", sample_note(n)) for n in range(300)]
with closing(Index.open(Path(sys.argv[1]))) as index:
    while index.tip != "f" * 40:
        index.rebuild(notes, "f" * 40)
    print(len(memories_of(index, (commit for commit, _ in notes))), index.is_volatile)
"""

_FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n" + _BUILD


def start(program: str, state: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(state)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_processes_that_build_it_at_once_all_get_a_whole_index(tmp_path: Path) -> None:
    started = [start(_BUILD, tmp_path / "state") for _ in range(4)]

    assert [process.communicate()[0] for process in started] == ["300 False\n"] * 4
    with closing(Index.open(tmp_path / "state")) as index:
        assert annotated_commit_count(index) == 300
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["index"]


def test_a_disk_without_room_gives_an_index_in_memory(tmp_path: Path) -> None:
    assert start(_FULL, tmp_path).communicate()[0] == "300 True\n"

    with closing(Index.open(tmp_path)) as index:
        assert index.tip is None
        assert not index.is_repaired


def test_a_killed_builder_leaves_an_index_that_works(tmp_path: Path) -> None:
    program = _BUILD.replace("range(300)]", "range(300)] * 999").replace(
        "while", "print(flush=1)\n    while"
    )
    process = start(program, tmp_path)
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.communicate()

    assert start(_BUILD, tmp_path).communicate()[0] == "300 False\n"
