"""What is still true of what was left: uncommitted work that is there, and steps that nobody took.

Standard library only: this runs in agent hooks.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from gitmem.git.dirty import uncommitted_paths
from gitmem.git.pipe import GitPipe
from gitmem.git.repo import Repo
from gitmem.model.instant import parse_any_iso_time
from gitmem.model.items import without_items
from gitmem.model.memory import Memory, RecordedError
from gitmem.model.text import plain_words
from gitmem.recall.worktree_state import WorktreeState
from gitmem.state.pending import Pending

_MOST_BYTES = 1 << 18  # of what later commits say; where they are more, the steps are old
_SAID = 0.6
_SHORT = 3  # characters: shorter words are in every sentence


def is_still_pending(repo: Repo, pending: Pending, worktree_state: WorktreeState) -> bool:
    """Whether this waits for its commit as it says.

    Edits wait as long as they are in the work tree, or anything is stashed.  What was only found
    out is news until the next commit, which may have been made of it.
    """
    memory = pending.memory
    if not _says_something(memory):
        return False
    if memory.files_changed:
        has_stash = (repo.common_dir / "refs" / "stash").exists()
        return has_stash or bool(uncommitted_paths(repo, memory.files_changed))
    moment = parse_any_iso_time(memory.provenance.time)
    if moment is None or moment.tzinfo is None:
        return True
    return worktree_state.head_time <= moment.timestamp()


def without_taken_steps(repo: Repo, memory: Memory, commit: str, head: str) -> Memory:
    """The memory of a commit, as it is shown, without the steps that a later commit took.

    A commit that touches the memory's files has gone on from there, and one whose subject has the
    words of a step has taken it.
    """
    if not memory.next or commit == head:
        return memory
    later = _later_commits(repo, commit, head)
    touched = {path for _, paths in later for path in paths}
    if touched & set(memory.files_changed):
        return without_steps(memory)
    subjects = [frozenset(_words(subject)) for subject, _ in later]
    taken = [n for n, step in enumerate(memory.next) if _is_said(step, subjects)]
    return without_items(memory, {f"next/{n}" for n in taken})


def failing_still(repo: Repo, memory: Memory, commit: str, head: str) -> tuple[RecordedError, ...]:
    """The errors of a commit's memory that nothing resolved, while no later commit touched its
    files: from then on nobody knows.
    """
    failing = tuple(one for one in memory.errors if not one.resolution.strip())
    if not failing or commit == head:
        return failing
    touched = {path for _, paths in _later_commits(repo, commit, head) for path in paths}
    return () if touched & set(memory.files_changed) or not memory.files_changed else failing


def without_steps(memory: Memory) -> Memory:
    """The memory as it is shown where nobody looked whether its steps were taken."""
    return without_items(memory, {f"next/{n}" for n in range(len(memory.next))})


def _says_something(memory: Memory) -> bool:
    """More than what somebody asked for."""
    said = memory.why, memory.what, memory.decisions, memory.errors, memory.next
    return any(said) or bool(memory.files_changed)


def _later_commits(repo: Repo, commit: str, head: str) -> list[tuple[str, list[str]]]:
    """The subjects of the commits since, each with the files that it touched."""
    asked = ("log", "--format=%x00%s", "--name-only", "--no-renames", "--no-show-signature")
    data = GitPipe(repo, (*asked, f"{commit}..{head}", "--"), []).output(_MOST_BYTES)
    found = []
    for part in data.split(b"\0")[1:]:
        subject, _, names = part.partition(b"\n")
        found.append((os.fsdecode(subject), os.fsdecode(names).split("\n")))
    return found


def _is_said(step: str, subjects: Sequence[frozenset[str]]) -> bool:
    wanted = frozenset(_words(step))
    return bool(wanted) and any(len(wanted & said) >= _SAID * len(wanted) for said in subjects)


def _words(text: str) -> list[str]:
    """The words that tell what is done, without their endings as far as that is cheap."""
    return [word[:6] for word in plain_words(text) if len(word) > _SHORT]
