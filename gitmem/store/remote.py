"""The notes ref and a remote: one fetch, one push, and what was last seen there.

Both are git's own commands, so that credentials, transports and proxies are the user's.  They
are quiet, never ask, end within a time limit with everything they started, and skip the
user's hooks (a push within a push would call us again).
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum

from gitmem.errors import RemoteUnavailable
from gitmem.model.note import NOTES_REF
from gitmem.store.gitdir import Repo, git_command, git_environment, try_git

TRACKING = "refs/gitmem/"
"""Where fetched notes land, a folder for each remote."""

_NAME = "/claude-mem"
_NO_SUCH_REF = "couldn't find remote ref"
_PUSH = f"{NOTES_REF}:{NOTES_REF}"


class PushOutcome(Enum):
    """How one attempt to push ended."""

    UP_TO_DATE = "up to date"
    PUSHED = "pushed"
    REJECTED = "rejected"
    """The remote has notes that we do not: fetch, join and try again."""
    REFUSED = "refused"
    """The remote does not take this ref: a hook or a rule of the server."""


def refspec_of(remote: str) -> str:
    """The fetch refspec for a remote's notes.

    A glob, so that a remote without the ref does not break ``git fetch``, and outside
    ``refs/notes``, so that nobody's blanket refspec or prune can harm what it brought.
    """
    return f"+{NOTES_REF}*:{TRACKING}{remote}{_NAME}*"


def tracking_ref(remote: str) -> str:
    """Where the remote's notes ref lands."""
    return f"{TRACKING}{remote}{_NAME}"


def tracking_tips(repo: Repo) -> dict[str, str]:
    """The notes commit of each remote as it was last seen."""
    listed = try_git(repo, "for-each-ref", "--format=%(objectname) %(refname)", TRACKING)
    tips = {}
    for line in os.fsdecode(listed.stdout).splitlines():
        tip, _, ref = line.partition(" ")
        if ref.endswith(_NAME):
            tips[ref.removeprefix(TRACKING).removesuffix(_NAME)] = tip
    return tips


def memory_remote(repo: Repo, wanted: str = "") -> str | None:
    """The remote that memories are exchanged with; None when there is none.

    The wanted one, else the current branch's upstream's, else ``origin``, else the only one.

    Raises:
        RemoteUnavailable: the wanted remote is not configured.
    """
    names = os.fsdecode(try_git(repo, "remote").stdout).splitlines()
    if wanted:
        if wanted not in names:
            raise RemoteUnavailable(
                f"there is no remote '{wanted}'", "See them with: git remote -v"
            )
        return wanted
    for name in (_upstream_remote(repo), "origin"):
        if name in names:
            return name
    return names[0] if len(names) == 1 else None


def fetch_notes(repo: Repo, remote: str, timeout: float) -> bool:
    """Bring the remote's notes into the tracking ref; whether that moved it.

    ``timeout`` is in seconds.  A remote without notes is no failure; it has no tracking ref.

    Raises:
        RemoteUnavailable: the remote did not answer, or not in time.
    """
    before = tracking_tips(repo).get(remote)
    # --prune with a refspec of our own reaches no other ref: a remote that lost its notes (to
    # somebody's push --mirror) must not look as if it still had them.
    options = ["--quiet", "--prune", "--no-tags", "--no-write-fetch-head"]
    options.append("--no-recurse-submodules")
    done = _talk(repo, remote, timeout, "fetch", *options, remote, refspec_of(remote))
    if done.returncode != 0 and _NO_SUCH_REF not in done.stderr:
        raise RemoteUnavailable(f"cannot fetch memories from '{remote}': {_reason(done.stderr)}")
    return tracking_tips(repo).get(remote) != before


def push_notes(repo: Repo, remote: str, timeout: float, *, replacing: str = "") -> PushOutcome:
    """Try once to send the notes ref.  ``timeout`` is in seconds.

    ``replacing`` is a notes commit of the remote that ours takes the place of, with its history;
    if the remote has moved from there, the push is rejected.
    When the remote, as last seen, stands where we stand, it is not even asked.

    Raises:
        RemoteUnavailable: the remote did not answer, or not in time.
    """
    listed = try_git(repo, "for-each-ref", "--format=%(objectname)", NOTES_REF)
    tip = os.fsdecode(listed.stdout).strip()
    if not tip or tracking_tips(repo).get(remote) == tip:
        return PushOutcome.UP_TO_DATE
    options = ["--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no"]
    if replacing:
        options.append(f"--force-with-lease={NOTES_REF}:{replacing}")
    done = _talk(repo, remote, timeout, "push", *options, remote, _PUSH)
    outcome = _outcome(done.stdout)
    if outcome is None:
        raise RemoteUnavailable(f"cannot push memories to '{remote}': {_reason(done.stderr)}")
    if outcome in (PushOutcome.PUSHED, PushOutcome.UP_TO_DATE):
        # git moves the tracking ref itself only where the fetch refspec is configured.
        try_git(repo, "update-ref", tracking_ref(remote), tip)
    return outcome


def _outcome(printed: str) -> PushOutcome | None:
    """What ``git push --porcelain`` says of our ref: a flag, a tab, from:to, a tab, a summary."""
    for line in printed.splitlines():
        flag, _, rest = line.partition("\t")
        if not rest.startswith(_PUSH):
            continue
        if flag == "=":
            return PushOutcome.UP_TO_DATE
        if flag == "!":
            moved = "[rejected]" in rest or "cannot lock ref" in rest or "failed to update" in rest
            return PushOutcome.REJECTED if moved else PushOutcome.REFUSED
        return PushOutcome.PUSHED
    return None


def _upstream_remote(repo: Repo) -> str:
    branch = os.fsdecode(try_git(repo, "symbolic-ref", "--quiet", "--short", "HEAD").stdout).strip()
    if not branch:
        return ""
    asked = try_git(repo, "config", "--get", f"branch.{branch}.remote")
    return os.fsdecode(asked.stdout).strip()


def _talk(
    repo: Repo, remote: str, timeout: float, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run a git command that talks to a remote; when the time is up all of it ends.

    It runs in a session of its own: without a terminal nobody can be asked for a password,
    and the transport's processes can be ended with it.
    """
    environ = git_environment()
    environ.update(GITMEM_PUSHING="1", GIT_SSH_COMMAND=_ssh_command(repo, environ))
    with subprocess.Popen(
        git_command(repo, ["-c", "core.askPass=true", "-c", "gc.auto=0", *arguments]),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: value for name, value in environ.items() if value},
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            printed, complained = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise RemoteUnavailable(
                f"'{remote}' did not answer within {timeout:g} seconds"
            ) from error
    return subprocess.CompletedProcess(process.args, process.returncode, printed, complained)


def _ssh_command(repo: Repo, environ: Mapping[str, str]) -> str:
    """The user's ssh, told not to ask; another program than OpenSSH is left as it is."""
    asked = os.fsdecode(try_git(repo, "config", "--get", "core.sshCommand").stdout).strip()
    command = environ.get("GIT_SSH_COMMAND") or asked
    if not command and environ.get("GIT_SSH"):
        return ""
    command = command or "ssh"
    program = os.path.basename(command.split()[0])  # noqa: PTH119 - a word of a command line
    return f"{command} -oBatchMode=yes" if program == "ssh" else command


def _reason(complaint: str) -> str:
    lines = [
        line for line in complaint.splitlines() if line.startswith(("fatal:", "error:", "ssh:"))
    ]
    return lines[0].partition(": ")[2] if lines else "no reason given"
