"""What is told beside lines of a repository, drawn at random, to be judged by eye.

``python -m tests.bench.beside_lines REPOSITORY [--count 60] [--seed 1] [--show]``

REPOSITORY is set up and filled (``gitmem init``, ``gitmem backfill``).  Each range of 30 to 100
lines of a text file is read by a session of its own, once.  Prints how many were told something,
beside of how many some line is of a commit that has any memory at all, and how long the answers
took in this process, the first of a file and the later ones apart.  With ``--show`` what was told.
The told commits are compared with those that ``git blame`` itself names: any other is an error.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import subprocess
import time
import uuid
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from gitmem.git.line_origins import origins_of_lines
from gitmem.git.repo import Repo, find_repo, run_git
from gitmem.index.cache import Index
from gitmem.index.memories import memories_of
from gitmem.recall.beside_file import context_of_file, weigh_lines
from gitmem.recall.beside_lines import Passage, located
from gitmem.refresh.refresh import refresh
from gitmem.state.settings import Settings

_ENDINGS = (".py", ".rs", ".go", ".c", ".h", ".js", ".ts", ".java", ".rb", ".md", ".rst", ".toml")
_PLACE = re.compile(rb"([0-9a-f]{40}) \d+ \d+")


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw, read, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args(arguments)
    repo = find_repo(given.repository)
    refresh(repo).close()
    told, known, wrong = 0, 0, 0
    times: dict[str, list[float]] = {"first": [], "later": []}
    seen: set[str] = set()
    for path, first, last in draw(repo, given.count, random.Random(given.seed)):
        begun = time.perf_counter()
        text = read(repo, path, first, last)
        times["later" if path in seen else "first"].append((time.perf_counter() - begun) * 1000)
        seen.add(path)
        told += bool(text)
        known += has_memory(repo, path, first, last)
        if text:
            named = blamed(repo, path, first, last)
            passage = located(repo, path, Passage(((first, last),)))
            chosen = weigh_lines(repo, path, passage).candidates
            wrong += sum(one.item.commit not in named for one in chosen)
        if given.show:
            print(f"## {path}:{first}-{last}\n{text or '(silence)'}\n")
    print(f"{given.count} ranges; of {known} some line is of a commit with a memory; told: {told}")
    print(f"of commits that git does not blame: {wrong}")
    for name, some in times.items():
        if some:
            print(
                f"{name} answer of a file: median {statistics.median(some):.0f} ms of {len(some)}"
            )


def draw(repo: Repo, count: int, rng: random.Random) -> list[tuple[str, int, int]]:
    """Ranges of lines in files of the work tree that are long enough."""
    names = run_git(repo, "ls-files", "-z").decode("utf-8", "replace").split("\0")
    sizes = {}
    for name in names:
        file = repo.need_worktree() / name
        if name.endswith(_ENDINGS) and file.is_file() and not file.is_symlink():
            sizes[name] = file.read_bytes().count(b"\n")
    long = sorted(name for name, size in sizes.items() if size > 80)
    found = []
    for _ in range(count):
        path = rng.choice(long)
        first = rng.randrange(1, sizes[path] - 30)
        found.append((path, first, min(sizes[path], first + rng.choice((30, 60, 60, 100)))))
    return found


def read(repo: Repo, path: str, first: int, last: int) -> str:
    """What a session that has received nothing is told beside the lines."""
    session = str(uuid.uuid4())
    passage = Passage(((first, last),))
    return context_of_file(repo, session, session, path, Settings(), passage).text


def has_memory(repo: Repo, path: str, first: int, last: int) -> bool:
    """Whether anything at all is remembered of a commit behind the lines."""
    folder = repo.state_dir / "blame"
    found = origins_of_lines(repo, path, ((first, last),), folder, seconds=60)
    with closing(Index.open(repo.state_dir)) as index:
        return bool(memories_of(index, [one.commit for one in found.origins], 1))


def blamed(repo: Repo, path: str, first: int, last: int) -> set[str]:
    """The commits that git names, asked in the ordinary way."""
    command = ["git", "blame", "-w", "--line-porcelain", f"-L{first},{last}", "--", path]
    done = subprocess.run(command, cwd=repo.worktree, check=True, capture_output=True)
    return {match[1].decode() for match in map(_PLACE.match, done.stdout.split(b"\n")) if match}


if __name__ == "__main__":
    main()
