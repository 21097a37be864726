"""What ``git log`` prints, cut into commits, with the place where git puts a commit's notes.

git prints everything itself: heads, graph, colours and differences.  For a form of its own it is
asked for the notes under our ref by a name that holds a word nobody could know before,
``claude-mem^{/!-WORD}``, the newest of its commits whose message lacks that word: what stands
below this title is the note, whatever else a message or a file may say.  In a person's own form
the places are marked by colours that do not exist.

**Source:** git's ``log-tree.c`` (``show_log``), ``notes.c`` (``format_note``), ``graph.c`` and
gitrevisions(7).
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE

from gitmem.errors import GitFailed, GitmemError, UnbornHead, UnknownRevision, UsageError
from gitmem.git.log_format import LogConfig, LogForm
from gitmem.git.log_words import LogWords
from gitmem.git.repo import Repo, lack_of, local_environment
from gitmem.model.note import NOTES_REF
from gitmem.process.child import ending, start

_CHUNK_BYTES = 1 << 16
_SGR = rb"(?:\x1b\[[0-9;]*m)*"
_MARK = rb"(?:[-+<>=^o*] ?)?"
# What verifying a signature prints, between a commit's name and the size of its message.
_SIGNATURE = rb"(?:(?!%s(?:commit |From )?%s[0-9a-f]{7,40}\b)[^\n]*\n){0,40}?" % (_SGR, _SGR)
_SIZE = rb"(log size (\d+)\n)"
_HEADS = {
    "oneline": rb"^%s%s%s([0-9a-f]{4,40})\b[^\n]*? (?:[^\n]+\n%s)?%s"
    % (_SGR, _MARK, _SGR, _SIGNATURE, _SIZE),
    "email": rb"^From ([0-9a-f]{40}) [^\n]*\n%s%s" % (_SIGNATURE, _SIZE),
}
_HEADS["mboxrd"] = _HEADS["email"]
_HEAD = rb"^%scommit %s%s([0-9a-f]{4,40})\b[^\n]*\n(?:Reflog[^\n]*\n){0,2}%s%s" % (
    _SGR,
    _MARK,
    _SGR,
    _SIGNATURE,
    _SIZE,
)
_GRAPH_HEAD = re.compile(
    rb"(?P<graph>(?:\x1b\[[0-9;]*m|[ |/\\_.*<>=^+o-])*)(?:commit |From )?%s(?P<id>[0-9a-f]{4,40})\b"
    % _SGR
)
_GRAPH_ROW = re.compile(rb"(?:\x1b\[[0-9;]*m|[ |/\\_.-])+\n")
_ESCAPE = re.compile(rb"\x1b\[[0-9;]*m")
_GRAPH_LINES = re.compile(r"^[|*/\\_ ]+", re.MULTILINE)
_INDENT = b"    "
_HEAD_LINES = 45
_MOST_HEADS = 200


@dataclass(frozen=True)
class LogBlock:
    """A piece of what git prints: a commit, or of a graph everything up to the next note.

    ``before`` and ``after`` stand before and after the place of the notes.  ``commit`` (as printed,
    perhaps abbreviated) is whose notes belong between; empty where there is no such place, or no
    note.  ``subject`` is the commit's.  ``graph`` is what every line between begins with.
    ``is_apart``: an empty line stands between this block and another.
    """

    before: bytes
    after: bytes = b""
    commit: str = ""
    subject: str = ""
    graph: bytes = b""
    is_apart: bool = False
    has_note: bool = False

    @property
    def said(self) -> str:
        """What the commit itself says in ``before``, without colours and a graph's lines."""
        start = max(0, self.before.rfind(self.commit.encode()))
        text = _ESCAPE.sub(b"", self.before[start:]).decode("utf-8", "replace")
        return _GRAPH_LINES.sub("", text) if self.graph else text


@dataclass(frozen=True)
class LogRun:
    """How git is to be run: in which folder, in which form, coloured or not, and for a terminal.

    ``has_notes``: our ref is there.  ``columns`` is the terminal's width, 0 for none.
    """

    here: Path
    form: LogForm
    config: LogConfig
    is_coloured: bool = False
    columns: int = 0
    has_notes: bool = True


