"""What a subagent receives at its start: what its session's work calls for, if that is sure enough.

Its task is not told to hooks.  What is known is what its session is at: the files that the last
prompt made likely, and those that were read.  The subagent has heard nothing of what its session
was told, so that counts as new; what it is given is paid from the session's budget.  Standard
library only: this runs in agent hooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commit_count
from gitmem.index.lookup import places_touching, touch_counts
from gitmem.index.nearby import paths_of
from gitmem.model.likely import tells_apart
from gitmem.model.reason import gives_reason
from gitmem.recall.context_choice import ContextCandidate, ContextChoice, Quota, weigh
from gitmem.recall.likely_files import Prediction, locate_commits, shares_of
from gitmem.render.context import ContextBlock
from gitmem.state.context_history import ContextHistory, SessionContext
from gitmem.state.settings import Settings

FOR_SUBAGENT = Quota(0.25, 3)
"""As sure as beside a file: of a file that the prompt names, or that was read, and of no other.  Of
those with a reason the first is given: two would fit only without their reasons.
"""

_MAX_FILES = 40
_MAX_BY_FILE = 60
_CHANCE_IF_READ = 0.5
_SHARE_OF_THE_REST = 4
"""A subagent receives at most the fourth part of what its session may still receive: a crowd of
them leaves something to the session.
"""


def weigh_subagent(repo: Repo, known: SessionContext) -> ContextChoice:
    """The memory for a subagent of the session that has been given ``known``."""
    with closing(Index.open(repo.state_dir)) as index:
        chances = _chances(index, known)
        places = places_touching(index, list(chances), _MAX_BY_FILE)
        commit_of, elsewhere = locate_commits(repo, index, places, others=True)
        files_of = paths_of(index, [place for place in places if place in commit_of])
        in_order = {place: files_of[place] for place in places if place in files_of}
        shares = shares_of(index, in_order, elsewhere)
        prediction = Prediction(in_order, commit_of, chances, shares=shares, elsewhere=elsewhere)
        found = weigh(index, prediction, FOR_SUBAGENT, SessionContext(), "", explain=False)
    return ContextChoice(repo, None, [one for one in found if _is_given(one)][:1], {})


def context_of_subagent(
    repo: Repo, session: str, listener: str, settings: Settings
) -> ContextBlock:
    """What the subagent is given, once; that is then recorded, and counted for its session.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be counted, so nothing is given.
    """
    nothing, told = ContextBlock("", 0, 0), ContextHistory(repo)
    known, most = told.of(session), settings.file_tokens
    if known is None or not most or told.of(listener) is not None:
        return nothing
    weighed = weigh_subagent(repo, known)
    if not weighed.items:
        return nothing
    room = told.reserve(session, most, settings.session_tokens, _SHARE_OF_THE_REST)
    block = weighed.block(room)
    told.settle(session, most, block.tokens)
    if block.text:
        told.add(listener, SessionContext(frozenset(block.ids)))
    return block


def _chances(index: Index, known: SessionContext) -> Mapping[str, float]:
    """The likeliest files of the session, those that it has read among them."""
    expected = dict(known.likely_files)
    for path in (*known.files, *known.lines):
        expected[path] = max(expected.get(path, 0.0), _CHANCE_IF_READ)
    first = sorted(expected, key=lambda path: (-expected[path], path))[:_MAX_FILES]
    times, commits = touch_counts(index, first), annotated_commit_count(index)
    return {path: expected[path] for path in first if tells_apart(times.get(path, 0), commits)}


def _is_given(candidate: ContextCandidate) -> bool:
    return not candidate.refusal and gives_reason(candidate.item.memory)
