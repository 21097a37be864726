"""What is given to a session: the memories worth their tokens, chosen and made into a text.

Each time the memories are weighed by the files that the session is likely to edit
(:mod:`gitmem.recall.likely_files`), and only what is worth its tokens is given, once.  The same
repository and session give the same text.  Standard library only: this runs in agent hooks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial

from gitmem.git.repo import Repo
from gitmem.git.standing import standings
from gitmem.index.cache import Index
from gitmem.index.lookup import memories, places_of
from gitmem.model.context_item import ContextItem
from gitmem.model.likely import Choice, choose
from gitmem.model.twins import ToldWork
from gitmem.model.value import dataclass, replace
from gitmem.recall.judgement import judge_memory
from gitmem.recall.likely_files import Prediction
from gitmem.recall.worktree_state import WorktreeState, read_head_time
from gitmem.render.context import BYTES_PER_TOKEN, ContextBlock, render_context
from gitmem.state.context_history import SessionContext

_GONE = "its lines are gone: nothing of its commit is left"
_WORTH_A_LOOK = 0.02  # less is not even explained


@dataclass(frozen=True)
class Quota:
    """How many memories may be given at once: ``most``, each worth ``least`` or more."""

    least: float
    most: int


@dataclass(frozen=True)
class ContextCandidate:
    """A memory that was considered; ``refusal`` says why it was not given, empty if it was.

    ``files`` are those that spoke for it, surest first, each with the chance of being edited.
    ``is_elsewhere``: only other branches reach it.
    """

    item: ContextItem
    worth: float
    files: tuple[tuple[str, float], ...] = ()
    refusal: str = ""
    is_elsewhere: bool = False


class ContextChoice:
    """What was considered, in order, ready to be fitted into a budget.

    ``otherwise`` is said where nothing is given: our own words, nobody's memory.
    ``is_complete``: there was time to look at everything.  ``silence`` says why nothing at all was
    considered, if that was to be explained.
    """

    def __init__(
        self,
        repo: Repo,
        worktree_state: WorktreeState | None,
        candidates: Sequence[ContextCandidate],
        likely_files: Mapping[str, float],
        otherwise: str = "",
        *,
        is_complete: bool = True,
        silence: str = "",
    ) -> None:
        self._repo = repo
        self._worktree_state = worktree_state
        self.candidates = list(candidates)
        self.likely_files = likely_files
        self.otherwise = otherwise
        self.is_complete = is_complete
        self.silence = silence

    @property
    def items(self) -> list[ContextItem]:
        """What to give, most important first."""
        return [one.item for one in self.candidates if not one.refusal]

    def block(self, budget_tokens: int, *, path: str = "") -> ContextBlock:
        """The text, within the budget; ``path`` is the file that it is about."""
        block = self._block(budget_tokens, path)
        has_room = len(self.otherwise) <= budget_tokens * BYTES_PER_TOKEN
        return block if block.text or not has_room else ContextBlock(self.otherwise, 0, 0)

    def _block(self, budget_tokens: int, path: str) -> ContextBlock:
        items = self._standing_items()
        if not items:
            return ContextBlock("", 0, 0)
        if self._worktree_state:
            head_time = self._worktree_state.head_time
        elif all(item.lines for item in items):
            head_time = 0  # lines are dated by their commit; an age is not worth a process
        else:
            head_time = read_head_time(self._repo)
        return render_context(items, budget_tokens, head_time=head_time, path=path)

    def _standing_items(self) -> list[ContextItem]:
        """The items, each with its standing; what nothing is left of is refused from now on."""
        items = self.items
        commits = [item.commit for item in items if item.commit and not item.lines]
        elsewhere = {one.item.commit for one in self.candidates if one.is_elsewhere}
        reached = [commit for commit in commits if commit not in elsewhere]
        now = standings(self._repo, commits, reached=reached)
        gone = {commit for commit, standing in now.items() if standing.is_gone}
        self.candidates = [
            replace(one, refusal=_GONE) if not one.refusal and one.item.commit in gone else one
            for one in self.candidates
        ]
        return [replace(item, standing=now.get(item.commit)) for item in self.items]


def weigh(
    index: Index,
    prediction: Prediction,
    quota: Quota,
    given: SessionContext,
    own: str,
    *,
    explain: bool,
) -> list[ContextCandidate]:
    """The memories by their worth, each judged, as far as something can be given.

    With ``explain`` as far as they are worth a look.
    """
    candidates = _candidates(index, prediction, quota, given, own)
    return list(candidates if explain else _take_until_enough(candidates, quota))


def _candidates(
    index: Index, prediction: Prediction, quota: Quota, given: SessionContext, own: str
) -> Iterator[ContextCandidate]:
    told = ToldWork(memories(index, places_of(index, given.ids).values()).values())
    # Each memory is read once, and judged when its turn comes, so that it is known what was told.
    judge = cache(partial(judge_memory, index, prediction, given, own, told))
    choices = choose(
        prediction.files_of,
        prediction.chances,
        _WORTH_A_LOOK,
        lambda place: judge(place).counts,
        prediction.shares,
        prediction.alone,
        prediction.by_words,
    )
    taken = 0
    for choice in choices:
        place, judgement = choice.place, judge(choice.place)
        item = ContextItem(judgement.memory, prediction.commit_of[place], is_pending=False)
        why = judgement.refusal
        if not why and choice.worth < quota.least:
            why = f"worth less than {quota.least:g}"
        if not why and taken == quota.most:
            why = f"{quota.most} are enough"
        if not why:
            taken += 1
            told.add(judgement.memory)
        is_elsewhere = place in prediction.elsewhere
        yield ContextCandidate(item, choice.worth, _reasons(choice, prediction), why, is_elsewhere)


def _take_until_enough(
    candidates: Iterator[ContextCandidate], quota: Quota
) -> Iterator[ContextCandidate]:
    """Only until nothing more can be given."""
    taken = 0
    for one in candidates:
        if one.worth < quota.least:
            return
        yield one
        taken += not one.refusal
        if taken == quota.most:
            return


def _reasons(choice: Choice, prediction: Prediction) -> tuple[tuple[str, float], ...]:
    return tuple((path, prediction.chances[path]) for path in choice.files[:3])
