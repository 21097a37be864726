"""What an agent's session is given, and when: at its start, with a prompt, and beside a file.

Each time the memories are weighed by the files that the session is likely to edit
(:mod:`gitmem.recall.likely_files`), and only what is worth its tokens is given, once.  The same
repository and session give the same text.  Standard library only: this runs in agent hooks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import cache, partial

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.git.standing import standings
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_count
from gitmem.index.lexical import match_of
from gitmem.index.lookup import memories, touch_counts, touching
from gitmem.index.nearby import is_touched, paths_of
from gitmem.model.context_item import ContextItem
from gitmem.model.likely import Choice, choose, name_words, tells_apart
from gitmem.model.memory import Memory
from gitmem.recall.likely_files import MAX_PROMPT, Outlook, foresee, shares_of, whereabouts
from gitmem.recall.worktree_state import Occasion, read_head_time, read_occasion
from gitmem.render.context import ContextBlock, render_context
from gitmem.state.context_history import ContextHistory, SessionContext
from gitmem.state.pending import PendingStore
from gitmem.state.settings import Settings

_MAX_PENDING = 3
_WORTH_A_LOOK = 0.02  # less is not even explained
_MOST_TOUCHING = 60
# The chance that a file is edited when it was read: one that tells memories apart, one that
# everybody touches (its memories are weighed by their other files), and one of the same name,
# as a test has.
_READ, _READ_BY_ALL, _KIN = 0.5, 0.26, 0.3
_BEFORE = "given before"


@dataclass(frozen=True)
class Measure:
    """How many memories may be given at once: ``most``, each worth ``least`` or more."""

    least: float
    most: int


AT_START = Measure(0.4, 2)
WITH_PROMPT = Measure(0.2, 2)
WITH_PROMPT_ONLY = Measure(0.06, 10)
"""Where nothing is given beside files, the prompt is the last chance and is told more."""
BESIDE_FILE = Measure(0.25, 2)
BESIDE_FILE_OF_ALL = Measure(0.25, 1)


@dataclass(frozen=True)
class ContextCandidate:
    """A memory that was weighed; ``refused`` says why it was not given, empty if it was.

    ``files`` are those that spoke for it, surest first, each with the chance of being edited.
    ``is_elsewhere``: only other branches reach it.
    """

    item: ContextItem
    worth: float
    files: tuple[tuple[str, float], ...] = ()
    refused: str = ""
    is_elsewhere: bool = False


def weigh_start(
    repo: Repo, known: SessionContext | None = None, session: str = "", *, explain: bool = False
) -> ContextChoice:
    """What a session that starts now is given: pending work first, then what is likeliest to help.

    ``known`` is what a resumed session was given before.  With ``explain`` what was weighed and
    left out is there too.
    """
    given = known or SessionContext()
    own = session if known is not None else ""
    occasion = read_occasion(repo)
    pending = [
        ContextCandidate(item, 1.0, refused=_refusal(item.memory, given, own))
        for item in _pending(repo)
    ]
    with closing(Index.open(repo.state_dir)) as index:
        outlook = foresee(repo, index, occasion)
        rest = _weighed(index, outlook, AT_START, given, own, explain=explain)
        left = _left_off(index, outlook, given, own)
    known_ids = {one.item.memory.id for one in rest if not one.refused}
    first = [*pending, *(one for one in left if one.item.memory.id not in known_ids)]
    again = {one.item.memory.id for one in first}
    rest = [one for one in rest if one.item.memory.id not in again]
    return ContextChoice(repo, occasion, [*first, *rest], outlook.expected)


def weigh_prompt(
    repo: Repo,
    prompt: str,
    known: SessionContext | None = None,
    *,
    is_last_chance: bool = False,
    explain: bool = False,
) -> ContextChoice:
    """What a prompt calls for that its session was not given.

    The first prompt of a session may call for what its branch is at; a later one ("yes, do
    that") only for what its own words speak for; one without a word for nothing.
    """
    occasion, given = read_occasion(repo), known or SessionContext()
    measure = WITH_PROMPT_ONLY if is_last_chance else WITH_PROMPT
    with closing(Index.open(repo.state_dir)) as index:
        outlook = foresee(repo, index, occasion, prompt, others=True)
        called = outlook if not given.prompts else outlook.called_for
        found = _weighed(index, called, measure, given, "", explain=explain)
    return ContextChoice(repo, occasion, found, outlook.expected)


def weigh_file(
    repo: Repo, path: str, known: SessionContext | None = None, *, explain: bool = False
) -> ContextChoice:
    """What is remembered of a file, relative to the top of the work tree, that was just read."""
    given = known or SessionContext()
    with closing(Index.open(repo.state_dir)) as index:
        places = touching(index, [path], _MOST_TOUCHING)
        commit_of, elsewhere = whereabouts(repo, index, places, others=True)
        files_of = paths_of(index, [place for place in places if place in commit_of])
        in_order = {place: files_of[place] for place in places if place in files_of}
        times = len(set(commit_of.values()))
        chances = _beside(index, path, in_order, times, given)
        is_of_all = not tells_apart(times, annotated_count(index))
        shares = shares_of(index, in_order, elsewhere)
        outlook = Outlook(in_order, commit_of, chances, shares=shares, elsewhere=elsewhere)
        measure = BESIDE_FILE_OF_ALL if is_of_all else BESIDE_FILE
        found = _weighed(index, outlook, measure, given, "", explain=explain)
    return ContextChoice(repo, None, found, {})


def _beside(
    index: Index,
    path: str,
    files_of: Mapping[int, Sequence[str]],
    times: int,
    given: SessionContext,
) -> dict[str, float]:
    """The chances of the files once this one was read: what was expected, and what that adds."""
    chances, commits = dict(given.expected), annotated_count(index)
    read = _READ if tells_apart(times, commits) else _READ_BY_ALL
    chances[path] = max(chances.get(path, 0.0), read)
    name = name_words(path)
    kin = {file for files in files_of.values() for file in files if name_words(file) == name}
    touched = touch_counts(index, sorted(kin - {path}))
    for file, count in touched.items():
        if tells_apart(count, commits):
            chances[file] = max(chances.get(file, 0.0), _KIN)
    return chances


class ContextChoice:
    """What was weighed, in order, ready to be fitted into a budget."""

    def __init__(
        self,
        repo: Repo,
        occasion: Occasion | None,
        considered: Sequence[ContextCandidate],
        expected: Mapping[str, float],
    ) -> None:
        self._repo = repo
        self._occasion = occasion
        self.considered = list(considered)
        self.expected = expected

    @property
    def given(self) -> list[ContextItem]:
        """What is to be told, most important first."""
        return [one.item for one in self.considered if not one.refused]

    def block(self, budget_tokens: int, *, path: str = "") -> ContextBlock:
        """The text, within the budget; ``path`` is the file that it is about."""
        items = self.given
        if not items:
            return ContextBlock("", 0, 0)
        commits = [item.commit for item in items if item.commit]
        elsewhere = {one.item.commit for one in self.considered if one.is_elsewhere}
        reached = [commit for commit in commits if commit not in elsewhere]
        now = standings(self._repo, commits, reached=reached)
        items = [replace(item, standing=now.get(item.commit)) for item in items]
        head_time = self._occasion.head_time if self._occasion else read_head_time(self._repo)
        return render_context(items, budget_tokens, head_time=head_time, path=path)


def context_for(repo: Repo, budget_tokens: int) -> ContextBlock:
    """The context block for a session that starts now."""
    return weigh_start(repo).block(budget_tokens)


def context_of_session(
    repo: Repo, session: str, budget_tokens: int, *, is_resumed: bool
) -> ContextBlock:
    """The same for the session of that id, and remember what it was told.

    A resumed session still has its conversation: it is told only what is new and not its own.
    After a start, a clear or a compaction it is told everything.
    """
    told = ContextHistory(repo)
    before = told.of(session) if is_resumed else None
    weighed = weigh_start(repo, before, session)
    block = weighed.block(budget_tokens)
    given = SessionContext(frozenset(block.ids), expected=weighed.expected, tokens=block.tokens)
    with suppress(GitmemError):  # a read-only .git: better told twice than not at all
        if before is None:
            told.begin(session, given)
        elif block.text:
            told.add(session, given)
    return block


def context_of_prompt(repo: Repo, session: str, prompt: str, settings: Settings) -> ContextBlock:
    """What the prompt calls for that the session was not given, and remember it."""
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
            session, SessionContext(ids, expected=weighed.expected, tokens=block.tokens, prompts=1)
        )
    return block


def is_worth_telling(repo: Repo, path: str, listener: str) -> bool:
    """Whether anything is remembered of the file that this listener was not told of: one look into
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
    """What is remembered of the file, once for each listener: the session, or a subagent of it."""
    told = ContextHistory(repo)
    known = told.of(listener) or SessionContext()
    if listener != session:  # a subagent has not heard it, but works on what its session works on
        main = told.of(session) or SessionContext()
        known = replace(known, expected=main.expected)
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
    """The work of this work tree that no commit holds yet, newest first."""
    here = os.path.realpath(repo.worktree or repo.common_dir)
    pending = [p for p in PendingStore(repo).newest_first() if os.path.realpath(p.worktree) == here]
    return [ContextItem(found.memory, "", is_pending=True) for found in pending[:_MAX_PENDING]]


def _weighed(
    index: Index,
    outlook: Outlook,
    measure: Measure,
    given: SessionContext,
    own: str,
    *,
    explain: bool,
) -> list[ContextCandidate]:
    """The memories by their worth, each judged, as far as something can be given.

    With ``explain`` as far as they are worth a look.
    """
    judged = _judged(index, outlook, measure, given, own)
    return list(judged if explain else _until_enough(judged, measure))


def _judged(
    index: Index, outlook: Outlook, measure: Measure, given: SessionContext, own: str
) -> Iterator[ContextCandidate]:
    judge = cache(partial(_judge, index, outlook, given, own))  # each memory is read once
    choices = choose(
        outlook.files_of,
        outlook.chances,
        _WORTH_A_LOOK,
        lambda place: judge(place).counts,
        outlook.shares,
        outlook.alone,
    )
    taken = 0
    for choice in choices:
        place, judgement = choice.place, judge(choice.place)
        item = ContextItem(judgement.memory, outlook.commit_of[place], is_pending=False)
        why = judgement.refusal
        if not why and choice.worth < measure.least:
            why = f"worth less than {measure.least:g}"
        if not why and taken == measure.most:
            why = f"{measure.most} are enough"
        taken += not why
        is_elsewhere = place in outlook.elsewhere
        yield ContextCandidate(item, choice.worth, _reasons(choice, outlook), why, is_elsewhere)


@dataclass(frozen=True)
class _Judgement:
    """A memory, and why it is not given, whatever it is worth; empty where nothing speaks
    against it.
    """

    memory: Memory
    refusal: str

    @property
    def counts(self) -> bool:
        """Whether the session has it, then: what it is not given leaves its files to others."""
        return self.refusal in ("", _BEFORE)


def _judge(
    index: Index, outlook: Outlook, given: SessionContext, own: str, place: int
) -> _Judgement:
    """The memory at a place, judged beside the others of its commit."""
    commit = outlook.commit_of[place]
    siblings = memories(index, [p for p, held in outlook.commit_of.items() if held == commit])
    memory = siblings[place]
    refusal = _refusal(memory, given, own)
    is_told_by_a_session = any(not one.provenance.is_of_history for one in siblings.values())
    if not refusal and memory.provenance.is_of_history and is_told_by_a_session:
        refusal = "its commit has a session's memory"
    return _Judgement(memory, refusal)


def _until_enough(
    considered: Iterator[ContextCandidate], measure: Measure
) -> Iterator[ContextCandidate]:
    """Only as far as something can still be given."""
    taken = 0
    for one in considered:
        if one.worth < measure.least:
            return
        yield one
        taken += not one.refused
        if taken == measure.most:
            return


def _reasons(choice: Choice, outlook: Outlook) -> tuple[tuple[str, float], ...]:
    return tuple((path, outlook.chances[path]) for path in choice.files[:3])


def _left_off(
    index: Index, outlook: Outlook, given: SessionContext, own: str
) -> list[ContextCandidate]:
    """The memory of the last session here, where it says what is to be done next."""
    found = memories(index, outlook.newest)
    return [
        ContextCandidate(ContextItem(memory, outlook.commit_of[place], is_pending=False), 1.0)
        for place, memory in found.items()
        if memory.next and not _refusal(memory, given, own)
    ][:1]


def _refusal(memory: Memory, given: SessionContext, own: str) -> str:
    """Why it is not given, whatever it is worth; empty where nothing speaks against it."""
    if memory.id in given.ids:
        return _BEFORE
    if own and memory.provenance.session == own:
        return "the session's own"
    if memory.provenance.is_of_history and not _gives_reason(memory):
        return "made of history, gives no reason"
    return ""


def _gives_reason(memory: Memory) -> bool:
    return bool(memory.why or memory.what or memory.decisions or memory.errors)
