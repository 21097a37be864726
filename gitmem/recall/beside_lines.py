"""What stands behind lines that were just read or edited: the memories of the commits that git
blames for them.

Only a memory that gives a reason counts, and of a commit only one.  Standard library only: this
runs in agent hooks.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence

from gitmem.git.line_origins import Origin, ignored_commits, origins_of_lines
from gitmem.git.regular_file import open_regular
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.commits import commits_holding
from gitmem.index.lookup import memories, places_touching
from gitmem.index.memories import memories_of
from gitmem.index.nearby import paths_with_names
from gitmem.model.line_ranges import Ranges, join
from gitmem.model.memory import Memory
from gitmem.model.reason import gives_reason
from gitmem.model.text import plain_words
from gitmem.model.value import dataclass
from gitmem.state.context_history import SessionContext

LEAST_SHARE_OF_HISTORY, LEAST_LINES = 0.1, 2
SWEEPING = 12
"""A commit of so many files, of which no session tells, did one thing everywhere and means little
at each place.  As many files are what the memory of a larger one names."""

MOST_LINES = 1 << 30
WITHOUT_REASON = "without a reason (a why, a decision, an error or a fact)"

_FOLDER = "blame"
_LEAST_SHARE_OF_SWEEPING = 0.15
_LEAST_SHARE_OF_ONE = 0.2  # a single line of five says what they do
_MOST_BYTES = 2 << 20  # of a file; a larger one is data
_MOST_MEMORIES = 200
_MOST_COMMITS = 60
_AT_ONCE = 10
_FORM_WORDS = frozenset(
    [
        *("autopep8", "black", "clang", "clean", "cleanup", "cleanups", "fmt", "format"),
        *("formatted", "formatter", "formatting", "gofmt", "indent", "indentation", "isort"),
        *("lint", "linter", "linting", "lints", "polish", "polishing", "prettier", "reformat"),
        *("reformatted", "reformatting", "ruff", "rustfmt", "spelling", "style", "styling"),
        *("tidy", "typo", "typos", "whitespace", "yapf"),
    ]
)
_EMPTY_WORDS = frozenset(
    [
        *("a", "again", "all", "and", "apply", "code", "everything", "everywhere", "file"),
        *("files", "fix", "fixes", "it", "minor", "module", "of", "on", "run", "some"),
        *("source", "the", "this", "to", "up", "use", "whole", "with"),
    ]
)
_WORD = re.compile(rb"[^\W_]{3}")


@dataclass(frozen=True)
class Behind:
    """A memory behind lines: those of its commit that are there now, and the part of what they
    all say that is its (0 to 1).  ``refusal`` says why it is not told, whatever it is worth.
    """

    memory: Memory
    commit: str
    lines: Ranges
    share: float
    refusal: str = ""


@dataclass(frozen=True)
class Passage:
    """Lines of a file as it is now, from 1, both ends counted; or ``texts`` that stand in it.

    ``is_edited``: they were just changed, and what stood there before counts.  ``is_whole``: they
    are all lines of the file, of which each commit may have a small part.
    """

    ranges: Ranges = ()
    is_edited: bool = False
    texts: Sequence[str] = ()
    is_whole: bool = False

    def __bool__(self) -> bool:
        """Whether it is known which lines they are."""
        return bool(self.ranges or self.texts)


def is_left_to_tell(index: Index, path: str, given: SessionContext) -> bool:
    """Whether any memory of the file, or of one of its name in another folder, as it may have been
    moved, could be told, before git is asked anything.
    """
    if _has_untold(index, places_touching(index, [path], _MOST_MEMORIES), given):
        return True
    namesakes = paths_with_names(index, {path.rpartition("/")[2]})
    return _has_untold(index, places_touching(index, namesakes, _MOST_MEMORIES), given)


def _has_untold(index: Index, places: Sequence[int], given: SessionContext) -> bool:
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
    is_whole = passage.ranges == ((1, MOST_LINES),)
    return Passage(within, passage.is_edited, is_whole=is_whole)


def memories_behind(
    repo: Repo, index: Index, path: str, passage: Passage, given: SessionContext, own: str
) -> tuple[list[Behind], bool]:
    """A memory for each commit behind a passage that is :func:`located` and has one, largest share
    first, and whether there was time to look at all lines.

    ``own`` is the session that is told, whose work is no news to it.
    """
    if not passage.ranges or not is_left_to_tell(index, path, given):
        return [], True
    folder, ignored = repo.state_dir / _FOLDER, ignored_commits(repo)
    found = origins_of_lines(repo, path, passage.ranges, folder, is_edited=passage.is_edited)
    text = _lines_of(repo, path)
    sizes = {origin.commit: _size(origin, text) for origin in found.origins}
    total = sum(sizes.values()) or 1
    stored: dict[str, list[Memory]] = {}
    largest = sorted(sizes, key=lambda commit: (-sizes[commit], commit))[:_MOST_COMMITS]
    for one in memories_of(index, largest):
        stored.setdefault(one.commit, []).append(one.memory)
    heard = frozenset[str]().union(*commits_holding(index, given.ids).values())
    behind = []
    by_commit = {origin.commit: origin for origin in found.origins}
    for commit in largest:
        if commit not in stored:
            continue
        origin, share = by_commit[commit], sizes[commit] / total
        memory = speaker(stored[commit], path)
        why = _refusal(memory, stored[commit], own)
        if not why:
            why = _too_few(memory, share, sizes[commit], is_whole=passage.is_whole)
        if commit in ignored:
            why = "a commit that blame looks through"
        elif commit in heard and memory.id not in given.ids:
            why = "its commit was told"
        behind.append(Behind(memory, commit, join(origin.lines), share, why))
    return behind, found.is_complete


def speaker(stored: Sequence[Memory], path: str = "") -> Memory:
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


def _refusal(memory: Memory, stored: Iterable[Memory], own: str) -> str:
    """Why it is not told, however many lines are its; empty if nothing speaks against it."""
    if own and any(one.provenance.session == own for one in stored):
        return "the session's own"
    if not gives_reason(memory):
        return WITHOUT_REASON
    if memory.provenance.is_of_history and _is_of_form(memory.title):
        return "only of the lines' form"
    return ""


def _is_of_form(title: str) -> bool:
    """Whether a commit says of itself that it changed how lines look, and nothing else."""
    words = [word for word in plain_words(title) if word not in _EMPTY_WORDS]
    return bool(words) and _FORM_WORDS.issuperset(words)


def _too_few(memory: Memory, share: float, size: int, *, is_whole: bool) -> str:
    """Why its lines are too few; of a whole file each commit may have a small part."""
    least = 0.0
    if memory.provenance.is_of_history:
        is_sweeping = len(memory.files_changed) >= SWEEPING
        least = _LEAST_SHARE_OF_SWEEPING if is_sweeping else LEAST_SHARE_OF_HISTORY
    is_one_of_many = size < LEAST_LINES and share < _LEAST_SHARE_OF_ONE
    if is_one_of_many or (share < least and not is_whole):
        return f"too few of the lines are its: {share:.0%}"
    return ""


def _lines_of(repo: Repo, path: str) -> list[bytes]:
    """The lines of the file in the work tree; none of what is no ordinary file of ordinary size."""
    file = os.path.join(repo.need_worktree(), path)  # noqa: PTH118
    try:
        found = os.lstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST_BYTES:
            return []
        with open_regular(file, follow=False) as opened:
            text = opened.read(_MOST_BYTES)
    except OSError:
        return []
    return text.removesuffix(b"\n").split(b"\n") if text else []


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
