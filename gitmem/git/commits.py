"""One commit and what it changed, read through libgit2; the work tree is never looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects
from pygit2.enums import DeltaStatus, DiffFind, DiffFlag, DiffOption, ObjectType  # noqa: TID253 - as above

from gitmem.errors import GitFailed, UnknownRevision
from gitmem.git.libgit2 import open_objects, readable_for_diffs
from gitmem.git.raw_commit import AnyCommit, RawPerson, find_commit
from gitmem.git.recorders import Recorders
from gitmem.git.repo import Repo, may_lack_objects
from gitmem.model.change import WORD, Change, FileChange, word_key
from gitmem.model.line_marks import MAX_MARKS, line_marks

MAX_FILES = 2_000
MAX_ADDED_LINES = 400
MAX_LINE_CHARACTERS = 200
MAX_SYMBOLS = 60
_MAX_CACHED_BLOB_BYTES = 1 << 20
_MAX_REMOVED_WORDS = 20_000
_MAX_LINE = 1_000
_MISSING = (pygit2.GitError, KeyError)

_STATUS = {
    DeltaStatus.ADDED: "A",
    DeltaStatus.DELETED: "D",
    DeltaStatus.MODIFIED: "M",
    DeltaStatus.RENAMED: "R",
    DeltaStatus.COPIED: "C",
    DeltaStatus.TYPECHANGE: "T",
}
_CHANGE_ID_TRAILER = re.compile(r"^Change-Id: *(\S{1,128})\s*$", re.IGNORECASE | re.MULTILINE)
_PARENT = re.compile(rb"^parent ([0-9a-f]{40})$", re.MULTILINE)
_CHANGE_ID_HEADER = re.compile(rb"^change-id (\S{1,128})$", re.MULTILINE)
# What a line that begins a function, class or type looks like in the languages people use.
_SYMBOL = re.compile(
    r"^\s{0,12}(?:(?:export|default|pub(?:\([a-z]+\))?|public|private|protected|static|async|abstract"
    r"|final|inline|virtual|override|unsafe|extern)\s+){0,5}"
    r"(?:def[pm]?|class|func|function|fn|struct|enum|trait|interface|impl|module|defmodule|type)\s+"
    r"(?:\([^)]{0,80}\)\s*)?([A-Za-z_][\w.]{1,79})"
)


def read_change(
    repo: Repo, commit: str, branch: str = "", is_excluded: Callable[[str], bool] | None = None
) -> Change:
    """Read a commit and its difference to its first parent (for a merge: what no parent has).

    At a shallow clone's boundary the parent is missing and no file is named, rather than all.
    At most 2,000 files, 400 added lines of 200 characters and 60 symbols are kept; of an
    excluded file neither lines nor symbols.

    Raises:
        UnknownRevision: there is no such commit here.
    """
    return CommitReader(repo).change(commit, branch, is_excluded)


@dataclass(frozen=True)
class CommitText:
    """A commit's message, author and number of parents, and when it was written and when it was
    committed (POSIX seconds): an amend or a rebase moves only the latter.

    ``emails`` are the author's and the committer's, in small letters.
    """

    message: str
    author: str
    emails: frozenset[str]
    parents: int
    author_time: int
    commit_time: int
    change_id: str = ""


class CommitReader:
    """Reads many commits of one repository, which is opened once.

    ``blob_cache_bytes`` are kept of the files' contents between commits, for the whole process:
    who walks along a history meets each content twice, as the new and then as the old one.
    """

    def __init__(self, repo: Repo, *, blob_cache_bytes: int = 0) -> None:
        self._repo = repo
        self._objects = open_objects(repo)
        self._is_ready = False
        self._is_partial = may_lack_objects(repo)
        self._recorders = Recorders(self._objects)
        if blob_cache_bytes:
            pygit2.settings.cache_object_limit(ObjectType.BLOB, _MAX_CACHED_BLOB_BYTES)
            pygit2.settings.cache_max_size(blob_cache_bytes)

    def head(self, commit: str) -> CommitText:
        """What a commit says about itself; no tree is read.

        Raises:
            UnknownRevision: there is no such commit here.
        """
        found = self._commit(commit)
        people = (found.author.raw_email, found.committer.raw_email)
        return CommitText(
            message=_message_of(found),
            author=_who(found.author, found),
            emails=frozenset(_text(email, found).lower() for email in people),
            parents=len(_PARENT.findall(_header(found))),
            author_time=found.author.time,
            commit_time=found.commit_time,
            change_id=_change_id(_header(found), _message_of(found)),
        )

    def parents(self, commit: str) -> list[str]:
        """The parents that the commit names; none where it is not here."""
        found = find_commit(self._objects, commit)
        return [] if found is None else _parents(_header(found))

    def change(
        self,
        commit: str,
        branch: str = "",
        is_excluded: Callable[[str], bool] | None = None,
        *,
        with_marks: bool = True,
    ) -> Change:
        """As :func:`read_change`; without line marks if nobody needs them.

        Of files whose contents a partial clone lacks, the names alone are told.

        Raises:
            UnknownRevision: there is no such commit here.
            GitFailed: contents of it are missing, or folders of a partial clone.
        """
        if not self._is_ready:
            self._objects = readable_for_diffs(self._repo, self._objects)
            self._is_ready = True
        found = self._commit(commit)
        try:
            change = _change(
                self._objects, found, branch, is_excluded, with_marks, self._is_partial
            )
            return replace(change, links=self._recorders.links(change.commit, change.message))
        except (pygit2.GitError, KeyError) as error:
            raise GitFailed(
                f"what '{commit[:12]}' changed cannot be read: {error}",
                f"What a partial clone lacks comes with: git show {commit[:12]}; else: git fsck",
            ) from error

    def _commit(self, commit: str) -> AnyCommit:
        found = find_commit(self._objects, commit)
        if found is None:
            raise UnknownRevision(f"there is no commit '{commit[:12]}' here")
        return found


def _parents(header: bytes) -> list[str]:
    return [match.decode() for match in _PARENT.findall(header)]


def _header(commit: AnyCommit) -> bytes:
    return commit.read_raw().partition(b"\n\n")[0]


def _change(
    objects: pygit2.Repository,
    found: AnyCommit,
    branch: str,
    is_excluded: Callable[[str], bool] | None,
    with_marks: bool,
    is_partial: bool,
) -> Change:
    header = _header(found)
    parents = _parents(header)
    diffs = _diffs(objects, found, parents, is_partial)
    text = _message_of(found)
    is_plain = len(diffs) == 1
    told = _PlainDiff(with_marks=with_marks)
    if is_plain:
        told.read(diffs[0], is_excluded, is_partial)
        files = told.files
    else:
        files = _common_files([list(islice(_files(diff, is_partial), MAX_FILES)) for diff in diffs])
    return Change(
        commit=str(found.id),
        parents=tuple(parents),
        subject=text.strip().partition("\n")[0].strip(),
        message=text,
        author=_who(found.author, found),
        committer_name=_text(found.committer.raw_name, found),
        committer_email=_text(found.committer.raw_email, found),
        time=found.author.time,
        commit_time=found.commit_time,
        branch=branch,
        change_id=_change_id(header, text),
        patch_id=_patch_id(diffs[0], is_partial) if is_plain and files else "",
        files=tuple(files),
        symbols=tuple(told.symbols)[:MAX_SYMBOLS],
        added_lines=tuple(told.added_lines),
        removed_words=frozenset(told.removed_words),
        added_marks=frozenset(told.added_marks - told.removed_marks),
        removed_marks=frozenset(told.removed_marks - told.added_marks),
    )


def _diffs(
    objects: pygit2.Repository, commit: AnyCommit, parents: list[str], is_partial: bool
) -> list[pygit2.Diff]:
    """The difference to each parent; to the empty tree for a root; none at a shallow boundary.

    ``parents`` are those the commit names: libgit2 hides the ones a shallow clone lacks.
    """
    if not parents:
        return [commit.tree.diff_to_tree(swap=True)]
    diffs: list[pygit2.Diff] = []
    for name in parents:
        parent = find_commit(objects, name)
        if parent is None:
            return []
        diff = parent.tree.diff_to_tree(commit.tree, DiffOption.IGNORE_SUBMODULES)
        if len(diff) <= MAX_FILES:
            with suppress(*_MISSING if is_partial else ()):
                diff.find_similar(DiffFind.FIND_RENAMES)  # whatever diff.renames says
        diffs.append(diff)
    return diffs


def _files(diff: pygit2.Diff, is_partial: bool) -> Iterator[FileChange]:
    for patch in _patches(diff, is_partial):
        yield _file(patch)


def _patches(diff: pygit2.Diff, is_partial: bool) -> Iterator[pygit2.Patch | pygit2.DiffDelta]:
    """What each file's change is; where a partial clone lacks the contents, that there is one."""
    if not is_partial:
        yield from (patch for patch in diff if patch is not None)
        return
    for number, delta in enumerate(diff.deltas):
        try:
            patch = diff[number]
        except _MISSING:
            yield delta
        else:
            if patch is not None:
                yield patch


