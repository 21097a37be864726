"""Telling the clients that are here of gitmem, in their files.

Which files, and what is put in, the clients' own modules say (:mod:`gitmem.setup.clients`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from gitmem.errors import ForeignFile, GitmemError
from gitmem.git.repo import Repo
from gitmem.setup.claude_plugin import has_plugin
from gitmem.setup.clients.client_setup import ClientFile, ClientSetup
from gitmem.setup.clients.clients import CLIENTS
from gitmem.setup.owned_files import FileState, OwnedFiles, look, refuse_way_out
from gitmem.setup.recorded_files import is_recorded, name_in_worktree
from gitmem.state.refused_clients import read_refused_clients, write_refused_clients

_DEFAULT = CLIENTS[0]


class _Report(Protocol):
    changes: list[str]
    removals: list[str]
    notices: list[str]
    left_alone: list[str]
    choices: list[str]


def choose_clients(
    repo: Repo, environ: Mapping[str, str], refused: Collection[str], asked: Collection[str] = ()
) -> list[ClientSetup]:
    """Those to set up: asked for by name, found here, or told of gitmem before; Claude Code
    wherever its plugin does not tell it.  None that is refused.
    """
    top = repo.need_worktree()
    return [
        client
        for client in CLIENTS
        if client.name not in refused
        and (
            client.name in asked
            or is_told_of_us(top, client)
            or (
                not has_plugin(top, environ) if client is _DEFAULT else client.is_here(top, environ)
            )
        )
    ]


def is_told_of_us(worktree: Path, client: ClientSetup) -> bool:
    """Whether a file of the client in the project has anything of ours."""
    return any(mentions_us(worktree / file.path, file) for file in client.files)


def told_clients(repo: Repo, environ: Mapping[str, str]) -> list[ClientSetup]:
    """The clients that a file of the project, or of the person's own, tells of gitmem, and that
    nobody refused.
    """
    refused = read_refused_clients(repo)
    return [
        client
        for client in CLIENTS
        if client.name not in refused
        and any(mentions_us(path, file) for path, file in hook_files(repo, client, environ))
    ]


def left_clients(repo: Repo, environ: Mapping[str, str]) -> list[ClientSetup]:
    """The clients that are here and are told nothing, because a file of theirs in the project is
    not understood or is somebody else's.
    """
    refused = read_refused_clients(repo)
    told = told_clients(repo, environ)
    top = repo.need_worktree()
    return [
        client
        for client in CLIENTS
        if client not in told
        and client.name not in refused
        and client.is_here(top, environ)
        and any(_is_closed(top / file.path, file) for file in client.files if not file.is_server)
    ]


def _is_closed(path: Path, file: ClientFile) -> bool:
    try:
        content = look(path).content
        file.with_us(content)
        return content is not None and bool(file.conflict(content))
    except ForeignFile:
        return True
    except GitmemError:
        return False


def way_out(client: ClientSetup) -> str:
    """What a person can do about a file of the client that is not understood."""
    return f"Mend that, then: gitmem init; or, for good: gitmem init --no-agent {client.name}"


def hook_files(
    repo: Repo, client: ClientSetup, environ: Mapping[str, str]
) -> Iterator[tuple[Path, ClientFile]]:
    """Where the client looks for hooks: in the project, and where the person's own are."""
    for file in client.files:
        if not file.is_server:
            yield repo.need_worktree() / file.path, file
            if file.user_path is not None:
                yield file.user_path(environ), file


def refuse_clients(
    repo: Repo, asked: Collection[str], refused: Collection[str], report: _Report
) -> frozenset[str]:
    """Keep who is refused from now on: those of before but the ``asked``, and these; the report
    tells whose turn that changes.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be written.
    """
    before = read_refused_clients(repo)
    now = (before - set(asked)) | set(refused)
    if now != before:
        write_refused_clients(repo, now)
    for client in CLIENTS:
        if client.name in now - before:
            report.choices.append(f"{client.title} is told nothing here from now on.")
        elif client.name in before - now:
            report.choices.append(f"{client.title} is told again.")
    return now


