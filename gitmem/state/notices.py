"""Lines that the next gitmem command prints once, about things that happened in the background.

A worker or a hook repairs or gives up on something while nobody looks at a terminal.  A small
file for each line: whoever removes the file is the one to tell it, so that of two commands
running at once only one does, and the same line said twice is told once.  Standard library only.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.state.error_log import append_log
from gitmem.state.state_file import StateFile

MAX_NOTICES = 20
MAX_CHARACTERS = 500
_SUFFIX = ".notice"


def add_notice(repo: Repo, line: str) -> None:
    """Have the next command say ``line`` on stderr, and put it in the log now.

    Cleaned of control sequences, cut at 500 characters.  Of more than 20 the oldest are dropped;
    the log has them.  Never raises for the disk's sake.
    """
    from gitmem.guard.untrusted import clean_line  # only here: a hook hardly ever has to tell

    told = clean_line(line, MAX_CHARACTERS)
    if not told:
        return
    name = hashlib.sha256(told.encode()).hexdigest()[:32] + _SUFFIX
    with suppress(GitmemError, OSError):
        StateFile(_folder(repo) / name).write(told.encode())
        for path in _oldest_first(repo)[:-MAX_NOTICES]:
            path.unlink(missing_ok=True)
    append_log(repo, told)


def take_notices(repo: Repo) -> list[str]:
    """The lines to print, oldest first; the caller must print them, they are not given again."""
    lines = []
    for path in _oldest_first(repo):
        line = StateFile(path).read()
        if line is None:
            continue  # another command has just told it
        try:
            path.unlink()
        except FileNotFoundError:
            continue  # the same
        except OSError:
            pass  # a read-only folder: better told twice than never
        if line:
            lines.append(line.decode("utf-8", "replace"))
    return lines


def _folder(repo: Repo) -> Path:
    return repo.state_dir / "notices"


def _oldest_first(repo: Repo) -> list[Path]:
    dated = []
    with suppress(OSError):
        for path in _folder(repo).iterdir():
            if path.suffix == _SUFFIX:
                with suppress(OSError):
                    dated.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(dated)]
