"""Importing from claude-mem: each row becomes a memory of the commit that it led to.

By the files that it says were changed and the time; a row without such files goes with the next
commit of its session, else with the next commit there was, as kind ``session``.  What is taken
over names its row, so that a second import writes only what is new.
"""

from __future__ import annotations

import os
import re
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from gitmem.agents.claude_mem import ClaudeMem, ClaudeMemRow
from gitmem.agents.worktree import WorkTree
from gitmem.capture.workspace import Workspace
from gitmem.git.commits import CommitReader
from gitmem.git.log import walk_files
from gitmem.git.pack import MIN_NOTES_TO_PACK, pack_since
from gitmem.git.repo import Repo, resolve_commit, try_git
from gitmem.guard.redact import redact_memory
from gitmem.index.memories import memories_of_agent
from gitmem.model.change import Change
from gitmem.model.instant import iso_time
from gitmem.model.memory import KINDS, Memory, Provenance
from gitmem.model.note import NOTES_REF, Document
from gitmem.model.session import is_session_id
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh
from gitmem.state.imports import RecordedImport, record_import, record_written
from gitmem.upkeep.nearest_commit import AFTER_SECONDS, CommitTimeline

AGENT = "claude-mem"
SOURCE = "source"

_KINDS = {"security_alert": "security", "security_note": "security", "sensitive": "security"}
_BATCH = 500
_DAY = 86_400.0
_BACK_SECONDS = 2 * 3_600.0
_MOST_OF_A_COMMIT = 200
_MAX_TITLE = 160
_MAX_WHY = 2_000
_MAX_FACT = 500
_MAX_FACTS = 12
_MAX_CONCEPTS = 12
_MAX_FILES = 40
_MAX_PATH_CHARACTERS = 6_000
_SPACES = re.compile(r"\s+")


@dataclass
class ImportReport:
    """How many rows became memories, and why the others did not."""

    rows: int = 0
    written: int = 0
    by_files: int = 0
    by_session: int = 0
    by_time: int = 0
    to_head: int = 0
    known: int = 0
    forgotten: int = 0
    elsewhere: int = 0
    untied: int = 0
    empty: int = 0
    crowded: int = 0
    commits: set[str] = field(default_factory=set)
    forgotten_ids: list[str] = field(default_factory=list)


