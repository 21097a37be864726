"""The annotated commits on a history, newest first, without walking it all each time.

The walk streams and ends when its reader has enough.  One that had to go far is remembered: the
next from the same commit, or from one a few commits on, begins where that one left off.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice

from gitmem.git.log import walk_parents
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.commits import (
    annotated_commit_count,
    annotated_commits_among,
    annotated_commits_since,
)
from gitmem.state.walk_cache import Walk, keep_walk, read_walks

_FRONT = 64
_LONG_WALK = 512
_SPARSE = 8  # commits for one that is annotated: where there are more, looking again is short
_MAX_PLACES = 1_000


def annotated_walk(
    repo: Repo, index: Index, revision: str = "HEAD", *, limit: int | None = None
) -> Generator[str, None, None]:
    """The annotated commits that ``revision`` reaches, in git's order.

    Of the first ``limit`` commits, all where it is None.

    Raises:
        UnknownRevision: the revision names nothing.
        GitFailed: git cannot walk the history.
    """
    if limit is not None and limit <= 0:
        return
    birth, mark = index.birth, index.mark
    with closing(walk_parents(repo, revision)) as commits:
        front = list(islice(commits, _FRONT if limit is None else min(limit, _FRONT)))
        if not front:
            return
        ids = [commit for commit, _ in front]
        first = annotated_commits_among(index, ids)
        places = [(commit, place) for place, commit in enumerate(ids) if commit in first]
        yield from (commit for commit, _ in places)
        if len(front) < _FRONT or annotated_commit_count(index) == len(first):
            return
        walk = Walk(ids[0], tuple(places), len(ids), False, birth, mark)
        known = _cached_walk(repo, index, walk, front)
        if known is not None:
            yield from (c for c, at in known.found[len(places) :] if limit is None or at < limit)
            if known.is_over or (limit is not None and known.walked >= limit):
                return
            walk = known  # not far enough: the walk goes on behind what is known
            for _ in islice(commits, walk.walked - len(ids)):
                pass
        yield from _continue_walk(repo, index, commits, walk, limit)


def _continue_walk(
    repo: Repo,
    index: Index,
    commits: Iterator[tuple[str, tuple[str, ...]]],
    walk: Walk,
    limit: int | None,
) -> Iterator[str]:
    """Continue a walk, and remember how far it came if it came far."""
    places, walked, is_over = list(walk.found), walk.walked, False
    total = annotated_commit_count(index)
    size = _FRONT * 2
    try:
        while not is_over and (limit is None or walked < limit):
            wanted = size if limit is None else min(size, limit - walked)
            batch = [commit for commit, _ in islice(commits, wanted)]
            annotated = annotated_commits_among(index, batch)
            places += [(c, walked + n) for n, c in enumerate(batch) if c in annotated]
            walked += len(batch)
            is_over = len(batch) < wanted or len(places) == total
            yield from (commit for commit in batch if commit in annotated)
            size = min(size * 2, 4096)
    finally:
        is_long = walked >= max(_LONG_WALK, _SPARSE * len(places))
        if is_long and not index.is_volatile:
            if len(places) > _MAX_PLACES:
                places = places[:_MAX_PLACES]
                walked, is_over = places[-1][1] + 1, False
            keep_walk(repo, replace(walk, found=tuple(places), walked=walked, is_over=is_over))


def _cached_walk(
    repo: Repo, index: Index, start: Walk, front: Sequence[tuple[str, tuple[str, ...]]]
) -> Walk | None:
    """A remembered walk that goes on where ``start``, which met the front, ends; None where none
    serves.

    From a commit that only single-parent commits lie before, the order is the same, shifted.  What
    has been annotated since must lie in the front, or be known: anything else may lie anywhere.
    """
    places = {commit: place for place, (commit, _) in enumerate(front)}
    for walk in read_walks(repo):
        shift = places.get(walk.head)
        if shift is None or walk.birth != start.birth or not _is_chain(front, shift):
            continue
        familiar = places.keys() | {commit for commit, _ in walk.found}
        if walk.walked + shift < len(front) or not familiar.issuperset(
            annotated_commits_since(index, walk.mark)
        ):
            continue
        later = tuple((c, at + shift) for c, at in walk.found if at + shift >= len(front))
        known = replace(
            start, found=start.found + later, walked=walk.walked + shift, is_over=walk.is_over
        )
        if shift >= _FRONT // 2:  # before its commit leaves the front
            keep_walk(repo, known)
        return known
    return None


def _is_chain(front: Sequence[tuple[str, tuple[str, ...]]], length: int) -> bool:
    return all(front[n][1] == (front[n + 1][0],) for n in range(length))
