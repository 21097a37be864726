"""A repository with many commits, written by ``git fast-import`` in a moment."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.git import EPOCH, GitDriver

_REASONS = (
    "Uploads failed under load because the proxy hangs up after a minute.\n",
    "",
    "We use integers instead of decimals because the driver returns floats.\n",
    "- the pool was exhausted when a handler slept\n- lint\n",
    "Fixes #{n}.\n",
)
_SUBJECTS = (
    "fix: retry the upload of invoice batch {n}",
    "Add column {n} to the table of prices",
    "Store amount {n} as an integer of cents",
    "Release connection {n} of the pool early",
    "Fix typo",
)


def fill(git: GitDriver, count: int, *, first: int = 0) -> list[str]:
    """Add ``count`` commits of one changed file each; their ids, oldest first."""
    stream = "".join(_commits(count, first)).encode()
    git.run("fast-import", "--quiet", "--force", stdin=stream)
    return git.out("rev-list", "--reverse", "main").split("\n")


def fill_branched(git: GitDriver, count: int) -> None:
    """Add ``count`` commits with merges: of every ten, three lie on a side branch that is merged
    a while later, as with pull requests.
    """
    git.run("fast-import", "--quiet", "--force", stdin="".join(_branched(count)).encode())
    git.run("reset", "-q", "--hard")


def _branched(count: int) -> Iterator[str]:
    side: list[int] = []
    for n in range(1, count + 1):
        lead, step = n - 1, n % 10
        merged = ""
        if step in (3, 4, 5):
            lead = side[-1] if side else n - 1
            side.append(n)
        elif step == 6:
            lead = side[0] - 1 if side else n - 1
        elif step == 9 and side:
            merged, side = f"merge :{side[-1]}\n", []
        subject, reason = _SUBJECTS[n % 5], _REASONS[n % 5]
        message = f"{subject}\n\n{reason}".format(n=n) if not merged else f"Merge branch {n}\n"
        content = f"def function_{n}():\n    return {n}\n"
        yield (
            f"commit refs/heads/main\nmark :{n}\n"
            f"author Ada Author <ada@example.com> {EPOCH + n * 60} +0000\n"
            f"committer Ada Author <ada@example.com> {EPOCH + n * 60} +0000\n"
            f"data {len(message.encode())}\n{message}\n"
            + (f"from :{lead}\n" if n > 1 else "")
            + merged
            + f"M 100644 inline src/module_{n % 400}.py\n"
            f"data {len(content.encode())}\n{content}\n"
        )


def _commits(count: int, first: int) -> Iterator[str]:
    for n in range(first, first + count):
        subject, reason = _SUBJECTS[n % 5], _REASONS[n % 5]
        message = f"{subject}\n\n{reason}".format(n=n)
        content = f"def function_{n}():\n    return {n}\n"
        start = "from refs/heads/main^0\n" if n == first and first else ""
        yield (
            f"commit refs/heads/main\n"
            f"author Ada Author <ada@example.com> {EPOCH + n * 60} +0000\n"
            f"committer Ada Author <ada@example.com> {EPOCH + n * 60} +0000\n"
            f"data {len(message.encode())}\n{message}\n{start}"
            f"M 100644 inline src/module_{n % 40}.py\n"
            f"data {len(content.encode())}\n{content}\n"
        )
