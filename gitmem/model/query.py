"""What is asked of the memory: words, and what a memory must be to count."""

from __future__ import annotations

from gitmem.model.value import dataclass

MAX_TEXT = 100_000
"""Characters of a query that are read; a pasted log is longer than what it says."""


@dataclass(frozen=True)
class Query:
    """A search.  ``text`` ranks, everything else but ``near`` decides what counts at all.

    ``paths`` are relative to the top of the work tree, a folder stands for what is below it;
    ``since`` and ``until`` are ISO 8601 instants in UTC; ``author`` is any part of the author's
    name or address; ``branch`` is where a memory was made or what reaches its commit; every one
    of ``tags`` and ``concepts`` must be there.  ``beyond_head`` ignores HEAD.
    ``near`` are the paths that are being worked on: what touches them comes a little earlier.
    """

    text: str = ""
    paths: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    author: str = ""
    since: str = ""
    until: str = ""
    branch: str = ""
    tags: frozenset[str] = frozenset()
    concepts: frozenset[str] = frozenset()
    beyond_head: bool = False
    near: tuple[str, ...] = ()
    limit: int = 10
    offset: int = 0

    @property
    def is_filtered(self) -> bool:
        """Whether anything besides the words and histories decides what counts."""
        return bool(
            self.paths
            or self.kinds
            or self.author
            or self.since
            or self.until
            or self.tags
            or self.concepts
        )
