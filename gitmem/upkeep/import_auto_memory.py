"""Importing what Claude Code remembered of the project by itself, so that the team has it too.

A memory that names its session goes to the commit which that session made next; one that does not,
to the last commit made before it was written.  What it says of the person is private: it stays
where it is, and is only counted.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gitmem.agents.claude.auto_memory import AutoMemory, memory_folders, read_auto_memory
from gitmem.capture.workspace import Workspace
from gitmem.errors import GitmemError
from gitmem.git.commits import CommitReader
from gitmem.git.head_files import paths_at_head
from gitmem.git.log import walk_ids
from gitmem.git.worktrees import worktrees_of
from gitmem.index.memories import memories_of_session
from gitmem.model.instant import iso_time
from gitmem.model.memory import Memory, Provenance
from gitmem.model.session import is_session_id
from gitmem.refresh.refresh import refresh
from gitmem.upkeep.import_batch import SOURCE, ImportBatch, ImportResult, Sources

AGENT = "claude-memory"
_MAX_TITLE = 160
_MAX_WHY = 2_000
_MAX_FACT = 500
_MOST_FACTS = 20
_MOST_PATHS = 20
_MOST_COMMITS = 200_000
_WHY = re.compile(r"^\*{0,2}why:?\*{0,2}:?\s*", re.IGNORECASE)
_LINK = re.compile(r"\[\[([^\]\n]{1,100})\]\]")
_QUOTED_PATH = re.compile(r"`([\w./@+-]{3,200})`")


@dataclass
class AutoMemoryResult(ImportResult):
    """How the client's memories fared; ``private`` are about the person."""

    private: int = 0


def import_auto_memory(
    workspace: Workspace,
    folder: Path | None,
    environ: Mapping[str, str],
    *,
    dry_run: bool = False,
) -> AutoMemoryResult:
    """Import the memories in the folder; without one, in the client's own of this repository.

    Raises:
        GitmemError: there is no such folder, or it holds no memory.
        UnknownRevision: there is no commit to tie anything to.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    places = [str(place.worktree) for place in worktrees_of(workspace.repo) if place.worktree]
    folders = [folder] if folder is not None else memory_folders(environ, places)
    if not folders or not all(one.is_dir() for one in folders):
        where = (
            f"'{folder}' is no folder" if folder else "Claude Code has no memory of this project"
        )
        raise GitmemError(
            where, "Nothing was changed. It is in ~/.claude/projects/NAME/memory; name the folder"
        )
    result = AutoMemoryResult("claude-memory")
    batch = ImportBatch(workspace, result, dry_run=dry_run)
    sources = Sources(workspace, AGENT)
    tracked = frozenset(paths_at_head(workspace.repo))
    commits = _Commits(workspace)
    for one in folders:
        found, unreadable = read_auto_memory(one)
        result.unreadable += unreadable
        for told in found:
            result.read += 1
            if told.type == "user":
                result.private += 1
                continue
            commit = commits.of(told)
            memory = sources.revise(told.place, _memory_of(told, commit, commits, tracked))
            if memory is None:
                result.known += 1
            else:
                batch.add(commit, memory)
    batch.finish()
    return result


class _Commits:
    """The commits of HEAD by time, and those that a session made."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._reader = CommitReader(workspace.repo)
        self._times: list[tuple[float, str]] = []
        for count, commit in enumerate(walk_ids(workspace.repo, "HEAD")):
            if count == _MOST_COMMITS:
                break
            self._times.append((float(self._reader.head(commit).commit_time), commit))
        self.head = self._times[0][1] if self._times else ""
        self._times.sort()
        self.change = lru_cache(maxsize=64)(
            lambda commit: self._reader.change(commit, with_marks=False)
        )

    def of(self, told: AutoMemory) -> str:
        """The commit that the memory goes to."""
        if is_session_id(told.session) and (made := self._of_session(told.session)):
            times = [when for when, _ in made]
            return made[min(bisect_left(times, told.time), len(made) - 1)][1]
        place = bisect_right(self._times, (told.time, "g"))
        return self._times[place - 1][1] if place else self._times[0][1]

    def _of_session(self, session: str) -> list[tuple[float, str]]:
        with closing(refresh(self._workspace.repo)) as index:
            commits = {stored.commit for stored in memories_of_session(index, session)}
        known = {commit: when for when, commit in self._times}
        return sorted((known[commit], commit) for commit in commits if commit in known)


def _memory_of(told: AutoMemory, commit: str, commits: _Commits, tracked: frozenset[str]) -> Memory:
    why, facts = _parts(told.body)
    change = commits.change(commit)
    named = (path for path in _QUOTED_PATH.findall(told.body) if path in tracked)
    return Memory(
        kind="note",
        title=_cut(" ".join(told.title.split()), _MAX_TITLE),
        why=_cut(why, _MAX_WHY),
        what=tuple(_cut(fact, _MAX_FACT) for fact in facts)[:_MOST_FACTS],
        tags={"type": told.type} if told.type else {},
        files_changed=tuple(dict.fromkeys(named))[:_MOST_PATHS],
        provenance=Provenance(
            commit=commit,
            patch_id=change.patch_id,
            change_id=change.change_id,
            time=iso_time(told.time),
            agent=AGENT,
            session=told.session if is_session_id(told.session) else "",
            compressor=AGENT,
            extra={SOURCE: told.place},
        ),
    )


def _parts(body: str) -> tuple[str, Sequence[str]]:
    """The reason that the body gives, and what else it says, a line each."""
    why, facts = "", list[str]()
    for line in body.splitlines():
        plain = _LINK.sub(lambda match: match[1].replace("-", " "), line.strip())
        match = _WHY.match(plain)
        if match is not None and not why and plain[match.end() :]:
            why = plain[match.end() :]
        elif plain := re.sub(r"^(?:[-*+]\s+|#{1,6}\s+)", "", plain).replace("**", "").strip():
            facts.append(plain)
    return why, facts


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
