"""``gitmem why``: from a line of code, or a file, to what is remembered about its commits."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from gitmem.errors import GitFailed, UnknownRevision, UsageError
from gitmem.git.blame import NO_COMMIT, BlameRange, blame, history_of_lines
from gitmem.git.log import read_heads, stream_git
from gitmem.git.repo import Repo, top_relative
from gitmem.git.standing import standings
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commits_among
from gitmem.index.memories import memories_of
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Memory
from gitmem.model.repeats import tell_once
from gitmem.model.standing import Standing
from gitmem.model.twins import without_twins
from gitmem.recall.near_names import near_hint, near_names
from gitmem.state.pending import PendingStore

_PLACE = re.compile(
    r"(?P<path>.+?)(?::(?P<first>\d{1,9})(?:[-,](?P<last>\d{1,9}))?(?::\d*)?"
    r"|#L(?P<from>\d{1,9})(?:-L?(?P<to>\d{1,9}))?)",
    re.DOTALL,
)
_MAX_COMMITS = 1_000  # of a file's history
_MAX_BLAME_BYTES = 1 << 19  # a larger file is not blamed whole
_MAX_STANDINGS = 20
_MAX_EARLIER = 50


@dataclass(frozen=True)
class CodePlace:
    """A path relative to the top of the work tree, and lines of it (from 1), both counted; as it
    is in the commit ``revision`` (a full id), or else in the work tree.
    """

    path: str
    first: int | None = None
    last: int | None = None
    revision: str = ""


@dataclass(frozen=True)
class Origin:
    """A commit behind the place, or pending work, with what is remembered about it.

    ``lines`` are those of the place that come from it.  ``is_earlier``: it changed the lines
    before the commit that git blames.
    """

    entry: LogEntry
    lines: tuple[tuple[int, int], ...] = ()
    is_earlier: bool = False
    standing: Standing | None = None


@dataclass(frozen=True)
class Explanation:
    """What is known, best first; of twins (:mod:`gitmem.model.twins`) only one.  ``nearest`` are
    the commits about which nothing is known.  ``parts`` tell whose each line that was asked for is.
    """

    place: CodePlace
    origins: tuple[Origin, ...] = ()
    nearest: tuple[Origin, ...] = field(default=())
    parts: tuple[BlameRange, ...] = ()


def parse_place(repo: Repo, text: str, here: Path) -> CodePlace:
    """Read ``PATH``, ``PATH:LINE``, ``PATH:LINE-LINE`` (a column behind it is skipped) or
    ``PATH#L1-L2``, as given in the folder ``here``; a file of exactly that name comes first.

    Raises:
        UsageError: there is no line 0, or the path leads out of the repository.
    """
    # pathlib's own checks raise for a name that is too long to be one, instead of answering no
    found = None if os.path.exists(here / text) else _PLACE.fullmatch(text)  # noqa: PTH110
    path = found["path"] if found else text
    top = top_relative(repo, path, here)
    if top == ".." or top.startswith("../") or Path(top).is_absolute():
        raise UsageError(f"'{path}' is outside this repository")
    if found is None:
        return CodePlace(top)
    first = int(found["first"] or found["from"])
    last = int(found["last"] or found["to"] or first)
    if first == 0 or last == 0:
        raise UsageError("line numbers start at 1")
    return CodePlace(top, min(first, last), max(first, last))


def why(
    repo: Repo, place: CodePlace, *, limit: int = 10, with_history: bool = False
) -> Explanation:
    """What is remembered about the commits behind the place, at most ``limit`` commits.

    For lines, those that git blames, the one with most lines first; where nothing is remembered
    of one of them (or ``with_history``), then those that changed the lines before.  For a file
    or folder, those that touched it, first those that still have lines in it.

    Raises:
        UsageError: the file has no such line.
        UnknownRevision: git knows no such path.
        GitFailed: git refused otherwise.
    """
    with closing(Index.open(repo.state_dir)) as index:
        if index.is_volatile:  # nobody else could bring it up to date
            from gitmem.notes.store import NoteStore
            from gitmem.refresh.refresh import refresh_index

            refresh_index(NoteStore(repo), index)
        finder = _Finder(repo, index, place)
        if place.first is not None:
            return finder.of_lines(place.first, place.last, limit, with_history=with_history)
        return finder.of_path(limit)


def told_once(origins: Sequence[Origin]) -> list[Origin]:
    """The origins without what another of them says as well; see :func:`tell_once`."""
    entries = tell_once(origin.entry for origin in origins)
    return [replace(one, entry=entry) for one, entry in zip(origins, entries, strict=True)]


class _Finder:
    """One question to one index."""

    def __init__(self, repo: Repo, index: Index, place: CodePlace) -> None:
        self._repo = repo
        self._index = index
        self._place = place
        self._names = {place.path}

    def of_lines(
        self, first: int, last: int | None, limit: int, *, with_history: bool
    ) -> Explanation:
        try:
            parts = blame(self._repo, self._place.path, first, last, revision=self._place.revision)
        except UnknownRevision:
            if pending := self._pending():  # not yet added to git, but known to a session
                return Explanation(self._place, tuple(pending))
            raise
        self._names |= {part.old_path for part in parts}
        groups = _by_commit(parts)
        fresh = groups.pop(NO_COMMIT, [])
        origins = (
            [replace(found, lines=_spans(fresh)) for found in self._pending()] if fresh else []
        )
        known = self._origins_of(list(groups)[:limit])
        origins += [
            replace(known[one], lines=_spans(groups[one])) for one in groups if one in known
        ]
        silent = [one for one in groups if one not in known][:limit]
        for commit in groups if with_history else silent:
            seen = {origin.entry.commit for origin in origins}
            origins += [
                o for o in self._earlier_origins(groups[commit]) if o.entry.commit not in seen
            ]
        heads = self._entries(silent)
        nearest = [Origin(heads[one], _spans(groups[one])) for one in silent]
        if fresh and not any(origin.entry.is_pending for origin in origins):
            nearest.insert(0, Origin(LogEntry(is_pending=True), _spans(fresh)))
        told = tuple(_without_twins(origins)[:limit])
        return Explanation(self._place, told, tuple(nearest), tuple(parts))

    def of_path(self, limit: int) -> Explanation:
        commits = self._commits_of_path()
        pending = self._pending()
        if not commits and not pending and not self._is_there():
            hint = near_hint(near_names(self._repo, self._place.path))
            raise UnknownRevision(f"nothing was ever committed under '{self._place.path}'", hint)
        annotated = annotated_commits_among(self._index, commits)
        known = [commit for commit in commits if commit in annotated]
        lines = self._lines_by_commit()
        judged = standings(self._repo, known[:_MAX_STANDINGS], reached=known)
        # A stable sort: among equals the newest first, as git has them.
        known.sort(key=lambda one: not (one in lines if lines else _is_standing(judged.get(one))))
        found = self._origins_of(known[: 2 * limit])
        origins = [
            replace(found[one], lines=_spans(lines.get(one, [])), standing=judged.get(one))
            for one in known
            if one in found
        ]
        nearest = [] if origins else [Origin(e) for e in self._entries(commits[:1]).values()]
        told = _without_twins([*pending, *origins])
        return Explanation(self._place, tuple(told[:limit]), tuple(nearest))

    def _origins_of(self, commits: Sequence[str]) -> dict[str, Origin]:
        """Those of the commits that have live memories; what mentions the path comes first."""
        memories: dict[str, list[Memory]] = {}
        for stored in memories_of(self._index, commits):
            memories.setdefault(stored.commit, []).append(stored.memory)
        entries = self._entries(list(memories))
        for found in memories.values():
            found.sort(key=lambda memory: not self._is_about(memory))
        return {
            commit: Origin(replace(entries[commit], memories=tuple(found)))
            for commit, found in memories.items()
        }

    def _entries(self, commits: Sequence[str]) -> dict[str, LogEntry]:
        """What the commits, all of which are here, say about themselves."""
        heads = read_heads(self._repo, commits) if commits else ()
        return {
            head.commit: LogEntry(head.commit, head.author, head.time, head.subject, head.refs)
            for head in heads
        }

    def _earlier_origins(self, parts: Sequence[BlameRange]) -> list[Origin]:
        """What is remembered of the last commits but one that changed the largest of the parts."""
        largest = max(parts, key=lambda part: part.count)
        commits = history_of_lines(self._repo, largest, _MAX_EARLIER)
        annotated = annotated_commits_among(self._index, commits)
        known = self._origins_of([commit for commit in commits if commit in annotated])
        return [replace(origin, is_earlier=True) for origin in known.values()]

    def _pending(self) -> list[Origin]:
        waiting = PendingStore(self._repo).newest_first()
        return [
            Origin(LogEntry(memories=(found.memory,), is_pending=True))
            for found in waiting
            if self._is_about(found.memory)
        ]

    def _is_about(self, memory: Memory) -> bool:
        if self._place.path == ".":
            return True
        folder = self._place.path.rstrip("/") + "/"
        return any(p in self._names or p.startswith(folder) for p in memory.files_changed)

    def _commits_of_path(self) -> list[str]:
        path = self._place.path
        is_folder = path == "." or (
            self._repo.worktree is not None and os.path.isdir(self._full_path())  # noqa: PTH112
        )
        follow = [] if is_folder else ["--follow"]
        # Named in full: the path is no pattern, and git then follows what HEAD has it as.
        arguments = [
            "--literal-pathspecs",
            "log",
            *follow,
            "--format=%H",
            self._place.revision or "HEAD",
            "--",
            path,
        ]
        try:
            with closing(stream_git(self._repo, arguments, b"\n")) as parts:
                return [part.decode("ascii", "replace") for part in islice(parts, _MAX_COMMITS)]
        except (UnknownRevision, GitFailed):
            return []  # no commit yet

    def _lines_by_commit(self) -> dict[str, list[BlameRange]]:
        """Which lines of the file each commit has; nothing if it is not a file of ordinary size."""
        try:
            if not 0 < self._full_path().stat().st_size <= _MAX_BLAME_BYTES:
                return {}
            parts = blame(self._repo, self._place.path, revision=self._place.revision)
        except (OSError, GitFailed, UnknownRevision, UsageError):
            return {}
        self._names |= {part.old_path for part in parts}
        return _by_commit(parts)

    def _full_path(self) -> Path:
        return (self._repo.worktree or self._repo.common_dir) / self._place.path

    def _is_there(self) -> bool:
        is_bare = self._repo.worktree is None
        return not is_bare and os.path.exists(self._full_path())  # noqa: PTH110


def _without_twins(origins: Sequence[Origin]) -> list[Origin]:
    """The same without memories whose work another tells; an origin without any is left out."""
    numbered = [(n, memory) for n, origin in enumerate(origins) for memory in origin.entry.memories]
    left = without_twins((number, memory) for number, (_, memory) in enumerate(numbered))
    memories: dict[int, list[Memory]] = {}
    for number in sorted(left):
        place, memory = numbered[number]
        memories.setdefault(place, []).append(memory)
    return [
        replace(origin, entry=replace(origin.entry, memories=tuple(memories[place])))
        for place, origin in enumerate(origins)
        if place in memories
    ]


def _by_commit(parts: Iterable[BlameRange]) -> dict[str, list[BlameRange]]:
    """The parts by commit, those with the most lines first."""
    groups: dict[str, list[BlameRange]] = {}
    for part in parts:
        groups.setdefault(part.commit, []).append(part)
    sizes = {commit: sum(part.count for part in found) for commit, found in groups.items()}
    return {commit: groups[commit] for commit in sorted(groups, key=lambda one: -sizes[one])}


def _spans(parts: Iterable[BlameRange]) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for first, last in sorted((part.first, part.last) for part in parts):
        if spans and first <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return tuple(spans)


def _is_standing(standing: Standing | None) -> bool:
    return standing is not None and standing.share > 0
