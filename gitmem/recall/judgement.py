"""Why a memory is not given to a session, whatever it is worth.

The session has it already, or made it itself; another memory says more of the same commit, or the
same of another commit; or it was made from history and gives no reason.  Standard library only:
this runs in agent hooks.
"""

from __future__ import annotations

from collections.abc import Iterable

from gitmem.index.cache import Index
from gitmem.index.commits import commits_like
from gitmem.index.lookup import memories
from gitmem.index.memories import memories_of
from gitmem.model.memory import Memory
from gitmem.model.reason import gives_reason
from gitmem.model.twins import ToldWork
from gitmem.model.value import dataclass
from gitmem.recall.likely_files import Prediction
from gitmem.state.context_history import SessionContext

_GIVEN_BEFORE = "given before"


@dataclass(frozen=True)
class Judgement:
    """A memory, and why it is not given, whatever it is worth; empty where nothing speaks
    against it.
    """

    memory: Memory
    refusal: str

    @property
    def counts(self) -> bool:
        """Whether the session has it, then: what it is not given leaves its files to others."""
        return self.refusal in ("", _GIVEN_BEFORE)


def judge_memory(
    index: Index,
    prediction: Prediction,
    given: SessionContext,
    own: str,
    told: ToldWork,
    place: int,
) -> Judgement:
    """The memory at a place, judged beside the others of its commit and what was ``told``.

    ``own`` is the id of the session that is told, empty if its own work is news to it.
    """
    commit = prediction.commit_of[place]
    siblings = memories(index, [p for p, held in prediction.commit_of.items() if held == commit])
    memory = siblings[place]
    refusal = refusal_of(memory, given, own)
    is_told_by_a_session = any(not one.provenance.is_of_history for one in siblings.values())
    if not refusal and memory.provenance.is_of_history and is_told_by_a_session:
        refusal = "its commit has a session's memory"
    if not refusal and (
        told.leaves_out(memory) or _has_session_twin(index, memory, prediction.commit_of.values())
    ):
        refusal = "the same work is told of another commit"
    return Judgement(memory, refusal)


def refusal_of(memory: Memory, given: SessionContext, own: str) -> str:
    """Why it is not given, whatever its worth; empty if nothing speaks against it."""
    if memory.id in given.ids:
        return _GIVEN_BEFORE
    if own and memory.provenance.session == own:
        return "the session's own"
    if memory.provenance.is_of_history and not gives_reason(memory):
        return "made from history, without a reason"
    return ""


def _has_session_twin(index: Index, memory: Memory, commits: Iterable[str]) -> bool:
    """Whether one of these commits has a session's memory of the same work."""
    origin = memory.provenance
    if not origin.is_of_history:
        return False
    like = commits_like(index, origin.patch_id, origin.change_id, origin.author, origin.time)
    near = {*like, *origin.picked_from}.intersection(commits)
    found = (stored.memory for stored in memories_of(index, sorted(near)))
    return ToldWork(one for one in found if not one.provenance.is_of_history).leaves_out(memory)
