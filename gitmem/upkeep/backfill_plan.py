"""What a backfill would do: which commits have no memory, which of them a session may have made,
and what asking a model would cost.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from gitmem.agents.adapter import TranscriptFile
from gitmem.agents.unread import Unread
from gitmem.capture.sessions_elsewhere import names_folder
from gitmem.capture.workspace import Workspace
from gitmem.compress.compressor import Estimate
from gitmem.compress.models.prompt import USUAL_OUTPUT_TOKENS
from gitmem.compress.offline.history import NAME, is_worth_reading, says_enough
from gitmem.git.commits import CommitReader
from gitmem.git.log import committer_emails, walk_ids
from gitmem.git.regular_file import open_regular
from gitmem.git.repo import Repo, try_git
from gitmem.index.commits import annotated_commits
from gitmem.refresh.refresh import refresh
from gitmem.state.skipped_commits import SkippedCommits
from gitmem.upkeep.batches import Batches, estimate_commit
from gitmem.upkeep.history_memories import LONG_MESSAGE

_DAY = 86_400.0
_BEFORE = 30 * _DAY
_AFTER = 14 * _DAY
_FIRST_BYTES = 1 << 16
_TIME = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d")
_SAMPLE = 100
_BYTES_A_TOKEN = 4


@dataclass(frozen=True)
class BackfillSelection:
    """Which commits: a revision or range, dates as git reads them, and a limit."""

    revision: str = "HEAD"
    since: str = ""
    until: str = ""
    limit: int | None = None
    with_transcripts: bool = True
    with_history: bool = True


@dataclass(frozen=True)
class BackfillPlan:
    """What is to be done: ``sessions`` may have one and are tried oldest first, ``history`` are
    all that have no memory, newest first.  The counts are of the commits selected.

    ``open`` are all that have no memory and were not found not worth one, whatever is to be done.
    ``unread`` are sessions that cannot be read, None where none are to be looked for.
    """

    commits: int
    with_memory: int
    not_worth: int
    sessions: tuple[str, ...]
    history: tuple[str, ...]
    open: tuple[str, ...] = ()
    unread: tuple[Unread, ...] | None = None

    @property
    def steps(self) -> int:
        """How many commits ``advance`` will be called for."""
        return len(self.sessions) + len(self.history)


def plan_backfill(workspace: Workspace, selection: BackfillSelection) -> BackfillPlan:
    """Find the commits without a memory.  Nothing is written but the index.

    Raises:
        UnknownRevision: the revision or range names nothing.
    """
    repo = workspace.repo
    options = [f"--{name}={value}" for name, value in _dates(selection) if value]
    commits = list(walk_ids(repo, selection.revision, options))
    with closing(refresh(repo)) as index:
        annotated = annotated_commits(index)
    not_worth = SkippedCommits(repo, NAME).commits()
    open_ = [commit for commit in commits if commit not in annotated]
    history = unjudged = [commit for commit in open_ if commit not in not_worth]
    possible = _with_transcripts(workspace, open_[::-1]) if selection.with_transcripts else []
    if selection.limit is not None:
        history = history[: selection.limit]
        possible = [commit for commit in possible if commit in set(history)]
    return BackfillPlan(
        commits=len(commits),
        with_memory=len(commits) - len(open_),
        not_worth=len(open_) - len([commit for commit in open_ if commit not in not_worth]),
        sessions=tuple(possible),
        history=tuple(history) if selection.with_history else (),
        open=tuple(unjudged),
        unread=tuple(workspace.agents.unread()) if selection.with_transcripts else None,
    )


def commits_to_read(repo: Repo, plan: BackfillPlan) -> list[str]:
    """Those commits of the history whose contents will be looked at."""
    reader = CommitReader(repo)
    heads = ((commit, reader.head(commit)) for commit in plan.history)
    return [
        commit
        for commit, head in heads
        if is_worth_reading(head.message, head.author, head.parents)
    ]


def count_worth(repo: Repo, plan: BackfillPlan) -> int:
    """How many of the plan's commits say enough for a memory, by their messages alone."""
    reader = CommitReader(repo)
    heads = (reader.head(commit) for commit in plan.history)
    return sum(says_enough(head.message, head.author, head.parents) for head in heads)


