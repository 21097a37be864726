"""What a session receives at its start: pending work, what is to do next, and what may help."""

from __future__ import annotations

import os
from contextlib import closing, suppress

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.lookup import memories
from gitmem.model.context_item import ContextItem
from gitmem.recall.context_choice import ContextCandidate, ContextChoice, Quota, weigh
from gitmem.recall.judgement import refusal_of
from gitmem.recall.likely_files import Prediction, predict_files
from gitmem.recall.worktree_state import read_worktree_state
from gitmem.render.context import ContextBlock
from gitmem.state.context_history import ContextHistory, SessionContext
from gitmem.state.pending import PendingStore

AT_START = Quota(0.4, 2)
_MAX_PENDING = 3


def weigh_start(
    repo: Repo, known: SessionContext | None = None, session: str = "", *, explain: bool = False
) -> ContextChoice:
    """What a session that starts now receives: pending work first, then what may help most.

    ``known`` is what a resumed session was given before.  With ``explain`` what was weighed and
    left out is there too.
    """
    given = known or SessionContext()
    own = session if known is not None else ""
    worktree_state = read_worktree_state(repo)
    pending = [
        ContextCandidate(item, 1.0, refusal=refusal_of(item.memory, given, own))
        for item in _pending(repo)
    ]
    with closing(Index.open(repo.state_dir)) as index:
        prediction = predict_files(repo, index, worktree_state)
        rest = weigh(index, prediction, AT_START, given, own, explain=explain)
        left = _next_steps(index, prediction, given, own)
    known_ids = {one.item.memory.id for one in rest if not one.refusal}
    first = [*pending, *(one for one in left if one.item.memory.id not in known_ids)]
    again = {one.item.memory.id for one in first}
    rest = [one for one in rest if one.item.memory.id not in again]
    return ContextChoice(repo, worktree_state, [*first, *rest], prediction.likely_files)


def context_for(repo: Repo, budget_tokens: int) -> ContextBlock:
    """The context block for a session that starts now."""
    return weigh_start(repo).block(budget_tokens)


def context_of_session(
    repo: Repo, session: str, budget_tokens: int, *, is_resumed: bool
) -> ContextBlock:
    """The same for the session with that id, and remember what it received.

    A resumed session still has its conversation: it is told only what is new and not its own.
    After a start, a clear or a compaction it is told everything.
    """
    told = ContextHistory(repo)
    before = told.of(session) if is_resumed else None
    weighed = weigh_start(repo, before, session)
    block = weighed.block(budget_tokens)
    given = SessionContext(
        frozenset(block.ids), likely_files=weighed.likely_files, tokens=block.tokens
    )
    with suppress(GitmemError):  # a read-only .git: better told twice than not at all
        if before is None:
            told.begin(session, given)
        elif block.text:
            told.add(session, given)
    return block


def _pending(repo: Repo) -> list[ContextItem]:
    """The uncommitted work of this work tree, newest first."""
    here = os.path.realpath(repo.worktree or repo.common_dir)
    pending = [p for p in PendingStore(repo).newest_first() if os.path.realpath(p.worktree) == here]
    return [ContextItem(found.memory, "", is_pending=True) for found in pending[:_MAX_PENDING]]


def _next_steps(
    index: Index, prediction: Prediction, given: SessionContext, own: str
) -> list[ContextCandidate]:
    """The memory of the last session here, if it says what to do next."""
    found = memories(index, prediction.newest)
    return [
        ContextCandidate(ContextItem(memory, prediction.commit_of[place], is_pending=False), 1.0)
        for place, memory in found.items()
        if memory.next and not refusal_of(memory, given, own)
    ][:1]
