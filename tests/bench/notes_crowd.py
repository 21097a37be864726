"""How many memories survive when several processes write notes at once.

Run: ``python -m tests.bench.notes_crowd [--processes 8] [--notes 25]``

Each process annotates commits of its own, one note at a time; kept is what the ref holds in the
end, refused is how many writers' calls failed and said so.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gitmem.notes.store import NoteStore
from tests.support.git import GitDriver

ROOT = Path(__file__).resolve().parents[2]

_OURS = """
from gitmem.model.memory import Memory
from gitmem.git.repo import find_repo
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
store = NoteStore(find_repo(path))
def write(name):
    store.add({name: [document_of(Memory(kind="change", title=name))]}, "notes: crowd")
"""

_CREATE_NOTE = """
import pygit2
repository = pygit2.Repository(path)
who = pygit2.Signature("Ada Author", "ada@example.com")
def write(name):
    repository.create_note(name, who, who, name, "refs/notes/claude-mem", True)
"""

_GIT_NOTES = """
import subprocess
def write(name):
    command = ["git", "-C", path, "notes", "--ref", "claude-mem", "add", "-m", name, name]
    subprocess.run(command, check=True, capture_output=True)
"""

_WRITER = """
import sys
path, number, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
{setup}
sys.stdin.read(1)  # wait until all are ready
failed = 0
for n in range(count):
    try:
        write(f"{{number * count + n + 1:040x}}"[::-1])
    except Exception:
        failed += 1
print(failed)
"""

WRITERS = {"gitmem": _OURS, "git notes add": _GIT_NOTES, "pygit2.create_note": _CREATE_NOTE}


def crowd(git: GitDriver, setup: str, processes: int, notes: int) -> tuple[int, int, float]:
    """Kept, refused and the seconds it took."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER.format(setup=setup), git.path, str(number), str(notes)],
            cwd=ROOT,
            env=git.env(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for number in range(processes)
    ]
    time.sleep(1)
    start = time.perf_counter()
    for process in running:
        assert process.stdin is not None
        process.stdin.close()
    refused = 0
    for process in running:
        assert process.stdout is not None
        refused += int(process.stdout.read() or notes)
        process.wait()
    seconds = time.perf_counter() - start
    return len(list(NoteStore(git.repo).annotated_commits())), refused, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--notes", type=int, default=25)
    options = parser.parse_args()
    total = options.processes * options.notes
    print(f"{options.processes} processes x {options.notes} notes at once")
    print(f"{'':>20}{'kept':>12}{'refused':>10}{'seconds':>10}")
    for label, setup in WRITERS.items():
        with tempfile.TemporaryDirectory() as name:
            git = GitDriver(Path(name) / "repo", Path(name)).init()
            git.commit("first", a="1")
            kept, refused, seconds = crowd(git, setup, options.processes, options.notes)
        print(f"{label:>20}{kept:>6} of {total}{refused:>8}{seconds:>10.1f}", flush=True)


if __name__ == "__main__":
    main()
