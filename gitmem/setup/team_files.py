"""The files of a project that gitmem adds to, and that the team may have committed.

One person who leaves takes gitmem out of their own clone; out of the project somebody takes it for
all, by an edit that can be committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.setup.clients.clients import CLIENTS, client_file_at
from gitmem.setup.hook_file import EVENTS, is_empty_hook, without_block
from gitmem.setup.hook_location import find_place, read_git_version
from gitmem.setup.owned_files import look, refuse_way_out
from gitmem.setup.recorded_files import name_in_worktree, read_committed
from gitmem.state.atomic import write_over


class _Report(Protocol):
    restored: list[str]
    removals: list[str]
    failures: list[str]


def is_committed_with_us(repo: Repo, path: Path) -> bool:
    """Whether HEAD's commit has the file, and something of ours in it."""
    name = name_in_worktree(repo, path)
    content = read_committed(repo, name) if name else None
    if content is None:
        return False
    try:
        return _without(path)(content) != content
    except GitmemError:
        return False


def leave_project(repo: Repo, report: _Report) -> None:
    """Take gitmem out of the files of the project in the work tree, and tell which changed.

    A file that then says nothing is removed.
    """
    for path in _paths(repo):
        try:
            refuse_way_out(repo, path)
            present = look(path)
            content = present.content
            if content is None or (rest := _without(path)(content)) == content:
                continue
            if _is_nothing(path, rest):
                path.unlink()
                report.removals.append(os.fspath(path))
            else:
                write_over(path, rest, mode=present.mode)
                report.restored.append(os.fspath(path))
        except GitmemError as error:
            report.failures.append(f"{path}: {error.message}")
        except OSError as error:
            report.failures.append(f"{path}: {error.strerror or error}")


def changed_team_files(repo: Repo) -> list[str]:
    """The files of the project, named from its top, that HEAD has with gitmem in them and the work
    tree without.
    """
    found = []
    for path in _paths(repo):
        if is_committed_with_us(repo, path):
            content = look(path).content
            if content is None or _without(path)(content) == content:
                found.append(name_in_worktree(repo, path))
    return found


def _paths(repo: Repo) -> list[Path]:
    top = repo.worktree
    if top is None:
        return []
    hooks = [find_place(repo, read_git_version()).folder / event for event in EVENTS]
    inside = [path for path in hooks if path.is_relative_to(top)]
    own = [path for path in inside if not path.is_relative_to(repo.common_dir)]
    return [*(top / file.path for client in CLIENTS for file in client.files), *own]


def _without(path: Path) -> Callable[[bytes], bytes]:
    file = client_file_at(path)
    return file.without_us if file else without_block


def _is_nothing(path: Path, content: bytes) -> bool:
    file = client_file_at(path)
    return file.is_nothing(content) if file else is_empty_hook(content)
