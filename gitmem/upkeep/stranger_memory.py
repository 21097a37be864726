"""A memory of somebody's file, as it may stand here: it says what its writer wrote, and claims
nothing.

A file can be anybody's.  So what it says counts as words alone: it is signed by no person and by no
agent, it is about files of this work tree, at no time that has not come, and of no records of a
session here.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from gitmem.guard.policy import Policy
from gitmem.guard.redact import redact_memory
from gitmem.model.instant import iso_of, iso_time, parse_iso_time
from gitmem.model.memory import Memory
from gitmem.model.session import is_session_id

MARK = "import/1"
"""What the compressor of such a memory begins with; who the file says wrote it stands behind."""

BY = "an import"
"""Who pinned what a file pins."""

_SOURCE = "source"
_MAX_PATH = 4_096
_COMMIT = re.compile(r"[0-9a-f]{40}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def as_of_a_stranger(
    memory: Memory, policy: Policy, *, commit: str, author: str, now: float, made_at: float
) -> Memory:
    """The memory masked and without what a file cannot know for us; the same for the same memory.

    ``author`` and ``made_at`` (POSIX seconds) are what git says of the commit, ``now`` bounds the
    time that the memory states.
    """
    told = redact_memory(memory, policy)
    origin = told.provenance
    who = origin.compressor
    is_named_before = not who or who.startswith((MARK, "history/"))
    provenance = replace(
        origin,
        commit=origin.commit if _COMMIT.fullmatch(origin.commit) else commit,
        author=origin.author if origin.author == author else "",
        time=bounded_time(origin.time, now, made_at),
        session=origin.session if is_session_id(origin.session) else "",
        records=None,
        compressor=(who or MARK) if is_named_before else f"{MARK} {who}",
        extra={_SOURCE: "export", **origin.extra},
    )
    return replace(
        told,
        files_changed=_inside(told.files_changed, policy),
        files_read=_inside(told.files_read, policy),
        provenance=provenance,
    )


def bounded_time(text: str, now: float, made_at: float) -> str:
    """The time that is stated, ISO 8601 in UTC; the commit's where it is none, or yet to come."""
    found = parse_iso_time(text)
    if found is None or found.timestamp() > now:
        return iso_time(made_at)
    return iso_of(found)


def _inside(paths: Iterable[str], policy: Policy) -> tuple[str, ...]:
    return tuple(path for path in paths if _is_inside(path) and not policy.covers(path))


def _is_inside(path: str) -> bool:
    """Whether it is a file's path from the root of a work tree, as git writes one."""
    parts = path.replace("\\", "/").split("/")
    is_absolute = path.startswith(("/", "\\", "~")) or _DRIVE.match(path) is not None
    is_strange = _CONTROL.search(path) is not None or len(path) > _MAX_PATH
    return bool(path) and not is_absolute and not is_strange and ".." not in parts
