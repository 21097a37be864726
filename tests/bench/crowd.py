"""How many memories survive when a whole team commits and pushes at once.

``python -m tests.bench.crowd [--clones 8] [--commits 50] [--kill] [--seed N]``

Each clone is set up by ``gitmem init`` and driven by plain git: an agent's small session is written
for each commit, the commit's hook has it captured by the offline compressor, and ``git push`` of
the clone's own branch takes the memory along.  All push to one bare repository, two more clones
pull and read all the time, and every fifth commit is followed by a ``git fetch``.  With ``--kill``
workers, and the git commands that they run, are killed (``kill -9``) at random the whole time.
In the end each clone runs ``gitmem sync`` once, and once more to receive what the later ones sent.

Printed: memories lost (a commit has none at the remote or in some clone), doubled (it has more
than one), how many were at the remote before the syncs, pushes of memories that arrived and tries
that had to be repeated, git commands of the people that failed, and seconds: until the last push
returned, and from there until all have everything.  The baselines do the same with ``git notes
add`` and ``git push`` of the ref, as scripts have it; a clone whose push is rejected does nothing,
or takes the remote's notes by force and adds its own note again.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from gitmem.notes.store import NoteStore
from gitmem.state.lock import is_worker_running
from tests.support.cli import GITMEM
from tests.support.git import GitDriver
from tests.support.session import SessionWriter

REF = "refs/notes/claude-mem"
_PULLERS = 2
_PATIENCE_SECONDS = 120.0
_LOCK_AGE_SECONDS = 11 * 60
_COUNTING = '#!/bin/sh\ntest -n "$GITMEM_PUSHING" && echo >> "{log}"\nexec git-receive-pack "$@"\n'


@dataclass
class Result:
    """What became of the memories of ``made`` commits; see the module for the rest."""

    made: int = 0
    at_once: int = 0
    lost: int = 0
    doubled: int = 0
    pushes: int = 0
    retries: int = 0
    killed: int = 0
    seconds: float = 0.0
    converging: float = 0.0
    failures: list[str] = field(default_factory=list)
    unclean: list[str] = field(default_factory=list)


class Person(GitDriver):
    """A clone at real times, and the session of the agent that works in it."""

    def __init__(self, path: Path, home: Path, number: int) -> None:
        super().__init__(path, home)
        self.number = number
        self.branch = f"clone-{number}"
        self.failures: list[str] = []
        self.environ["CLAUDE_CODE_SESSION_ID"] = session = (
            f"{number:08}-2222-4333-8444-555555555555"
        )
        slug = "".join(c if c.isalnum() else "-" for c in str(path.resolve()))
        transcript = home / ".claude" / "projects" / slug / f"{session}.jsonl"
        self.writer = SessionWriter(
            transcript, path.resolve(), session=session, now=time.time(), step=0.001
        )

    def env(self) -> dict[str, str]:
        return {name: value for name, value in super().env().items() if "_DATE" not in name}

    def attempt(self, *arguments: str) -> bool:
        """Run git as a person does; a failure is kept."""
        done = self.run(*arguments, check=False)
        if done.returncode != 0:
            self.failures.append(f"git {arguments[0]}: {done.stderr.decode(errors='replace')}")
        return done.returncode == 0

    def gitmem(self, *arguments: str) -> None:
        """Run a command of gitmem; a failure is kept."""
        done = subprocess.run(
            [*GITMEM, *arguments], cwd=self.path, env=self.env(), capture_output=True, check=False
        )
        if done.returncode != 0:
            self.failures.append(f"gitmem {arguments[0]}: {done.stderr.decode(errors='replace')}")

    def work(self, part: int) -> str:
        """One commit of the agent's; its id."""
        name = f"{self.branch}/part{part}.py"
        self.writer.now = time.time()
        self.writer.prompt(f"Make part {part} of {self.branch} exact, because floats lie.")
        self.writer.write(name, f"PART = {part}\n").say(f"Part {part} holds integers now.")
        self.write(name, f"PART = {part}\n")
        self.attempt("add", "-A")
        self.attempt("commit", "-q", "-m", f"Part {part} of {self.branch}")
        return self.out("rev-parse", "HEAD")