def read_blocks(
    repo: Repo, run: LogRun, words: LogWords, commits: Sequence[str] | None = None
) -> Generator[LogBlock, None, None]:
    """What ``git log`` prints for the words, piece by piece; of ``commits``, given, only those.

    Raises:
        UsageError: git does not understand an option.
        UnknownRevision: a name is neither a revision nor a path.
        UnbornHead: there is no commit yet.
        GitFailed: git refused otherwise.
    """
    nonce = secrets.token_hex(8)
    marks = _Marks(nonce)
    command = [*_git(repo, run), *_form_options(run, words, marks)]
    if commits is None:
        command += _selection(words)
    else:
        command += [
            *words.shows,
            *words.matches,
            "--no-walk=unsorted",
            "--end-of-options",
            *commits,
            "--",
            *(words.paths or ()),
        ]
    environ = _environment(run)
    with closing(_chunks(command, environ)) as chunks:
        yield from _parser(run.form, words, marks)(chunks)


class _Marks:
    """What tells the places apart, for one run."""

    def __init__(self, nonce: str) -> None:
        self.ref = f"{NOTES_REF.removeprefix('refs/notes/')}^{{/!-{nonce}}}"
        self.title = f"Notes ({self.ref}):".encode()
        number = int(nonce, 16)
        self.start = f"\x1b[9{number}m".encode()
        self.end = f"\x1b[8{number}m".encode()

    def in_form(self, text: str, *, is_graph: bool) -> str:
        """A person's form with both marks."""
        start, end = (mark.decode().replace("\x1b", "%x1b") for mark in (self.start, self.end))
        return f"{'' if is_graph else start}{text}%w()%n{end}%H %s"


def _git(repo: Repo, run: LogRun) -> list[str]:
    top = repo.worktree
    place = ["-C", os.fspath(run.here if top else repo.git_dir)]
    tree = [f"--work-tree={top}"] if top else []
    utf8 = ["-c", "i18n.logOutputEncoding=UTF-8"]  # what we read, whatever the stream wants
    return ["git", *place, *tree, f"--git-dir={repo.git_dir}", *utf8, "log"]


def _form_options(run: LogRun, words: LogWords, marks: _Marks) -> Iterator[str]:
    yield f"--color={'always' if run.is_coloured else 'never'}"
    form = run.form
    if form.text is not None:
        kind = "tformat" if form.ends_lines else "format"
        yield from words.forms[:-1] if form.is_chosen else ()
        yield f"--format={kind}:{marks.in_form(form.text, is_graph=words.has_graph)}"
        yield from words.notes  # for a %N in it
    else:
        yield from words.forms
        if not words.notes and not form.is_chosen:
            yield "--notes"
        yield from words.notes
        if run.has_notes:
            yield f"--notes={marks.ref}"
        if not words.has_graph:
            yield "--log-size"
    if words.has_graph:
        yield "--graph"


def _selection(words: LogWords) -> Iterator[str]:
    if words.has_graph:  # where commits without memories are shown, git counts
        if words.count is not None:
            yield f"--max-count={words.count}"
        if words.skip:
            yield f"--skip={words.skip}"
        if words.is_reversed:
            yield "--reverse"
    yield from words.words
    if words.paths is not None:
        yield "--"
        yield from words.paths


def _environment(run: LogRun) -> dict[str, str]:
    environ = local_environment()
    if run.columns:  # as where git sees the terminal itself
        environ["COLUMNS"] = str(run.columns)
        environ["GIT_PAGER_IN_USE"] = "1"
    ours = [ref for ref in run.config.note_refs if _may_be_ours(ref)]
    if ours:  # it is shown once, and as memories
        others = [ref for ref in run.config.note_refs if ref not in ours]
        environ["GIT_NOTES_DISPLAY_REF"] = ":".join(others)
    return environ


def _may_be_ours(pattern: str) -> bool:
    from fnmatch import fnmatchcase

    name = pattern if pattern.startswith("refs/") else f"refs/notes/{pattern}"
    return fnmatchcase(NOTES_REF, name)


def _chunks(command: Sequence[str], environ: dict[str, str]) -> Generator[bytes, None, None]:
    with ending(start(command, environ=environ, stdout=PIPE, stderr=PIPE)) as git:
        assert git.stdout is not None  # noqa: S101 - PIPE was asked for
        assert git.stderr is not None  # noqa: S101
        while chunk := git.stdout.read1(_CHUNK_BYTES):  # type: ignore[attr-defined]
            yield chunk
        complaint = os.fsdecode(git.stderr.read()).strip()
        status = git.wait()
    if status != 0:
        raise refusal_of(complaint)


_UNKNOWN = ("unknown revision", "bad revision", "Invalid revision", "bad object", "no such path")
_USAGE = ("argument", "option", "usage:", "expects", "--", "-L", "-S", "-G", "format", "pathspec")


