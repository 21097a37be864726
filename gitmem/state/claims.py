"""Which hook answers, where a client runs two of ours for one event.

The project's settings and a plugin, or a client's own file and Claude Code's, may both hold our
hook; the client starts both at once, and what the first tells the second must not.  The first to
make a file for the event has it.  It counts for a moment only: the same event may come again, as
when a session is quit and resumed twice; for a hook of the same kind that moment is shorter, as two
of different kinds may be run one after the other.  What was told before is another file's to know
(:mod:`gitmem.state.context_history`).
Standard library only: agent hooks load this.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress

from gitmem.git.regular_file import own_folder, read_regular
from gitmem.git.repo import Repo
from gitmem.model.digest import sha256_hex

CLAIMS = "claims"
"""The folder in ours."""

_SECONDS = 10.0
_SAME_SECONDS = 2.0
_OLD_SECONDS = 60.0


def claim(repo: Repo, kind: str, *parts: object) -> bool:
    """Whether this process is the first to answer what ``parts`` name: of the last ten seconds, or
    of the last two if a hook of the same ``kind`` (a word) was.

    Where that cannot be found out (a read-only disk, a full one) it is: said twice is better than
    never.
    """
    text = "\0".join(map(str, parts)).encode("utf-8", "surrogatepass")
    folder = repo.state_dir / CLAIMS
    path = os.fspath(folder / sha256_hex(text)[:32])
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    for _ in range(3):  # the folder has to be made, perhaps; an old claim taken away
        try:
            made = os.open(path, flags, 0o666)
            with suppress(OSError):  # a full disk
                os.write(made, kind.encode())
            os.close(made)
        except FileNotFoundError:
            with suppress(OSError):
                own_folder(folder)
        except FileExistsError:
            with suppress(OSError):
                age = abs(time.time() - os.lstat(path).st_mtime)
                if age < _SAME_SECONDS or (age < _SECONDS and not _is_of(path, kind)):
                    return False
                os.unlink(path)  # noqa: PTH108
        except OSError:
            return True
        else:
            return True
    return True


def _is_of(path: str, kind: str) -> bool:
    try:
        return read_regular(path, 64, follow=False) == kind.encode()
    except OSError:
        return False


def clear_claims(repo: Repo) -> None:
    """Take away those that do not count any more."""
    now = time.time()
    with suppress(OSError), os.scandir(repo.state_dir / CLAIMS) as entries:
        for entry in entries:
            with suppress(OSError):
                if abs(now - entry.stat(follow_symlinks=False).st_mtime) > _OLD_SECONDS:
                    os.unlink(entry.path)  # noqa: PTH108
