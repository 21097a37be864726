"""Why a search found nothing, as far as that can be told: the first reason that holds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from gitmem.git.repo import Repo, try_git
from gitmem.index.cache import Index
from gitmem.index.lexical import query_words
from gitmem.index.postings import Postings
from gitmem.model.query import MAX_TEXT, Query
from gitmem.model.text import STOP_WORDS
from gitmem.recall.search import recall

_MOST_NAMED = 4


def reasons_for_nothing(repo: Repo, query: Query) -> list[str]:
    """What is so of this query, in clauses without an end; empty where nothing is known.

    Raises:
        GitmemError: the index is damaged.
    """
    reasons = [f"nothing named '{path}' is in HEAD" for path in _missing_paths(repo, query)]
    if unknown := unknown_words(repo, query.text):
        named = ", ".join(f"'{word}'" for word in unknown[:_MOST_NAMED])
        reasons.append(f"no memory here has the word{'s' if len(unknown) > 1 else ''} {named}")
    if not query.beyond_head and (count := len(recall(repo, replace(query, beyond_head=True)))):
        more = " or more" if count == query.limit else ""
        reasons.append(f"{count}{more} that HEAD does not reach would match")
    return reasons


def unknown_words(repo: Repo, text: str) -> Sequence[str]:
    """The words of the text, if it has any that say something, and no memory has one of those."""
    words = [word for word in query_words(text[:MAX_TEXT]) if word not in STOP_WORDS]
    told = list(dict.fromkeys(words))
    if not told:
        return []
    with closing(Index.open(repo.state_dir)) as index, index.reader() as database:
        postings = Postings(database)
        return [] if postings.best(told, 1, None) else told


def _missing_paths(repo: Repo, query: Query) -> list[str]:
    return [
        path
        for path in query.paths
        if not try_git(repo, "ls-tree", "--name-only", "HEAD", "--", path).stdout
    ]
