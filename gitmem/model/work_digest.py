"""What was decided, learned and left in some commits, by area.  Pure."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from gitmem.model import labels
from gitmem.model.items import items_of, without_items
from gitmem.model.memory import Memory, RecordedError
from gitmem.model.repeats import fold_words
from gitmem.model.value import dataclass

TOP, REST = "top folder", "without files"
"""The areas of files that lie in no folder, and of memories that name no file."""

_LEARNED_KINDS = ("discovery", "gotcha")
_TITLED_KINDS = ("feature", "bugfix", "security", "refactor", "decision", *_LEARNED_KINDS)
_SCOPE = re.compile(r"[A-Za-z]{1,20}\(([\w][\w ./,@-]{0,40})\)!?:\s")
_CONTAINERS = frozenset(
    ("app", "apps", "cmd", "crates", "internal", "lib", "libs", "packages", "pkg", "plugins", "src")
)
_ASIDE = frozenset(("doc", "docs", "spec", "specs", "test", "tests", "__tests__", "testdata"))


@dataclass(frozen=True)
class DigestEntry:
    """A memory of a commit: ``left`` and ``failing`` are what is still to be done of it, and what
    failed and was not mended.  ``time`` is the author's, POSIX seconds.
    """

    memory: Memory
    commit: str = ""
    subject: str = ""
    author: str = ""
    time: int = 0
    left: tuple[str, ...] = ()
    failing: tuple[RecordedError, ...] = ()

    @property
    def learned(self) -> tuple[str, ...]:
        """What was found out: the facts of a discovery."""
        return self.memory.what if self.memory.kind in _LEARNED_KINDS else ()

    @property
    def mended(self) -> tuple[RecordedError, ...]:
        """What failed, and how it was mended; that it was gone after some edits teaches nothing."""
        said = ((one, one.resolution.strip()) for one in self.memory.errors)
        return tuple(one for one, told in said if told and not told.startswith(labels.GONE))

    @property
    def says_something(self) -> bool:
        """Whether there is more than a title, or the title says what was done to the program."""
        said = (self.memory.decisions, self.learned, self.mended, self.left, self.failing)
        return any(said) or self.memory.kind in _TITLED_KINDS


@dataclass(frozen=True)
class WorkDigest:
    """The areas with their entries, oldest first; ``left_out`` had no room, ``silent`` commits
    have memories that say nothing of this kind.
    """

    areas: tuple[tuple[str, tuple[DigestEntry, ...]], ...] = ()
    left_out: int = 0
    silent: int = 0


def digest_of(entries: Sequence[DigestEntry], most: int) -> WorkDigest:
    """At most ``most`` entries (the latest), by area; areas with most first, none empty.

    Where half of the commits name a scope (``fix(parser): …``) that is the area, else the folder
    where most of the changed files lie.
    """
    ordered = sorted(entries, key=lambda one: (one.time, one.memory.provenance.time))
    telling = _once([one for one in ordered if one.says_something])
    shown = telling[len(telling) - most :] if most < len(telling) else telling
    scoped = sum(1 for one in shown if scope_of_subject(one.subject))
    areas: dict[str, list[DigestEntry]] = {}
    for one in shown:
        scope = scope_of_subject(one.subject) if scoped * 2 >= len(shown) else ""
        areas.setdefault(scope or area_of(one.memory.files_changed), []).append(one)
    ranked = sorted(areas.items(), key=lambda pair: (pair[0] in (TOP, REST), -len(pair[1])))
    silent = {one.commit for one in ordered} - {one.commit for one in telling}
    return WorkDigest(
        tuple((name, tuple(found)) for name, found in ranked),
        left_out=len(telling) - len(shown),
        silent=len(silent),
    )


def scope_of_subject(subject: str) -> str:
    """The scope that a conventional subject names, in lower case; else empty."""
    match = _SCOPE.match(subject)
    return match[1].strip().casefold() if match else ""


def area_of(paths: Sequence[str]) -> str:
    """The folder where most of the files lie; tests and documents count where nothing else is."""
    folders = [_folder(path) for path in paths]
    if not folders:
        return REST
    inside = [name for name in folders if name.split("/")[0] not in _ASIDE and name != TOP]
    counts = Counter(inside or folders)
    return min(counts, key=lambda name: (-counts[name], name))


def _folder(path: str) -> str:
    parts = posixpath.dirname(path).split("/")
    if not parts[0]:
        return TOP
    return "/".join(parts[:2]) if parts[0] in _CONTAINERS else parts[0]


def _once(entries: Sequence[DigestEntry]) -> list[DigestEntry]:
    """Each memory once, though it may stand at several commits; and no decision twice."""
    found: list[DigestEntry] = []
    ids: set[str] = set()
    said: set[str] = set()
    for one in entries:
        if one.memory.id in ids:
            continue
        ids.add(one.memory.id)
        again = set(_claims_said(one.memory, said))
        memory = without_items(one.memory, again)
        kept = one if not again else _with_memory(one, memory)
        if kept.says_something:
            found.append(kept)
    return found


def _claims_said(memory: Memory, said: set[str]) -> Iterator[str]:
    for item in items_of(memory):
        if item.name.startswith("decisions/"):
            claim = fold_words(item.words[0].text)
            if claim in said:
                yield item.name
            said.add(claim)


def _with_memory(one: DigestEntry, memory: Memory) -> DigestEntry:
    return DigestEntry(memory, one.commit, one.subject, one.author, one.time, one.left, one.failing)
