"""What gitmem adds in a repository with a long history, beside ``git log -n 20`` in the same run.

    python -m tests.bench.big_history [REPOSITORY] [--folder DIR] [--memories N] [--runs N]

REPOSITORY (the larger, the better; at least 50,000 commits are wanted) is cloned, sharing its
objects and writing nothing to it; without one, 60,000 commits (``--commits``) with merges are
made.  The memories are those of ``gitmem backfill``: once of the newest commits, once of commits
behind the newest half of the history.  DIR keeps the clones for the next run.

Each command is timed as a process, without and with a commit-graph, where the memories are new,
where all of them are old, and where none is on the branch; ``first`` is a look that nothing was
remembered for.  The best of the runs is told, since other work on the machine only adds, and the
CPU time of the command and its git processes beside it.  That no walk of the whole history hides
in it is shown by counting: how many commits git's ``log`` and ``rev-list`` printed, by a program
in git's place (what a pipe holds when its reader has enough, up to 800 of them, counts too).
A plain ``git rev-list HEAD``, all of it, is timed for comparison.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.bigrepo import fill_branched
from tests.support.cli import GITMEM
from tests.support.git import GitDriver

_SHARE_WORTH = 0.70  # of the commits that backfill looks at; less, and it is run again

_COUNTER = """#!{python} -I
import os, subprocess, sys
command = ["{git}", *sys.argv[1:]]
listing = next((word for word in sys.argv[1:] if word in ("rev-list", "log")), "")
if not listing:
    os.execv(command[0], command)
end, fields, count = b"\\n", 1, 0
if listing == "log":
    end, fields, count = (b"\\0", 5, 0) if "-z" in sys.argv else (b"\\ncommit ", 1, 1)
