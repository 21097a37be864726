"""``gitmem status``: what is set up, what waits, what was last remembered.  It tries nothing."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from gitmem.agents.adapters import Agents
from gitmem.errors import RemoteUnavailable
from gitmem.git.remotes import memory_remote, read_exchange_tip, tracking_tips
from gitmem.git.repo import Repo, try_git
from gitmem.index.cache import Index
from gitmem.index.commits import remembered_commits
from gitmem.index.memories import memory_count
from gitmem.model.note import NOTES_REF
from gitmem.setup.claude_plugin import has_plugin
from gitmem.setup.client_choices import ClientChoice, find_client_choices
from gitmem.setup.client_files import left_clients, told_clients
from gitmem.setup.clients.clients import CLIENTS
from gitmem.setup.current_writer import describe_writer
from gitmem.setup.git_config import missing_entries, read_config
from gitmem.setup.hook_file import EVENTS
from gitmem.setup.hook_location import PlaceKind, find_place, read_git_version
from gitmem.setup.hook_probe import find_hook
from gitmem.setup.trouble import find_trouble, setting_trouble
from gitmem.state.error_log import read_log
from gitmem.state.lock import is_worker_running
from gitmem.state.pending import PendingStore
from gitmem.state.queue import Queue
from gitmem.state.refused_clients import read_refused_clients
from gitmem.state.refused_remotes import read_refusal
from gitmem.state.settings import Settings, read_settings, why_held
from gitmem.state.strangers import remotes_apart
from gitmem.state.taken_memories import read_taken

_SHOWN_FAILURES = 3
_SESSION_DAYS = 14


@dataclass(frozen=True)
class Status:
    """One repository's state.  ``hooks`` of ``hooks_wanted`` are in place, at ``hooks_place``;
    ``remote`` is empty if there is none to share with; ``refusal`` is why it takes no memories.
    ``writer`` says who writes the memories, and when that last succeeded; ``trouble`` what the
    next session would be told to be wrong.  ``apart`` are remotes with memories that are not
    joined, ``taken`` how many memories a remote took away, ``held`` why the team's file keeps
    memories here, and ``held_command`` what helps.  ``client`` is what an agent's client was told
    not to do for us; ``told`` are the clients with hooks of ours, ``refused`` those that are to
    have none, and ``left_alone`` those with a file that is not understood, by their titles.
    ``commits`` are those with a memory, but for the ``unreached`` ones, which no branch, tag or
    remote branch has (any more).
    """

    is_initialised: bool
    is_enabled: bool
    hooks: int
    hooks_wanted: int
    hooks_place: str
    is_configured: bool
    memories: int
    commits: int
    pending: int
    waiting: int
    failed: int
    is_working: bool
    remote: str
    is_shared: bool
    failures: tuple[str, ...]
    sessions: Mapping[str, int] = field(default_factory=dict)
    refusal: str = ""
    writer: str = ""
    trouble: str = ""
    settings: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    taken: int = 0
    unreached: int = 0
    client: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    left_alone: tuple[str, ...] = ()
    held: str = ""
    held_command: str = ""


def read_status(
    repo: Repo,
    git_version: tuple[int, int] | None = None,
    agents: Agents | None = None,
    environ: Mapping[str, str] | None = None,
) -> Status:
    """Gather the state from disk; nothing is changed and no remote is contacted.

    With ``agents`` the sessions in the work tree of the last two weeks are counted.  ``environ``
    is where the compressors find their addresses.

    Raises:
        SettingsInvalid, GitFailed: the configuration cannot be read.
    """
    settings = read_settings(repo)
    config = read_config(repo)
    place = find_place(repo, git_version or read_git_version())
    with_hooks = place.kind is PlaceKind.CONFIG
    held = why_held(settings.team) if settings.team.is_held else ""
    remote = "" if held else _remote(repo, settings.remote)
    refusal = read_refusal(repo, remote) if remote else None
    queue = Queue(repo)
    with closing(Index.open(repo.state_dir)) as index:
        memories, remembered = memory_count(index), remembered_commits(index)
    choices = find_client_choices(repo, environ or {})
    unreached = _unreached(repo, remembered)
    return Status(
        is_initialised=repo.is_initialised,
        is_enabled=settings.enabled,
        hooks=sum(find_hook(place, config, event).is_good for event in EVENTS),
        hooks_wanted=len(EVENTS),
        hooks_place=place.kind.value,
        is_configured=not missing_entries(config, with_hooks=with_hooks),
        memories=memories,
        commits=len(remembered) - unreached,
        unreached=unreached,
        client=tuple(choice.what for choice in choices),
        **_clients(repo, environ or {}, choices),
        pending=len(PendingStore(repo).newest_first()),
        waiting=len(queue.jobs()),
        failed=len(queue.failed_jobs()),
        is_working=is_worker_running(repo),
        remote=remote,
        is_shared=_is_shared(repo, remote),
        failures=tuple(read_log(repo, _SHOWN_FAILURES)),
        sessions=_sessions(repo, agents),
        refusal=refusal.reason if refusal else "",
        writer=describe_writer(repo, settings, environ or {}, time.time()).text,
        trouble=_trouble(repo, settings),
        settings=tuple(message for _, message in settings.faults),
        apart=tuple(remotes_apart(repo)),
        taken=len(read_taken(repo)),
        held=held,
        held_command="gitmem doctor" if settings.team.unreadable else "gitmem trust --team",
    )


def _clients(
    repo: Repo, environ: Mapping[str, str], choices: Collection[ClientChoice]
) -> dict[str, tuple[str, ...]]:
    if repo.worktree is None or not repo.is_initialised:
        return {}
    refused = read_refused_clients(repo)
    off = {choice.client for choice in choices if choice.is_of_hooks}
    told = [client for client in told_clients(repo, environ) if client.name not in off]
    by_plugin = CLIENTS[0] not in told and CLIENTS[0].name not in {*off, *refused}
    by_plugin = by_plugin and has_plugin(repo.worktree, environ)
    plugin = [f"{CLIENTS[0].title} (by its plugin)"] if by_plugin else []
    return {
        "told": (*plugin, *(client.title for client in told)),
        "refused": tuple(client.title for client in CLIENTS if client.name in refused),
        "left_alone": tuple(client.title for client in left_clients(repo, environ)),
    }


def _trouble(repo: Repo, settings: Settings) -> str:
    if not repo.is_initialised:
        return ""
    return find_trouble(repo, settings) if settings.enabled else setting_trouble(settings)


def render_status(status: Status) -> list[str]:
    """The state as lines for a person; what needs attention names the command that helps."""
    if not status.is_initialised:
        return ["gitmem is not set up here. Run: gitmem init", _memories_line(status)]
    return [
        *([status.trouble] if status.trouble else []),
        *[f"setting: {fault}" for fault in status.settings],
        _set_up_line(status),
        _memories_line(status),
        *_sessions_line(status),
        *_told_line(status),
        *[f"{choice}. Run: gitmem doctor" for choice in status.client],
        _queue_line(status),
        _remote_line(status),
        *_apart_line(status),
        *_taken_line(status),
        status.writer,
        *[f"log: {entry}" for entry in status.failures],
    ]


def _set_up_line(status: Status) -> str:
    hooks = f"hooks: {status.hooks} of {status.hooks_wanted} in place ({status.hooks_place})"
    if not status.is_enabled:
        return f"{hooks}; switched off by gitmem.enabled"
    whole = status.hooks == status.hooks_wanted and status.is_configured
    return hooks if whole else f"{hooks}. Run: gitmem doctor"


def _memories_line(status: Status) -> str:
    told = f"{_count_of(status.memories, 'memory')} on {_count_of(status.commits, 'commit')}"
    if status.unreached:
        verb = "has" if status.unreached == 1 else "have"
        told += f" ({status.unreached} more that no branch has any more {verb} a note)"
    return f"{told}, {status.pending} pending"


def _sessions_line(status: Status) -> list[str]:
    told = ", ".join(f"{count} of {name}" for name, count in status.sessions.items())
    return [f"sessions here in the last {_SESSION_DAYS} days: {told}"] if told else []


def _told_line(status: Status) -> list[str]:
    if not status.is_enabled:
        return ["agents that are told: none, while gitmem.enabled is false"]
    told = ", ".join(status.told) or "none"
    refused = f"; not, as you wanted: {', '.join(status.refused)}" if status.refused else ""
    left = f"; left alone: {', '.join(status.left_alone)}" if status.left_alone else ""
    doctor = ". Run: gitmem doctor" if left else ""
    return [f"agents that are told: {told}{refused}{left}{doctor}"]


def _queue_line(status: Status) -> str:
    worker = "a worker is busy" if status.is_working else "no worker is running"
    line = f"queue: {_count_of(status.waiting, 'job')} waiting, {worker}"
    return f"{line}; {status.failed} failed. Run: gitmem doctor" if status.failed else line


def _remote_line(status: Status) -> str:
    if status.held:
        return f"remote: memories stay here: {status.held}. Run: {status.held_command}"
    if not status.remote:
        return "remote: none"
    if status.is_shared:
        return f"remote: '{status.remote}' had all memories when last contacted"
    if status.refusal:
        return f"remote: {status.refusal}. They stay here. Run: gitmem doctor"
    return f"remote: '{status.remote}' lacks some memories. Run: git push, or: gitmem sync"


def _apart_line(status: Status) -> list[str]:
    if not status.apart:
        return []
    names = ", ".join(f"'{name}'" for name in status.apart)
    verb = "have" if len(status.apart) > 1 else "has"
    return [f"remote: {names} {verb} memories that are kept apart. To join them: gitmem trust NAME"]


def _taken_line(status: Status) -> list[str]:
    if not status.taken:
        return []
    verb = "was" if status.taken == 1 else "were"
    taken = _count_of(status.taken, "memory")
    return [f"{taken} {verb} taken away by a remote. To see what and by whom: gitmem restore"]


def _count_of(number: int, thing: str) -> str:
    if number == 1:
        return f"1 {thing}"
    return f"{number} {thing[:-1]}ies" if thing.endswith("y") else f"{number} {thing}s"


def _sessions(repo: Repo, agents: Agents | None) -> Mapping[str, int]:
    if agents is None or repo.worktree is None:
        return {}
    return agents.count_sessions(repo.worktree, time.time() - _SESSION_DAYS * 86_400)


def _remote(repo: Repo, wanted: str) -> str:
    try:
        return memory_remote(repo, wanted) or ""
    except RemoteUnavailable:
        return ""


def _unreached(repo: Repo, commits: Collection[str]) -> int:
    """How many of the commits git has, but no ref of a branch or tag leads to: those that a rebase
    left behind keep their notes.
    """
    if not commits:
        return 0
    lines = "".join(f"{commit}\n" for commit in sorted(commits))
    asked = ("rev-list", "--ignore-missing", "--stdin", "--not", "--branches", "--tags")
    done = try_git(repo, *asked, "--remotes", "HEAD", stdin=lines.encode())
    return len(set(done.stdout.decode().split()) & set(commits)) if not done.returncode else 0


def _is_shared(repo: Repo, remote: str) -> bool:
    """Whether the remote, as last seen, holds everything that our notes ref does."""
    tip = read_exchange_tip(repo, remote) or tracking_tips(repo).get(remote)
    ours = try_git(repo, "rev-parse", "--verify", "--quiet", NOTES_REF)
    if ours.returncode != 0:
        return True
    if tip is None:
        return False
    return try_git(repo, "merge-base", "--is-ancestor", NOTES_REF, tip).returncode == 0