def refusal_of(complaint: str) -> GitmemError:
    """git's complaint about a command line that a person typed, as an error."""
    if lack := lack_of(complaint):
        return lack
    lines = [line for line in complaint.splitlines() if not line.startswith("warning:")]
    reason = re.sub("^(fatal|error): ", "", lines[0]) if lines else "no reason given"
    if "does not have any commits yet" in reason:
        return UnbornHead("the current branch has no commit yet")
    if any(words in reason for words in _UNKNOWN):
        return UnknownRevision(reason.removesuffix("."))
    if any(words in reason for words in _USAGE):
        return UsageError(reason)
    return GitFailed(f"'git log' failed: {reason}")


_Parser = Callable[[Iterator[bytes]], Iterator[LogBlock]]


def _parser(form: LogForm, words: LogWords, marks: _Marks) -> _Parser:
    if words.has_graph:
        return lambda chunks: _graph_blocks(chunks, form, marks)
    if form.text is not None:
        return lambda chunks: _own_blocks(chunks, form, marks)
    return lambda chunks: _blocks(chunks, form, marks, keeps_size="--log-size" in words.words)


def _blocks(
    chunks: Iterator[bytes], form: LogForm, marks: _Marks, *, keeps_size: bool
) -> Iterator[LogBlock]:
    """The commits of a form that git knows by name: ``--log-size`` tells where a message ends."""
    head = re.compile(_HEADS.get(form.name, _HEAD), re.MULTILINE)
    title = b"\n" + marks.title + b"\n"
    buffer = _Buffer(chunks)
    found = buffer.search(head, 0)
    while found is not None:
        size_start, size_end = found.span(2)
        message_end = size_end + int(found[3])
        buffer.fill(message_end)
        following = buffer.search(head, message_end)
        block_end = following.start() if following is not None else len(buffer.data)
        message = buffer.cut(size_end, message_end)
        text, mark, note = message.partition(title)
        size = b"log size %d\n" % (len(message) - len(mark) - len(note)) if keeps_size else b""
        is_apart = not form.is_line
        rest = buffer.cut(message_end, block_end)
        if is_apart and following is not None:
            rest = rest.removesuffix(b"\n")
        first_line = text if form.is_line else _first_indented(text)
        yield LogBlock(
            buffer.cut(found.start(), size_start) + size + text,
            rest,
            found[1].decode(),
            " ".join(os.fsdecode(first_line).split()),
            is_apart=is_apart,
            has_note=bool(mark),
        )
        if following is not None:
            buffer.drop(following.start())
            following = head.match(buffer.data)
        found = following


def _own_blocks(chunks: Iterator[bytes], form: LogForm, marks: _Marks) -> Iterator[LogBlock]:
    """The commits of a person's own form."""
    start = re.compile(re.escape(marks.start))
    end = re.compile(b"\n" + re.escape(marks.end) + rb"([0-9a-f]{40}) ([^\n]*)")
    buffer = _Buffer(chunks)
    found = buffer.search(start, 0)
    while found is not None:
        place = buffer.search(end, found.end())
        if place is None:
            return
        following = buffer.search(start, place.end())
        end_of_rest = following.start() if following is not None else len(buffer.data)
        # A signature that was verified stands before the form.
        text = buffer.cut(0, found.start()) + buffer.cut(found.end(), place.start())
        rest = buffer.cut(place.end(), end_of_rest)
        is_apart = not form.ends_lines
        if is_apart and following is not None:
            rest = rest.removesuffix(b"\n")
        if form.text and form.text.startswith("%C(auto)"):
            text = text.removeprefix(b"\x1b[m")  # it follows our mark, instead of nothing
        if not form.text:  # of nothing at all, git prints no end either
            rest = rest.removeprefix(b"\n")
        if not form.text or form.is_tight:
            rest = (b"\n" if form.text else b"") + rest.removeprefix(b"\n").removeprefix(b"\n")
        subject = " ".join(os.fsdecode(place[2]).split())
        yield LogBlock(text, rest, place[1].decode(), subject, is_apart=is_apart, has_note=True)
        if following is not None:
            buffer.drop(following.start())
            following = start.match(buffer.data)
        found = following