file = os.open(f"{counts}/{{os.getpid()}}", os.O_CREAT | os.O_WRONLY)
process = subprocess.Popen(command, stdout=subprocess.PIPE)
while chunk := process.stdout.read1(4096):
    count += chunk.count(end)
    os.pwrite(file, b"%d" % (count // fields), 0)  # at once: the reader may kill us
    try:
        os.write(1, chunk)
    except BrokenPipeError:
        process.kill()
sys.exit(process.wait())
"""


@dataclass(frozen=True)
class Place:
    """A repository in a state to measure: what it is called, and how many commits HEAD reaches."""

    name: str
    git: GitDriver
    commits: int


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", nargs="?", type=Path)
    parser.add_argument("--folder", type=Path, help="keep the clones here")
    parser.add_argument("--memories", type=int, default=10_000)
    parser.add_argument("--commits", type=int, default=60_000, help="to make without REPOSITORY")
    parser.add_argument("--runs", type=int, default=9)
    given = parser.parse_args(arguments)
    if given.folder is not None:
        given.folder.mkdir(parents=True, exist_ok=True)
        run(given.folder.resolve(), given)
        return
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), given)


def run(folder: Path, given: argparse.Namespace) -> None:
    """Build what is not there yet, then measure and print."""
    (folder / "home").mkdir(exist_ok=True)
    new, old = (built(folder, name, given) for name in ("new", "old"))
    print("| memories | HEAD reaches | commit-graph | command | ms | CPU ms | streamed |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for with_graph in (False, True):
        for git in (new, old):
            graph(git, with_graph=with_graph)
        measure(folder, at_main(new, "new"), with_graph, given.runs)
        measure(folder, at_main(old, "old"), with_graph, given.runs)
        measure(folder, elsewhere(new), with_graph, given.runs)


def built(folder: Path, name: str, given: argparse.Namespace) -> GitDriver:
    """The clone of that name with its memories, made now or in an earlier run."""
    git = GitDriver(folder / name, folder / "home")
    if (folder / f"{name}.done").exists():
        return git
    shutil.rmtree(git.path, ignore_errors=True)
    if given.repository is None:
        git.init()
        fill_branched(git, given.commits)
    else:
        origin = GitDriver(given.repository.resolve(), folder / "home")
        origin.clone(git.path, "--no-checkout", "--shared")
    git.run("config", "user.name", "Ada Author")
    git.run("config", "user.email", "ada@example.com")
    command(git, "init")
    commits = git.out("rev-list", "HEAD").splitlines()
    first = commits[0] if name == "new" else commits[len(commits) // 2]
    started = time.perf_counter()
    looked_at = wanted = int(given.memories / _SHARE_WORTH)
    while (count := len(annotated(git))) < given.memories:
        command(git, "backfill", "--no-transcripts", "-n", str(wanted), first)
        if len(annotated(git)) == count:
            raise SystemExit(f"this history gives {count} memories only")
        wanted = max(200, looked_at // 10)
    seconds = time.perf_counter() - started
    print(f"{name}: {len(commits)} commits, {count} memories by backfill in {seconds:.0f} s")
    (folder / f"{name}.done").touch()
    return git


def annotated(git: GitDriver) -> list[str]:
    return git.out("notes", "--ref", "claude-mem", "list").splitlines()


def graph(git: GitDriver, *, with_graph: bool) -> None:
    """Write git's commit-graph, or take it away."""
    info = git.path / ".git" / "objects" / "info"
    for path in (*info.glob("commit-graph"), *info.glob("commit-graphs/*")):
        path.unlink()
    if with_graph:
        git.run("commit-graph", "write", "--reachable")


def at_main(git: GitDriver, name: str) -> Place:
    """On the branch that was cloned."""
    branch = git.out("for-each-ref", "--format=%(refname)", "refs/heads/").splitlines()
    main = next(ref for ref in branch if not ref.endswith("/elsewhere"))
    git.run("symbolic-ref", "HEAD", main)
    return Place(name, git, int(git.out("rev-list", "--count", "HEAD")))


def elsewhere(git: GitDriver) -> Place:
    """On a branch that has none of the memories."""
    oldest = {line.split()[1] for line in annotated(git)}
    commits = git.out("rev-list", "--topo-order", "HEAD").splitlines()
    last = max(place for place, commit in enumerate(commits) if commit in oldest)
    git.run("update-ref", "refs/heads/elsewhere", commits[last + 1])
    git.run("symbolic-ref", "HEAD", "refs/heads/elsewhere")
    reached = git.out("rev-list", "HEAD").splitlines()
    assert not oldest & set(reached)
    return Place("elsewhere", git, len(reached))


def measure(folder: Path, place: Place, with_graph: bool, runs: int) -> None:
    """Time and count each command where the repository is now; the first look is told apart."""
    for _ in range(3):  # whatever the change of branch left to be done
        command(place.git, "log", "-n", "1")
    actions: Mapping[str, Callable[[], object]] = {
        "git log -n 20": lambda: place.git.run("log", "-n", "20"),
        "gitmem --version": lambda: command(place.git, "--version"),
        "gitmem log -n 20": lambda: command(place.git, "log", "-n", "20"),
        "SessionStart": lambda: session_start(place.git),
        "gitmem reconcile": lambda: command(place.git, "reconcile"),
    }
    actions = {**actions, "git rev-list HEAD": lambda: place.git.run("rev-list", "HEAD")}
    for name, action in actions.items():
        if name in ("gitmem log -n 20", "SessionStart"):
            forget(place.git)
            first = timed(action)
            forget(place.git)
            row(place, with_graph, f"{name}, first", first, counted(folder, action))
        times = [timed(action) for _ in range(runs)]
        best = min(wall for wall, _ in times), min(cpu for _, cpu in times)
        row(place, with_graph, name, best, counted(folder, action))


def forget(git: GitDriver) -> None:
    (git.path / ".git" / "gitmem" / "walks.json").unlink(missing_ok=True)


def row(
    place: Place, with_graph: bool, name: str, times: tuple[float, float], streamed: int
) -> None:
    cells = (
        *(place.name, place.commits, "yes" if with_graph else "no", name),
        *(f"{times[0]:.0f}", f"{times[1]:.0f}", streamed),
    )
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def counted(folder: Path, action: Callable[[], object]) -> int:
    """How many commits git printed for an action; what a closed pipe still held counts too."""
    counts, bin_folder = folder / "counts", folder / "bin"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir()
    bin_folder.mkdir(exist_ok=True)
    shim = bin_folder / "git"
    real = shutil.which("git") or "git"
    shim.write_text(_COUNTER.format(python=sys.executable, git=real, counts=counts))
    shim.chmod(0o755)
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{bin_folder}:{path}"
    try:
        action()
    finally:
        os.environ["PATH"] = path
    return sum(int(file.read_text() or 0) for file in counts.iterdir())


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """How long an action took, and what its processes computed, in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    action()
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return wall * 1_000, cpu * 1_000


def command(git: GitDriver, *arguments: str) -> None:
    done = subprocess.run(
        [*GITMEM, *arguments], cwd=git.path, env=git.env(), capture_output=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"gitmem {arguments} -> {done.returncode}\n{done.stderr.decode()}")


def session_start(git: GitDriver) -> None:
    payload = {"session_id": "s-new", "transcript_path": "/nowhere", "cwd": str(git.path)}
    subprocess.run(
        [str(git.path / ".git" / "gitmem" / "run"), "hook", "SessionStart"],
        cwd=git.path,
        env=git.env(),
        input=json.dumps(payload).encode(),
        capture_output=True,
        check=True,
    )


if __name__ == "__main__":
    main()