def estimate_backfill(
    workspace: Workspace, plan: BackfillPlan, batches: Batches | None
) -> Estimate:
    """What asking the configured model will cost at most; nothing where none is asked.

    Of messages that are long a sample is reckoned exactly.  Of sessions no more can be sent than
    their transcripts hold, and less is: tool output is cut, and the rest is JSON.
    """
    from gitmem.compress.offline.extractive import ExtractiveCompressor

    if workspace.compressor.name == ExtractiveCompressor().name:
        return Estimate()
    tokens_in = tokens_out = 0
    if batches is not None:
        long = _commits_with_long_messages(workspace.repo, plan)
        sample = long[:: max(1, len(long) // _SAMPLE)]
        costs = [estimate_commit(workspace, batches, commit) for commit in sample]
        scale = len(long) / len(sample) if sample else 0.0
        tokens_in += int(sum(cost.tokens_in for cost in costs) * scale)
        tokens_out += int(sum(cost.tokens_out for cost in costs) * scale)
    if plan.sessions:
        held = sum(_size(file.path) for file in _transcripts(workspace)) // _BYTES_A_TOKEN
        most = workspace.settings.max_input_tokens * len(plan.sessions)
        tokens_in += min(held, most)
        tokens_out += USUAL_OUTPUT_TOKENS * len(plan.sessions)
    price = batches.allowance.price if batches is not None else None
    dollars = price(workspace.settings.model, tokens_in, 0, tokens_out) if price else None
    return Estimate(tokens_in, tokens_out, dollars or 0.0, is_priced=dollars is not None)


def _commits_with_long_messages(repo: Repo, plan: BackfillPlan) -> list[str]:
    reader = CommitReader(repo)
    found = []
    for commit in plan.history:
        head = reader.head(commit)
        is_long = len(head.message) > LONG_MESSAGE
        if is_long and is_worth_reading(head.message, head.author, head.parents):
            found.append(commit)
    return found


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def worktrees_with_transcripts(workspace: Workspace) -> list[str]:
    """The work trees of the repository in which a session left a transcript, this one first."""
    return [place for place in _worktrees(workspace.repo) if _transcripts_of(workspace, place)]


def _transcripts(workspace: Workspace) -> list[TranscriptFile]:
    """Those of sessions in a work tree, and of sessions elsewhere that name a file in one."""
    places = _worktrees(workspace.repo)
    here = [file for place in places for file in _transcripts_of(workspace, place)]
    known = {file.path for file in here}
    elsewhere = (file for file in workspace.agents.transcripts_since(0.0) if file.path not in known)
    return here + [file for file in elsewhere if names_folder(workspace.agents, file.path, places)]


def _transcripts_of(workspace: Workspace, worktree: str) -> list[TranscriptFile]:
    return workspace.agents.transcripts_for(Path(worktree), 0.0)


def _worktrees(repo: Repo) -> list[str]:
    """This work tree and the linked ones, as far as they are there."""
    listed = os.fsdecode(try_git(repo, "worktree", "list", "--porcelain").stdout).split("\n")
    others = [line.removeprefix("worktree ") for line in listed if line.startswith("worktree ")]
    ours = [os.path.realpath(repo.worktree)] if repo.worktree else []
    found = dict.fromkeys([*ours, *(os.path.realpath(other) for other in others)])
    return [place for place in found if (Path(place) / ".git").exists()]


def _dates(selection: BackfillSelection) -> list[tuple[str, str]]:
    return [("since", selection.since), ("until", selection.until)]


def _with_transcripts(workspace: Workspace, commits: Sequence[str]) -> list[str]:
    """The commits that a session whose transcript is still there may have made, oldest first.

    By author time: a rebase makes commits young, but not the work of the session.

    By somebody who works here, in the time that the transcripts span: sessions of this machine
    made no commit of anybody else, though they may have edited the same files.
    """
    repo = workspace.repo
    files = _transcripts(workspace) if commits else []
    if not files:
        return []
    first = min(session_start(file) for file in files)
    last = max(file.mtime for file in files) + _AFTER
    ours = committer_emails(repo)
    reader = CommitReader(repo)
    found = []
    for commit in commits:
        head = reader.head(commit)
        if (not ours or ours & head.emails) and first <= head.author_time <= last:
            found.append((head.author_time, commit))
    return [commit for _, commit in sorted(found, key=lambda pair: pair[0])]


def session_start(file: TranscriptFile) -> float:
    """About when a session began: the first time in its transcript.

    Every agent writes times so.  A file's own time is when it was written to last, or copied.
    """
    try:
        with open_regular(file.path) as opened:
            match = _TIME.search(opened.read(_FIRST_BYTES))
        if match is not None:
            told = datetime.fromisoformat(match[0].decode()).replace(tzinfo=timezone.utc)
            return min(told.timestamp() - _DAY, file.mtime)
    except (OSError, ValueError):
        pass
    return file.mtime - _BEFORE
