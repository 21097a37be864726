"""Which memories to improve: chosen by id, commit, kind, age and writer; whole captures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from gitmem.compress.writer_name import is_by, is_stand_in
from gitmem.errors import UnknownMemory
from gitmem.git.log import walk_ids
from gitmem.git.repo import Repo, resolve_commit, try_git
from gitmem.index.cache import Index
from gitmem.index.memories import memories_of, memories_with_id
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh_index

_AT_ONCE = 256
_MEMORY_NAME = re.compile(r"m[0-9a-f]{4,20}")


@dataclass(frozen=True)
class CaptureSelection:
    """Which memories to improve.

    ``ids`` (or their beginnings) are taken as they are; the rest must stand at one of ``commits``
    (None: any), be of one of ``kinds`` (none: any), older than ``before`` (POSIX time as
    ISO 8601 in UTC) and by ``compressor``, as recorded (empty: a stand-in).
    """

    ids: tuple[str, ...] = ()
    commits: frozenset[str] | None = None
    kinds: frozenset[str] = frozenset()
    before: str = ""
    compressor: str = ""


@dataclass(frozen=True)
class Capture:
    """What one slice of a session became, and the commits whose notes hold it.

    ``is_named``: a person gave the id of one of its memories.
    """

    memories: tuple[Memory, ...]
    commits: tuple[str, ...]
    is_named: bool = False

    @property
    def rivals(self) -> list[tuple[Memory, ...]]:
        """The answers that stand side by side, because two clones improved it before they met.

        The one to stay comes first, whatever clone asks; empty if there is but one answer.
        """
        if any(memory.provenance.is_of_person for memory in self.memories):
            return []  # nobody weighs a person's words against a program's
        runs: dict[tuple[object, ...], list[Memory]] = {}
        for memory in self.memories:
            made = memory.provenance
            key = (made.compressor, made.model, made.tokens_in, made.tokens_out)
            runs.setdefault((*key, memory.supersedes), []).append(memory)
        replaced = [set(memories[0].supersedes) for memories in runs.values()]
        if len(runs) < 2 or not set.intersection(*replaced):
            return []
        return sorted(map(tuple, runs.values()), key=lambda memories: min(m.id for m in memories))

    @property
    def origin(self) -> Provenance:
        """Where the memories come from: the same for all, except for who wrote them."""
        return self.memories[0].provenance


def find_captures(repo: Repo, wanted: CaptureSelection) -> list[Capture]:
    """The captures with a wanted memory, whole, newest first; superseded ones are left out.

    Where stand-ins are wanted, so are rivals: both are there because a run was not the last word.
    Nothing is written but the index.

    Raises:
        UnknownMemory: an id names no memory, several, or one that is superseded.
    """
    notes = NoteStore(repo)
    found: dict[tuple[object, ...], tuple[dict[str, Memory], dict[str, None], bool]] = {}
    with closing(Index.open(repo.state_dir)) as index:
        refresh_index(notes, index)
        named = {_resolve_id(index, name): None for name in wanted.ids}
        commits = _commits(notes, index, wanted, named)
        for commit, memories in _live(index, commits):
            for key, several in _by_slice(memories).items():
                is_named = any(memory.id in named for memory in several)
                is_wanted = any(_is_wanted(memory, commit, wanted) for memory in several)
                if is_named or is_wanted or _has_rivals(several, commit, wanted):
                    known, at, was_named = found.get(key, ({}, {}, False))
                    known.update({memory.id: memory for memory in several})
                    at[commit] = None
                    found[key] = known, at, is_named or was_named
    captures = [
        Capture(tuple(memories.values()), tuple(at), is_named)
        for memories, at, is_named in found.values()
    ]
    captures.sort(key=lambda c: (c.origin.time, c.origin.session, c.origin.records), reverse=True)
    return captures


def split_names(repo: Repo, names: Sequence[str]) -> tuple[tuple[str, ...], frozenset[str] | None]:
    """Memory ids (or beginnings) among the names, and the commits of all others; None: none named.

    A commit stands for itself, a range for all of its commits.

    Raises:
        UnknownRevision: a name is neither.
    """
    ids: list[str] = []
    commits: set[str] | None = None
    with closing(Index.open(repo.state_dir)) as index:
        refresh_index(NoteStore(repo), index)
        for name in names:
            if _MEMORY_NAME.fullmatch(name) and memories_with_id(index, name):
                ids.append(name)
            else:
                commits = (commits or set()) | set(_commits_of(repo, name))
    return tuple(ids), None if commits is None else frozenset(commits)


def _commits_of(repo: Repo, name: str) -> Iterator[str]:
    asked = ["rev-parse", "--quiet", "--revs-only", "--end-of-options", name]
    points = try_git(repo, *asked).stdout.split()
    if len(points) > 1:
        yield from walk_ids(repo, name)
    else:
        yield resolve_commit(repo, name)


def _resolve_id(index: Index, name: str) -> str:
    stored = memories_with_id(index, name)
    ids = {found.memory.id for found in stored}
    if len(ids) != 1:
        problem = "is the beginning of several memory ids" if ids else "does not name a memory here"
        raise UnknownMemory(f"'{name}' {problem}")
    live = {found.memory.id for found in memories_of(index, [stored[0].commit])}
    if not ids <= live:
        raise UnknownMemory(f"'{name}' has already been superseded")
    return ids.pop()


def _commits(
    notes: NoteStore, index: Index, wanted: CaptureSelection, named: Iterable[str]
) -> Iterator[str]:
    """The annotated commits to look at; those of named memories among them."""
    at_named = {stored.commit for name in named for stored in memories_with_id(index, name)}
    if wanted.ids and wanted.commits is None:
        yield from sorted(at_named)
        return
    for commit in notes.annotated_commits():
        if wanted.commits is None or commit in wanted.commits or commit in at_named:
            yield commit


def _live(index: Index, commits: Iterator[str]) -> Iterator[tuple[str, list[Memory]]]:
    """Each commit's live memories, read some at a time: a repository may have many."""
    some: list[str] = []
    for commit in commits:
        some.append(commit)
        if len(some) == _AT_ONCE:
            yield from _live_of(index, some)
            some = []
    yield from _live_of(index, some)


