"""What a session receives at its start: what is pending, where the work was left, what may help.

Where nothing is sure enough one line says how much is remembered and how to ask for it.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import closing, suppress
from itertools import groupby

from gitmem.errors import GitmemError
from gitmem.git.regular_file import open_regular
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.lookup import holders_in_scope, memories, places_of
from gitmem.index.memories import memories_of
from gitmem.index.person_words import pinned_ids
from gitmem.model.context_item import ContextItem
from gitmem.model.likely import worth as worth_of
from gitmem.model.memory import Memory
from gitmem.model.reason import gives_reason
from gitmem.model.value import replace
from gitmem.recall.beside_lines import speaker
from gitmem.recall.context_choice import ContextCandidate, ContextChoice, Quota, weigh
from gitmem.recall.judgement import refusal_of
from gitmem.recall.left_off import is_still_pending, without_steps, without_taken_steps
from gitmem.recall.likely_files import Prediction, predict_files
from gitmem.recall.worktree_state import WorktreeState, read_worktree_state
from gitmem.refresh.reachable import scope_of
from gitmem.render.context import ContextBlock
from gitmem.state.context_history import ContextHistory, SessionContext
from gitmem.state.pending import PendingStore

AT_START = Quota(0.4, 2)
_MAX_PENDING, _MAX_LEFT_OFF, _MAX_PINNED, _MOST = 3, 2, 2, 3
_LEAST_OF_LAST, _LEAST_OF_DECISION = 0.2, 0.3
_SETTINGS_BYTES = 1 << 16


def weigh_start(
    repo: Repo, known: SessionContext | None = None, session: str = "", *, explain: bool = False
) -> ContextChoice:
    """What a session that starts now receives: pending work, the memory of the commit where the
    work was left, then what may help most.

    ``known`` is what a resumed session was given before.  With ``explain`` what was weighed and
    left out is there too.
    """
    given = known or SessionContext()
    own = session if known is not None else ""
    worktree_state = read_worktree_state(repo)
    pending = [
        ContextCandidate(item, 1.0, refusal=refusal_of(item.memory, given, own))
        for item in _pending(repo, worktree_state)
    ]
    # Weighed as for a session that was told nothing: what is given is left out of that, and the
    # next best does not come in its place.
    with closing(Index.open(repo.state_dir)) as index:
        prediction = predict_files(repo, index, worktree_state)
        left = _left_off(repo, index, prediction, worktree_state, SessionContext(), own)
        # What a person pinned comes first of all that only may help, two at most.
        left += _pinned(repo, index, {one.item.memory.id for one in left})
        told = SessionContext(frozenset(one.item.memory.id for one in left))
        quota = replace(AT_START, most=max(0, min(AT_START.most, _MOST - len(left))))
        rest = weigh(index, prediction, quota, told, own, explain=explain)
        count = len(scope_of(repo, index))
        of_head = memories_of(index, [worktree_state.head])
        has_own = any(gives_reason(one.memory) for one in of_head)
    first = [*pending, *left]
    again = {one.item.memory.id for one in first}
    rest = [_without_steps(one) for one in rest if one.item.memory.id not in again]
    commits = {one.item.commit for one in left}
    rest = [_unless_told(one, commits) for one in rest]
    otherwise = "" if known is not None else _how_to_ask(repo, count, has_own=has_own)
    silence = (
        "no memory that HEAD reaches has a file that speaks for it"
        if count
        else "nothing that HEAD reaches is remembered"
    )
    candidates = [_unless_given(one, given) for one in [*first, *rest]]
    likely = prediction.likely_files
    return ContextChoice(repo, worktree_state, candidates, likely, otherwise, silence=silence)


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


def _pending(repo: Repo, worktree_state: WorktreeState) -> list[ContextItem]:
    """The uncommitted work of this work tree, newest first."""
    here = os.path.realpath(repo.worktree or repo.common_dir)
    waiting = [
        one
        for one in PendingStore(repo).newest_first()
        if os.path.realpath(one.worktree) == here and is_still_pending(repo, one, worktree_state)
    ]
    return [ContextItem(found.memory, "", is_pending=True) for found in waiting[:_MAX_PENDING]]


def _left_off(
    repo: Repo,
    index: Index,
    prediction: Prediction,
    worktree_state: WorktreeState,
    given: SessionContext,
    own: str,
) -> list[ContextCandidate]:
    """Where the work was left: HEAD's own memory, or that of the branch's last commit that gives a
    reason, and the branch's last decision; each if it is worth half as much as another, or still
    has something to do.
    """
    commit_of, head = prediction.commit_of, worktree_state.head
    on_branch = [commit_of[place] for place in prediction.on_branch]
    commits = [*worktree_state.branch_commits, *on_branch] or [
        commit_of[place] for place in prediction.newest
    ]
    left: list[ContextCandidate] = []
    for commit, stored in groupby(memories_of(index, commits), key=lambda one: one.commit):
        memory = speaker([one.memory for one in stored])
        if refusal_of(memory, given, own) or len(left) == _MAX_LEFT_OFF:
            continue
        is_of_trunk = worktree_state.is_trunk and memory.provenance.is_of_history
        if is_of_trunk or not (gives_reason(memory) or memory.next):
            continue
        worth, files = _worth(index, prediction, memory)
        if left:
            memory, least = without_steps(memory), _LEAST_OF_DECISION
        else:
            memory, least = without_taken_steps(repo, memory, commit, head), _LEAST_OF_LAST
        is_worth_it = worth >= least and (memory.decisions if left else gives_reason(memory))
        if memory.next or is_worth_it:
            item = ContextItem(memory, commit, is_pending=False, is_brief=True)
            left.append(ContextCandidate(item, 1.0 if memory.next else worth, files))
        elif not left:
            break  # where the last is of no use, what led to it is of less
    return left


def _pinned(repo: Repo, index: Index, told: Collection[str]) -> list[ContextCandidate]:
    """The newest pinned memories that HEAD reaches, but for those that are told already."""
    ids = pinned_ids(index)
    if not ids:
        return []
    places = places_of(index, sorted(ids))
    held = holders_in_scope(index, places.values(), scope_of(repo, index))
    found = [(memory, held[place].commit) for place, memory in memories(index, held).items()]
    found.sort(key=lambda one: (one[0].provenance.time, one[0].id), reverse=True)
    return [
        ContextCandidate(ContextItem(memory, commit, is_pending=False), 1.0)
        for memory, commit in found[:_MAX_PINNED]
        if memory.id not in told
    ]


def _worth(
    index: Index, prediction: Prediction, memory: Memory
) -> tuple[float, tuple[tuple[str, float], ...]]:
    """The chance that it helps, as that of all others is told, and the files that say so."""
    place = places_of(index, [memory.id]).get(memory.id, 0)
    chances = prediction.chances
    files = [path for path in prediction.files_of.get(place, ()) if path in chances]
    files.sort(key=lambda path: (-chances[path], path))
    found = worth_of(files, chances) if files else prediction.alone.get(place, 0.0)
    reasons = tuple((path, chances[path]) for path in files[:3])
    return found * prediction.shares.get(place, 1.0), reasons


def _unless_told(one: ContextCandidate, commits: Collection[str]) -> ContextCandidate:
    """The same, but for another memory of a commit that is told already."""
    if one.refusal or one.item.commit not in commits:
        return one
    return replace(one, refusal="its commit is told")


def _unless_given(one: ContextCandidate, given: SessionContext) -> ContextCandidate:
    """The same, but for one that the session has."""
    why = one.refusal or refusal_of(one.item.memory, given, "")
    return replace(one, refusal=why)


def _without_steps(one: ContextCandidate) -> ContextCandidate:
    return replace(one, item=replace(one.item, memory=without_steps(one.item.memory)))


def _how_to_ask(repo: Repo, count: int, *, has_own: bool) -> str:
    """One line for a session that is told nothing else; empty where nothing is remembered."""
    if not count:
        return ""
    number = f"{count:,} commit{'s have' if count > 1 else ' has'} memories here"
    if has_own:
        return f"gitmem: {number}, HEAD too. Ask: `gitmem show HEAD`, `gitmem search WORDS`."
    tool = " or the gitmem search tool" if _has_tool(repo) else ""
    return f"gitmem: {number}. Ask: `gitmem search WORDS`{tool}."


def _has_tool(repo: Repo) -> bool:
    """Whether the project registers gitmem's server with the agent."""
    try:
        with open_regular(os.path.join(repo.need_worktree(), ".mcp.json")) as file:  # noqa: PTH118
            return b'"gitmem"' in file.read(_SETTINGS_BYTES)
    except OSError:
        return False
