"""Which sessions made a commit, from what they did to files.  Pure.

Strongest evidence first; every rule asks for something that the session did, because a wrong
reason is worse than none:

1. *Committing*: the session was running ``git commit`` at that moment, and not with the message
   of another commit; where nobody knows when it ran it, with the message of this one.
2. *Lines*: it was the last to write a fifth of the commit's lines, or eight of them, that no
   earlier commit took.
3. *Pending files*: it was the last to edit a file of the commit and no earlier commit has touched
   that file since; unless the commit's lines are known to be another's.
4. *Follow-up*: nothing else is known, the parent commit is the session's, and a few minutes
   later a commit touches only files it edited: a formatter, a forgotten file.
5. *Plan*: it made the plan that one of these sessions was given as its task, and the commit holds
   what that one did about the task before it was told anything else.

**Source:** tuned on real sessions, see ``python -m tests.bench.attribution``; the thresholds
are wide plateaus there (a tenth to a third of the lines gives the same answers).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from gitmem.agents.session_edits import Edit, Task, Traces
from gitmem.model.change import Change
from gitmem.model.link import AUTHORSHIP, Link

_CLOCK_SECONDS = 2.0
_GITS_SECOND = 1.0  # git counts whole seconds, and cuts off the rest
_LONGEST_COMMIT_SECONDS = 180.0
_SHARE = 0.2
_LARGE_SHARE = 0.5
_MANY_LINES = 8
_FRESH_SECONDS = 3_600.0
_PENDING_SECONDS = 12 * 3_600.0
_FOLLOW_UP_SECONDS = 12 * 60.0
_REMOVAL_WEIGHT = 0.5
_PLAN_SHARE = 0.5


@dataclass(frozen=True)
class EarlierCommits:
    """What they did to the change's files: when each of its ``paths`` and lines was last taken.

    POSIX seconds by author time; ``added`` and ``removed`` map a line's mark to the time.
    ``parents`` are the sessions that made the commit's parents.
    """

    paths: Mapping[str, float] = field(default_factory=dict)
    added: Mapping[int, float] = field(default_factory=dict)
    removed: Mapping[int, float] = field(default_factory=dict)
    parents: frozenset[str] = frozenset()

    def has_path(self, path: str, time: float) -> bool:
        """Whether a commit took what was done to the path at that moment."""
        return _is_taken(self.paths, path, time)

    def has_added(self, mark: int, time: float) -> bool:
        """Whether a commit took the line that was written at that moment."""
        return _is_taken(self.added, mark, time)

    def has_removed(self, mark: int, time: float) -> bool:
        """Whether a commit took the removal of the line at that moment."""
        return _is_taken(self.removed, mark, time)


_T = TypeVar("_T")


def _is_taken(taken: Mapping[_T, float], thing: _T, time: float) -> bool:
    """What was done in the second of a commit counts as in it: the commit came last, or nobody
    can tell, and then the next commit must not be credited to work that it does not hold.
    """
    return thing in taken and time < taken[thing] + _GITS_SECOND


def attribute(
    candidates: Collection[Traces], change: Change, earlier: EarlierCommits, moment: float
) -> list[str]:
    """The sessions that made a commit at ``moment`` (POSIX seconds), surest first.

    ``candidates`` hold what was done up to that moment; sessions of equal rank come by name.
    """
    shares = _line_shares(candidates, change, earlier)
    files = _pending_files(candidates, change, earlier, moment)
    are_lines_known = any(share.size > 0 for share in shares.values())
    ranks: dict[str, tuple[int, float, int]] = {}
    for traces in candidates:
        share, count = shares[traces.session], files[traces.session]
        if _is_committing(traces, moment, change.subject):
            ranks[traces.session] = (2, share.size, count)
        elif _has_lines(share, moment) or (
            count
            and (share.size > 0 or not are_lines_known)
            and moment - traces.last <= _PENDING_SECONDS
        ):
            ranks[traces.session] = (1, share.size, count)
    made = sorted(ranks, key=lambda session: (*(-rank for rank in ranks[session]), session))
    made = made or sorted(_follow_ups(candidates, change, earlier, moment))
    return made + sorted(_planners(candidates, made, change, earlier))


@dataclass(frozen=True)
class _Share:
    """A session's part of a commit: of the whole, in lines that it added to these very files (the
    same lines elsewhere may be a coincidence), and when it wrote last.
    """

    size: float = 0.0
    lines: int = 0
    last: float = 0.0


def _line_shares(
    candidates: Collection[Traces], change: Change, earlier: EarlierCommits
) -> dict[str, _Share]:
    """Of the change's lines, the part that each session wrote last and no commit took since."""
    added = _last_writers(candidates, change.added_marks, earlier, "added")
    removed = _last_writers(candidates, change.removed_marks, earlier, "removed")
    paths = {"", *change.paths}
    whole = len(change.added_marks) + _REMOVAL_WEIGHT * len(change.removed_marks)
    sizes: Counter[str] = Counter()
    times: dict[str, float] = {}
    for writers, weight in ((added, 1.0), (removed, _REMOVAL_WEIGHT)):
        for time, session, _ in writers.values():
            sizes[session] += weight  # type: ignore[assignment]  # a Counter adds floats as well
            times[session] = max(time, times.get(session, 0.0))
    lines = Counter(session for _, session, path in added.values() if path in paths)
    return {
        traces.session: _Share(
            sizes[traces.session] / whole if whole else 0.0,
            lines[traces.session],
            times.get(traces.session, 0.0),
        )
        for traces in candidates
    }


