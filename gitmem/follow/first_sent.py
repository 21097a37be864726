"""What a person is told, once for each remote, when memories first leave for it."""

from __future__ import annotations

import hashlib
import os
import shlex
from contextlib import suppress

from gitmem.errors import GitmemError
from gitmem.follow.amounts import Amount
from gitmem.git.remotes import read_exchange_tip
from gitmem.git.repo import Repo
from gitmem.model.note import NOTES_REF
from gitmem.state.state_file import StateFile

_TIP_CHARACTERS = 16
"""Of a commit's name: enough for a person's git to know it by."""


def first_sent_line(
    repo: Repo, remote: str, sent: Amount, *, is_new: bool, with_push: bool = False
) -> str:
    """That memories were sent, how many, and how to keep them home; empty but for the first time
    from this clone to this remote.

    ``is_new``: the remote had no memories before; only then may its ref be deleted to take these
    back, and only for as long as nobody sent others.  ``with_push``: they went with a push.
    """
    if not sent.memories or not is_first_sending(repo, remote):
        return ""
    with suppress(GitmemError, OSError):
        _file(repo, remote).write(b"")
    what = "1 memory" if sent.memories == 1 else f"{sent.memories:,} memories"
    commits = "1 commit" if sent.commits == 1 else f"{sent.commits:,} commits"
    return (
        f"{what} of {commits} went to '{remote}'{' along with the push' if with_push else ''} (this"
        " is said once). To keep memories home from now on: git config gitmem.autoPush false; to"
        f" take {_way_back(repo, remote, is_new=is_new)}"
    )


def _way_back(repo: Repo, remote: str, *, is_new: bool) -> str:
    tip = read_exchange_tip(repo, remote)
    if not is_new or tip is None:
        return "one back, for everybody: gitmem forget ID"
    return f"these back: {take_back_command(remote, tip)}"


def take_back_command(remote: str, tip: str) -> str:
    """What deletes the remote's memories, unless somebody has sent others since the commit ``tip``
    was.
    """
    lease = f"--force-with-lease={NOTES_REF}:{tip[:_TIP_CHARACTERS]}"
    return f"git push {lease} {shlex.quote(remote)} :{NOTES_REF}"


def is_first_sending(repo: Repo, remote: str) -> bool:
    """Whether nobody was told yet that memories of this clone go to that remote."""
    return not _file(repo, remote).path.exists()


def _file(repo: Repo, remote: str) -> StateFile:
    # Hashed, because a remote's name may hold slashes.
    name = hashlib.sha256(os.fsencode(remote)).hexdigest()[:32]
    return StateFile(repo.state_dir / "sent" / name)
