"""Talking to a remote: one fetch of its notes, one push of ours, and the outcome.

Both are git's own commands, so that credentials, transports and proxies are the user's.  They
are quiet, never ask, end within a time limit with everything they started, and skip the
user's hooks (a push within a push would call us again).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from gitmem.errors import RemoteUnavailable
from gitmem.git.remotes import (
    TRACKING,
    own_place,
    read_exchange_tip,
    source_place,
    tracking_ref,
    write_exchange_tip,
)
from gitmem.git.repo import Repo, git_command, git_environment, try_git
from gitmem.git.stale_lock import free_stale_lock
from gitmem.git.transport_status import (
    NO_SUCH_REF,
    RemoteAnswer,
    RemoteOutcome,
    error_of_fetch,
    error_of_push,
    parse_push,
    reason_of,
)
from gitmem.model.note import NOTES_REF
from gitmem.process.child import run

_ALL_OF_HISTORY = "--depth=2147483646"
"""One less than git's "infinite", which would deepen the branches of the clone as well."""

_FETCH_TRIES = 4
_NO_OBJECT = "0" * 40
_CONTENTION = "cannot lock ref"

ALIAS = "gitmem.exchange"
"""The name under which git is given the remote, without what is configured for fetches by hand."""

_FETCH = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
_OURS = f"--glob={NOTES_REF[:-1]}[{NOTES_REF[-1]}]"  # without a wildcard git would look below it
_QUIET = ("-c", "core.askPass=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false")

# What a remote is configured with that would have our exchange move refs of the person's, mirror
# all of them, or leave the notes' blobs out.
_IGNORED_VARIABLES = frozenset(
    ("fetch", "push", "mirror", "prune", "prunetags", "tagopt", "promisor", "partialclonefilter")
)


def fetch_notes(repo: Repo, remote: str, timeout: float) -> bool:
    """Fetch the remote's notes; returns whether they have changed.

    ``timeout`` is in seconds.  A remote without notes is not a failure.  Where pushes go to another
    address than fetches come from, both are asked: a push must hold the notes of the former.

    Raises:
        RemoteLogin: the remote wants a login that git does not have.
        RemoteUnavailable: the remote did not answer, or not in time.
    """
    before = read_exchange_tip(repo, remote)
    own = _Remote.read(repo, remote)
    if own.push_urls and own.push_urls != own.urls:
        _fetch(repo, own, timeout, tracking_ref(source_place(remote)))
        for url in own.push_urls:
            with suppress(RemoteUnavailable):  # the push will tell
                _fetch(repo, own.at(url), timeout, tracking_ref(own_place(remote)))
    else:
        _fetch(repo, own, timeout, tracking_ref(own_place(remote)))
    return read_exchange_tip(repo, remote) != before


def fetch_remote_tip(repo: Repo, remote: str, timeout: float) -> str | None:
    """The remote's notes commit, its objects brought here and no ref moved; None: it has none.

    Raises:
        RemoteLogin, RemoteUnavailable: as for :func:`fetch_notes`.
    """
    own = _Remote.read(repo, remote)
    for _ in range(3):  # it may move between the question and the fetch
        done = _talk(repo, own, timeout, ["ls-remote", ALIAS, NOTES_REF])
        if done.returncode != 0:
            raise error_of_fetch(remote, done.stderr)
        tip = next((line.split()[0] for line in done.stdout.splitlines() if line.strip()), None)
        if tip is None or try_git(repo, "cat-file", "-e", tip).returncode == 0:
            return tip
        done = _talk(repo, own, timeout, [*_FETCH, ALIAS, NOTES_REF])
        if done.returncode != 0 and NO_SUCH_REF not in done.stderr:
            raise error_of_fetch(remote, done.stderr)
    raise RemoteUnavailable(f"the notes of '{remote}' keep changing")


