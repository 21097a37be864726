"""Why the code changed: commits as ``git log`` selects them, with what is remembered about each."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from gitmem.errors import (
    NewerFormat,
    NoteUnreadable,
    UnbornHead,
    UnknownMemory,
    UnknownRevision,
)
from gitmem.git.log import CommitHead, has_head, read_heads, walk_log
from gitmem.git.reachability import unreachable_commits
from gitmem.git.repo import Repo, resolve_commit, top_relative, try_git
from gitmem.index.cache import Index
from gitmem.index.commits import abandoned_commits, annotated_commits_among
from gitmem.index.lookup import successor_of_former
from gitmem.index.memories import memories_of, memories_with_id
from gitmem.index.person_words import correction_of, pinned_ids
from gitmem.model.instant import parse_iso_time
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import ID_PATTERN, Memory
from gitmem.model.note import NEWER
from gitmem.notes.store import NoteStore
from gitmem.refresh.annotated_walk import annotated_walk
from gitmem.refresh.refresh import refresh_index
from gitmem.state.pending import PendingStore

_FIRST = 8
_AT_ONCE = 64
_MOST_AT_ONCE = 4096


@dataclass(frozen=True)
class LogSelection:
    """Which commits and memories to show; ``options`` are git log's own, no ``kinds`` is all."""

    options: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    count: int | None = None


def read_log_entries(repo: Repo, selection: LogSelection) -> Iterator[LogEntry]:
    """The commits that have memories, in git log's order; git is stopped when there are enough.

    Raises:
        UnbornHead: no revision is given and HEAD has no commit.
        UnknownRevision: a revision names nothing.
    """
    if not selection.revisions and "--all" not in selection.options and not has_head(repo):
        raise UnbornHead("the current branch has no commit yet")
    with closing(Index.open(repo.state_dir)) as index:
        notes = NoteStore(repo)
        if index.is_volatile:
            refresh_index(notes, index)  # nobody else could
        with closing(_annotated_commits(repo, index, selection)) as commits:
            found = entries_of(repo, notes, index, commits, selection.kinds)
            yield from islice(found, selection.count)


def entries_of(
    repo: Repo, notes: NoteStore, index: Index, commits: Iterator[str], kinds: frozenset[str]
) -> Iterator[LogEntry]:
    """The entries of those of the commits of which something of these kinds is remembered."""
    size = _FIRST
    while some := list(islice(commits, size)):
        size = min(2 * size, _AT_ONCE)
        for head in read_heads(repo, some):
            entry = _read_entry(notes, index, head, kinds)
            if entry is not None:
                yield entry


def _annotated_commits(
    repo: Repo, index: Index, selection: LogSelection
) -> Generator[str, None, None]:
    """The selected commits that have a note; git's selection is streamed, not stored."""
    if not (selection.options or selection.revisions or selection.paths):
        yield from annotated_walk(repo, index)
        return
    revisions = selection.revisions or (() if "--all" in selection.options else ("HEAD",))
    size = _AT_ONCE
    walk = walk_log(repo, selection.options, revisions, selection.paths)
    while batch := list(islice(walk, size)):
        annotated = annotated_commits_among(index, batch)
        yield from (commit for commit in batch if commit in annotated)
        size = min(2 * size, _MOST_AT_ONCE)


def read_pending_entries(repo: Repo) -> Iterator[LogEntry]:
    """Work that no commit holds yet, newest first, as log entries."""
    for found in PendingStore(repo).newest_first():
        yield LogEntry(memories=(found.memory,), is_pending=True)


def find_entry(repo: Repo, name: str) -> LogEntry:
    """What is remembered under a memory's id (or its beginning), or about a commit.

    Raises:
        UnknownMemory: it names neither, or a commit without memories, or several memories.
        NoteUnreadable, NewerFormat: the commit has a note, but nothing in it can be read.
    """
    if is_id(name):
        found = find_by_id(repo, name)
        if found is not None:
            return found
    try:
        commit = resolve_commit(repo, name)
    except UnknownRevision as error:
        raise UnknownMemory.of_name(name) from error
    entry = entry_of_commit(repo, commit)
    if entry is None:
        raise UnknownMemory(f"nothing is remembered about commit '{commit[:10]}'")
    return entry


def is_id(name: str) -> bool:
    """Whether a name has the form of a memory's id, or of the beginning of one."""
    return name.startswith("m") and ID_PATTERN.fullmatch(name.ljust(21, "0")) is not None


def entry_of_commit(repo: Repo, commit: str) -> LogEntry | None:
    """What is remembered about a commit that is here; None if nothing is.

    Raises:
        NoteUnreadable, NewerFormat: the commit has a note, but nothing in it can be read.
    """
    (head,) = read_heads(repo, [commit])
    with closing(Index.open(repo.state_dir)) as index:
        entry = _read_entry(NoteStore(repo), index, head, frozenset())
        mark = abandonment(repo, index, commit)
    if entry is None:
        return None
    if not entry.memories:
        problem = entry.problems[0]
        kind = NewerFormat if problem.startswith(NEWER) else NoteUnreadable
        raise kind(f"the note of commit '{commit[:10]}' {problem}")
    return replace(entry, abandonment=mark)


