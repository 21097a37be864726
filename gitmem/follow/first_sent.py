"""What a person is told, once for each remote, when memories first leave for it."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress

from gitmem.errors import GitmemError
from gitmem.follow.amounts import Amount
from gitmem.git.repo import Repo
from gitmem.model.note import NOTES_REF
from gitmem.state.state_file import StateFile


def first_sent_line(repo: Repo, remote: str, sent: Amount) -> str:
    """That memories were sent, how many, and how to keep them home; empty but for the first time
    from this clone to this remote.
    """
    if not sent.memories or not is_first_sending(repo, remote):
        return ""
    with suppress(GitmemError, OSError):
        _file(repo, remote).write(b"")
    what = "1 memory" if sent.memories == 1 else f"{sent.memories:,} memories"
    commits = "1 commit" if sent.commits == 1 else f"{sent.commits:,} commits"
    return (
        f"{what} of {commits} went to '{remote}' along with the push (this is said once). To keep"
        f" memories home from now on: git config gitmem.autoPush false; to take these back:"
        f" git push {remote} :{NOTES_REF}"
    )


def is_first_sending(repo: Repo, remote: str) -> bool:
    """Whether nobody was told yet that memories of this clone go to that remote."""
    return not _file(repo, remote).path.exists()


def _file(repo: Repo, remote: str) -> StateFile:
    # Hashed, because a remote's name may hold slashes.
    name = hashlib.sha256(os.fsencode(remote)).hexdigest()[:32]
    return StateFile(repo.state_dir / "sent" / name)
