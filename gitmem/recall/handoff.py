"""What a person or an agent needs to go on with a branch: read from git, notes and pending work.

Only what is true now: no step that a later commit took, no error whose files were touched since, no
work that is not there any more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gitmem.capture.session_candidates import session_file
from gitmem.capture.workspace import Workspace
from gitmem.git.head import head_branch, head_commit
from gitmem.git.log import read_heads, walk_log
from gitmem.git.repo import Repo, resolve_commit, try_git
from gitmem.guard.policy import Policy
from gitmem.guard.redact import redact
from gitmem.model.handoff import HandedSession, Handoff
from gitmem.model.memory import Memory
from gitmem.model.repeats import tell_once
from gitmem.model.user_words import split_user_words
from gitmem.model.work_digest import DigestEntry
from gitmem.recall.left_off import is_still_pending
from gitmem.recall.log import LogSelection, read_log_entries
from gitmem.recall.resume import resumption_of
from gitmem.recall.work_digest import entries_of, masked_memory
from gitmem.recall.worktree_state import WorktreeState, read_worktree_state
from gitmem.state.pending import PendingStore

_MOST_COMMITS = 200
_OF_TRUNK = 5  # the main branch has no beginning: its last commits are told
_MOST_SESSIONS = 5


@dataclass(frozen=True)
class _Scope:
    """The commits that are handed over, and whether the work tree's own state belongs to them."""

    name: str
    revisions: tuple[str, ...]
    count: int
    is_here: bool
    is_branch: bool


def read_handoff(workspace: Workspace, name: str, own_files: Sequence[str] = ()) -> Handoff:
    """The state of a branch, of a range, or (``name`` empty) of what is checked out.

    ``own_files`` (from the top of the work tree) are gitmem's, and nobody's work in progress.

    Raises:
        UnknownRevision: the name is neither a branch nor a range.
    """
    repo, policy = workspace.repo, workspace.policy
    state = read_worktree_state(repo)
    scope = _scope_of(repo, name, state)
    pending = list(_pending(repo, state, policy)) if scope.is_here else []
    entries: list[DigestEntry] = []
    commits: tuple[tuple[str, str], ...] = ()
    if scope.revisions:
        most = f"-n{scope.count}"
        ids = list(walk_log(repo, [most], scope.revisions, []))
        commits = tuple((h.commit, redact(h.subject, policy)) for h in read_heads(repo, ids))
        found = read_log_entries(repo, LogSelection((most,), scope.revisions))
        entries = list(entries_of(repo, tell_once(found), policy))
    return Handoff(
        name=scope.name,
        aim=_aim(entries) if scope.is_branch else "",
        pending=tuple(pending),
        uncommitted=tuple(_uncommitted(repo, policy, own_files)) if scope.is_here else (),
        commits=commits if scope.is_branch or entries else (),
        entries=tuple(entries),
        sessions=tuple(_sessions(workspace, [*pending, *(one.memory for one in entries)])),
    )


def _scope_of(repo: Repo, name: str, state: WorktreeState) -> _Scope:
    head = head_commit(repo) or ""
    branch = head_branch(repo)
    if ".." in name:
        ends = name.partition("..")[2].lstrip(".") or "HEAD"
        is_here = bool(head) and resolve_commit(repo, ends) == head
        return _Scope(name, (name,), _MOST_COMMITS, is_here, is_branch=True)
    if name and name not in ("HEAD", branch):
        tip = resolve_commit(repo, name)
        base = _fork_point(repo, tip)
        revisions = (f"{base}..{tip}",) if base else (tip,)
        count = _MOST_COMMITS if base else _OF_TRUNK
        return _Scope(name, revisions, count, tip == head and not branch, bool(base))
    told = branch or (f"detached HEAD at {head[:7]}" if head else "a branch without a commit")
    if not head:
        return _Scope(told, (), 0, is_here=True, is_branch=False)
    base = "" if state.is_trunk else _fork_point(repo, head)
    if base and base != head:
        return _Scope(told, (f"{base}..{head}",), _MOST_COMMITS, is_here=True, is_branch=True)
    return _Scope(told, (head,), _OF_TRUNK, is_here=True, is_branch=False)


def _fork_point(repo: Repo, tip: str) -> str:
    """Where the branch left the main one; empty where it is that, or nothing tells."""
    trunks = ("refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master")
    for trunk in (*trunks, "refs/heads/trunk", "refs/heads/develop"):
        asked = try_git(repo, "merge-base", trunk, tip)
        base = asked.stdout.decode("ascii", "replace").strip()
        if asked.returncode == 0 and base:
            return "" if base == tip else base
    return ""


def _pending(repo: Repo, state: WorktreeState, policy: Policy) -> Iterator[Memory]:
    if repo.worktree is None:
        return
    here = os.path.realpath(repo.worktree)
    for one in PendingStore(repo).newest_first():
        if policy.covers_all(one.memory.files_changed):
            continue
        if os.path.realpath(one.worktree) == here and is_still_pending(repo, one, state):
            yield masked_memory(one.memory, policy)


def _uncommitted(repo: Repo, policy: Policy, own_files: Sequence[str]) -> Iterator[str]:
    """Git's two letters and the path of what differs from HEAD; excluded paths are left out."""
    if repo.worktree is None:
        return
    options = ("--porcelain", "-z", "--no-renames", "--untracked-files=normal")
    others = (":/", *(f":(top,literal,exclude){path}" for path in own_files))
    done = try_git(repo, "status", *options, "--ignore-submodules=all", "--", *others)
    for line in os.fsdecode(done.stdout).split("\0") if done.returncode == 0 else ():
        if len(line) > 3 and not policy.covers(line[3:].rstrip("/")):
            yield redact(line, policy)


def _aim(entries: Sequence[DigestEntry]) -> str:
    """Why the oldest work of the branch that gives a reason was done."""
    for one in reversed(entries):
        why = one.memory.why.strip()
        if why:
            told, words = split_user_words(why)
            return told or " ".join(words) or why
    return ""


def _sessions(workspace: Workspace, memories: Iterable[Memory]) -> Iterator[HandedSession]:
    """The last sessions behind the memories, and how each is taken up again here."""
    found: dict[str, Memory] = {}
    for memory in memories:
        if memory.provenance.session:
            found.setdefault(memory.provenance.session, memory)
    for session, memory in list(found.items())[:_MOST_SESSIONS]:
        file = session_file(workspace, session)
        source = "" if file is None else str(file.path)
        one = resumption_of(workspace.agents, source, session)
        origin = memory.provenance
        author = redact(origin.author.partition(" <")[0], workspace.policy)
        yield HandedSession(session, origin.agent, author, one.line, one.reason)