class _Buffer:
    """Bytes as they come, searched as far as they are there, and further as needed."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.data = bytearray()

    def search(self, wanted: re.Pattern[bytes], begin: int) -> re.Match[bytes] | None:
        """The next place; None at the end."""
        while True:
            found = wanted.search(self.data, begin)
            if found is not None and found.end() < len(self.data):
                return found
            begin = max(begin, self._line_start(_HEAD_LINES))
            if not self._more():
                return wanted.search(self.data, begin)

    def fill(self, size: int) -> None:
        """Have so many bytes, if there are so many."""
        while len(self.data) < size and self._more():
            pass

    def cut(self, begin: int, end: int) -> bytes:
        """A part of it."""
        return bytes(self.data[begin:end])

    def drop(self, size: int) -> None:
        """What came first is done with."""
        del self.data[:size]

    def _line_start(self, lines: int) -> int:
        """Where the last but so many lines begins: a place may be there only in part."""
        at = len(self.data)
        for _ in range(lines):
            at = self.data.rfind(b"\n", 0, max(at, 0))
        return max(at, 0)

    def _more(self) -> bool:
        chunk = next(self._chunks, b"")
        self.data += chunk
        return bool(chunk)


def _graph_blocks(chunks: Iterator[bytes], form: LogForm, marks: _Marks) -> Iterator[LogBlock]:
    """The lines of a graph, up to each note: a note's lines, and the empty one before its title,
    are taken out, and rows of the graph that ran beside them are kept.
    """
    text = bytearray()
    last = b""
    heads: list[tuple[int, re.Match[bytes]]] = []
    lines = _lines(chunks)
    line = next(lines, b"")
    while line:
        if marks.end in line:
            row, _, told = line.partition(marks.end)
            commit, _, subject = told.rstrip(b"\n").partition(b" ")
            if _GRAPH_ROW.fullmatch(last) and _moving([last[:-1]]):
                last += _standing(row) + b"\n"  # git would let the graph settle first
            text += last + _moving([row])
            yield LogBlock(
                bytes(text),
                commit=commit.decode(),
                subject=" ".join(os.fsdecode(subject).split()),
                graph=_standing(row),
                has_note=True,
            )
            text, last = bytearray(), b""
            line = next(lines, b"")
            continue
        elif marks.title in line and (row := line.partition(marks.title)[0]) is not None:
            width = _width(row)
            rows = [row]
            if not form.is_line:
                rows.insert(0, last.rstrip(b"\n"))
                last = b""
            line = next(lines, b"")
            while line and _at(line, width).startswith(_INDENT):
                rows.append(line[: len(line) - len(_at(line, width))])
                line = next(lines, b"")
            if form.is_line and line:
                rows.append(line.rstrip(b"\n"))
                line = next(lines, b"")
            text += last + _moving(rows)
            head = next((one for at, one in reversed(heads) if at == width), None)
            yield LogBlock(
                bytes(text),
                commit=head["id"].decode() if head else "",
                subject=_subject_in(bytes(text), head, form) if head else "",
                graph=_standing(rows[-1]),
                has_note=True,
            )
            text, last, heads = bytearray(), b"", []
            continue
        text += last
        last = line
        if found := _GRAPH_HEAD.match(line):
            at = _width(found["graph"])
            heads = [*heads[-_MOST_HEADS:], (at, found)]
        line = next(lines, b"")
    yield LogBlock(bytes(text + last))


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if rest:
        yield rest


def _width(row: bytes) -> int:
    """How many columns a row of a graph takes; its characters are ASCII."""
    return len(_ESCAPE.sub(b"", row))


def _at(line: bytes, column: int) -> bytes:
    """The line from a column of the graph on."""
    place = 0
    while column and place < len(line):
        if escape := _ESCAPE.match(line, place):
            place = escape.end()
        else:
            place, column = place + 1, column - 1
    return line[place:]


def _moving(rows: Sequence[bytes]) -> bytes:
    """The rows in which lines of the graph change places: git prints those in any case."""
    return b"".join(row + b"\n" for row in rows if re.search(rb"[^ |]", _ESCAPE.sub(b"", row)))


def _standing(row: bytes) -> bytes:
    """What a line below this row begins with, once nothing moves any more."""
    plain = _ESCAPE.sub(b"", row)
    if not re.search(rb"[^ |]", plain):
        return row
    pairs = (plain[at : at + 2] for at in range(0, len(plain), 2))
    return b"".join(b"| " if pair.strip() else b"  " for pair in pairs)


def _subject_in(text: bytes, head: re.Match[bytes], form: LogForm) -> str:
    """The subject in what was printed since the head."""
    if form.is_line:
        return " ".join(os.fsdecode(head.string[head.end() :]).split())
    width = _width(head["graph"])
    _, _, below = text.rpartition(head.string)
    found = (_at(line, width) for line in below.split(b"\n"))
    line = next((one for one in found if one.startswith(_INDENT)), b"")
    return " ".join(os.fsdecode(line).split())


def _first_indented(message: bytes) -> bytes:
    for line in message.split(b"\n"):
        if line.startswith(_INDENT):
            return line
    return b""
