"""``gitmem uninstall``: the repository as it was before ``gitmem init``, except for the notes.

It stops at nothing half way: what cannot be put back is told, and all the rest still is.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from gitmem.errors import GitmemError, NotInitialised
from gitmem.git.remotes import TRACKING
from gitmem.git.repo import Repo, run_git, try_git
from gitmem.model.note import WATERMARK_REF
from gitmem.setup.client_files import mentions_us, user_files
from gitmem.setup.clients.client_setup import ClientFile
from gitmem.setup.clients.clients import CLIENTS, client_file_at
from gitmem.setup.git_config import config_path, is_same_config, lock_config, without_entries
from gitmem.setup.hook_file import aside_of, has_block, is_empty_hook, without_block
from gitmem.setup.legacy_hooks import clean_moved_copies
from gitmem.setup.manifest import FileRecord, path_of_name
from gitmem.setup.owned_files import FileForm, OwnedFiles, look
from gitmem.setup.person_files import take_from_person_file
from gitmem.setup.recorded_files import name_in_worktree
from gitmem.setup.team_files import is_committed_with_us, leave_project
from gitmem.state.lock import LockName, wait_for_lock
from gitmem.state.scrub_intent import SCRUB_INTENT

_WORK = ("queue", "failed", "pending", "lost", SCRUB_INTENT)
_BACKGROUND: tuple[tuple[LockName, float], ...] = (("worker", 30.0), ("setup", 5.0), ("judge", 2.0))
"""Who may be at work in our folder, and how many seconds each is waited for.  One that takes
longer clears away itself what it writes after that.
"""
_ATTEMPTS, _PAUSE_SECONDS = 20, 0.05
_HOOK_FILE = FileForm(rest=without_block, is_same=bytes.__eq__, is_nothing=is_empty_hook)


@dataclass
class UninstallReport:
    """``restored`` names the files that are as they were without us, ``removals`` those that are
    gone because nobody else had anything in them, ``notices`` what the person should look at, and
    ``failures`` what could not be removed, each with the reason and, if there is one, the remedy.
    ``committed`` are files of the project that were left because a commit has them.
    """

    restored: list[str] = field(default_factory=list)
    removals: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    committed: list[str] = field(default_factory=list)


def uninstall(
    repo: Repo,
    *,
    user_settings: Path | None = None,
    drain: Callable[[], object] | None = None,
    for_team: bool = False,
    environ: Mapping[str, str] | None = None,
) -> UninstallReport:
    """Remove gitmem from the repository; the notes stay.

    What HEAD's commit has of us is the team's and stays, unless this is ``for_team``.

    ``drain`` is called first, so that queued work becomes memory.  The agent's settings of the
    user serve other repositories too: only with ``user_settings`` are our hooks taken out there,
    and out of those that ``environ`` (None: the process's own) makes other clients read.

    Raises:
        NotInitialised: gitmem is not set up here.
        ForeignFile: the record of what was changed cannot be read.
    """
    if not repo.is_initialised:
        raise NotInitialised(f"gitmem is not set up in '{repo.worktree or repo.common_dir}'")
    owned_files = OwnedFiles(repo)
    report = UninstallReport()
    if drain is not None:
        with ExitStack() as held:  # else the worker has the turn, and this one nothing to do
            _try(report, partial(_wait_for_background, repo, held))
        _try(report, drain)
    if user_settings is not None:
        leave_user_files(user_settings, os.environ if environ is None else environ, report)
    with ExitStack() as held:
        _try(report, partial(_wait_for_background, repo, held))
        undo_install(repo, owned_files, report, leaves_committed=not for_team)
        if for_team:
            leave_project(repo, report)
    if not repo.is_initialised and any(_has_work(repo.state_dir / name) for name in _WORK):
        report.notices.append(
            f"work that is not remembered yet stays in '{repo.state_dir}':"
            " run gitmem init to continue with it, or delete that folder"
        )
    return report


def leave_user_files(settings: Path, environ: Mapping[str, str], report: UninstallReport) -> None:
    """Take our hooks out of the person's own files, ``settings`` being that of Claude Code."""
    for path, file in user_files(environ, CLIENTS, settings):
        _remove(report, os.fspath(path), partial(_leave_user_file, environ, path, file, report))


def user_files_with_us(settings: Path, environ: Mapping[str, str]) -> list[str]:
    """The person's own files that have something of ours."""
    found = user_files(environ, CLIENTS, settings)
    return [os.fspath(path) for path, file in found if mentions_us(path, file)]


def undo_install(
    repo: Repo,
    owned_files: OwnedFiles,
    report: UninstallReport | None = None,
    *,
    leaves_committed: bool = False,
) -> None:
    """Undo everything in the manifest, then forget it; problems go to the report.

    ``leaves_committed``: what a commit has is left as it is.
    """
    told = report or UninstallReport()
    for kept in owned_files.manifest.files:
        path = path_of_name(repo, kept.path)
        if leaves_committed and is_committed_with_us(repo, path):
            owned_files.give_up(kept)
            told.committed.append(name_in_worktree(repo, path))
            continue
        name = os.fspath(path_of_name(repo, kept.path))
        _remove(told, name, partial(_put_back_and_tell, repo, owned_files, kept, told))
    _remove(told, TRACKING, partial(_forget_tracking, repo))
    if not owned_files.manifest.files:
        _remove(told, "gitmem-sources", partial(_remove_sources, repo))
        _remove(told, os.fspath(repo.state_dir), partial(remove_state, repo))
    owned_files.remove_folders()


def put_back(repo: Repo, owned_files: OwnedFiles, kept: FileRecord) -> str:
    """Restore one file; returns what the person should know, often nothing.

    Raises:
        ForeignFile, GitFailed, DiskFull, ReadOnlyRepository: it stays, and stays kept.
    """
    path = path_of_name(repo, kept.path)
    if path == config_path(repo):
        return _put_back_config(repo, owned_files, kept)
    if (file := client_file_at(path)) is not None:
        form = FileForm(rest=file.without_us, is_same=file.is_same, is_nothing=file.is_nothing)
        return owned_files.put_back(kept, form)
    clean_moved_copies(repo, path, aside_of(path))
    _drop_own_aside(repo, path)
    return owned_files.put_back(kept, _HOOK_FILE)


def _drop_own_aside(repo: Repo, path: Path) -> None:
    """Remove a file of ours alone that was set aside because it had lost its permission."""
    aside = aside_of(path)
    if aside.is_symlink() or not aside.is_relative_to(repo.common_dir):
        return
    content = look(aside).content
    if content is not None and has_block(content) and is_empty_hook(without_block(content)):
        aside.unlink()


def _put_back_config(repo: Repo, owned_files: OwnedFiles, kept: FileRecord) -> str:
    form = FileForm(
        rest=lambda content: without_entries(
            repo, content, owned_files.manifest.entries, kept.content
        ),
        is_same=is_same_config,
        is_nothing=lambda content: False,  # a repository always has one
    )
    with lock_config(repo) as write:
        return owned_files.put_back(kept, form, write)


def _put_back_and_tell(
    repo: Repo, owned_files: OwnedFiles, kept: FileRecord, report: UninstallReport
) -> None:
    path = path_of_name(repo, kept.path)
    before = look(path)
    notice = put_back(repo, owned_files, kept)
    report.notices += [notice] if notice else []
    after = look(path)
    if after != before:
        told = report.removals if after.content is None else report.restored
        told.append(os.fspath(path))


def _leave_user_file(
    environ: Mapping[str, str], path: Path, file: ClientFile, report: UninstallReport
) -> None:
    if take_from_person_file(environ, path, file):
        told = report.removals if look(path).content is None else report.restored
        told.append(os.fspath(path))


def _forget_tracking(repo: Repo) -> None:
    listed = try_git(repo, "for-each-ref", "--format=delete %(refname)", TRACKING, WATERMARK_REF)
    if listed.stdout:
        run_git(repo, "update-ref", "--stdin", stdin=listed.stdout)
    # git leaves the emptied folders of a namespace behind.
    folder = repo.common_dir / TRACKING
    for below in sorted(folder.rglob("*"), reverse=True):
        below.rmdir()
    with suppress(FileNotFoundError):
        folder.rmdir()


def _remove_sources(repo: Repo) -> None:
    """Remove what the hooks of an unfinished commit left behind, in any work tree."""
    for git_dir in (repo.common_dir, *repo.common_dir.glob("worktrees/*")):
        (git_dir / "gitmem-sources").unlink(missing_ok=True)


def remove_state(repo: Repo) -> None:
    """Remove our folder, except for work that exists nowhere else.

    Raises:
        OSError: something in it cannot be removed.
    """
    if repo.state_dir.is_symlink():  # what it leads to may be, or hold, somebody else's
        repo.state_dir.unlink()
        return
    for _ in range(_ATTEMPTS):  # a hook or worker that began before may still leave its mark
        _remove_once(repo.state_dir)
        if not repo.state_dir.exists() or _holds_only_work(repo.state_dir):
            return
        time.sleep(_PAUSE_SECONDS)


def _remove_once(folder: Path) -> None:
    # install.json goes last: as long as it is there, an uninstall that was killed can be repeated.
    for path in sorted(folder.iterdir(), key=lambda path: path.name == "install.json"):
        if path.name in _WORK and _has_work(path):
            continue
        if path.is_dir() and not path.is_symlink():
            with suppress(FileNotFoundError):
                shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _holds_only_work(folder: Path) -> bool:
    names = {path.name for path in folder.iterdir()}
    return bool(names) and names <= set(_WORK)


def _has_work(folder: Path) -> bool:
    return any(folder.iterdir()) if folder.is_dir() else os.path.lexists(folder)


def _wait_for_background(repo: Repo, held: ExitStack) -> None:
    """Wait until nothing works in our folder; with ``held``, nothing begins until it is closed."""
    for name, seconds in _BACKGROUND:
        held.enter_context(wait_for_lock(repo, name, seconds))


def _remove(report: UninstallReport, name: str, step: Callable[[], object]) -> None:
    """As :func:`_try`, where something of ours is left if the step fails."""
    try:
        step()
    except GitmemError as error:
        remedy = error.hint.removeprefix("Nothing was changed. ")
        # Errors of files know only of the way in.
        remedy = remedy.removesuffix(", or run: gitmem init --user")
        remedy = remedy.replace("gitmem init", "gitmem uninstall")
        report.failures.append(f"{name}: {error.message}{f'. {remedy}' if remedy else ''}")
    except OSError as error:
        report.failures.append(f"{name}: {error.strerror or error}")


def _try(report: UninstallReport, step: Callable[[], object]) -> None:
    """Take one step; if it fails, report that and go on with the next."""
    try:
        step()
    except (GitmemError, OSError) as error:
        report.notices.append(str(error))
