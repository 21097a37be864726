"""What an agent's session receives, and when: at its start, with a prompt, and with a file.

Each time the memories are weighed by the files that the session is likely to edit
(:mod:`gitmem.recall.likely_files`), and only what is worth its tokens is given, once.  The same
repository and session give the same text.  Standard library only: this runs in agent hooks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from functools import cache, partial

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.git.standing import standings
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commit_count
from gitmem.index.lexical import match_of
from gitmem.index.lookup import memories, places_of, places_touching, touch_counts
from gitmem.index.nearby import is_touched, paths_of
from gitmem.model.context_item import ContextItem
from gitmem.model.likely import Choice, choose, name_words, tells_apart
from gitmem.model.twins import ToldWork
from gitmem.model.value import dataclass, replace
from gitmem.recall.judgement import judge_memory, refusal_of
from gitmem.recall.likely_files import (
    MAX_PROMPT,
    Prediction,
    locate_commits,
    predict_files,
    shares_of,
)
from gitmem.recall.worktree_state import WorktreeState, read_head_time, read_worktree_state
from gitmem.render.context import ContextBlock, render_context
from gitmem.state.context_history import ContextHistory, SessionContext
from gitmem.state.pending import PendingStore
from gitmem.state.settings import Settings

_MAX_PENDING = 3
_WORTH_A_LOOK = 0.02  # less is not even explained
_MAX_BY_FILE = 60
# The chance that a file is edited when it was read: one that tells memories apart, one that
# everybody touches (its memories are weighed by their other files), and one of the same name,
# as a test has.
_CHANCE_IF_READ, _CHANCE_IF_READ_BY_ALL, _CHANCE_OF_NAMESAKE = 0.5, 0.26, 0.3


@dataclass(frozen=True)
class Quota:
    """How many memories may be given at once: ``most``, each worth ``least`` or more."""

    least: float
    most: int


AT_START = Quota(0.4, 2)
WITH_PROMPT = Quota(0.2, 2)
WITH_PROMPT_ONLY = Quota(0.06, 10)
"""If nothing is given with files, the prompt is the last chance and receives more."""
BESIDE_FILE = Quota(0.25, 2)
BESIDE_FILE_OF_ALL = Quota(0.25, 1)


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
        rest = _weigh(index, prediction, AT_START, given, own, explain=explain)
        left = _next_steps(index, prediction, given, own)
    known_ids = {one.item.memory.id for one in rest if not one.refusal}
    first = [*pending, *(one for one in left if one.item.memory.id not in known_ids)]
    again = {one.item.memory.id for one in first}
    rest = [one for one in rest if one.item.memory.id not in again]
    return ContextChoice(repo, worktree_state, [*first, *rest], prediction.likely_files)


def weigh_prompt(
    repo: Repo,
    prompt: str,
    known: SessionContext | None = None,
    *,
    is_last_chance: bool = False,
    explain: bool = False,
) -> ContextChoice:
    """The memories that fit a prompt and that its session has not received.

    The first prompt of a session may call for what its branch is at; a later one ("yes, do
    that") only for what its own words speak for; one without a word for nothing.
    """
    worktree_state, given = read_worktree_state(repo), known or SessionContext()
    quota = WITH_PROMPT_ONLY if is_last_chance else WITH_PROMPT
    with closing(Index.open(repo.state_dir)) as index:
        prediction = predict_files(repo, index, worktree_state, prompt, others=True)
        called = prediction if not given.prompts else prediction.for_prompt
        found = _weigh(index, called, quota, given, "", explain=explain)
    return ContextChoice(repo, worktree_state, found, prediction.likely_files)


def weigh_file(
    repo: Repo, path: str, known: SessionContext | None = None, *, explain: bool = False
) -> ContextChoice:
    """What is remembered about a file, relative to the top of the work tree, that was just read."""
    given = known or SessionContext()
    with closing(Index.open(repo.state_dir)) as index:
        places = places_touching(index, [path], _MAX_BY_FILE)
        commit_of, elsewhere = locate_commits(repo, index, places, others=True)
        files_of = paths_of(index, [place for place in places if place in commit_of])
        in_order = {place: files_of[place] for place in places if place in files_of}
        times = len(set(commit_of.values()))
        chances = _chances_beside(index, path, in_order, times, given)
        is_of_all = not tells_apart(times, annotated_commit_count(index))
        shares = shares_of(index, in_order, elsewhere)
        prediction = Prediction(in_order, commit_of, chances, shares=shares, elsewhere=elsewhere)
        quota = BESIDE_FILE_OF_ALL if is_of_all else BESIDE_FILE
        found = _weigh(index, prediction, quota, given, "", explain=explain)
    return ContextChoice(repo, None, found, {})


def _chances_beside(
    index: Index,
    path: str,
    files_of: Mapping[int, Sequence[str]],
    times: int,
    given: SessionContext,
) -> dict[str, float]:
    """The chances of the files once this one was read: what was expected, and what that adds."""
    chances, commits = dict(given.likely_files), annotated_commit_count(index)
    read = _CHANCE_IF_READ if tells_apart(times, commits) else _CHANCE_IF_READ_BY_ALL
    chances[path] = max(chances.get(path, 0.0), read)
    name = name_words(path)
    kin = {file for files in files_of.values() for file in files if name_words(file) == name}
    touched = touch_counts(index, sorted(kin - {path}))
    for file, count in touched.items():
        if tells_apart(count, commits):
            chances[file] = max(chances.get(file, 0.0), _CHANCE_OF_NAMESAKE)
    return chances


class ContextChoice:
    """What was considered, in order, ready to be fitted into a budget."""

    def __init__(
        self,
        repo: Repo,
        worktree_state: WorktreeState | None,
        candidates: Sequence[ContextCandidate],
        likely_files: Mapping[str, float],
    ) -> None:
        self._repo = repo
        self._worktree_state = worktree_state
        self.candidates = list(candidates)
        self.likely_files = likely_files

    @property
    def items(self) -> list[ContextItem]:
        """What to give, most important first."""
        return [one.item for one in self.candidates if not one.refusal]

    def block(self, budget_tokens: int, *, path: str = "") -> ContextBlock:
        """The text, within the budget; ``path`` is the file that it is about."""
        items = self.items
        if not items:
            return ContextBlock("", 0, 0)
        commits = [item.commit for item in items if item.commit]
        elsewhere = {one.item.commit for one in self.candidates if one.is_elsewhere}
        reached = [commit for commit in commits if commit not in elsewhere]
        now = standings(self._repo, commits, reached=reached)
        items = [replace(item, standing=now.get(item.commit)) for item in items]
        head_time = (
            self._worktree_state.head_time if self._worktree_state else read_head_time(self._repo)
        )
        return render_context(items, budget_tokens, head_time=head_time, path=path)


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


def context_of_prompt(repo: Repo, session: str, prompt: str, settings: Settings) -> ContextBlock:
    """What fits the prompt and the session has not received; that is then recorded."""
    told = ContextHistory(repo)
    known = told.of(session) or SessionContext()
    room = min(settings.prompt_tokens, settings.session_tokens - known.tokens)
    if room <= 0 or not match_of(prompt[:MAX_PROMPT]):
        return ContextBlock("", 0, 0)
    weighed = weigh_prompt(repo, prompt, known, is_last_chance=not settings.file_tokens)
    block = weighed.block(room)
    with suppress(GitmemError):
        ids = frozenset(block.ids)  # what found no room is told another time
        told.add(
            session,
            SessionContext(ids, likely_files=weighed.likely_files, tokens=block.tokens, prompts=1),
        )
    return block


def is_worth_telling(repo: Repo, path: str, listener: str) -> bool:
    """Whether anything is remembered about the file that this listener lacks: one look into
    the index and none at git.
    """
    with closing(Index.open(repo.state_dir)) as index:
        if not is_touched(index, path):
            return False
    known = ContextHistory(repo).of(listener)
    return known is None or path not in known.files


def context_of_file(
    repo: Repo, session: str, listener: str, path: str, settings: Settings
) -> ContextBlock:
    """What is remembered about the file, once per listener (the session or a subagent)."""
    told = ContextHistory(repo)
    known = told.of(listener) or SessionContext()
    if listener != session:  # a subagent has not heard it, but works on what its session works on
        main = told.of(session) or SessionContext()
        known = replace(known, likely_files=main.likely_files)
    room = min(settings.file_tokens, settings.session_tokens - known.tokens)
    if room <= 0 or path in known.files:
        return ContextBlock("", 0, 0)
    weighed = weigh_file(repo, path, known)
    block = weighed.block(room, path=path)
    with suppress(GitmemError):
        ids = frozenset(block.ids)
        told.add(listener, SessionContext(ids, frozenset({path}), tokens=block.tokens))
    return block


def _pending(repo: Repo) -> list[ContextItem]:
    """The uncommitted work of this work tree, newest first."""
    here = os.path.realpath(repo.worktree or repo.common_dir)
    pending = [p for p in PendingStore(repo).newest_first() if os.path.realpath(p.worktree) == here]
    return [ContextItem(found.memory, "", is_pending=True) for found in pending[:_MAX_PENDING]]


def _weigh(
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