def _live_of(index: Index, commits: Sequence[str]) -> Iterator[tuple[str, list[Memory]]]:
    by_commit: dict[str, list[Memory]] = {}
    for stored in memories_of(index, commits):
        by_commit.setdefault(stored.commit, []).append(stored.memory)
    yield from by_commit.items()


def _by_slice(memories: Sequence[Memory]) -> dict[tuple[object, ...], list[Memory]]:
    """The memories that were made of one slice for one commit, together; what has none, alone."""
    several: dict[tuple[object, ...], list[Memory]] = {}
    for memory in memories:
        origin = memory.provenance
        key = (origin.session, origin.records, origin.commit)
        several.setdefault(key if origin.records else (memory.id,), []).append(memory)
    return several


def _has_rivals(memories: Sequence[Memory], commit: str, wanted: CaptureSelection) -> bool:
    """Whether a run over stand-ins also meets answers that stand side by side."""
    is_here = not wanted.ids if wanted.commits is None else commit in wanted.commits
    return is_here and not wanted.compressor and bool(Capture(tuple(memories), ()).rivals)


def _is_wanted(memory: Memory, commit: str, wanted: CaptureSelection) -> bool:
    if wanted.commits is None and wanted.ids:
        return False
    if wanted.commits is not None and commit not in wanted.commits:
        return False
    mark = memory.provenance.compressor
    return (
        (not wanted.kinds or memory.kind in wanted.kinds)
        and (not wanted.before or memory.provenance.time < wanted.before)
        and (is_by(mark, wanted.compressor) if wanted.compressor else is_stand_in(mark))
    )
