"""Remotes that refuse memories from here, so that a person hears of it once, not at each push.

A small file each, for as long as the remote has the same address and no push went through.  What
is not the remote's decision (such as a network failure) is not kept.  Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from typing import Any

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, try_git
from gitmem.model.value import dataclass
from gitmem.state.state_file import StateFile

DAY_SECONDS = 86_400.0


@dataclass(frozen=True)
class Refusal:
    """Why the remote took nothing, and when it is worth asking again (POSIX seconds)."""

    reason: str
    until: float


def read_refusal(repo: Repo, remote: str) -> Refusal | None:
    """The refusal that stands; None if there is none, or the remote's address is another."""
    address, refusal = _file(repo, remote).read_json(_parse_refusal, ("", None))
    return refusal if refusal and address == _address(repo, remote) else None


def keep_refusal(repo: Repo, remote: str, reason: str, patience: float = DAY_SECONDS) -> bool:
    """Record that the remote refuses, for so many seconds; returns whether that is news."""
    is_news = read_refusal(repo, remote) is None
    until = time.time() + patience
    value = {"address": _address(repo, remote), "reason": reason, "until": until}
    with suppress(GitmemError, OSError):
        _file(repo, remote).write_json(value)
    return is_news


def drop_refusal(repo: Repo, remote: str) -> None:
    """It took our memories: the next refusal is news again."""
    with suppress(OSError):
        _file(repo, remote).remove()


def _address(repo: Repo, remote: str) -> str:
    """A checksum of where pushes go: addresses may hold passwords."""
    asked = try_git(repo, "remote", "get-url", "--push", "--all", "--", remote)
    return hashlib.sha256(asked.stdout).hexdigest()


def _file(repo: Repo, remote: str) -> StateFile:
    # Hashed, because a remote's name may hold slashes.
    name = hashlib.sha256(os.fsencode(remote)).hexdigest()[:32]
    return StateFile(repo.state_dir / "refusals" / f"{name}.json")


def _parse_refusal(value: Any) -> tuple[str, Refusal]:
    return value["address"], Refusal(str(value["reason"]), float(value["until"]))
