"""What the next session is given: the newest memories that HEAD can reach, fitted to a budget.

Reads the index and walks from HEAD only as far as it must.  Standard library only: this runs
in the agent's SessionStart hook.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from itertools import islice

from gitmem.errors import GitmemError
from gitmem.index.cache import Index
from gitmem.porcelain.walk import annotated_walk
from gitmem.render.context import ContextBlock, ContextItem, render_context
from gitmem.store.gitdir import Repo
from gitmem.store.pending import PendingStore
from gitmem.store.told import Told

_MAX_PENDING = 3
_MAX_ITEMS = 40
_MAX_WALK = 20_000
_EQUALLY_RECENT = 8  # commits


def context_for(repo: Repo, budget_tokens: int) -> ContextBlock:
    """The context block for a session that starts now: pending work, then newest commit first.

    The same repository state gives the same text: there is no clock in it.
    """
    return render_context(_items(repo), budget_tokens)


def context_of_session(
    repo: Repo, session: str, budget_tokens: int, *, is_resumed: bool
) -> ContextBlock:
    """The same for the session of that id, and remember what it was told.

    A resumed session still has its conversation: it is told only what is new and not its own.
    After a start, a clear or a compaction it is told everything.
    """
    items = _items(repo)
    told = Told(repo)
    before = told.of(session) if is_resumed else None
    with suppress(GitmemError):  # a read-only .git: better told twice than not at all
        told.put(session, {item.memory.id for item in items} | (before or frozenset()))
    if before is not None:
        items = [item for item in items if not _is_known(item, session, before)]
    return render_context(items, budget_tokens)


def _is_known(item: ContextItem, session: str, told: frozenset[str]) -> bool:
    return item.memory.id in told or item.memory.provenance.session == session


def _items(repo: Repo) -> list[ContextItem]:
    """What may be told, most important first."""
    here = os.path.realpath(repo.worktree or repo.common_dir)
    pending = [p for p in PendingStore(repo).newest_first() if os.path.realpath(p.worktree) == here]
    items = [ContextItem(found.memory, "", is_pending=True) for found in pending[:_MAX_PENDING]]
    with closing(Index.open(repo.state_dir)) as index:
        items += islice(_reachable(repo, index), _MAX_ITEMS)
    return items


def _reachable(repo: Repo, index: Index) -> Iterator[ContextItem]:
    """The memories on HEAD's history, newest commit first, as :func:`_preferred` has it.

    The walk ends with the last annotated commit there is, or after 20,000 commits: what lies
    behind those is found by asking for it, not by starting a session.
    """
    try:
        with closing(annotated_walk(repo, index, limit=_MAX_WALK)) as walk:
            while few := list(islice(walk, _EQUALLY_RECENT)):
                by_commit: dict[str, list[ContextItem]] = {}
                for found in index.memories_of(few):
                    item = ContextItem(found.memory, found.commit, is_pending=False)
                    by_commit.setdefault(found.commit, []).append(item)
                yield from _preferred([by_commit[commit] for commit in few if commit in by_commit])
    except GitmemError:
        return  # no commit yet, or a history git cannot walk: what is pending still counts


def _preferred(commits: Sequence[Sequence[ContextItem]]) -> Iterator[ContextItem]:
    """Of these few commits first what sessions left, then what was made of history alone.

    A backfilled repository has a memory of nearly every commit.  Those that give no reason are
    there to be searched, not to be told; and what a session left says all of its commit.
    """
    yield from (item for items in commits for item in items if not _is_of_history(item))
    for items in commits:
        if all(_is_of_history(item) for item in items):
            yield from (item for item in items if _gives_reason(item))


def _is_of_history(item: ContextItem) -> bool:
    return item.memory.provenance.is_of_history


def _gives_reason(item: ContextItem) -> bool:
    memory = item.memory
    return bool(memory.why or memory.what or memory.decisions or memory.errors)