def add_to_project(
    repo: Repo,
    owned_files: OwnedFiles,
    client: ClientSetup,
    report: _Report,
    *,
    with_server: bool,
    with_hooks: bool = True,
) -> None:
    """Put our part into the client's files in the work tree.

    Raises:
        ForeignFile: one of them cannot be understood.
        DiskFull, ReadOnlyRepository: the file system refuses.
    """
    changes_before = len(report.changes)
    for file in client.files:
        if with_server if file.is_server else with_hooks:
            path = repo.need_worktree() / file.path
            present = look(path)
            if _waits_for_checkout(repo, path, present, report):
                continue
            try:
                why_not = file.conflict(present.content) if present.content is not None else ""
                if why_not:
                    report.notices.append(why_not)
                    report.left_alone += [] if file.is_server else [client.title]
                    continue
                new = file.with_us(present.content)
                rest = None if present.content is None else file.without_us(present.content)
            except ForeignFile as error:
                raise ForeignFile(f"'{path}': {error.message}") from error
            if owned_files.change(path, new, present.mode, rest):
                report.changes.append(f"{file.what} in {file.path}")
    if client.advice and len(report.changes) > changes_before:
        report.notices.append(client.advice)


def user_files(
    environ: Mapping[str, str], clients: Collection[ClientSetup], settings: Path
) -> Iterator[tuple[Path, ClientFile]]:
    """The files of the person's own, ``settings`` being that of Claude Code."""
    for client in clients:
        for file in client.files:
            if file.user_path is not None:
                yield (settings if client is _DEFAULT else file.user_path(environ)), file


def paths_in_project(
    repo: Repo, clients: Collection[ClientSetup], *, with_server: bool
) -> Iterator[Path]:
    """What may be written in the work tree for these clients."""
    for client in clients:
        for file in client.files:
            if with_server or not file.is_server:
                yield repo.need_worktree() / file.path


def is_safe_to_add(repo: Repo, client: ClientSetup, report: _Report, *, with_server: bool) -> bool:
    """Whether all files of a client that nobody asked for can be understood and lie in the work
    tree; a notice where not.
    """
    top = repo.need_worktree()
    wanted = [file for file in client.files if with_server or not file.is_server]
    try:
        for path in paths_in_project(repo, [client], with_server=with_server):
            refuse_way_out(repo, path)
    except GitmemError as error:
        _leave_alone(client, error.message, report)
        return False
    return is_understood(client, [(top / file.path, file) for file in wanted], report)


def is_understood(
    client: ClientSetup, files: Collection[tuple[Path, ClientFile]], report: _Report
) -> bool:
    """Whether our part could be put into all of the files; a notice where not."""
    for path, file in files:
        try:
            file.with_us(look(path).content)
        except GitmemError as error:
            _leave_alone(client, f"'{path}': {error.message}", report)
            return False
    return True


def _leave_alone(client: ClientSetup, why: str, report: _Report) -> None:
    report.notices.append(f"{client.title} was left alone: {why}. {way_out(client)}")
    report.left_alone.append(client.title)


def mentions_us(path: Path, file: ClientFile) -> bool:
    """Whether the file at the path has anything of ours; not where it cannot be understood."""
    try:
        return file.mentions_us(look(path).content)
    except GitmemError:
        return False


def _waits_for_checkout(repo: Repo, path: Path, present: FileState, report: _Report) -> bool:
    """Whether git has the file and the work tree does not: ours would be in its way."""
    name = name_in_worktree(repo, path)
    if present.content is not None or not is_recorded(repo, name):
        return False
    report.notices.append(
        f"'{name}' is in the repository, but not checked out: it was not written. If it has no"
        " gitmem in it, run `gitmem init` again after git checkout"
    )
    return True