def _patch_id(diff: pygit2.Diff, is_partial: bool) -> str:
    try:
        return str(diff.patchid)
    except _MISSING:
        if not is_partial:
            raise
        return ""


def _file(patch: pygit2.Patch | pygit2.DiffDelta) -> FileChange:
    insertions, deletions, is_binary = 0, 0, False
    if isinstance(patch, pygit2.DiffDelta):
        delta = patch  # even its flags would be read from the contents
    else:
        delta = patch.delta
        _, insertions, deletions = patch.line_stats
        is_binary = bool(delta.flags & DiffFlag.BINARY)
    status = _STATUS.get(delta.status, "M")
    return FileChange(
        path=_path(delta.new_file.raw_path),
        status=status,
        insertions=insertions,
        deletions=deletions,
        old_path=_path(delta.old_file.raw_path) if status in "RC" else "",
        is_binary=is_binary,
    )


@dataclass
class _PlainDiff:
    """A plain commit's files, symbols, added lines, and marks of what was added and removed.

    Read in one pass: libgit2 compares the two contents again each time it is asked for a patch.
    """

    with_marks: bool
    files: list[FileChange] = field(default_factory=list)
    symbols: dict[str, None] = field(default_factory=dict)
    added_lines: list[str] = field(default_factory=list)
    removed_words: set[str] = field(default_factory=set)
    added_marks: set[int] = field(default_factory=set)
    removed_marks: set[int] = field(default_factory=set)

    def read(
        self, diff: pygit2.Diff, is_excluded: Callable[[str], bool] | None, is_partial: bool
    ) -> None:
        for number, patch in enumerate(_patches(diff, is_partial)):
            if number < MAX_FILES:
                self.files.append(_file(patch))
            if isinstance(patch, pygit2.DiffDelta):
                continue
            files = (patch.delta.new_file, patch.delta.old_file)
            is_private = is_excluded is not None and any(
                is_excluded(_path(file.raw_path)) for file in files
            )
            wants_lines = number < MAX_FILES and not is_private and not self._is_full
            if wants_lines or self.with_marks:
                for hunk in patch.hunks:
                    self._read_hunk(hunk, wants_lines)

    @property
    def _is_full(self) -> bool:
        return len(self.symbols) >= MAX_SYMBOLS and len(self.added_lines) >= MAX_ADDED_LINES

    def _read_hunk(self, hunk: pygit2.DiffHunk, wants_lines: bool) -> None:
        lines = hunk.lines
        insertions = [line.content for line in lines if line.origin == "+"]
        deletions = [line.content for line in lines if line.origin == "-"]
        if self.with_marks:
            _note_marks(self.added_marks, insertions)
            _note_marks(self.removed_marks, deletions)
        if wants_lines:
            _note_symbols(self.symbols, [hunk.header.rpartition("@@")[2], *insertions])
            room = MAX_ADDED_LINES - len(self.added_lines)
            stripped = (line.strip() for line in insertions)
            told = islice((line for line in stripped if line), room)
            self.added_lines += (shorten_line(line) for line in told)
            if len(self.removed_words) < _MAX_REMOVED_WORDS:
                for line in deletions:
                    self.removed_words.update(map(word_key, WORD.findall(line[:_MAX_LINE])))


