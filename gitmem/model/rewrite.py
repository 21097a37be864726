"""Which commit carries a commit's change now, after history was rewritten.  Pure.

A commit that was rebased, squashed, split, picked or applied elsewhere leaves traces: the same
change id, the same patch, the same author at the same second under the same subject, the same
lines.  What those traces prove is decided here; where they prove nothing, nothing is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

MOSTLY = 0.5
"""The share of a dropped commit's lines that another must have to be taken for its carrier."""

RESEMBLES = 0.2
"""From this share on a commit is reported as one that may carry the change."""

NEARLY_ALL = 0.9

_CHERRY_PICK = re.compile(r"^\(cherry picked from commit ([0-9a-f]{40})\)\s*$", re.MULTILINE)
_SQUASH = re.compile(r"^commit ([0-9a-f]{40})\s*$", re.MULTILINE)


class CarrierProof(Enum):
    """What a carrier was recognised by."""

    GIT_RECORD = "git told"
    """By a hook, the reflog or the map of a history filter."""
    MESSAGE = "named in its message"
    CHANGE_ID = "same change id"
    PATCH = "same patch"
    AUTHOR_AND_TIME = "same author, time and subject"
    ORIGIN = "same patch as it was made of"
    """By what a memory says about its first commit, not by the commit that holds it now."""
    RANGE = "squash of the branch"
    LINES = "same lines"


@dataclass(frozen=True)
class Delta:
    """What a commit, or a range of them, adds and removes.

    ``marks`` stand for added and removed lines with their path, ``long_marks`` are those of lines
    long enough not to stand everywhere.  ``is_whole`` is False if the difference was too
    large to be read to its end.
    """

    paths: frozenset[str] = frozenset()
    marks: frozenset[int] = frozenset()
    long_marks: frozenset[int] = frozenset()
    is_whole: bool = True


@dataclass(frozen=True)
class Trace:
    """A commit as far as it can be recognised.  ``time`` is the author's, POSIX seconds.

    Of a commit whose object is not here only what its memories tell is known: ``delta`` is None.
    """

    commit: str
    author: str = ""
    time: int = 0
    subject: str = ""
    message: str = ""
    change_id: str = ""
    patch_id: str = ""
    is_merge: bool = False
    paths: frozenset[str] = frozenset()
    delta: Delta | None = None

    @cached_property
    def named_sources(self) -> frozenset[str]:
        """The commits that the message names as its sources, as ``cherry-pick -x`` and
        ``merge --squash`` write them.
        """
        return frozenset([*_CHERRY_PICK.findall(self.message), *_SQUASH.findall(self.message)])


class Targets:
    """Commits to compare with, found by what they share: so many sources meet many targets."""

    def __init__(self, targets: Iterable[Trace]) -> None:
        self._all = {target.commit: target for target in targets}
        self._by: dict[object, set[str]] = {}
        for target in self._all.values():
            for key in [
                *map(_source_key, target.named_sources),
                *_keys(target),
                *_path_keys(target),
            ]:
                self._by.setdefault(key, set()).add(target.commit)

    def __iter__(self) -> Iterator[Trace]:
        """All of them, in the order given."""
        return iter(self._all.values())

    def near(self, source: Trace) -> list[Trace]:
        """Those with a word, an author's moment or, where its lines are known, a file in common."""
        keys = [_source_key(source.commit), *_keys(source)]
        keys += _path_keys(source) if source.delta is not None else []
        found = set[str]().union(*(self._by.get(key, ()) for key in keys)) - {source.commit}
        return [target for commit, target in self._all.items() if commit in found]


@dataclass(frozen=True)
class CarrierMatch:
    """The commits that carry a change, each with how that is known; those that merely resemble."""

    carriers: Mapping[str, CarrierProof] = field(default_factory=dict)
    similar_commits: tuple[str, ...] = ()


def rewrites_of(start: str, pairs: Mapping[str, Collection[str]]) -> set[str]:
    """Every commit that ``start`` became, directly or by way of others."""
    found: set[str] = set()
    open_ends = [start]
    while open_ends:
        for new in pairs.get(open_ends.pop(), ()):
            if new not in found and new != start:
                found.add(new)
                open_ends.append(new)
    return found


def same_change(source: Trace, targets: Iterable[Trace]) -> dict[str, CarrierProof]:
    """The targets that are this very change by what is written in them, not by their lines."""
    found: dict[str, CarrierProof] = {}
    for target in targets:
        if source.commit in target.named_sources:
            found[target.commit] = CarrierProof.MESSAGE
        elif source.change_id and source.change_id == target.change_id:
            found[target.commit] = CarrierProof.CHANGE_ID
        elif source.patch_id and source.patch_id == target.patch_id:
            found[target.commit] = CarrierProof.PATCH
        elif _has_same_authorship(source, target):
            found[target.commit] = CarrierProof.AUTHOR_AND_TIME
    return found


