"""What a session receives beside a file that it reads or edits: what is remembered of it, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing, suppress

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commit_count
from gitmem.index.lookup import places_touching, touch_counts
from gitmem.index.nearby import is_touched, paths_of
from gitmem.model.likely import name_words, tells_apart
from gitmem.model.value import replace
from gitmem.recall.context_choice import ContextChoice, Quota, weigh
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
        found = weigh(index, prediction, quota, given, "", explain=explain)
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
    """What is remembered about the file, once per listener (the session or a subagent), as far as
    the session's budget goes.
    """
    told = ContextHistory(repo)
    known = main = told.of(session) or SessionContext()
    if listener != session:  # a subagent has not heard it, but works on what its session works on
        own = told.of(listener) or SessionContext()
        known = replace(own, likely_files=main.likely_files)
    room = min(settings.file_tokens, settings.session_tokens - main.tokens)
    if room <= 0 or path in known.files:
        return ContextBlock("", 0, 0)
    weighed = weigh_file(repo, path, known)
    block = weighed.block(room, path=path)
    with suppress(GitmemError):
        ids = frozenset(block.ids)
        told.add(listener, SessionContext(ids, frozenset({path}), tokens=block.tokens))
        if listener != session and block.tokens:
            told.add(session, SessionContext(tokens=block.tokens))
    return block