def import_claude_mem(
    workspace: Workspace,
    database: Path,
    projects: Sequence[str],
    *,
    to_head: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Import the rows of these projects; with ``dry_run``, only find out what would be done.

    ``to_head`` gives what cannot be tied to HEAD.

    Raises:
        GitmemError: the database is not there, is none of claude-mem's, or is damaged.
        UnknownRevision: there is no commit to tie anything to.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written; what was
            written before is kept.
    """
    source = ClaudeMem(database, projects)
    importer = _Importer(workspace, source, to_head=to_head, dry_run=dry_run)
    return importer.run()


def project_names(repo: Repo) -> list[str]:
    """The names under which claude-mem knows this repository and its linked work trees."""
    listed = os.fsdecode(try_git(repo, "worktree", "list", "--porcelain").stdout).split("\n")
    folders = [line.removeprefix("worktree ") for line in listed if line.startswith("worktree ")]
    if not folders and repo.worktree is not None:
        folders = [str(repo.worktree)]
    names = [Path(folder).name for folder in folders]
    return list(dict.fromkeys([*names, *(f"{names[0]}/{name}" for name in names[1:])]))


class _Importer:
    """One import: what is known of the repository, and what was found so far."""

    def __init__(
        self, workspace: Workspace, source: ClaudeMem, *, to_head: bool, dry_run: bool
    ) -> None:
        self._workspace = workspace
        self._source = source
        self._to_head = to_head
        self._is_dry = dry_run
        self._begun = time.time()
        self._head = resolve_commit(workspace.repo, "HEAD")
        self._notes = NoteStore(workspace.repo)
        self._read = lru_cache(maxsize=64)(CommitReader(workspace.repo).change)
        worktree = str(workspace.repo.worktree or workspace.repo.common_dir)
        self._tree = WorkTree([worktree, os.path.realpath(worktree)])
        self._folder = Path(worktree).name
        self._report = ImportReport()
        first = next((kept.time for kept in source.rows() if kept.time > 0.0), 0.0)
        self._timeline = CommitTimeline(walk_files(workspace.repo, "HEAD", max(first - _DAY, 0.0)))
        self._of_session = self._read_sessions()
        with closing(refresh(workspace.repo)) as index:
            stored = memories_of_agent(index, AGENT)
            with index.reader() as database:
                rows = database.execute("SELECT id FROM tombstone").fetchall()
        self._forgotten = {str(row[0]) for row in rows} | self._notes.forgotten_ids()
        self._existing_keys = {_key(found.memory) for found in stored}
        self._counts = Counter(found.commit for found in stored)

    def run(self) -> ImportReport:
        """Import every row, in batches."""
        base = self._notes.tip()
        batch: dict[str, list[Document]] = defaultdict(list)
        size = 0
        for kept in self._source.rows():
            self._report.rows += 1
            if (made := self._memory_of(kept)) is not None:
                commit, document = made
                batch[commit].append(document)
                size += 1
            if size >= _BATCH:
                self._write(batch, size)
                batch, size = defaultdict(list), 0
        self._write(batch, size)
        if self._report.written and not self._is_dry:
            refresh(self._workspace.repo).close()
        if self._report.written >= MIN_NOTES_TO_PACK and not self._is_dry:
            pack_since(self._workspace.repo, NOTES_REF, base)
        return self._report

    def _write(self, batch: dict[str, list[Document]], size: int) -> None:
        if batch and not self._is_dry:
            ids = {
                commit: [d.memory.id for d in documents if d.memory is not None]
                for commit, documents in batch.items()
            }
            lot = RecordedImport(self._begun, AGENT, ids)
            record_import(self._workspace.repo, lot)
            made = self._notes.add(batch, f"notes: import {size} from claude-mem")
            record_written(self._workspace.repo, lot, made)
        self._report.written += size

    def _read_sessions(self) -> dict[str, list[tuple[float, str]]]:
        """For each session when it changed files that a commit took, and which commit."""
        found: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for kept in self._source.rows():
            if commit := self._timeline.by_files(self._paths(kept.files_modified), kept.time):
                found[kept.session].append((kept.time, commit))
        return found

    def _memory_of(self, kept: ClaudeMemRow) -> tuple[str, Document] | None:
        """The row as a memory, and the commit it goes to; None when it is counted as left out."""
        found = self._report
        if (_session(kept), kept.source) in self._existing_keys:
            found.known += 1
            return None
        title = _line(kept.title or kept.narrative, _MAX_TITLE)
        if not title:
            found.empty += 1
            return None
        changed = self._paths(kept.files_modified)
        if self._is_elsewhere(kept, changed):
            found.elsewhere += 1
            return None
        commit, count, is_sure = self._find_commit(kept, changed)
        if not commit:
            found.untied += 1
            return None
        if self._counts[commit] >= _MOST_OF_A_COMMIT:
            found.crowded += 1
            return None
        kind = _kind(kept.type) if is_sure else "session"
        memory = self._build_memory(kept, kind, title, changed, self._read(commit))
        document = document_of(redact_memory(memory, self._workspace.policy))
        if document.memory is not None and document.memory.id in self._forgotten:
            found.forgotten += 1
            found.forgotten_ids.append(document.memory.id)
            return None
        setattr(found, count, getattr(found, count) + 1)
        found.commits.add(commit)
        self._counts[commit] += 1
        return commit, document

    def _find_commit(self, kept: ClaudeMemRow, changed: Sequence[str]) -> tuple[str, str, bool]:
        """The commit, how it was found, and whether the row is surely about it."""
        if commit := self._timeline.by_files(changed, kept.time):
            return commit, "by_files", True
        took = self._of_session.get(kept.session, ())
        if commit := _near(took, kept.time, looks_back=not changed):
            return commit, "by_session", True
        if not changed and (commit := self._timeline.next_after(kept.time)):
            return commit, "by_time", False
        return (self._head, "to_head", False) if self._to_head else ("", "", False)

    def _is_elsewhere(self, kept: ClaudeMemRow, changed: Sequence[str]) -> bool:
        """Whether a folder of the same name is meant: all its files are outside this one."""
        named = [*kept.files_modified, *kept.files_read]
        are_absolute = bool(named) and all(path.startswith(("/", "~")) for path in named)
        return are_absolute and not changed and not self._paths(kept.files_read)

    def _paths(self, given: Sequence[str]) -> list[str]:
        found = (self._path(path) for path in given)
        covers = self._workspace.policy.covers
        return list(dict.fromkeys(path for path in found if path and not covers(path)))

    def _path(self, given: str) -> str:
        """The path in this work tree; of one that was elsewhere then, what the history knows."""
        if path := self._tree.relative(given):
            return path
        _, folder, rest = given.replace("\\", "/").rpartition(f"/{self._folder}/")
        return rest if folder and self._timeline.knows(rest) else ""

    def _build_memory(
        self, kept: ClaudeMemRow, kind: str, title: str, changed: Sequence[str], change: Change
    ) -> Memory:
        why = _text(kept.narrative, _MAX_WHY) if kept.title else ""
        subtitle = _line(kept.subtitle, _MAX_FACT)
        if not why:
            why, subtitle = subtitle, ""
        facts = [_line(fact, _MAX_FACT) for fact in (subtitle, *kept.facts)]
        read = [path for path in self._paths(kept.files_read) if path not in changed]
        return Memory(
            kind=kind,
            title=title,
            why=why,
            what=tuple(fact for fact in facts if fact)[:_MAX_FACTS],
            next=tuple(filter(None, [_line(kept.next_steps, _MAX_FACT)])),
            concepts=tuple(_line(concept, 60) for concept in kept.concepts)[:_MAX_CONCEPTS],
            tags={} if kind == kept.type or not kept.type else {"type": _line(kept.type, 40)},
            files_changed=_paths_that_fit(changed),
            files_read=_paths_that_fit(read),
            provenance=Provenance(
                commit=change.commit,
                patch_id=change.patch_id,
                change_id=change.change_id,
                author=change.author,
                time=iso_time(kept.time),
                agent=AGENT,
                session=_session(kept),
                compressor=AGENT,
                model=_line(kept.model, 80),
                extra={SOURCE: kept.source},
            ),
        )


def _paths_that_fit(paths: Sequence[str]) -> tuple[str, ...]:
    """As many as fit into a document with everything else."""
    room = _MAX_PATH_CHARACTERS
    kept = []
    for path in paths[:_MAX_FILES]:
        room -= len(path)
        if room >= 0:
            kept.append(path)
    return tuple(kept)


def _session(kept: ClaudeMemRow) -> str:
    return kept.session if is_session_id(kept.session) else ""


def _key(memory: Memory) -> tuple[str, str]:
    return memory.provenance.session, str(memory.provenance.extra.get(SOURCE, ""))


def _kind(type_: str) -> str:
    if type_ == "summary":
        return "session"
    kind = _KINDS.get(type_, type_)
    return kind if kind in KINDS else "discovery"


def _near(found: Sequence[tuple[float, str]], when: float, *, looks_back: bool) -> str:
    """The commit of what the session changed next; behind its last change, of that one.

    Only what changed nothing itself looks back, such as a summary, and not far.
    """
    place = bisect_left(found, (when, ""))
    if place < len(found) and found[place][0] - when <= AFTER_SECONDS:
        return found[place][1]
    if looks_back and place > 0 and when - found[place - 1][0] <= _BACK_SECONDS:
        return found[place - 1][1]
    return ""


def _text(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _line(text: str, limit: int) -> str:
    return _text(_SPACES.sub(" ", text).strip(), limit)