def entry_of(repo: Repo, commit: str) -> LogEntry:
    """The head of an entry; only the id for a commit that is not here."""
    try:
        (head,) = read_heads(repo, [commit])
    except UnknownRevision:
        return LogEntry(commit=commit)
    return _log_entry(head, (), ())


def abandonment(repo: Repo, index: Index, commit: str) -> str:
    """Since when, and by what, the commit's work is abandoned; empty if it is not."""
    mark = abandoned_commits(index).get(commit)
    if mark is None or not missing_from_refs(repo, NoteStore(repo), [commit]):
        return ""
    return abandonment_text(*mark)


def missing_from_refs(repo: Repo, notes: NoteStore, commits: Collection[str]) -> list[str]:
    """Those that no ref reaches, among them those that are not here at all."""
    gone = set(unreachable_commits(repo, commits))
    return [commit for commit in commits if commit in gone or not notes.has_commit(commit)]


def abandonment_text(since: str, how: str) -> str:
    """A mark in words."""
    day = parse_iso_time(since)
    if day is None:
        return f"since {since}" + (f", by {how}" if how else "")
    return f"since {day:%Y-%m-%d}" + (f" ({how})" if how else "")


def split_arguments(
    repo: Repo, arguments: Sequence[str], here: Path
) -> tuple[list[str], list[str]]:
    """Distinguish revisions from paths as git does when there is no ``--``.

    Paths come back relative to the top of the work tree.

    Raises:
        UnknownRevision: an argument is neither.
    """
    revisions: list[str] = []
    paths: list[str] = []
    for argument in arguments:
        asked = try_git(repo, "rev-parse", "--quiet", "--revs-only", "--end-of-options", argument)
        if not paths and asked.returncode == 0 and asked.stdout.strip():
            revisions.append(argument)
        elif (here / argument).exists():
            paths.append(argument)
        else:
            raise UnknownRevision(f"'{argument}' is neither a revision nor a path here")
    return revisions, [top_relative(repo, path, here) for path in paths]


def _read_entry(
    notes: NoteStore, index: Index, head: CommitHead, kinds: frozenset[str]
) -> LogEntry | None:
    memories, problems = read_remembered(notes, index, head.commit, kinds)
    return _log_entry(head, memories, problems) if memories or problems else None


def read_remembered(
    notes: NoteStore, index: Index, commit: str, kinds: frozenset[str] = frozenset()
) -> tuple[tuple[Memory, ...], tuple[str, ...]]:
    """The live memories in the note of a commit, of these kinds (all if none), and what could not
    be read in it.
    """
    note = notes.read(commit)
    if note is None:
        return (), ()
    live = {stored.memory.id: stored.memory for stored in memories_of(index, [commit])}
    plain = {d.memory.id for d in note.documents if d.is_plain and d.memory is not None}
    memories = tuple(
        live[m.id] if m.id in plain else m  # only the index knows who wrote plain words
        for m in note.memories
        if m.id in live and (not kinds or m.kind in kinds)
    )
    return memories, () if kinds else note.problems


def _log_entry(
    head: CommitHead, memories: tuple[Memory, ...], problems: tuple[str, ...]
) -> LogEntry:
    return LogEntry(
        commit=head.commit,
        author=head.author,
        time=head.time,
        refs=head.refs,
        subject=head.subject,
        memories=memories,
        problems=problems,
    )


def find_by_id(repo: Repo, prefix: str) -> LogEntry | None:
    """What is remembered under an id or its beginning, pending work too; None if nothing is.

    Raises:
        UnknownMemory: several ids begin so.
    """
    for pending in PendingStore(repo).newest_first():
        if pending.memory.id.startswith(prefix):
            return LogEntry(memories=(pending.memory,), is_pending=True)
    with closing(Index.open(repo.state_dir)) as index:
        stored = memories_with_id(index, prefix, even_wrong=True)
        if len({found.memory.id for found in stored}) > 1:
            raise UnknownMemory(f"'{prefix}' is the beginning of several memory ids")
        if not stored:
            former, name = successor_of_former(index, prefix)
            if len(former) > 1:
                raise UnknownMemory(f"'{prefix}' is the beginning of several memory ids")
            stored = memories_with_id(index, name) if name else []
        if not stored:
            return None
        commits = [found.commit for found in stored]
        gone = missing_from_refs(repo, NoteStore(repo), commits)
        commit = next((commit for commit in commits if commit not in gone), commits[0])
        mark = abandonment(repo, index, commit)
        remarks = _remarks(index, stored[0].memory.id)
    entry = replace(entry_of(repo, commit), memories=(stored[0].memory,), abandonment=mark)
    return replace(entry, remarks=(*entry.remarks, *remarks))


def _remarks(index: Index, name: str) -> list[tuple[str, str]]:
    """What a person said about a memory."""
    found = []
    if by := correction_of(index, name):
        said = [one.memory for one in memories_with_id(index, by)]
        is_wrong = any(one.corrects for one in said)
        who = f" ({said[0].title})" if is_wrong else ""
        told = "told nowhere: corrected by" if is_wrong else "told nowhere: edited in"
        undo = f"; to undo: gitmem wrong --undo {name[:12]}" if is_wrong else ""
        found.append(("Wrong" if is_wrong else "Edited", f"{told} {by[:12]}{who}{undo}"))
    if name in pinned_ids(index):
        found.append(("Pinned", f"to undo: gitmem unpin {name[:12]}"))
    return found