def carriers_of(
    source: Trace,
    standing: frozenset[int],
    targets: Sequence[Trace],
    told: Collection[str] = (),
) -> CarrierMatch:
    """Who carries the change of a commit that no ref reaches any more.

    ``standing`` are those of its marks that still stood at the end of its branch: what a later
    commit of the branch undid is not to be found anywhere.  ``told`` are the carriers that git
    told of; where they do not hold all of it, the commit was split and others hold the rest.
    """
    found = {**same_change(source, targets), **dict.fromkeys(told, CarrierProof.GIT_RECORD)}
    if source.delta is None:
        return CarrierMatch(found)
    wanted = standing or source.delta.marks
    shares = {
        target.commit: wanted & target.delta.marks
        for target in targets
        if target.delta is not None and not target.is_merge
    }
    if wanted:
        # Who has all of it carries it, whoever else may be the very same patch somewhere.
        whole = [
            commit
            for commit, share in shares.items()
            if len(share) >= NEARLY_ALL * len(wanted) and _tells(share, source.delta, wanted)
        ]
        found = {**dict.fromkeys(whole, CarrierProof.LINES), **found}
    covered = frozenset[int]().union(*(shares.get(commit, frozenset()) for commit in found))
    left = wanted - covered
    if not wanted or len(left) <= (1 - NEARLY_ALL) * len(wanted):
        return CarrierMatch(found)
    parts = {
        commit: share & left
        for commit, share in shares.items()
        if commit not in found and _tells(share & left, source.delta, left)
    }
    taken = covered.union(*parts.values())
    if found or len(taken) >= MOSTLY * len(wanted):
        return CarrierMatch({**found, **dict.fromkeys(parts, CarrierProof.LINES)})
    if len(taken) >= RESEMBLES * len(wanted):
        return CarrierMatch({}, tuple(sorted(parts, key=lambda c: (-len(parts[c]), c))))
    return CarrierMatch()


def sources_of_squash(target: Trace, sources: Sequence[Trace]) -> list[str]:
    """Which of the sources a target joins, if together they explain nearly all of it.

    For commits that live on elsewhere as well: each must be in the target to its last line, and
    what is left of the target when all of them are taken away must be little.
    """
    if target.delta is None or target.is_merge or not target.delta.marks:
        return []
    marks = target.delta.marks
    inside = [
        source
        for source in sources
        if source.delta is not None
        and source.delta.is_whole
        and source.delta.long_marks
        and source.delta.marks <= marks
    ]
    explained = frozenset[int]().union(*(s.delta.marks for s in inside if s.delta is not None))
    if len(explained) < NEARLY_ALL * len(marks):
        return []
    return [source.commit for source in inside]


def is_same_work(target: Trace, branch: Delta, subjects: Collection[str]) -> bool:
    """Whether a target is the squash of a branch, given what the branch as a whole changes.

    Either line by line, or nearly so and with every subject of the branch in its message, as
    forges write it.
    """
    if target.delta is None or not branch.marks or not (branch.is_whole and target.delta.is_whole):
        return False
    ours, theirs = target.delta.marks, branch.marks
    if ours == theirs:
        return True
    names_all = len(subjects) > 1 and all(subject in target.message for subject in subjects)
    return names_all and len(ours & theirs) >= MOSTLY * len(ours | theirs)


def _source_key(commit: str) -> tuple[str, object]:
    return "named", commit


def _keys(trace: Trace) -> list[tuple[str, object]]:
    keys: list[tuple[str, object]] = [("authored", (trace.author, trace.time))]
    if trace.change_id:
        keys.append(("change", trace.change_id))
    if trace.patch_id:
        keys.append(("patch", trace.patch_id))
    return keys


def _path_keys(trace: Trace) -> list[tuple[str, object]]:
    return [("path", path) for path in trace.paths]


def _has_same_authorship(source: Trace, target: Trace) -> bool:
    """The same author in the same second under the same subject, with a file in common.

    Where the source's own subject is not known, all of its files must be there.
    """
    if not source.author or (source.author, source.time) != (target.author, target.time):
        return False
    if source.is_merge != target.is_merge:
        return False
    if source.delta is None:
        return bool(source.paths) and source.paths <= target.paths
    if source.subject != target.subject:
        return False
    return not source.paths or not target.paths or bool(source.paths & target.paths)


def _tells(share: frozenset[int], delta: Delta, wanted: frozenset[int]) -> bool:
    """Whether common lines are not an accident: a telling one among them, or all there are."""
    return bool(share & delta.long_marks) or (bool(share) and share == wanted)
