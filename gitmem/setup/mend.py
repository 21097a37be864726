"""Put a launcher whose Python or package is gone back to work, with the gitmem that runs now.

A command does that when it sees it; a launcher that found this gitmem by itself asks for it.
"""

from __future__ import annotations

import importlib
import sys

from gitmem.errors import GitmemError, InstallError
from gitmem.git.repo import Repo
from gitmem.process.installation import install_command, is_in_cache
from gitmem.setup.launcher import put_program
from gitmem.state.notices import add_notice

_NEEDED = ("click", "numpy", "pathspec", "pygit2", "regex", "tokenizers", "yaml")


def mend_launcher(repo: Repo, python: str = sys.executable) -> str:
    """Have hooks start this gitmem; returns a line that says so, or what keeps from it.

    Raises nothing for anything that the disk may hold.
    """
    try:
        was_gone = _put(repo, python)
    except GitmemError as error:
        return f"commits are not captured, and that could not be mended: {error}"
    except OSError as error:
        return f"commits are not captured, and that could not be mended: {error.strerror}"
    return _told(python) if was_gone else "the hooks' Python, which did not run gitmem, does again"


def take_over(repo: Repo, python: str) -> str:
    """The same, for a launcher that found this gitmem: ``mended``, and a notice; else nothing.

    Raises:
        InstallError: this gitmem lacks a package that it needs, or cannot run from elsewhere.
        DiskFull, ReadOnlyRepository: the launcher could not be written.
    """
    if not repo.is_initialised:
        return ""
    if _put(repo, python):
        add_notice(repo, _told(python))
    return "mended"


def missing_package() -> str:
    """The first package that gitmem needs and that cannot be imported here; empty if there is none.

    What is imported stays so: only who goes on to use it, or found something wrong, may ask.
    """
    for name in _NEEDED:
        try:
            importlib.import_module(name)
        except ImportError:
            return name
    return ""


def _put(repo: Repo, python: str) -> bool:
    missing = missing_package()
    if missing:
        raise InstallError(
            f"the package '{missing}', which gitmem needs, is not there",
            f"Run: {install_command()}",
        )
    return put_program(repo, python)


def _told(python: str) -> str:
    line = f"the Python that hooks started was gone, or did not run gitmem; now they start {python}"
    if is_in_cache():
        line += f", which lasts as long as a cache. To keep it: {install_command()}"
    return line
