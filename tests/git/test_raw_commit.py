"""Commits that git shows and libgit2, or a calendar, refuses: one hides no other."""

from __future__ import annotations

import pytest

from gitmem.git.commits import CommitReader, read_change
from gitmem.git.fingerprints import TraceReader
from gitmem.git.log import commit_time, read_heads, walk_files, walk_ids
from gitmem.model.instant import iso_time, parse_iso_time
from tests.support.git import GitDriver

ADA = "Ada Author <ada@example.com>"
ODD = {
    "year 10000": f"{ADA} 253402300800 +0000",
    "before 1970": f"{ADA} -100000000 +0000",
    "year 999": f"{ADA} -31000000000 +0000",
    "before Christ": f"{ADA} -100000000000 +0000",
    "no date": ADA,
    "no zone": f"{ADA} 1700000050",
    "zone +9999": f"{ADA} 1700000050 +9999",
    "zone of nine digits": f"{ADA} 1700000050 +123456789",
    "no address": "nobody at all",
    "no name": "<a@b> 1700000050 +0000",
    "64 bits": f"{ADA} 9223372036854775807 +0000",
    "65 bits": f"{ADA} 18446744073709551616 +0000",
    "26 digits": f"{ADA} 99999999999999999999999999 +0000",
    "words": f"{ADA} yesterday",
    "brackets": "Ada <<a>> 1700000050 +0000",
}


def odd_commit(git: GitDriver, line: str, *roles: str) -> str:
    """A commit with this line as its author's and committer's, or as those of some roles."""
    git.write("odd.py", "x_odd = 1\n")
    git.run("add", ".")
    heads = [f"tree {git.out('write-tree')}", f"parent {git.out('rev-parse', 'HEAD')}"]
    heads += [f"{role} {line}" for role in roles]
    raw = "\n".join([*heads, "", "Add the odd file", ""]).encode()
    made = git.out("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=raw)
    git.run("update-ref", "HEAD", made)
    return made


@pytest.mark.parametrize("line", ODD.values(), ids=ODD)
@pytest.mark.parametrize("roles", [("author", "committer"), ("author",), ("committer",), ()])
def test_an_odd_commit_is_read_as_it_is(
    committed: GitDriver, line: str, roles: tuple[str, ...]
) -> None:
    before = committed.out("rev-parse", "HEAD")
    odd = odd_commit(committed, line, *roles)
    after = committed.commit("after", **{"after.py": "y = 2"})

    head = CommitReader(committed.repo).head(odd)
    change = read_change(committed.repo, odd)
    traces = TraceReader(committed.repo)

    assert [one.commit for one in read_heads(committed.repo, [after, odd, before])] == [
        after,
        odd,
        before,
    ]
    assert list(walk_ids(committed.repo)) == [after, odd, before]
    assert "odd.py" in next(paths for name, _, paths in walk_files(committed.repo) if name == odd)
    assert (change.subject, change.paths) == ("Add the odd file", ("odd.py",))
    assert read_change(committed.repo, after).paths == ("after.py",)
    assert head.message.strip() == "Add the odd file"
    assert parse_iso_time(iso_time(head.author_time)) is not None
    assert commit_time(committed.repo, odd) >= 0
    assert traces.parents(after) == [odd]
    assert traces.parents(odd) == [before]
    assert traces.merge_base(after, before) == before


@pytest.mark.parametrize(
    ("seconds", "instant"),
    [
        (253402300800, "9999-12-31T23:59:59Z"),
        (-(10**30), "0001-01-01T00:00:00Z"),
        (float("inf"), "9999-12-31T23:59:59Z"),
        (float("nan"), "1970-01-01T00:00:00Z"),
        (-31_000_000_000, "0987-08-25T16:53:20Z"),
        (-1, "1969-12-31T23:59:59Z"),
    ],
)
def test_every_number_is_an_instant(seconds: float, instant: str) -> None:
    assert iso_time(seconds) == instant
