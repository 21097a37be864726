"""The checks of what ``gitmem init`` put in its place: launcher, configuration, hooks, server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from gitmem.errors import ForeignFile
from gitmem.git.repo import Repo
from gitmem.setup import mcp_json
from gitmem.setup.claude_plugin import has_plugin
from gitmem.setup.client_choices import find_client_choices
from gitmem.setup.client_files import hook_files, way_out
from gitmem.setup.client_probe import probe_client
from gitmem.setup.clients.claude_code import CLIENT, HOOKS, PROJECT_FILE
from gitmem.setup.clients.client_setup import ClientSetup
from gitmem.setup.clients.clients import CLIENTS
from gitmem.setup.config_hazards import find_dangers
from gitmem.setup.doctor_finding import Finding, Level, Practice
from gitmem.setup.git_config import (
    GitConfig,
    missing_entries,
    our_display_entries,
    read_config,
    stale_entries,
)
from gitmem.setup.hook_file import EVENTS, with_block, wrapper
from gitmem.setup.hook_location import (
    HooksPlace,
    PlaceKind,
    find_place,
    hooks_path_source,
    read_git_version,
)
from gitmem.setup.hook_probe import HookState, hook_state
from gitmem.setup.install import install
from gitmem.setup.launcher import check_program
from gitmem.setup.owned_files import look
from gitmem.state.refused_clients import read_refused_clients

HIDE_IN_LOG = "gitmem init --no-show-in-git-log"


def check_set_up(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """Where nothing is set up, that is all there is to say."""
    repair = partial(install, repo, python=practice.python, git_version=practice.git_version)
    yield Finding(Level.ERROR, "gitmem is not set up here", "Run: gitmem init", repair)


def check_launcher(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """The hooks start a Python that has gitmem."""
    wrong = check_program(repo, practice.python)
    if wrong:
        yield Finding(Level.ERROR, wrong, "Run: gitmem init", _repair(repo, practice))
    else:
        yield Finding(Level.GOOD, f"hooks start {practice.python}")


def check_config(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """git's configuration has every entry of gitmem, no old one, and nothing that harms notes."""
    config = read_config(repo)
    with_hooks = _place(repo, practice).kind is PlaceKind.CONFIG
    repair = _repair(repo, practice)
    wrong = [
        *[
            f"git config lacks {name} = {value}"
            for name, value in missing_entries(config, with_hooks=with_hooks)
        ],
        *[
            f"git config has an old {name} = {value}"
            for name, value in stale_entries(config, with_hooks=with_hooks)
        ],
    ]
    for what in wrong:
        yield Finding(Level.ERROR, what, "Run: gitmem init", repair)
    if not wrong:
        yield Finding(Level.GOOD, "git copies and fetches notes")
    if our_display_entries(config):
        remedy = "To stop that (git log --notes=claude-mem always shows them): " + HIDE_IN_LOG
        yield Finding(Level.GOOD, "git log prints the memories of each commit", remedy)
    for danger in find_dangers(config):  # somebody else's lines: theirs to change
        level = Level.NOTE if danger.is_mild else Level.WARNING
        yield Finding(level, danger.what, danger.remedy)


