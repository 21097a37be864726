"""``gitmem init``: add gitmem to a repository next to everything there, or change nothing.

Every step can be run again and then changes no byte.  When a step of the first run fails, what
the earlier ones did is taken back.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gitmem.errors import GitmemError
from gitmem.git.libgit2 import open_objects
from gitmem.git.repo import Repo
from gitmem.setup.client_files import (
    add_to_project,
    choose_clients,
    is_safe_to_add,
    is_understood,
    mentions_us,
    paths_in_project,
    refuse_clients,
    user_files,
)
from gitmem.setup.clients.client_setup import ClientSetup
from gitmem.setup.clients.clients import CLIENTS
from gitmem.setup.git_config import (
    config_path,
    display_entries,
    lock_config,
    missing_entries,
    other_writer_entries,
    our_display_entries,
    read_config,
    stale_entries,
    with_entries,
    without_entries,
    writer_entries,
)
from gitmem.setup.hook_file import (
    EVENTS,
    SHEBANG,
    aside_of,
    block,
    has_block,
    is_shell,
    with_block,
    without_block,
    wrapper,
)
from gitmem.setup.hook_location import HooksPlace, PlaceKind, find_place, read_git_version
from gitmem.setup.launcher import put_program
from gitmem.setup.legacy_hooks import clean_moved_copies
from gitmem.setup.manifest import name_of_path, path_of_name
from gitmem.setup.owned_files import FileState, OwnedFiles, look, refuse_way_out
from gitmem.setup.person_files import add_to_person_file
from gitmem.setup.team_files import is_committed_with_us
from gitmem.setup.uninstall import put_back, undo_install
from gitmem.state.atomic import write_over

_PLUGIN = (
    "Claude Code has gitmem's plugin, so the project's files stay as they are. To add gitmem to"
    " them, for the team: gitmem init --agent claude-code"
)
_NO_ENTRY = (
    "no '.git' leads from the work tree to this repository, so an agent's client cannot find it:"
    " its settings stay as they are. Commits are remembered by git's hooks"
)


@dataclass
class InstallReport:
    """``changes`` are what was added, ``removals`` what was taken out again: both are empty if
    everything was in place.  ``notices`` are for the person to read.  ``left_alone`` are the
    clients, by their titles, that stay untold because a file of theirs is not understood, and
    ``choices`` says who is refused from now on, or no more.
    """

    changes: list[str] = field(default_factory=list)
    removals: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    left_alone: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)


def install(
    repo: Repo,
    *,
    python: str = sys.executable,
    user_settings: Path | None = None,
    git_version: tuple[int, int] | None = None,
    fetch: Callable[[Repo], None] | None = None,
    with_mcp: bool = True,
    compressor: str = "",
    shows_in_log: bool | None = None,
    agents: Collection[str] = (),
    no_agents: Collection[str] = (),
    environ: Mapping[str, str] | None = None,
) -> InstallReport:
    """Set up the repository, in any of its work trees.

    ``agents`` are clients to set up wherever they are, ``no_agents`` those to leave alone from now
    on, by their names; without a word the clients that are here are set up (``environ`` tells; it
    is the process's own if None).
    With ``user_settings``, our hooks go into the user's own agent settings instead of the
    project's, and the project's files stay as they are.  ``with_mcp``: the project offers the
    MCP server to agents.  ``fetch`` gets the team's memories; if it fails, that is a notice.
    ``compressor`` is who writes the memories here from now on; empty: whoever does it now.
    ``shows_in_log``: whether ``git log`` prints the notes; None leaves that as it is.

    Raises:
        BareRepository: there is no work tree.
        UnsupportedRepository: its format cannot be read; nothing was changed.
        ForeignFile: a file that we must add to cannot be understood.
        InstallError: this Python cannot run gitmem from elsewhere.
        GitFailed, DiskFull, ReadOnlyRepository: git or the file system refuses.
    """
    has_entry = os.path.lexists(repo.need_worktree() / ".git")
    open_objects(repo)  # before anything is written: what cannot be read is not to be set up
    report = InstallReport()
    owned_files = OwnedFiles(repo)
    is_first = owned_files.begin()
    try:
        if put_program(repo, python):
            report.changes.append(f"the program: {python}")
        place = find_place(repo, git_version or read_git_version())
        refused = refuse_clients(repo, agents, no_agents, report)
        clients = choose_clients(repo, os.environ if environ is None else environ, refused, agents)
        must = [client for client in clients if client is CLIENTS[0] or client.name in agents]
        if CLIENTS[0] not in clients and CLIENTS[0].name not in refused:
            report.notices.append(_PLUGIN)
        with_project = user_settings is None and has_entry
        for path in _hook_paths(place):
            refuse_way_out(repo, path)  # before anything is written
        if with_project:
            for path in paths_in_project(repo, must, with_server=with_mcp):
                refuse_way_out(repo, path)
        _add_to_config(repo, owned_files, place, report, compressor, shows_in_log)
        _add_hooks(repo, owned_files, place, report)
        if user_settings is not None:
            env = os.environ if environ is None else environ
            for client in clients:
                files = list(user_files(env, [client], user_settings))
                if client in must or is_understood(client, files, report):
                    for path, file in files:
                        add_to_person_file(env, path, file, report)
        elif has_entry:
            for client in clients:
                if client in must or is_safe_to_add(repo, client, report, with_server=with_mcp):
                    add_to_project(repo, owned_files, client, report, with_server=with_mcp)
        else:
            report.notices.append(_NO_ENTRY)
        for client in CLIENTS if has_entry else ():
            if client.name in refused:
                _take_from_project(repo, owned_files, client, report)
    except BaseException:
        if is_first:
            undo_install(repo, owned_files)
        raise
    if fetch is not None:
        _fetch(repo, fetch, report)
    return report


def _hook_paths(place: HooksPlace) -> Iterator[Path]:
    """What may be written in the work tree; a hook that is a link is moved, not written."""
    if place.kind is PlaceKind.HUSKY:
        yield from (place.folder / event for event in EVENTS)
    elif place.kind is PlaceKind.FOLDER:
        yield place.folder


def _add_to_config(
    repo: Repo,
    owned_files: OwnedFiles,
    place: HooksPlace,
    report: InstallReport,
    compressor: str,
    shows_in_log: bool | None,
) -> None:
    config = read_config(repo)
    with_hooks = place.kind is PlaceKind.CONFIG
    missing = missing_entries(config, with_hooks=with_hooks)
    stale = stale_entries(config, with_hooks=with_hooks)
    if compressor:
        missing += writer_entries(config, compressor)
        stale += other_writer_entries(config, compressor)
    if shows_in_log:
        missing += display_entries(config)
    elif shows_in_log is False:
        stale += our_display_entries(config)
    if not missing and not stale:
        return
    owned_files.add_entries(tuple(missing))
    path = config_path(repo)
    with lock_config(repo) as write:
        present = look(path)
        content = present.content or b""
        original = without_entries(repo, content, owned_files.manifest.entries)
        cleaned = without_entries(repo, content, stale, content)
        changed = with_entries(repo, cleaned, missing)
        owned_files.change(path, changed, present.mode, original, write)
    report.changes += [
        f"git config {name} = {value}" for name, value in _entries_to_report(missing)
    ]
    dropped = our_display_entries(config) if shows_in_log is False else []
    report.removals += [f"git config {name} = {value}" for name, value in dropped]


def _entries_to_report(entries: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The lines worth reading: a hook's event stands for its long command."""
    return [entry for entry in entries if not entry[0].endswith(".command")]


def _add_hooks(
    repo: Repo, owned_files: OwnedFiles, place: HooksPlace, report: InstallReport
) -> None:
    folder = _display_path(place.folder, repo)
    if place.kind is PlaceKind.FOREIGN:
        report.notices.append(
            f"core.hooksPath is '{folder}', {place.why_foreign}, so no git hook was"
            " added. The next gitmem command or agent session remembers commits instead"
        )
    elif place.kind is PlaceKind.CONFIG:
        _leave_hook_files(repo, owned_files, report)
    else:
        added = [event for event in EVENTS if add_hook(owned_files, place, event)]
        if added:
            report.changes.append(f"git hooks in {folder}: {', '.join(added)}")
        if added and not place.folder.is_relative_to(repo.common_dir):
            report.notices.append(
                f"'{folder}' is part of the project. You may commit it: the lines do nothing where"
                " gitmem is not set up"
            )


def _leave_hook_files(repo: Repo, owned_files: OwnedFiles, report: InstallReport) -> None:
    """git was updated and now has our hooks in its configuration: one call each is enough."""
    for kept in owned_files.manifest.files:
        if path_of_name(repo, kept.path).name in EVENTS:
            put_back(repo, owned_files, kept)
            report.removals.append(f"gitmem's lines from the git hook file {kept.path}")


def add_hook(owned_files: OwnedFiles, place: HooksPlace, event: str) -> bool:
    """Make the hook file of one event call us, once; returns whether anything had to change.

    Raises:
        ForeignFile, DiskFull, ReadOnlyRepository: the file system does not allow it.
    """
    path = place.folder / event
    changed = _add_to_file(owned_files, place, event)
    return bool(clean_moved_copies(owned_files.repo, path, aside_of(path))) or changed


def _add_to_file(owned_files: OwnedFiles, place: HooksPlace, event: str) -> bool:
    path = place.folder / event
    present = look(path)
    content = present.content
    if place.kind is PlaceKind.HUSKY:
        new = with_block(content or b"", event)
        return owned_files.change(path, new, present.mode, _without_us(content))
    aside = aside_of(path)
    if os.path.lexists(aside) and (content is None or has_block(content)):
        return owned_files.change(path, wrapper(event), 0o755, None)
    if content is None and not present.is_link:
        return owned_files.change(path, SHEBANG + block(event), 0o755, None)
    if content is None or not _is_own_script(present):
        owned_files.set_aside(path, aside, wrapper(event))
        return True
    new, mode = with_block(content, event), present.mode
    if not mode & 0o100:
        mode |= (mode & 0o444) >> 2
    original = content if new == content else _without_us(content)  # only the mode is ours then
    return owned_files.change(path, new, mode, original)


def _is_own_script(present: FileState) -> bool:
    """Whether it is a shell script that git runs, and not a link to somewhere else.

    One that has our lines was run by git when they were added: it lost its permission since.
    """
    content = present.content or b""
    is_run = bool(present.mode & 0o100) or has_block(content)
    return is_run and not present.is_link and is_shell(content)


def _without_us(content: bytes | None) -> bytes | None:
    return None if content is None else without_block(content)


def _take_from_project(
    repo: Repo, owned_files: OwnedFiles, client: ClientSetup, report: InstallReport
) -> None:
    """Take our part out of the files of a client that is refused; what a commit has is the team's
    and stays.

    Raises:
        ForeignFile, DiskFull, ReadOnlyRepository: a file stays as it is.
    """
    for file in client.files:
        path = repo.need_worktree() / file.path
        kept = owned_files.manifest.file(name_of_path(repo, path))
        if is_committed_with_us(repo, path):
            report.notices.append(
                f"'{file.path}' is committed with gitmem in it and stays, for the team:"
                f" {client.title} is told nothing in this clone"
            )
        elif kept is not None:
            notice = put_back(repo, owned_files, kept)
            report.notices += [notice] if notice else []
            report.removals.append(f"{file.what} from {file.path}")
        elif mentions_us(path, file):
            present = look(path)
            rest = file.without_us(present.content or b"")
            refuse_way_out(repo, path)
            if file.is_nothing(rest):
                path.unlink()
            else:
                write_over(path, rest, mode=present.mode)
            report.removals.append(f"{file.what} from {file.path}")


def _fetch(repo: Repo, fetch: Callable[[Repo], None], report: InstallReport) -> None:
    try:
        fetch(repo)
    except GitmemError as error:
        report.notices.append(f"the team's memories could not be fetched: {error}")


def _display_path(path: Path, repo: Repo) -> str:
    """A path as a person at the top of the work tree would write it."""
    top = repo.need_worktree()
    return os.fspath(path.relative_to(top)) if path.is_relative_to(top) else os.fspath(path)