def crowd(folder: Path, clones: int, commits: int, *, kills: bool = False, seed: int = 1) -> Result:
    """Let ``clones`` people make ``commits`` commits each below ``folder``."""
    remote, people = _team(folder, clones + _PULLERS)
    log = folder / "tries"
    counting = folder / "receive-pack"
    counting.write_text(_COUNTING.format(log=log))
    counting.chmod(0o755)
    for person in people:
        person.run("config", "remote.origin.receivepack", str(counting))
        person.gitmem("init")
    workers, pullers = people[:clones], people[clones:]
    result = Result()
    with _killing(folder, seed, result) if kills else _in_peace():
        begun = time.perf_counter()
        made = _all_work(workers, pullers, commits, _work_and_push, _pull_and_read)
        result.seconds = time.perf_counter() - begun
        _settle(people)
    result.made = len(made)
    result.at_once = len(_memories(remote).keys() & made)
    begun = time.perf_counter()
    _age_locks(folder)
    for person in [*people, *people]:
        person.gitmem("sync")
    result.converging = time.perf_counter() - begun
    for git in (remote, *people):
        counts = _memories(git)
        result.lost = max(result.lost, len(made - counts.keys()))
        result.doubled = max(result.doubled, sum(n - 1 for n in counts.values()))
        if git.run("fsck", "--strict", check=False).returncode != 0:
            result.unclean.append(str(git.path))
    result.pushes = len(remote.out("reflog", "show", "--format=%H", REF).splitlines())
    result.retries = (log.stat().st_size if log.exists() else 0) - result.pushes
    result.failures = [failure for person in people for failure in person.failures]
    return result


def crowd_of_scripts(folder: Path, clones: int, commits: int, *, by_force: bool) -> Result:
    """The same with ``git notes add`` and ``git push``."""
    remote, people = _team(folder, clones)
    result = Result()
    rejected = [0] * clones
    lock = threading.Lock()

    def write_and_push(person: Person, part: int) -> str:
        commit = person.work(part)
        note = ["notes", "--ref", "claude-mem", "add", "-f", "-m", f"Part {part}", commit]
        person.attempt(*note)
        person.attempt("push", "-q", "origin", person.branch)
        push = ["push", "-q", "origin", REF]
        if person.run(*push, check=False).returncode != 0:
            rejected[person.number] += 1
            if by_force:
                person.run("fetch", "-q", "origin", f"+{REF}:{REF}", check=False)
                person.attempt(*note)
                person.run(*push, check=False)
        return commit

    begun = time.perf_counter()
    made = _all_work(people, [], commits, write_and_push, lambda _: None)
    result.seconds = time.perf_counter() - begun
    with lock:
        for person in people:  # once more each, when nobody disturbs
            person.run("push", "-q", "origin", REF, check=False)
    listed = remote.out("notes", "--ref", "claude-mem", "list").splitlines()
    there = {line.split()[1] for line in listed}
    result.made, result.at_once = len(made), len(made & there)
    result.lost = len(made - there)
    result.retries = sum(rejected)
    result.pushes = len(remote.out("reflog", "show", "--format=%H", REF).splitlines())
    return result


def _team(folder: Path, clones: int) -> tuple[GitDriver, list[Person]]:
    """A bare repository with one commit, and clones of it, each on a branch of its own."""
    home = folder / "home"
    home.mkdir()
    remote = GitDriver(folder / "remote.git", home).init(bare=True)
    remote.run("config", "core.logAllRefUpdates", "always")
    first = GitDriver(folder / "first", home).init()
    first.commit("first", **{"README.md": "hello\n"})
    first.run("push", "-q", str(remote.path), "main")
    people = []
    for number in range(clones):
        remote.clone(folder / f"clone{number}")
        person = Person(folder / f"clone{number}", home, number)
        person.run("checkout", "-q", "-b", person.branch)
        people.append(person)
    return remote, people


def _all_work(
    workers: list[Person],
    pullers: list[Person],
    commits: int,
    act: Callable[[Person, int], str],
    pull: Callable[[Person], None],
) -> set[str]:
    """Everybody at once; the commits that were made."""
    is_over = threading.Event()

    def do_all(person: Person) -> list[str]:
        return [act(person, part) for part in range(commits)]

    def pull_all(person: Person) -> None:
        while not is_over.is_set():
            pull(person)

    with ThreadPoolExecutor(len(workers) + len(pullers)) as pool:
        pulling = [pool.submit(pull_all, person) for person in pullers]
        try:
            made = {commit for commits in pool.map(do_all, workers) for commit in commits}
        finally:
            is_over.set()
        for future in pulling:
            future.result()
    return made


