"""Hits as results to show: with their standing, and across all repositories on the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, try_git
from gitmem.git.standing import standings
from gitmem.index.cache import Index
from gitmem.index.memories import memory_count
from gitmem.model.hit import Hit
from gitmem.model.memory import Memory
from gitmem.model.note import NOTES_REF
from gitmem.model.query import Query
from gitmem.model.standing import Standing
from gitmem.model.text import words_of
from gitmem.model.text_roles import Role, texts_of
from gitmem.recall.search import recall
from gitmem.state.error_log import append_log
from gitmem.state.known_repos import KnownRepos, repo_name
from gitmem.state.pending import PendingStore
from gitmem.state.scrub_intent import is_scrub_begun
from gitmem.state.settings import read_settings

Judge = Callable[[Sequence[str]], Mapping[str, Standing]]
"""Tells how commits stand at HEAD."""

_MAX_STANDINGS = 20
_MAX_WORDS = 400
_TOLD_ROLES = (Role.TITLE, Role.PROSE, Role.FRAME)


def results_of(hits: Sequence[Hit], judge: Judge) -> list[Hit]:
    """The hits in their order; git is asked for the unknown standings of the first twenty."""
    unknown = [hit.commit for hit in hits if hit.commit and hit.standing is None]
    judged = judge(unknown[:_MAX_STANDINGS]) if unknown else {}
    return [hit if hit.standing else replace(hit, standing=judged.get(hit.commit)) for hit in hits]


def search(repo: Repo, query: Query) -> list[Hit]:
    """What the repository's memory has for the query, best first.

    Raises:
        GitmemError: the index is damaged; it is set aside, so that the next try works.
    """
    return results_of(recall(repo, query, judge=True), partial(standings, repo))


def search_everywhere(repo: Repo | None, known_repos: KnownRepos, query: Query) -> list[Hit]:
    """The same over this repository and those of the machine that allow it; each result names its
    own.  What of another repository cannot be read is left out, and its log says why.

    Scores say how a memory compares with others of its repository.  Between repositories, how
    many of the query's words a memory has decides.
    """
    here = [] if repo is None else [repo]
    others = [r for r in known_repos.repos() if repo is None or r.common_dir != repo.common_dir]
    asked = set(words_of(query.text)[:_MAX_WORDS])
    wide = replace(query, limit=query.offset + query.limit, offset=0)
    found: list[tuple[float, Hit]] = []
    allowed = (r for r in others if allows_everywhere(r) and not is_scrub_begun(r))
    for place in [*here, *allowed]:
        for result in _search_or_log(place, wide):
            weight = result.score * (0.2 + _coverage(result.memory, asked))
            found.append((weight, replace(result, repository=repo_name(place), place=place.top)))
    if query.text.strip():
        found.sort(key=lambda pair: -pair[0])
    else:
        found.sort(key=lambda pair: pair[1].memory.provenance.time, reverse=True)
    return [result for _, result in found[query.offset :][: query.limit]]


def is_being_built(repo: Repo) -> bool:
    """Whether there are notes that the index does not know yet."""
    with closing(Index.open(repo.state_dir)) as index:
        is_empty = index.tip is None
    return is_empty and try_git(repo, "show-ref", "--verify", "--quiet", NOTES_REF).returncode == 0


def has_memories(repo: Repo) -> bool:
    """Whether the index knows any memory, of a commit or of work that is still pending."""
    with closing(Index.open(repo.state_dir)) as index:
        return memory_count(index) > 0 or bool(PendingStore(repo).newest_first())


def allows_everywhere(repo: Repo) -> bool:
    """Whether the repository's settings allow other repositories to search it."""
    try:
        return read_settings(repo).everywhere
    except GitmemError:
        return False


def _search_or_log(repo: Repo, query: Query) -> Iterable[Hit]:
    try:
        return results_of(recall(repo, query, judge=True), partial(standings, repo))
    except GitmemError as error:
        append_log(repo, f"search from elsewhere: {error.message}")
        return []


def _coverage(memory: Memory, asked: set[str]) -> float:
    if not asked:
        return 1.0
    return len(asked & set(words_of("\n".join(texts_of(memory, _TOLD_ROLES))))) / len(asked)
