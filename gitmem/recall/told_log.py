"""``git log`` with what is remembered: git prints the commits, the memories stand where git has
its notes.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from gitmem.errors import UnbornHead
from gitmem.git.log import has_head, walk_log
from gitmem.git.log_blocks import LogBlock, LogRun, read_blocks
from gitmem.git.log_format import LogForm
from gitmem.git.log_words import LogWords
from gitmem.git.repo import Repo, top_relative
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commit_beginning, annotated_commits_among
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Memory
from gitmem.model.repeats import tell_once
from gitmem.notes.store import NoteStore
from gitmem.recall.log import entries_of, read_remembered, split_arguments
from gitmem.refresh.annotated_walk import annotated_walk
from gitmem.refresh.refresh import refresh_index

_FIRST = 8
_AT_ONCE = 64
_MOST_AT_ONCE = 4096


@dataclass(frozen=True)
class ToldBlock:
    """What git prints of a commit, and what is remembered of it."""

    block: LogBlock
    entry: LogEntry


def read_told_blocks(
    repo: Repo, run: LogRun, words: LogWords, kinds: frozenset[str] = frozenset()
) -> Iterator[ToldBlock]:
    """The commits that have memories, in git's order; of a graph all, since it has no gaps.

    ``words.count`` and ``words.skip`` count commits that are shown.  What one commit says is not
    said again by another of the same work.

    Raises:
        UnbornHead: no revision is given and HEAD has no commit.
        Else as :func:`read_blocks`.
    """
    _need_commit(repo, words)
    with closing(Index.open(repo.state_dir)) as index:
        notes = NoteStore(repo)
        if index.is_volatile:
            refresh_index(notes, index)  # nobody else could
        run = replace(run, has_notes=notes.tip() is not None)
        found = _with_entries(notes, index, _blocks(repo, index, run, words), kinds)
        told = _told_once(found)
        if words.has_graph:
            yield from told
            return
        remembered = (one for one in told if one.entry.memories or one.entry.problems)
        shown = islice(remembered, words.skip, words.end)
        yield from reversed(list(shown)) if words.is_reversed else shown


def read_selected_entries(
    repo: Repo, run: LogRun, words: LogWords, kinds: frozenset[str] = frozenset()
) -> Iterator[LogEntry]:
    """The same commits as entries of our own, newest first, for forms that git does not print.

    Raises:
        UnbornHead: no revision is given and HEAD has no commit.
        Else as :func:`read_blocks`.
    """
    _need_commit(repo, words)
    with closing(Index.open(repo.state_dir)) as index:
        notes = NoteStore(repo)
        if index.is_volatile:
            refresh_index(notes, index)
        commits = select_commits(repo, index, run, replace(words, has_graph=False))
        found = entries_of(repo, notes, index, commits, kinds)
        yield from islice(found, words.skip, words.end)


def select_commits(repo: Repo, index: Index, run: LogRun, words: LogWords) -> Iterator[str]:
    """The ids of those selected commits that have a note; git's selection is streamed."""
    if words.is_separable and not (run.config.follows and (words.paths or words.names)):
        revisions, paths = _names(repo, run.here, words)
        if not (words.selects or revisions or paths):
            yield from annotated_walk(repo, index)
            return
        has_all = any(word.partition("=")[0] in _MANY for word in words.selects)
        revisions = revisions or ([] if has_all else ["HEAD"])
        found = walk_log(repo, words.selects, revisions, paths)
    else:
        found = _selected(repo, run, words)
    size = _AT_ONCE
    while batch := list(islice(found, size)):
        annotated = annotated_commits_among(index, batch)
        yield from (commit for commit in batch if commit in annotated)
        size = min(2 * size, _MOST_AT_ONCE)


_MANY = ("--all", "--branches", "--tags", "--remotes")


def _need_commit(repo: Repo, words: LogWords) -> None:
    """Raises UnbornHead where only HEAD is asked for, and has no commit."""
    has_names = bool(words.names) or any(word.partition("=")[0] in _MANY for word in words.words)
    if not has_names and not has_head(repo):
        raise UnbornHead("the current branch has no commit yet")


def _names(repo: Repo, here: Path, words: LogWords) -> tuple[list[str], list[str]]:
    if words.paths is None:
        return split_arguments(repo, words.names, here)
    return list(words.names), [top_relative(repo, path, here) for path in words.paths]


def _selected(repo: Repo, run: LogRun, words: LogWords) -> Iterator[str]:
    kept = tuple(word for word in words.words if word not in words.shows or word in words.selects)
    bare = replace(words, has_graph=False, forms=(), notes=(), words=("--no-patch", *kept))
    form = LogForm("", "", ends_lines=True)
    for block in read_blocks(repo, replace(run, form=form, is_coloured=False), bare):
        yield block.commit


def _blocks(repo: Repo, index: Index, run: LogRun, words: LogWords) -> Iterator[LogBlock]:
    """What git prints: of everything at once, or where it prints the same, only of the commits
    that have notes.
    """
    has_paths = words.paths is not None or _has_paths(run.here, words)
    if not words.is_separable or (has_paths and words.shows):
        yield from read_blocks(repo, run, words)
        return
    size = _FIRST
    commits = select_commits(repo, index, run, words)
    while some := list(islice(commits, size)):
        yield from read_blocks(repo, run, words, some)
        size = min(2 * size, _AT_ONCE)


def _has_paths(here: Path, words: LogWords) -> bool:
    return any(os.path.lexists(here / name) for name in words.names)


def _with_entries(
    notes: NoteStore, index: Index, blocks: Iterator[LogBlock], kinds: frozenset[str]
) -> Iterator[ToldBlock]:
    for block in blocks:
        memories: tuple[Memory, ...] = ()
        problems: tuple[str, ...] = ()
        commit = annotated_commit_beginning(index, block.commit) if block.commit else ""
        if commit:
            memories, problems = read_remembered(notes, index, commit, kinds)
        entry = LogEntry(commit, subject=block.subject, memories=memories, problems=problems)
        yield ToldBlock(block, entry)


def _told_once(blocks: Iterator[ToldBlock]) -> Iterator[ToldBlock]:
    waiting: deque[ToldBlock] = deque()

    def entries() -> Iterator[LogEntry]:
        for one in blocks:
            waiting.append(one)
            yield one.entry

    for entry in tell_once(entries()):
        yield ToldBlock(waiting.popleft().block, entry)