def _last_writers(
    candidates: Collection[Traces], marks: frozenset[int], earlier: EarlierCommits, side: str
) -> dict[int, tuple[float, str, str]]:
    """Of each line the time, the session and the file of the last who wrote it."""
    has = earlier.has_added if side == "added" else earlier.has_removed
    writers: dict[int, tuple[float, str, str]] = {}
    for traces in candidates:
        for edit in traces.edits:
            for mark in (edit.added if side == "added" else edit.removed) & marks:
                if not has(mark, edit.time):
                    writer = (edit.time, traces.session, edit.path)
                    writers[mark] = max(writer, writers.get(mark, writer))
    return writers


def _pending_files(
    candidates: Collection[Traces], change: Change, earlier: EarlierCommits, moment: float
) -> Mapping[str, int]:
    """How many of the change's files each session edited last, and no commit touched since.

    Crediting all editors of a file takes in sessions whose own work was thrown away.  An edit that
    may have been made after the commit counts for nothing here: only its lines can tell.
    """
    paths = set(change.paths)
    latest: dict[str, tuple[float, str]] = {}
    for traces in candidates:
        for path, time in traces.pending_at(moment + _CLOCK_SECONDS).items():
            if path in paths and not earlier.has_path(path, time):
                edit = (time, traces.session)
                latest[path] = max(edit, latest.get(path, edit))
    return Counter(session for _, session in latest.values())


def _is_committing(traces: Traces, moment: float, subject: str) -> bool:
    return any(
        command.start <= moment + _CLOCK_SECONDS
        and (
            command.start >= moment - _LONGEST_COMMIT_SECONDS
            and command.end >= moment - _CLOCK_SECONDS
            if command.is_dated
            else command.subjects and command.end >= moment - _LONGEST_COMMIT_SECONDS
        )
        and _may_say(command.subjects, subject)
        for command in traces.commits
    )


def _may_say(given: Collection[str], subject: str) -> bool:
    """Whether a commit of that subject may come of one of the messages given, none if unknown.

    A hook may put a ticket's number before a message, and a person may shorten it.
    """
    wanted = _plain(subject)
    return not given or any(one in wanted or wanted in one for one in map(_plain, given))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(".")


