"""Remotes that refuse memories from here, so that a person hears of it once, not at each push.

A small file each, for as long as the remote has the same address and no push went through.  What
is not the remote's decision (such as a network failure) is not kept.  Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, try_git
from gitmem.state.atomic import write_atomically

DAY_SECONDS = 86_400.0


@dataclass(frozen=True)
class Refusal:
    """Why the remote took nothing, and when it is worth asking again (POSIX seconds)."""

    reason: str
    until: float


def read_refusal(repo: Repo, remote: str) -> Refusal | None:
    """The refusal that stands; None if there is none, or the remote's address is another."""
    try:
        value = json.loads(_path(repo, remote).read_bytes())
        if value["address"] != _address(repo, remote):
            return None
        return Refusal(str(value["reason"]), float(value["until"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_refusal(repo: Repo, remote: str, reason: str, patience: float = DAY_SECONDS) -> bool:
    """Record that the remote refuses, for so many seconds; returns whether that is news."""
    is_news = read_refusal(repo, remote) is None
    until = time.time() + patience
    value = {"address": _address(repo, remote), "reason": reason, "until": until}
    with suppress(GitmemError, OSError):
        write_atomically(_path(repo, remote), json.dumps(value).encode())
    return is_news


def drop_refusal(repo: Repo, remote: str) -> None:
    """It took our memories: the next refusal is news again."""
    with suppress(OSError):
        _path(repo, remote).unlink(missing_ok=True)


def _address(repo: Repo, remote: str) -> str:
    """A checksum of where pushes go: addresses may hold passwords."""
    asked = try_git(repo, "remote", "get-url", "--push", "--all", "--", remote)
    return hashlib.sha256(asked.stdout).hexdigest()


def _path(repo: Repo, remote: str) -> Path:
    # Hashed, because a remote's name may hold slashes.
    name = hashlib.sha256(os.fsencode(remote)).hexdigest()[:32]
    return repo.state_dir / "refusals" / f"{name}.json"