def _note_marks(marks: set[int], lines: Iterable[str]) -> None:
    if len(marks) < MAX_MARKS:
        marks |= line_marks(lines)


def _note_symbols(symbols: dict[str, None], lines: Iterable[str]) -> None:
    """Add the names of functions and classes that a hunk lies in or that its added lines begin."""
    for name in symbols_in(lines):
        if len(symbols) >= MAX_SYMBOLS:
            return
        symbols[name] = None


def symbols_in(lines: Iterable[str]) -> Iterator[str]:
    """The names of the functions, classes and types that these lines begin."""
    for line in lines:
        if match := _SYMBOL.match(line[:MAX_LINE_CHARACTERS]):
            yield match[1]


def _common_files(by_parent: list[list[FileChange]]) -> list[FileChange]:
    """What differs from every parent; a merge that only joins changes nothing."""
    if not by_parent:
        return []
    first, *others = by_parent
    shared = [{file.path for file in files} for files in others]
    return [file for file in first if all(file.path in paths for paths in shared)]


def shorten_line(line: str) -> str:
    """An added line as it is kept: cut between words, since half a key that it may hold could not
    be told for one.
    """
    if len(line) <= MAX_LINE_CHARACTERS:
        return line
    return line[:MAX_LINE_CHARACTERS].rsplit(None, 1)[0]


def _change_id(header: bytes, text: str) -> str:
    """Gerrit's trailer, or the header that jj and others write."""
    if match := _CHANGE_ID_TRAILER.search(text):
        return match[1]
    in_header = _CHANGE_ID_HEADER.search(header)
    return in_header[1].decode("ascii", "replace") if in_header else ""


def _message_of(commit: AnyCommit) -> str:
    return _text(commit.raw_message, commit)


def _who(person: pygit2.Signature | RawPerson, commit: AnyCommit) -> str:
    return f"{_text(person.raw_name, commit)} <{_text(person.raw_email, commit)}>"


def _text(raw: bytes, commit: AnyCommit) -> str:
    """In the encoding that the commit names; UTF-8 where it names none, or one nobody knows."""
    try:
        return raw.decode(commit.message_encoding or "utf-8", "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _path(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
