"""``gitmem doctor``: what is wrong, what helps, and, on request, the fix.

Each check looks at one thing and reports what it found, good or bad.  Nothing is changed until a
fix is called.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import partial
from importlib import metadata
from pathlib import Path

from gitmem.capture.compressors import unusable_compressors
from gitmem.capture.workspace import open_workspace
from gitmem.errors import GitmemError
from gitmem.git.identity import find_identity
from gitmem.git.remotes import memory_remote
from gitmem.git.repo import Repo
from gitmem.git.transport import fetch_notes
from gitmem.guard.policy import Policy
from gitmem.index.cache import Index
from gitmem.index.memories import memory_count
from gitmem.process.child import run
from gitmem.refresh.quarantine_lost import TAKE_BACK
from gitmem.setup import mcp_json as mcpfile
from gitmem.setup.claude_settings import PROJECT_FILE, has_hooks
from gitmem.setup.config_hazards import find_dangers
from gitmem.setup.git_config import (
    GitConfig,
    missing_entries,
    read_config,
    stale_entries,
)
from gitmem.setup.hook_file import EVENTS
from gitmem.setup.hook_location import (
    MIN_GIT,
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
from gitmem.state.error_log import log_path, read_log
from gitmem.state.quarantine import Quarantine
from gitmem.state.queue import Queue
from gitmem.state.refused_remotes import read_refusal
from gitmem.state.settings import describe_settings, read_settings
from gitmem.state.unreachable_notes import read_unreachable_notes
from gitmem.upkeep.select_captures import CaptureSelection, find_captures
from gitmem.worker import work

_PATIENCE_SECONDS = 60.0
_CLIENT_TIMEOUT = 10.0
_SHOWN_LOG = 5
_MIN_CLIENT = (2, 0)
_NUMBERS = re.compile(r"(\d+)\.(\d+)")


class Level(Enum):
    """How much a finding matters."""

    GOOD = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """``what`` was found, the ``remedy`` in words or as a command, and the ``fix`` for it."""

    level: Level
    what: str
    remedy: str = ""
    fix: Callable[[], object] | None = None


@dataclass(frozen=True)
class Practice:
    """What the checks need besides the repository.

    ``client`` is the agent's program, None to leave it out; ``network`` allows contacting a
    remote; ``now`` is in POSIX seconds.
    """

    user_settings: Path | None = None
    python: str = sys.executable
    client: str | None = "claude"
    network: bool = False
    git_version: tuple[int, int] | None = None
    now: float | None = None


def diagnose(repo: Repo, practice: Practice | None = None) -> list[Finding]:
    """Run every check, causes before effects; a check that fails is itself a finding."""
    given = practice or Practice()
    checks: list[Callable[[Repo, Practice], Iterator[Finding]]] = [_check_versions]
    if repo.worktree is None:
        checks += [_check_index]
    elif repo.is_initialised:
        checks += [_check_program, _check_settings, _check_config, _check_hooks, _check_client]
        checks += [_check_server, _check_compressor]
        checks += [_check_identity, _check_remote, _check_queue, _check_index, _check_log]
        checks += [_check_stand_ins, _check_history]
    else:
        checks += [_check_set_up]
    found = [finding for check in checks for finding in _run(check, repo, given)]
    return list(dict.fromkeys(found))  # several checks may fail for one reason


def render_finding(finding: Finding) -> str:
    """A finding for a person: its level and what was found, with the remedy below."""
    line = f"{finding.level.value:7} {finding.what}"
    return f"{line}\n        {finding.remedy}" if finding.remedy else line


def _run(
    check: Callable[[Repo, Practice], Iterator[Finding]], repo: Repo, practice: Practice
) -> list[Finding]:
    try:
        return list(check(repo, practice))
    except GitmemError as error:
        return [Finding(Level.ERROR, error.message, error.hint)]
    except OSError as error:
        return [Finding(Level.ERROR, str(error), "Check the owner and mode of that file")]


def _check_set_up(repo: Repo, practice: Practice) -> Iterator[Finding]:
    repair = partial(install, repo, python=practice.python, git_version=practice.git_version)
    yield Finding(Level.ERROR, "gitmem is not set up here", "Run: gitmem init", repair)


def _check_versions(repo: Repo, practice: Practice) -> Iterator[Finding]:
    git = practice.git_version or read_git_version()
    if git < MIN_GIT:
        needed = ".".join(map(str, MIN_GIT))
        yield Finding(
            Level.ERROR, f"git {_version_text(git)} is too old", f"Install git {needed} or newer"
        )
    else:
        yield Finding(Level.GOOD, f"git {_version_text(git)}")
    python = _version_text(sys.version_info[:3])
    yield Finding(Level.GOOD, f"Python {python}, pygit2 {metadata.version('pygit2')}")
    if practice.client:
        yield _client_version(practice.client)


def _client_version(client: str) -> Finding:
    try:
        done = run([client, "--version"], seconds=_CLIENT_TIMEOUT)
    except (OSError, subprocess.TimeoutExpired):
        return Finding(Level.NOTE, f"'{client}' does not run: its version is unknown")
    version = os.fsdecode(done.stdout).strip()
    found = _NUMBERS.search(version)
    if not found:
        return Finding(Level.NOTE, f"'{client}' does not report a version")
    if (int(found[1]), int(found[2])) < _MIN_CLIENT:
        return Finding(Level.WARNING, f"{version} is old", "Run: claude update")
    return Finding(Level.GOOD, f"Claude Code {version.split()[0]}")


def _check_program(repo: Repo, practice: Practice) -> Iterator[Finding]:
    wrong = check_program(repo, practice.python)
    if wrong:
        yield Finding(Level.ERROR, wrong, "Run: gitmem init", _repair(repo, practice))
    else:
        yield Finding(Level.GOOD, f"hooks start {practice.python}")


def _check_settings(repo: Repo, practice: Practice) -> Iterator[Finding]:
    settings = read_settings(repo)
    _ = Policy(settings.redact).masker  # refuses a pattern that its engine does not know
    if not settings.enabled:
        remedy = "Run: git config gitmem.enabled true"
        yield Finding(Level.WARNING, "gitmem is switched off by gitmem.enabled", remedy)
    for setting in describe_settings(repo):
        if not setting.is_known:
            remedy = f"To see the names: gitmem config; then: git config --unset {setting.name}"
            yield Finding(
                Level.WARNING, f"'{setting.name}' ({setting.source}) has no meaning", remedy
            )


def _check_config(repo: Repo, practice: Practice) -> Iterator[Finding]:
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
        yield Finding(Level.GOOD, "git copies, shows and fetches notes")
    for danger in find_dangers(config):  # somebody else's lines: theirs to change
        level = Level.NOTE if danger.is_mild else Level.WARNING
        yield Finding(level, danger.what, danger.remedy)


def _check_hooks(repo: Repo, practice: Practice) -> Iterator[Finding]:
    place, config = _place(repo, practice), read_config(repo)
    states = {event: hook_state(repo, place, config, event) for event in EVENTS}
    if place.kind is PlaceKind.FOREIGN:
        yield _foreign(place, config)
        return
    for event, state in states.items():
        what = f"hook {event} {state.value} ({place.kind.value})"
        if state.is_good:
            yield Finding(Level.GOOD, what)
        elif state is HookState.MISSING:
            yield Finding(Level.ERROR, what, "Run: gitmem init", _repair(repo, practice))
        elif place.kind is PlaceKind.HUSKY:
            yield Finding(Level.ERROR, what, "husky is not installed in this clone: npm install")
        else:
            remedy = f"Run it by hand: GITMEM_PROBE=/dev/null sh -x {place.run_from / event}"
            yield Finding(Level.ERROR, what, remedy)


def _foreign(place: HooksPlace, config: GitConfig) -> Finding:
    remedy = (
        "Commits are remembered at the next gitmem command or agent session. To have them"
        " remembered at once, add three lines to the hooks there (docs/hooks.md); or give this"
        " repository its own hooks: git config core.hooksPath .git/hooks, then: gitmem init"
    )
    what = f"core.hooksPath ({hooks_path_source(config)}) is '{place.folder}', shared with others"
    return Finding(Level.WARNING, what, remedy)


def _check_client(repo: Repo, practice: Practice) -> Iterator[Finding]:
    places = [repo.need_worktree() / PROJECT_FILE]
    places += [practice.user_settings] if practice.user_settings else []
    good = [path for path in places if _has_hooks(path)]
    for path in good:
        yield Finding(Level.GOOD, f"Claude Code hooks in '{path}'")
    if not good:
        what = f"Claude Code has no gitmem hooks, or old ones, in '{places[0]}'"
        yield Finding(Level.ERROR, what, "Run: gitmem init", _repair(repo, practice))


def _check_server(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """Offering the MCP server to the agent is optional."""
    path = repo.need_worktree() / mcpfile.PROJECT_FILE
    content = look(path).content
    if content is not None and mcpfile.has_server(content):
        yield Finding(Level.GOOD, f"the MCP server in '{path}'")
    elif content is not None and mcpfile.has_other(content):
        what = f"'{path}' has a server '{mcpfile.NAME}' that is not gitmem's"
        yield Finding(Level.NOTE, what, "It is left alone; to start gitmem's: gitmem mcp")
    elif _has_old_server(content):
        what = f"the MCP server in '{path}' has an old form"
        yield Finding(Level.WARNING, what, "Run: gitmem init", _repair(repo, practice))
    else:
        what = "the project does not offer gitmem's tools to agents"
        is_users = practice.user_settings is not None and _has_hooks(practice.user_settings)
        remedy = "claude mcp add --scope user gitmem -- gitmem mcp" if is_users else "gitmem init"
        yield Finding(Level.NOTE, what, f"If you want them: {remedy}")


def _has_old_server(content: bytes | None) -> bool:
    return content is not None and mcpfile.without_server(content) != content


def _check_compressor(repo: Repo, practice: Practice) -> Iterator[Finding]:
    settings = read_settings(repo)
    for name, lack in unusable_compressors(settings).items():
        remedy = "The next one in gitmem.compressor stands in, and finally the offline one"
        yield Finding(Level.WARNING, f"compressor '{name}' cannot be used here: {lack}", remedy)


def _check_stand_ins(repo: Repo, practice: Practice) -> Iterator[Finding]:
    if read_settings(repo).compressor == ("extractive",):
        return
    if count := len(find_captures(repo, CaptureSelection())):
        what = "1 capture was" if count == 1 else f"{count} captures were"
        remedy = "Run: gitmem recompress --dry-run"
        yield Finding(Level.NOTE, f"{what} written by a stand-in for a model", remedy)


def _check_history(repo: Repo, practice: Practice) -> Iterator[Finding]:
    known = read_unreachable_notes(repo)
    if count := len(known.unmatched) if known is not None else 0:
        what = "1 commit has memories" if count == 1 else f"{count} commits have memories"
        yield Finding(
            Level.NOTE,
            f"{what} on no branch, and others only resemble its changes",
            "Nothing was lost. To see and resolve them: gitmem reconcile",
        )


def _check_identity(repo: Repo, practice: Practice) -> Iterator[Finding]:
    identity, is_fallback = find_identity(repo)
    if is_fallback:
        remedy = "Run: git config user.name NAME; git config user.email ADDRESS"
        yield Finding(Level.WARNING, f"no identity: memories are recorded by {identity}", remedy)
    else:
        yield Finding(Level.GOOD, f"memories are recorded by {identity}")


def _check_remote(repo: Repo, practice: Practice) -> Iterator[Finding]:
    settings = read_settings(repo)
    remote = memory_remote(repo, settings.remote)
    if remote is None:
        yield Finding(Level.NOTE, "no remote: memories stay in this clone")
    elif not practice.network:
        yield Finding(Level.GOOD, f"memories are shared with '{remote}' (not contacted)")
    else:
        fetch_notes(repo, remote, settings.push_timeout)
        yield Finding(Level.GOOD, f"memories are shared with '{remote}', which answers")
    refusal = read_refusal(repo, remote) if remote else None
    if refusal is not None:
        remedy = "Nothing was lost: they stay here until it accepts them. Run: gitmem sync"
        yield Finding(Level.WARNING, refusal.reason, remedy)


def _check_queue(repo: Repo, practice: Practice) -> Iterator[Finding]:
    queue = Queue(repo)
    jobs, failed = queue.jobs(), queue.failed_jobs()
    now = time.time() if practice.now is None else practice.now
    late = [queued for queued in jobs if now - queued.time > _PATIENCE_SECONDS]
    drain = partial(_drain, repo)
    if late:
        what = f"{len(late)} of {len(jobs)} queued jobs have waited for more than a minute"
        yield Finding(Level.WARNING, what, "Run: gitmem log (any command starts on them)", drain)
    else:
        yield Finding(Level.GOOD, f"the queue is moving ({len(jobs)} waiting)")
    if failed:
        what = f"{len(failed)} jobs failed and were set aside"
        remedy = f"The reason is in {log_path(repo)}; to try again: gitmem doctor --fix"
        yield Finding(Level.WARNING, what, remedy, partial(_retry, repo))


def _check_index(repo: Repo, practice: Practice) -> Iterator[Finding]:
    index = Index.open(repo.state_dir)
    count, is_repaired, is_volatile = memory_count(index), index.is_repaired, index.is_volatile
    index.close()
    if is_volatile:
        remedy = f"Check the owner and mode of '{repo.state_dir}'"
        yield Finding(Level.WARNING, "the index is not writable: commands are slower", remedy)
    elif is_repaired:
        what = "the index was damaged; it is being rebuilt from the notes"
        yield Finding(Level.NOTE, what, "Nothing was lost. Run: gitmem log")
    else:
        yield Finding(Level.GOOD, f"the index is sound ({count} memories)")


def _check_log(repo: Repo, practice: Practice) -> Iterator[Finding]:
    if count := Quarantine(repo).count():
        what = f"{count} memories that git lost are set aside"
        yield Finding(Level.NOTE, what, f"To restore them: {TAKE_BACK} --dry-run")
    for entry in read_log(repo, _SHOWN_LOG):
        yield Finding(Level.NOTE, f"log: {entry}")


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
        with_mcp=_has_old_server(look(repo.need_worktree() / mcpfile.PROJECT_FILE).content),
    )


def _drain(repo: Repo) -> None:
    work(open_workspace(repo))


def _retry(repo: Repo) -> None:
    Queue(repo).requeue_failed_jobs()
    _drain(repo)


def _place(repo: Repo, practice: Practice) -> HooksPlace:
    return find_place(repo, practice.git_version or read_git_version())


def _has_hooks(path: Path) -> bool:
    content = look(path).content
    return content is not None and has_hooks(content)


def _version_text(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))