def _has_lines(share: _Share, moment: float) -> bool:
    is_fresh = moment - share.last <= _FRESH_SECONDS
    if share.size >= (_SHARE if is_fresh else _LARGE_SHARE):
        return True
    return share.lines >= _MANY_LINES and moment - share.last <= _PENDING_SECONDS


def _follow_ups(
    candidates: Collection[Traces], change: Change, earlier: EarlierCommits, moment: float
) -> Iterator[str]:
    paths = {file.path for file in change.files}
    for traces in candidates:
        is_next = traces.session in earlier.parents and moment - traces.last <= _FOLLOW_UP_SECONDS
        pending = traces.pending_at(moment + _CLOCK_SECONDS)
        if is_next and paths and paths <= pending.keys():
            yield traces.session


def _planners(
    candidates: Collection[Traces], made: Collection[str], change: Change, earlier: EarlierCommits
) -> Iterator[str]:
    """Who planned what the makers were given to do and did in this commit."""
    tasks = [
        task
        for traces in candidates
        if traces.session in made and traces.tasks
        for times in [times_of_edits(traces, change, earlier)]
        for task in traces.tasks
        if any(task.start <= time < task.end for time in times)
    ]
    for traces in candidates:
        if traces.session not in made and any(_is_planned(task, traces) for task in tasks):
            yield traces.session


def _is_planned(task: Task, traces: Traces) -> bool:
    """Whether half of a task's lines stand in a plan that the session made before it was given."""
    return any(
        time <= task.start and len(lines & task.lines) >= _PLAN_SHARE * len(task.lines)
        for time, lines in traces.plans
    )


def with_recorded(
    made: Sequence[str],
    links: Collection[Link],
    candidates: Collection[Traces],
    change: Change,
    earlier: EarlierCommits,
) -> list[str]:
    """Who made a commit, with what other recorders say about it.

    A recorder that attests lines to a session is believed as our own rules are; one that lists
    whoever was at work is asked only where nothing else is known.  Either only chooses among the
    candidates that touched a file of the commit, by an edit or a command, since a commit took it:
    a record comes with any clone or patch, from anybody, and sessions' ids are no secret.
    """
    touching = {traces.session for traces in candidates if _has_touched(traces, change, earlier)}
    sure = [one.session for one in links if one.recorder == AUTHORSHIP and one.session in touching]
    listed = [one.session for one in links if one.session in touching]
    return list(dict.fromkeys([*made, *sure] or listed))


def _has_touched(traces: Traces, change: Change, earlier: EarlierCommits) -> bool:
    paths = set(change.paths)
    return any(
        edit.path in paths and _is_held(edit, paths, change, earlier) for edit in traces.edits
    )


def times_of_edits(traces: Traces, change: Change, earlier: EarlierCommits) -> frozenset[float]:
    """When the session made the edits that the commit holds and no earlier one did."""
    paths = set(change.paths)
    return frozenset(edit.time for edit in traces.edits if _is_held(edit, paths, change, earlier))


def _is_held(edit: Edit, paths: Collection[str], change: Change, earlier: EarlierCommits) -> bool:
    """Whether a commit of these paths may hold the edit, and no earlier one took it."""
    return (edit.path in paths and not earlier.has_path(edit.path, edit.time)) or any(
        not earlier.has_added(mark, edit.time) for mark in edit.added & change.added_marks
    )


def find_common_marks(
    candidates: Sequence[Traces], change: Change
) -> tuple[set[int], set[int], float]:
    """The change's added and removed lines that a candidate wrote, and when the first of them."""
    added: set[int] = set()
    removed: set[int] = set()
    since = float("inf")
    for traces in candidates:
        for edit in traces.edits:
            new, old = edit.added & change.added_marks, edit.removed & change.removed_marks
            if new or old:
                added |= new
                removed |= old
                since = min(since, edit.time)
    return added, removed, since
