"""What stands behind lines that were just read or edited: the memories of the commits that git
blames for them.

Only a memory that gives a reason is told, only once, and of a commit only one.  Standard library
only: this runs in agent hooks.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from gitmem.git.line_origins import Origin, ignored_commits, origins_of_lines
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.commits import commits_holding
from gitmem.index.lookup import memories, places_of, places_touching
from gitmem.index.memories import memories_of
from gitmem.model.context_item import ContextItem
from gitmem.model.line_ranges import Ranges, join
from gitmem.model.memory import Memory
from gitmem.model.twins import ToldWork
from gitmem.recall.context_choice import ContextCandidate, ContextChoice
from gitmem.state.context_history import SessionContext

LEAST_SHARE, LEAST_LINES, MOST_TOLD = 0.1, 2, 2
SWEEPING = 12
"""A commit of so many files did one thing everywhere, and means little at each place.  As many
files are what the memory of a larger commit names."""

_LEAST_SHARE_OF_SWEEPING = 0.5
_MOST_BYTES = 2 << 20  # of a file; a larger one is data
_MOST_MEMORIES = 200
_AT_ONCE = 10
_WORD = re.compile(rb"[^\W_]{3}")


@dataclass(frozen=True)
class Passage:
    """Lines of a file as it is now, from 1, both ends counted; or ``texts`` that stand in it.

    ``is_edited``: they were just changed, and what stood there before counts.
    """

    ranges: Ranges = ()
    is_edited: bool = False
    texts: Sequence[str] = ()

    def __bool__(self) -> bool:
        """Whether it is known which lines they are."""
        return bool(self.ranges or self.texts)


def gives_reason(memory: Memory) -> bool:
    """Whether it says why, or what was decided, or what went wrong."""
    return bool(memory.why or memory.decisions or memory.errors)


def is_left_to_tell(index: Index, path: str, given: SessionContext) -> bool:
    """Whether any memory of the file could be told, before git is asked anything."""
    places = places_touching(index, [path], _MOST_MEMORIES)
    for start in range(0, len(places), _AT_ONCE):
        found = memories(index, places[start : start + _AT_ONCE]).values()
        if any(gives_reason(one) and one.id not in given.ids for one in found):
            return True
    return False


def located(repo: Repo, path: str, passage: Passage) -> Passage:
    """The same with the lines that its texts stand in, and none behind the end of the file."""
    lines = _lines_of(repo, path)
    ranges = [*passage.ranges, *_lines_with(lines, passage.texts)]
    within = join((first, min(last, len(lines))) for first, last in ranges)
    return Passage(within, passage.is_edited)


def weigh_lines(
    repo: Repo,
    path: str,
    passage: Passage,
    known: SessionContext | None = None,
    own: str = "",
    *,
    explain: bool = False,
) -> ContextChoice:
    """What stands behind a passage that is :func:`located`, largest share first.

    ``own`` is the session that is told, whose work is no news to it.
    """
    given = known or SessionContext()
    with closing(Index.open(repo.state_dir)) as index:
        found: list[ContextCandidate] = []
        if passage.ranges and is_left_to_tell(index, path, given):
            found = list(_candidates(repo, index, path, passage, given, own))
    if not explain:
        found = [one for one in found if not one.refusal]
    return ContextChoice(repo, None, found, {})


def _candidates(
    repo: Repo, index: Index, path: str, passage: Passage, given: SessionContext, own: str
) -> Iterator[ContextCandidate]:
    ignored = ignored_commits(repo)
    folder = repo.state_dir / "blame"
    origins = origins_of_lines(repo, path, passage.ranges, folder, is_edited=passage.is_edited)
    text = _lines_of(repo, path)
    sizes = {origin.commit: _size(origin, text) for origin in origins}
    total = sum(sizes.values()) or 1
    stored: dict[str, list[Memory]] = {}
    for one in memories_of(index, list(sizes)):
        stored.setdefault(one.commit, []).append(one.memory)
    heard = frozenset[str]().union(*commits_holding(index, given.ids).values())
    told = ToldWork(memories(index, places_of(index, given.ids).values()).values())
    taken = 0
    for origin in sorted(origins, key=lambda one: (-sizes[one.commit], one.commit)):
        commit, share = origin.commit, sizes[origin.commit] / total
        if commit not in stored:
            continue
        memory = _speaker(stored[commit], path)
        why = _refusal(memory, stored[commit], share, sizes[commit], own)
        if not why and commit in ignored:
            why = "a commit that blame looks through"
        if not why and commit in heard:
            why = "its commit was told"
        if not why and told.leaves_out(memory):
            why = "the same work is told of another commit"
        if not why and taken == MOST_TOLD:
            why = f"{MOST_TOLD} are enough"
        if not why:
            taken += 1
            told.add(memory)
        item = ContextItem(memory, commit, is_pending=False, lines=join(origin.lines))
        yield ContextCandidate(item, share, refusal=why)


def _speaker(stored: Sequence[Memory], path: str) -> Memory:
    """The one memory that speaks for its commit: a session's, if there is one, that gives a reason,
    of this file.
    """
    of_sessions = [one for one in stored if not one.provenance.is_of_history]
    return min(
        of_sessions or stored,
        key=lambda one: (
            not gives_reason(one),
            path not in one.files_changed,
            not one.decisions,
            one.id,
        ),
    )


def _refusal(memory: Memory, stored: Iterable[Memory], share: float, size: int, own: str) -> str:
    """Why it is not told; empty if nothing speaks against it."""
    if own and any(one.provenance.session == own for one in stored):
        return "the session's own"
    if not gives_reason(memory):
        return "without a reason"
    is_sweeping = len(memory.files_changed) >= SWEEPING
    least = _LEAST_SHARE_OF_SWEEPING if is_sweeping else LEAST_SHARE
    if share < least or (size < LEAST_LINES and share < 1):
        return f"too little of the lines is its: {share:.0%}"
    return ""


def _lines_of(repo: Repo, path: str) -> list[bytes]:
    """The lines of the file in the work tree; none of what is no ordinary file of ordinary size."""
    file = os.path.join(repo.need_worktree(), path)  # noqa: PTH118
    try:
        found = os.lstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST_BYTES:
            return []
        with open(file, "rb") as opened:  # noqa: PTH123
            return opened.read(_MOST_BYTES).split(b"\n")
    except OSError:
        return []


def _lines_with(lines: Sequence[bytes], texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each text stands, the first time."""
    content = b"\n".join(lines) if texts else b""
    for text in texts:
        wanted = text.encode("utf-8", "surrogatepass")
        at = content.find(wanted)
        if at >= 0:
            first = content.count(b"\n", 0, at) + 1
            yield first, first + wanted.rstrip(b"\n").count(b"\n")


def _size(origin: Origin, text: Sequence[bytes]) -> int:
    """How many lines of it say something: not a brace, a blank line, or ``end``."""
    there = [line for first, last in origin.lines for line in text[first - 1 : last]]
    return sum(1 for line in [*there, *origin.replaced] if _WORD.search(line))
