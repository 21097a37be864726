"""What ``git push`` calls: memories are sent too, within a time limit, never failing the push.

The push is queued behind the captures that still wait, so that a commit pushed at once takes
its memory with it; then it is waited for, but no longer than ``gitmem.pushWait``.

Two kinds of push are never run ahead of.  Where git itself pushes our ref it must find the ref as
it saw it, so that is left to git.  And what may be a dry run, git does not say.  In both cases a
job waits until git's process has ended, and sends only if the remote then has what git pushed.
Standard library only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from gitmem.errors import GitmemError
from gitmem.git.push_command import PushKind, is_git, kind_of_push, may_name
from gitmem.git.remotes import read_exchange_tip, remote_names
from gitmem.git.repo import Repo, try_git
from gitmem.model.job import Job
from gitmem.model.note import NOTES_REF
from gitmem.process.ancestors import Process, ancestors
from gitmem.state.error_log import append_log
from gitmem.state.kept_team_files import keep_team_files
from gitmem.state.notices import take_notices
from gitmem.state.queue import Queue
from gitmem.state.refused_remotes import keep_refusal, read_refusal
from gitmem.state.settings import Settings, read_settings, why_held
from gitmem.state.sharing import adopt_sharing
from gitmem.state.team_path import NAME
from gitmem.state.worker_launch import launch_worker, launch_worker_after

_POLL_SECONDS = 0.03
_BACKGROUND_NOTICE = "gitmem: memories are still being sent, in the background"
_MOST_REFS = 16  # of a push that are looked for: if it has happened, each of them is there
_DELETED = "0" * 40

Update = tuple[str, str]
"""A ref of the remote, and the object that git is about to set it to."""


def parse_updates(data: bytes) -> list[Update]:
    """What git tells pre-push on stdin: lines of a local ref, its object, the remote's, that's."""
    lines = (line.split() for line in data.decode("utf-8", "surrogateescape").splitlines())
    return [(words[2], words[1]) for words in lines if len(words) == 4]


def run_pre_push(
    repo: Repo,
    remote: str,
    updates: Sequence[Update] = (),
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Have the memories sent along with a push; returns lines for stderr, mostly none.

    They go to ``gitmem.remote`` where that is set, else to the remote that is pushed to: who gets
    the commits gets their memories.  A remote given as a bare URL has no name and gets none.  One
    that refused them lately is not asked again yet.
    """
    adopt_sharing(repo)
    try:
        keep_team_files(repo)
        settings = read_settings(repo)
        if told := _sent_elsewhere(settings, remote, updates):
            return told
        if not (settings.enabled and settings.auto_push):
            return ""
        if settings.team.is_held:
            return _held(repo, settings)
        names = remote_names(repo)
        target = settings.remote or remote
        if target not in names or remote not in names:
            return ""
        queue = Queue(repo)
        if (queue.is_empty() and _has_all(repo, target)) or _is_refused(repo, target):
            return ""
        process = next((above for above in ancestors() if is_git(above.words)), None)
        kind = PushKind.REAL if process is None else kind_of_push(process.words)
        is_ours = _is_ours_pushed(repo, remote, updates, process)
        if kind is PushKind.DRY_RUN or (NOTES_REF, _DELETED) in updates:
            return ""  # whoever deletes the ref there does not want it back at once
        if process is not None and (is_ours or kind is PushKind.OPEN):
            _send_after(repo, queue, remote, target, updates, process)
            return ""
        path = queue.add(Job("push", remote=target))
        launch_worker(repo)
        deadline = time.monotonic() + settings.push_wait
        while path.exists() and time.monotonic() < deadline:
            sleep(_POLL_SECONDS)
    except (GitmemError, OSError) as error:
        append_log(repo, f"hook pre-push: {error}")
        return ""
    lines = [_BACKGROUND_NOTICE] if path.exists() else []
    return "\n".join([*lines, *(f"gitmem: {line}" for line in take_notices(repo))])


def _held(repo: Repo, settings: Settings) -> str:
    """Why nothing is sent, once for each reason: the team's file wants memories elsewhere."""
    why = why_held(settings.team)
    reason = f"{why} {settings.team.place or ''}"
    refusal = read_refusal(repo, NAME)
    if not _notes_tip(repo) or (refusal is not None and refusal.reason == reason):
        return ""
    keep_refusal(repo, NAME, reason)
    return f"gitmem: memories were not sent: {why} (this is said once). Run: gitmem trust --team"


def _sent_elsewhere(settings: Settings, remote: str, updates: Sequence[Update]) -> str:
    """What a person is told whose own git, by its command line or a refspec, sends our ref where
    the team's file does not want it; the push is git's, and is not failed.
    """
    sent = [oid for ref, oid in updates if ref == NOTES_REF and oid != _DELETED]
    is_wanted = remote == settings.remote and not settings.team.is_held
    if not sent or settings.team.place is None or is_wanted:
        return ""
    from gitmem.follow.first_sent import take_back_command  # reads notes, as a push seldom does

    return (
        f"gitmem: git itself sends memories to '{remote}', where the team's file '{NAME}' does not"
        " want them. If nobody else has memories there, this takes them back:"
        f" {take_back_command(remote, sent[-1])}"
    )


def _is_ours_pushed(
    repo: Repo, remote: str, updates: Sequence[Update], process: Process | None
) -> bool:
    """Whether git pushes our ref, or may, by its command line and the remote's configuration.

    It does not tell of a ref that it found up to date, but writes down in the end what it found:
    were we faster, that would be older than the truth.  And a hook manager, or an older hook of
    ours, may have kept from us all that git says.
    """
    if process is None or any(ref == NOTES_REF for ref, _ in updates):
        return any(ref == NOTES_REF for ref, _ in updates)
    name = f"remote.{remote}"
    asked = try_git(repo, "config", "--get-all", f"{name}.push").stdout.decode("utf-8", "replace")
    mirror = try_git(repo, "config", "--type=bool", "--get", f"{name}.mirror").stdout
    configured = [*asked.split(), *(["--mirror"] if mirror.strip() == b"true" else [])]
    return may_name(process.words, configured, NOTES_REF)


def _send_after(
    repo: Repo,
    queue: Queue,
    remote: str,
    target: str,
    updates: Sequence[Update],
    process: Process,
) -> None:
    """Have a job wait for git's end, that then sends what is left to send if git did push."""
    if not updates:
        return  # nothing by which to tell that it did: the next push sends
    refs = "\n".join(f"{oid} {ref}" for ref, oid in updates[:_MOST_REFS])
    extra = {"after": f"{process.number} {process.born}", "pushed-to": remote, "refs": refs}
    queue.add(Job("push", remote=target, extra=extra))
    launch_worker_after(repo, process.number)


def _has_all(repo: Repo, remote: str) -> bool:
    """Whether the remote, as last seen, is where our notes are."""
    tip = _notes_tip(repo)
    return not tip or read_exchange_tip(repo, remote) == tip


def _notes_tip(repo: Repo) -> str:
    listed = try_git(repo, "for-each-ref", "--format=%(objectname)", NOTES_REF)
    return listed.stdout.decode().strip()


def _is_refused(repo: Repo, remote: str) -> bool:
    refusal = read_refusal(repo, remote)
    return refusal is not None and time.time() < refusal.until