def check_hooks(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """Each git hook is in place and fires."""
    place, config = _place(repo, practice), read_config(repo)
    states = {event: hook_state(repo, place, config, event) for event in EVENTS}
    if HookState.FOREIGN in states.values():
        yield _foreign(place, config)
        return
    for event, state in states.items():
        what = f"hook {event} {state.value} ({place.kind.value})"
        if state.is_good:
            yield Finding(Level.GOOD, what)
        elif state in (HookState.MISSING, HookState.FORBIDDEN) or _is_altered(place, event):
            yield Finding(Level.ERROR, what, "Run: gitmem init", _repair(repo, practice))
        elif place.kind is PlaceKind.HUSKY:
            yield Finding(Level.ERROR, what, "husky is not installed in this clone: npm install")
        else:
            remedy = f"Run it by hand: GITMEM_PROBE=/dev/null sh -x {place.run_from / event}"
            yield Finding(Level.ERROR, what, remedy)


def _is_altered(place: HooksPlace, event: str) -> bool:
    """Whether somebody edited the lines of ours that are in the hook file."""
    content = look(place.folder / event).content
    if place.kind is not PlaceKind.FOLDER or content is None or content == wrapper(event):
        return False
    return with_block(content, event) != content


def _foreign(place: HooksPlace, config: GitConfig) -> Finding:
    remedy = (
        "Commits are remembered at the next gitmem command or agent session. To have them"
        " remembered at once, add three lines to the hooks there (docs/hooks.md); or give this"
        " repository its own hooks: git config core.hooksPath .git/hooks, then: gitmem init"
    )
    what = f"core.hooksPath ({hooks_path_source(config)}) is '{place.folder}', {place.why_foreign}"
    return Finding(Level.WARNING, what, remedy)


def check_client(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """The settings of each agent that is used here have gitmem's hooks, the project's or the
    user's.
    """
    if not os.path.lexists(repo.need_worktree() / ".git"):
        return  # no client can find this repository, so init leaves its settings alone
    refused = read_refused_clients(repo)
    for client in CLIENTS:
        if client.name in refused:
            what = f"{client.title} is not told anything here, as you wanted"
            yield Finding(Level.NOTE, what, f"To change that: gitmem init --agent {client.name}")
        elif client is CLIENT:
            yield from _check_default_client(repo, practice)
        else:
            yield from _check_readable(repo, practice, client)


def _check_default_client(repo: Repo, practice: Practice) -> Iterator[Finding]:
    places = [repo.need_worktree() / PROJECT_FILE]
    places += [practice.user_settings] if practice.user_settings else []
    good = [path for path in places if _has_hooks(path)]
    for path in good:
        yield _probed(repo, CLIENT, f"Claude Code hooks in '{path}'")
    is_plugged = has_plugin(repo.need_worktree(), os.environ)
    if is_plugged:
        left = ", which leaves hooks to the settings" if good else ""
        yield Finding(Level.GOOD, f"Claude Code has gitmem's plugin{left}")
    elif not good:
        what = f"Claude Code has no gitmem hooks, or old ones, in '{places[0]}'"
        yield Finding(Level.ERROR, what, "Run: gitmem init", _repair(repo, practice))


def _check_readable(repo: Repo, practice: Practice, client: ClientSetup) -> Iterator[Finding]:
    """A file that we do not understand, as with comments in it, is one client's alone."""
    try:
        yield from _check_other_client(repo, practice, client)
    except ForeignFile as error:
        what = f"{client.title} is left alone: {error.message}"
        yield Finding(Level.WARNING, what, way_out(client))


def _check_other_client(repo: Repo, practice: Practice, client: ClientSetup) -> Iterator[Finding]:
    is_told = False
    for path, file in hook_files(repo, client, os.environ):
        content = look(path).content
        if not file.mentions_us(content):
            continue
        is_told = True
        if content is not None and file.has_us(content):
            yield _probed(repo, client, f"{file.what} in '{path}'")
        else:
            what = f"{file.what} in '{path}' are not those of this version"
            yield Finding(Level.ERROR, what, "Run: gitmem init", _repair(repo, practice))
    if not is_told and client.is_here(repo.need_worktree(), os.environ):
        what = f"{client.title} is here, and is not told of gitmem"
        remedy = f"Run: gitmem init; or, for good: gitmem init --no-agent {client.name}"
        yield Finding(Level.NOTE, what, remedy)


def _probed(repo: Repo, client: ClientSetup, what: str) -> Finding:
    """That hooks are in their place, once they have answered the start of a session."""
    wrong = probe_client(repo, client, os.environ)
    if wrong:
        remedy = "Run: gitmem init; the log (gitmem status) may say more"
        return Finding(Level.ERROR, f"{what} do not answer as they must: {wrong}", remedy)
    return Finding(Level.GOOD, what)


def check_server(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """Offering the MCP server to the agent is optional."""
    path = repo.need_worktree() / mcp_json.PROJECT_FILE
    if not os.path.lexists(repo.need_worktree() / ".git"):
        return
    content = look(path).content
    if content is None and has_plugin(repo.need_worktree(), os.environ):
        return  # which brings it
    if content is not None and mcp_json.has_server(content):
        yield Finding(Level.GOOD, f"the MCP server in '{path}'")
    elif content is not None and mcp_json.has_other(content):
        what = f"'{path}' has a server '{mcp_json.NAME}' that is not gitmem's"
        yield Finding(Level.NOTE, what, "It is left alone; to start gitmem's: gitmem mcp")
    elif _has_old_server(content):
        what = f"the MCP server in '{path}' has an old form"
        yield Finding(Level.WARNING, what, "Run: gitmem init", _repair(repo, practice))
    else:
        what = "the project does not offer gitmem's tools to agents"
        is_users = practice.user_settings is not None and _has_hooks(practice.user_settings)
        remedy = "claude mcp add --scope user gitmem -- gitmem mcp" if is_users else "gitmem init"
        yield Finding(Level.NOTE, what, f"If you want them: {remedy}")


def check_client_choices(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """The client runs what is configured for it, unless a person or an administrator said no."""
    for choice in find_client_choices(repo, os.environ):
        level = Level.WARNING if choice.is_of_hooks else Level.NOTE
        yield Finding(level, choice.what, choice.remedy)


def _has_old_server(content: bytes | None) -> bool:
    return content is not None and mcp_json.without_server(content) != content


def _repair(repo: Repo, practice: Practice) -> Callable[[], object]:
    """Run ``gitmem init`` again, with the agent's hooks where they are now."""
    settings = practice.user_settings
    is_users = settings is not None and _has_hooks(settings)
    return partial(
        install,
        repo,
        python=practice.python,
        user_settings=settings if is_users else None,
        git_version=practice.git_version,
        # If the server was left out, that was on purpose.
        with_mcp=_has_old_server(look(repo.need_worktree() / mcp_json.PROJECT_FILE).content),
    )


def _place(repo: Repo, practice: Practice) -> HooksPlace:
    return find_place(repo, practice.git_version or read_git_version())


def _has_hooks(path: Path) -> bool:
    content = look(path).content
    return content is not None and HOOKS.has_us(content)
