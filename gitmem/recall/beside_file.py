"""What a session receives beside a file that it reads or edits: what stands behind those lines, or
what is remembered of a file that was read whole; each memory once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing, suppress

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commit_count
from gitmem.index.lookup import memories, places_of, places_touching, touch_counts
from gitmem.index.nearby import is_touched, paths_of, without_agent
from gitmem.model.context_item import ContextItem
from gitmem.model.likely import name_words, tells_apart
from gitmem.model.line_ranges import Ranges, subtract
from gitmem.model.memory import Memory
from gitmem.model.reason import gives_reason
from gitmem.model.value import replace
from gitmem.recall.beside_lines import (
    MOST_LINES,
    WITHOUT_REASON,
    Passage,
    is_left_to_tell,
    located,
    memories_behind,
)
from gitmem.recall.context_choice import ContextCandidate, ContextChoice, Quota, weigh
from gitmem.recall.left_off import without_steps
from gitmem.recall.likely_files import Prediction, locate_commits, shares_of
from gitmem.render.context import ContextBlock
from gitmem.state.context_history import ContextHistory, SessionContext
from gitmem.state.settings import Settings

_MAX_BY_FILE = 60
# The chance that a file is edited when it was read: one that tells memories apart, one that
# everybody touches (its memories are weighed by their other files), and one of the same name,
# as a test has.
_CHANCE_IF_READ, _CHANCE_IF_READ_BY_ALL, _CHANCE_OF_NAMESAKE = 0.5, 0.26, 0.3

BESIDE_FILE = Quota(0.25, 2)
BESIDE_FILE_OF_ALL = Quota(0.25, 1)


def weigh_file(
    repo: Repo,
    path: str,
    known: SessionContext | None = None,
    own: str = "",
    *,
    explain: bool = False,
) -> ContextChoice:
    """What is remembered about a file, relative to the top of the work tree, that was just read.

    Only what gives a reason.  Where sessions told of the file, their memories are weighed by the
    files that are likely to be edited; where only history does, all its lines are a passage as any
    other.  ``own`` is the session that is told, whose work is no news to it.
    """
    given = known or SessionContext()
    with closing(Index.open(repo.state_dir)) as index:
        places = places_touching(index, [path], _MAX_BY_FILE)
        commit_of, elsewhere = locate_commits(repo, index, places, others=True)
        stored = memories(index, commit_of)
        able = {p: commit_of[p] for p in places if p in stored and gives_reason(stored[p])}
        if any(not stored[place].provenance.is_of_history for place in able):
            found = _weigh(index, path, able, given, own, elsewhere, explain=explain)
        else:
            whole = located(repo, path, Passage(((1, MOST_LINES),)))
            weighed = weigh_lines(repo, path, whole, known, own, explain=explain)
            if weighed.is_complete:
                return weighed
            here = {place: able[place] for place in able if place not in elsewhere}
            found = _weigh(index, path, here, given, own, (), explain=explain)
    found = [_with_lines(one, ()) for one in found]
    if explain:
        silent = [place for place in stored if place not in able]
        found += [_refused(stored[place], commit_of[place], WITHOUT_REASON) for place in silent]
    return ContextChoice(repo, None, found, {})


def weigh_lines(
    repo: Repo,
    path: str,
    passage: Passage,
    known: SessionContext | None = None,
    own: str = "",
    *,
    explain: bool = False,
) -> ContextChoice:
    """What stands behind a passage of the file, which is :func:`located`; as :func:`weigh_file`."""
    given = known or SessionContext()
    with closing(Index.open(repo.state_dir)) as index:
        behind, is_complete = memories_behind(repo, index, path, passage, given, own)
        able = {one.memory.id: one for one in behind if not one.refusal}
        place_of = places_of(index, able)
        commit_of = {place_of[name]: one.commit for name, one in able.items() if name in place_of}
        chosen = _weigh(index, path, commit_of, given, own, (), explain=explain)
    found = [_with_lines(one, able[one.item.memory.id].lines) for one in chosen]
    if explain:
        refused = [one for one in behind if one.refusal]
        found += [
            _with_lines(_refused(one.memory, one.commit, one.refusal), one.lines) for one in refused
        ]
    return ContextChoice(repo, None, found, {}, is_complete=is_complete)


def _weigh(
    index: Index,
    path: str,
    commit_of: Mapping[int, str],
    given: SessionContext,
    own: str,
    elsewhere: Collection[int],
    *,
    explain: bool,
) -> list[ContextCandidate]:
    """These memories of the file, by the files that are likely to be edited; HEAD does not reach
    those ``elsewhere``.
    """
    files_of = paths_of(index, commit_of)
    # The file may have had another name when a commit wrote the lines that it has there.
    in_order = {p: list(dict.fromkeys([path, *files_of.get(p, ())])) for p in commit_of}
    times = touch_counts(index, [path]).get(path, 0)
    shares = shares_of(index, in_order, elsewhere)
    is_of_history = len(without_agent(index, in_order)) == len(in_order)
    # Where no session tells of any, none gives way to another, and their lines tell them apart.
    kin_among = {} if is_of_history else in_order
    chances = _chances_beside(index, path, kin_among, times, given)
    is_of_all = not tells_apart(times, annotated_commit_count(index))
    quota = BESIDE_FILE_OF_ALL if is_of_all else BESIDE_FILE
    shares = {} if is_of_history else shares
    prediction = Prediction(in_order, commit_of, chances, shares=shares, elsewhere=elsewhere)
    return weigh(index, prediction, quota, given, own, explain=explain)


def _with_lines(one: ContextCandidate, lines: Ranges) -> ContextCandidate:
    return replace(one, item=replace(one.item, memory=without_steps(one.item.memory), lines=lines))


def _refused(memory: Memory, commit: str, why: str) -> ContextCandidate:
    return ContextCandidate(ContextItem(memory, commit, is_pending=False), 0.0, refusal=why)


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


def is_worth_telling(repo: Repo, path: str, listener: str, lines: Ranges = ()) -> bool:
    """Whether anything is remembered about the file, or those lines of it, that this listener
    lacks: one look into the index and none at git.

    A file that has nothing to tell is noted, so that the next look is the quick check's.
    """
    told = ContextHistory(repo)
    known = told.of(listener) or SessionContext()
    if path in known.spent:
        return False
    with closing(Index.open(repo.state_dir)) as index:
        if not is_touched(index, path):
            return False
        if not is_left_to_tell(index, path, known):
            with suppress(GitmemError):
                told.add(listener, SessionContext(spent=frozenset({path})))
            return False
    return bool(subtract(lines, known.lines.get(path, ()))) if lines else path not in known.files


def context_of_file(
    repo: Repo,
    session: str,
    listener: str,
    path: str,
    settings: Settings,
    passage: Passage | None = None,
) -> ContextBlock:
    """What stands behind the passage, or where it is not known which lines were meant what is
    remembered about the file; once per listener (the session or a subagent), as far as the
    session's budget goes.
    """
    told = ContextHistory(repo)
    known = main = told.of(session) or SessionContext()
    if listener != session:  # a subagent has not heard it, but works on what its session works on
        own = told.of(listener) or SessionContext()
        known = replace(own, likely_files=main.likely_files)
    room = min(settings.file_tokens, settings.session_tokens - main.tokens)
    if room <= 0 or path in known.spent:
        return ContextBlock("", 0, 0)
    if passage:
        where = located(repo, path, passage)
        new = subtract(where.ranges, known.lines.get(path, ()))
        passage = replace(where, ranges=new)
        if not new:
            return ContextBlock("", 0, 0)
        weighed = weigh_lines(repo, path, passage, known, session)
        block = weighed.block(room, path=path)
        if not weighed.is_complete and not block.text:
            return block  # another time git may know
        heard = SessionContext(lines={path: new})
    elif path in known.files:
        return ContextBlock("", 0, 0)
    else:
        block = weigh_file(repo, path, known, session).block(room, path=path)
        heard = SessionContext(files=frozenset({path}))
    ids = frozenset(block.ids)
    spent = _spent(repo, path, replace(known, ids=known.ids | ids))
    with suppress(GitmemError):
        told.add(listener, replace(heard, ids=ids, tokens=block.tokens, spent=spent))
        if listener != session and block.tokens:
            told.add(session, SessionContext(tokens=block.tokens))
    return block


def _spent(repo: Repo, path: str, given: SessionContext) -> frozenset[str]:
    """The file, if nothing is left to tell of it."""
    with closing(Index.open(repo.state_dir)) as index:
        return frozenset() if is_left_to_tell(index, path, given) else frozenset({path})