def has_refs(repo: Repo, remote: str, refs: Mapping[str, str], timeout: float) -> bool:
    """Whether the remote has one of the refs (name → object, zeros: none) where it is said to be.

    ``timeout`` is in seconds.

    Raises:
        RemoteLogin, RemoteUnavailable: as for :func:`fetch_notes`.
    """
    own = _Remote.read(repo, remote)
    places = [own.at(url) for url in own.push_urls] or [own]
    for place in places:
        done = _talk(repo, place, timeout, ["ls-remote", ALIAS, *refs])
        if done.returncode != 0:
            raise error_of_fetch(remote, done.stderr)
        listed = dict(
            line.split("\t", 1)[::-1] for line in done.stdout.splitlines() if "\t" in line
        )
        if any(listed.get(ref, _NO_OBJECT) == oid for ref, oid in refs.items()):
            return True
    return False


def push_notes(
    repo: Repo, remote: str, timeout: float, *, replacing: str = "", commit: str = ""
) -> RemoteAnswer:
    """Try once to send the notes ref, or ``commit`` in its place.  ``timeout`` is in seconds.

    ``replacing`` is a notes commit of the remote that ours takes the place of, with its history;
    if the remote has moved from there, the push is rejected.
    When the remote, as last heard of, stands where we stand, it is not even asked.

    Raises:
        RemoteReadOnly: the remote is read here, but takes nothing from this person.
        RemoteLogin: it wants a login that git does not have.
        RemoteUnavailable: the remote did not answer, or not in time.
    """
    listed = try_git(repo, "for-each-ref", "--format=%(objectname)", NOTES_REF)
    tip = commit or os.fsdecode(listed.stdout).strip()
    if not tip or read_exchange_tip(repo, remote) == tip:
        return RemoteAnswer(RemoteOutcome.UP_TO_DATE)
    options = ["--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no"]
    options.append("--no-signed")
    if replacing:
        options.append(f"--force-with-lease={NOTES_REF}:{replacing}")
    # The commit and not the ref: what is sent is what will be noted, though the ref may move.
    command = ["push", *options, ALIAS, f"{tip}:{NOTES_REF}"]
    done = _talk(repo, _Remote.read(repo, remote), timeout, command)
    answer = parse_push(done.stdout, NOTES_REF)
    if answer is None or answer.outcome is RemoteOutcome.READ_ONLY:
        raise error_of_push(remote, done.stderr, is_refused=answer is not None)
    if answer.outcome in (RemoteOutcome.PUSHED, RemoteOutcome.UP_TO_DATE):
        write_exchange_tip(repo, remote, tip)
    return answer


def fetch_objects(repo: Repo, remote: str, oids: Sequence[str], timeout: float) -> None:
    """Fetch objects that a partial clone lacks; trees come with all that they hold but contents.

    As git asks when it finds one missing, but for many at once: no ref is moved, and it does not
    first tell the remote what is here.

    Raises:
        RemoteLogin, RemoteUnavailable: as for :func:`fetch_notes`.
    """
    options = ("--filter=blob:none", "--stdin")
    command = ("-c", "fetch.negotiationAlgorithm=noop", *_FETCH, *options, remote)
    wanted = "".join(f"{oid}\n" for oid in oids).encode()
    done = _talk(repo, _Remote(remote, ()), timeout, command, wanted)
    if done.returncode != 0:
        kind = type(error_of_fetch(remote, done.stderr))
        raise kind(f"cannot fetch from '{remote}': {reason_of(done.stderr)}")