def _work_and_push(person: Person, part: int) -> str:
    commit = person.work(part)
    person.attempt("push", "-q", "origin", person.branch)
    if part % 5 == 4:
        person.attempt("fetch", "-q", "origin")
    return commit


def _pull_and_read(person: Person) -> None:
    person.attempt("pull", "-q", "origin", "main")
    person.attempt("fetch", "-q", "origin")
    person.gitmem("log", "-n", "5", "--all")
    time.sleep(0.2)


def _settle(people: list[Person]) -> None:
    """Wait until every worker has done what it can."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and any(is_worker_running(p.repo) for p in people):
        time.sleep(0.1)


def _memories(git: GitDriver) -> dict[str, int]:
    """How many memories each commit has."""
    return {name: len(note.memories) for name, note in NoteStore(git.repo) if note.memories}


@contextmanager
def _in_peace() -> Iterator[None]:
    yield


@contextmanager
def _killing(folder: Path, seed: int, result: Result) -> Iterator[None]:
    """Kill what works for gitmem below ``folder``, one at random every now and then."""
    chance = random.Random(seed)
    is_over = threading.Event()

    def kill_some() -> None:
        while not is_over.wait(chance.uniform(0.02, 0.3)):
            if running := _workers(folder):
                with suppress(ProcessLookupError):
                    os.kill(chance.choice(running), signal.SIGKILL)
                    result.killed += 1

    thread = threading.Thread(target=kill_some)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _workers(folder: Path) -> list[int]:
    """The workers of the clones below ``folder``, and the git commands that they run."""
    done = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in done.stdout.splitlines()]
    workers = {pid for pid, _, args in rows if f" worker {folder}" in args}
    return [int(pid) for pid, parent, _ in rows if pid in workers or parent in workers]


def _age_locks(folder: Path) -> None:
    """Make a killed process's locks as old as they must be for others to remove them."""
    old = time.time() - _LOCK_AGE_SECONDS
    for lock in folder.glob("clone*/.git/refs/**/*.lock"):
        with suppress(OSError):
            os.utime(lock, (old, old))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clones", type=int, default=8)
    parser.add_argument("--commits", type=int, default=50)
    parser.add_argument("--kill", action="store_true", help="kill workers at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the clones are made")
    given = parser.parse_args()
    print(f"{given.clones} clones x {given.commits} commits at once, {_PULLERS} more pull and read")
    print(
        f"{'':>26}{'lost':>6}{'doubled':>9}{'before sync':>13}{'pushes':>8}{'retries':>9}"
        f"{'killed':>8}{'failed':>8}{'seconds':>9}{'converging':>12}"
    )
    runs: list[tuple[str, Callable[[Path], Result]]] = [
        (
            "gitmem, workers killed" if given.kill else "gitmem",
            lambda at: crowd(at, given.clones, given.commits, kills=given.kill, seed=given.seed),
        ),
        (
            "git notes, git push",
            lambda at: crowd_of_scripts(at, given.clones, given.commits, by_force=False),
        ),
        (
            "the same, then by force",
            lambda at: crowd_of_scripts(at, given.clones, given.commits, by_force=True),
        ),
    ]
    is_good = True
    for label, run in runs:
        with tempfile.TemporaryDirectory(dir=given.folder) as name:
            result = run(Path(name))
        print(
            f"{label:>26}{result.lost:>6}{result.doubled:>9}"
            f"{f'{result.at_once} of {result.made}':>13}{result.pushes:>8}{result.retries:>9}"
            f"{result.killed:>8}{len(result.failures):>8}{result.seconds:>9.1f}"
            f"{result.converging:>12.1f}",
            flush=True,
        )
        for line in [*dict.fromkeys(result.failures), *result.unclean][:5]:
            print(f"  {line.strip()}")
        if label.startswith("gitmem"):
            is_good = not (result.lost or result.doubled or result.failures or result.unclean)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
