from __future__ import annotations

from gitmem.git.fingerprints import TraceReader
from tests.support.git import GitDriver


def test_only_a_commit_that_is_here_is_here(committed: GitDriver) -> None:
    """A branch whose tip nobody knows has an empty name for it."""
    traces = TraceReader(committed.repo)

    assert traces.has(committed.out("rev-parse", "HEAD"))
    assert not traces.has("1" * 40)
    assert not traces.has(committed.out("rev-parse", "HEAD^{tree}"))
    assert not traces.has("")