@dataclass(frozen=True)
class _Remote:
    """What is configured of a remote, each variable and value."""

    name: str
    lines: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, repo: Repo, name: str) -> _Remote:
        listed = os.fsdecode(try_git(repo, "config", "-z", "--list").stdout)
        items = (item.partition("\n")[::2] for item in listed.split("\0"))
        start = f"remote.{name}."
        lines = [
            (variable, value)
            for key, value in items
            if key.startswith(start) and (variable := key[len(start) :]) not in _IGNORED_VARIABLES
        ]
        return cls(name, tuple(lines))

    @property
    def urls(self) -> tuple[str, ...]:
        """Where fetches come from."""
        return tuple(value for variable, value in self.lines if variable == "url")

    @property
    def push_urls(self) -> tuple[str, ...]:
        """Where pushes go, if elsewhere."""
        return tuple(value for variable, value in self.lines if variable == "pushurl")

    def at(self, url: str) -> _Remote:
        """The same remote, fetched from another address."""
        rest = [line for line in self.lines if line[0] not in ("url", "pushurl")]
        return _Remote(self.name, (("url", url), *rest))

    def environ(self) -> dict[str, str]:
        """The configuration of the alias, as git reads it from the environment.

        There an address that holds a password is not seen by the machine's other users.
        """
        found = {"GIT_CONFIG_COUNT": str(len(self.lines))}
        for number, (variable, value) in enumerate(self.lines):
            found[f"GIT_CONFIG_KEY_{number}"] = f"remote.{ALIAS}.{variable}"
            found[f"GIT_CONFIG_VALUE_{number}"] = value
        return found


def _fetch(repo: Repo, own: _Remote, timeout: float, ref: str) -> None:
    """Fetch the notes of one address to one ref; if it has none, the ref is deleted."""
    depth = [_ALL_OF_HISTORY] if _is_shallow(repo) else []
    free_stale_lock(repo, ref)
    for _ in range(_FETCH_TRIES):
        done = _talk(repo, own, timeout, [*_FETCH, *depth, ALIAS, f"+{NOTES_REF}:{ref}"])
        if done.returncode == 0:
            return
        if _CONTENTION not in done.stderr:
            break  # else another process of ours fetched as well, and was faster
    if NO_SUCH_REF not in done.stderr:
        raise error_of_fetch(own.name, done.stderr)
    try_git(repo, "update-ref", "-d", ref)


def _is_shallow(repo: Repo) -> bool:
    """Whether the history of the notes ends early: somebody fetched them with ``--depth``.

    They can be read and joined so, but not be sent to a remote that lacks what is missing.
    """
    try:
        ends = set((repo.common_dir / "shallow").read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return False
    walked = try_git(repo, "rev-list", "--max-parents=0", f"--glob={TRACKING}*", _OURS)
    return not ends.isdisjoint(os.fsdecode(walked.stdout).split())


def _talk(
    repo: Repo, own: _Remote, timeout: float, arguments: Sequence[str], text: bytes | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a git command that talks to the remote called ``ALIAS``; none of it outlives this call.

    It runs in a session of its own: without a terminal nobody can be asked for a password,
    and the transport's processes can be ended with it.
    """
    environ = {**git_environment(), **own.environ()}
    environ.update(
        GITMEM_PUSHING="1",
        GCM_INTERACTIVE="never",  # Git Credential Manager opens windows
        GIT_SSH_COMMAND=_ssh_command(repo, environ),
    )
    try:
        done = run(
            git_command(repo, [*_QUIET, *arguments]),
            text,
            seconds=timeout,
            environ={name: value for name, value in environ.items() if value},
            leads_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise RemoteUnavailable(
            f"'{own.name}' did not answer within {timeout:g} seconds"
        ) from error
    printed, complaint = (said.decode("utf-8", "replace") for said in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, printed, complaint)


def _ssh_command(repo: Repo, environ: Mapping[str, str]) -> str:
    """The user's ssh, set never to ask; a program other than OpenSSH is left as it is."""
    asked = os.fsdecode(try_git(repo, "config", "--get", "core.sshCommand").stdout).strip()
    command = environ.get("GIT_SSH_COMMAND") or asked
    if not command and environ.get("GIT_SSH"):
        return ""
    command = command or "ssh"
    program = os.path.basename(command.split()[0])  # noqa: PTH119 - a word of a command line
    return f"{command} -oBatchMode=yes" if program == "ssh" else command
