"""Removing a leaked secret, or a whole memory, from everything that gitmem has written here.

A memory that holds the pattern is replaced by a masked one; a tombstone and the tree's list of
scrubs (see :mod:`gitmem.notes.scrub_marks`) keep every later merge from bringing the old one back.
The notes ref then starts over without history, since any commit of the old one may contain it.

What is to be done is written down before the first change (:mod:`gitmem.state.scrub_intent`), and
every step can be taken again: a scrub that was killed is finished by whoever comes next.
"""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import SubprocessError

from gitmem.errors import GitFailed, GitmemError, RemoteError, UsageError
from gitmem.git.remotes import TRACKING, remote_of, tracking_ref, tracking_tips
from gitmem.git.repo import Repo, find_repo, resolve_commit, try_git
from gitmem.git.stale_lock import free_stale_locks, held_locks
from gitmem.git.unreachable import (
    Removal,
    blobs_holding,
    drop_ref,
    drop_reflog,
    read_reflog,
    refs_reaching,
    remove_unreachable,
)
from gitmem.guard.scrubbing import Scrubber
from gitmem.index.cache import Index
from gitmem.model.note import NOTES_REF, WATERMARK_REF, Document, Note
from gitmem.notes.store import NoteStore, Rewrite
from gitmem.refresh.refresh import join_fetched_notes, refresh, refresh_index
from gitmem.state.cursors import read_cursors, write_cursors
from gitmem.state.lock import LockName, lock
from gitmem.state.pending import PendingStore
from gitmem.state.quarantine import Quarantine
from gitmem.state.scrub_intent import (
    ScrubIntent,
    drop_scrub_intent,
    has_scrub_intent,
    keep_scrub_intent,
    read_scrub_intent,
    scrub_intent_path,
)
from gitmem.state.scrub_patterns import add_scrub_pattern
from gitmem.upkeep.scrub_files import drop_asides, drop_index, files_with, mask_files
from gitmem.upkeep.scrub_plan import (
    ScrubPlace,
    Target,
    is_pending_hit,
    plan_scrub,
    tombstone_of,
)

_PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 0.1
_SUBJECT = "notes: scrub"
_FINISHED_BY_NEXT = "The next gitmem command finishes it; until then nothing is shown or sent"

Send = Callable[[str], None]
"""Replaces the notes of the remote of that name."""


@dataclass
class ScrubReport:
    """What was done, or with a dry run what would be.

    ``files`` are gitmem's own files that held it; ``foreign_refs`` are refs that are not ours
    and keep the old notes alive; ``remotes`` had the old notes when they were last seen.
    """

    hits: list[ScrubPlace] = field(default_factory=list)
    pending: int = 0
    files: list[str] = field(default_factory=list)
    is_in_history: bool = False
    is_rewritten: bool = False
    removal: Removal = field(default_factory=Removal)
    foreign_refs: list[str] = field(default_factory=list)
    remotes: list[str] = field(default_factory=list)
    trouble: RemoteError | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether it is nowhere."""
        return not (self.hits or self.pending or self.files or self.is_in_history)


def look_for(repo: Repo, target: Target) -> ScrubReport:
    """What a scrub would do; nothing is changed, except that fetched memories are joined.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    refresh(repo).close()
    return _look(repo, target)


def scrub(
    repo: Repo,
    target: Target,
    *,
    unpack: bool = False,
    remote: str = "",
    send: Send | None = None,
    today: str = "",
    patience: float = _PATIENCE_SECONDS,
    after: Callable[[str], None] = lambda step: None,
) -> ScrubReport:
    """Remove it; returns what was done.  A target that is nowhere leaves everything as it is.

    ``send`` replaces the notes of the ``remote``, before what it brought is removed here.
    ``unpack`` makes git rewrite packs that contain old notes; ``patience`` (seconds) is how long a
    busy worker is waited for.  ``after`` is told of every step that was taken.

    Raises:
        GitmemError: a worker is busy, and nothing was changed.
        NotesMoved, ReadOnlyRepository, DiskFull, GitFailed: something cannot be written; what was
            begun is finished by the next command.
    """
    with _alone(repo, patience):
        if has_scrub_intent(repo) and (begun := read_scrub_intent(repo)) is not None:
            _resume(repo, begun, send)
        report = look_for(repo, target)
        if report.is_nothing:
            drop_scrub_intent(repo)  # of one whose aim nobody can read: this may have been it
            return report
        date = today or time.strftime("%Y-%m-%d", time.gmtime())
        patterns = target.scrubber.patterns if target.scrubber is not None else ()
        mark = secrets.token_hex(10)
        intent = ScrubIntent(
            mark, date, patterns, target.id, remote=remote if send else "", unpack=unpack
        )
        return _Run(repo, intent, target, send, report, after).finish()


def finish_scrub(
    repo: Repo,
    send: Send | None = None,
    *,
    patience: float = _PATIENCE_SECONDS,
    after: Callable[[str], None] = lambda step: None,
) -> ScrubReport | None:
    """Finish a scrub that was begun and killed; returns what was done, None if there was none.

    ``send`` replaces the notes of the remote that was to get the new ones.

    Raises:
        GitmemError: it runs just now, or cannot be finished.
        NotesMoved, ReadOnlyRepository, DiskFull, GitFailed: as for :func:`scrub`.
    """
    if not has_scrub_intent(repo):
        return None
    path = scrub_intent_path(repo)
    with _alone(repo, patience, path):
        intent = read_scrub_intent(repo)
        if intent is None:
            if not has_scrub_intent(repo):
                return None  # somebody else was faster
            raise GitmemError(
                "a scrub was begun and is not finished, and what it was to remove cannot be read",
                "What was to go may still be there. Run again: gitmem scrub PATTERN|ID",
            )
        return _resume(repo, intent, send, after)


def _resume(
    repo: Repo,
    intent: ScrubIntent,
    send: Send | None,
    after: Callable[[str], None] = lambda step: None,
) -> ScrubReport:
    scrubber = Scrubber.of_patterns(intent.patterns) if intent.patterns else None
    target = Target(intent.id, scrubber)
    return _Run(repo, intent, target, send, ScrubReport(), after, is_resumed=True).finish()


@contextmanager
def _alone(repo: Repo, patience: float, begun: Path | None = None) -> Iterator[None]:
    """While no worker and no backfill is at work, or ``begun`` is gone.

    Raises:
        GitmemError: one is busy for longer than ``patience`` (seconds).
    """
    deadline = time.monotonic() + patience
    while True:
        with ExitStack() as held:
            names: tuple[LockName, ...] = ("worker", "backfill")
            if all(held.enter_context(lock(repo, name)) for name in names):
                yield
                return
        if begun is not None and not begun.exists():
            yield
            return
        if time.monotonic() > deadline:
            if begun is not None:
                raise GitmemError(
                    "a scrub is under way, or was begun and is not finished",
                    "Nothing is shown or sent until it is. Run the command again in a moment",
                )
            raise GitmemError(
                "a worker or a backfill is busy in this repository",
                "Nothing was changed. Run the command again in a moment",
            )
        time.sleep(_POLL_SECONDS)


@dataclass
class _Run:
    """One scrub on its way.  Each step can be taken any number of times."""

    repo: Repo
    intent: ScrubIntent
    target: Target
    send: Send | None
    report: ScrubReport
    after: Callable[[str], None] = lambda step: None
    is_resumed: bool = False

    def finish(self) -> ScrubReport:
        """Take every step; the intent is there from before the first until after the last."""
        with _told_as_begun(self.repo, self.target, self._refs()):
            free_stale_locks(self.repo, self._refs())
            self._keep_intent()
            if not self.intent.is_clean:
                self._clean()
            self._replace_remote()
            self._remove_old()
            drop_asides(self.repo)
            drop_scrub_intent(self.repo)
        return self.report

    def _keep_intent(self) -> None:
        """The tips are those of now as well: a person's own fetch may have brought others."""
        notes = NoteStore(self.repo)
        found = dict.fromkeys((*self.intent.tips, *_tips(self.repo, notes).values()))
        for ref in self._refs():
            found.update(dict.fromkeys(sorted(read_reflog(self.repo, ref))))
        tips = tuple(tip for tip in found if notes.has_commit(tip))
        self.intent = replace(self.intent, tips=tips)
        keep_scrub_intent(self.repo, self.intent)
        self.after("intent")

    def _clean(self) -> None:
        """Take it out of the notes, the index and our files."""
        repo, target = self.repo, self.target
        for pattern in self.intent.patterns:
            add_scrub_pattern(repo, pattern)
        self.after("patterns")
        notes = NoteStore(repo)
        if self.is_resumed:
            drop_index(repo)  # else what is not in the notes any more would be put back from there
            with suppress(GitmemError):  # fetched memories: what cannot be joined now comes later
                join_fetched_notes(repo, notes)
            self.report = _look(repo, target)
        Quarantine(repo).forget(target.id)
        _scrub_pending(repo, notes, target, self.intent.date)
        self.after("pending")
        if not self._is_rewritten(notes):
            self.report.is_rewritten = self._rewrite(notes)
        self.after("notes")
        if target.scrubber is not None:
            mask_files(repo, target.scrubber)
        self.after("files")
        drop_index(repo)
        self.after("index")
        with closing(Index.open(repo.state_dir)) as index:
            refresh_index(notes, index)
        self._drop_reflogs((NOTES_REF, WATERMARK_REF))
        self.intent = replace(self.intent, is_clean=True)
        keep_scrub_intent(repo, self.intent)
        self.after("clean")

    def _is_rewritten(self, notes: NoteStore) -> bool:
        """Whether the notes are as they are to be already: then another root would only make
        more to join.
        """
        tip = notes.tip()
        if not self.is_resumed or tip is None or not notes.has_mark(self.intent.mark):
            return False
        if self.report.hits:
            return False
        scrubber = self.target.scrubber
        held = blobs_holding(self.repo, [tip], scrubber.is_in_bytes) if scrubber else iter(())
        return next(held, None) is None

    def _rewrite(self, notes: NoteStore) -> bool:
        def plan(found: Iterator[tuple[str, Note]]) -> Rewrite:
            return plan_scrub(found, self.target, self.intent.date)[0]

        return notes.rewrite(plan, self.intent.mark, _SUBJECT) is not None

    def _replace_remote(self) -> None:
        """A remote that cannot be reached does not keep the words here."""
        try:
            if self.send is not None and self.intent.remote:
                self.send(self.intent.remote)
        except RemoteError as error:
            self.report.trouble = error
        self.after("sent")

    def _remove_old(self) -> None:
        repo, notes = self.repo, NoteStore(self.repo)
        behind = [place for place, tip in tracking_tips(repo).items() if notes.replaces(tip)]
        self.report.remotes = sorted(set(map(remote_of, behind)))
        for place in behind:
            drop_ref(repo, tracking_ref(place))
            write_cursors(repo, read_cursors(repo).without_tracking(place))
        left = [p for p in tracking_tips(repo) if p in behind]
        if left:
            raise GitFailed(f"cannot delete '{tracking_ref(left[0])}'")
        self.after("tracking")
        self._drop_reflogs(self._refs())
        self.after("reflogs")
        now = set(_tips(repo, notes).values())
        old = [tip for tip in self.intent.tips if tip not in now and notes.has_commit(tip)]
        ours = set(self._refs())
        self.report.foreign_refs = [ref for ref in refs_reaching(repo, old) if ref not in ours]
        self.report.removal = remove_unreachable(repo, old, unpack=self.intent.unpack)
        self.after("objects")

    def _drop_reflogs(self, refs: tuple[str, ...]) -> None:
        """Forget where each pointed before.

        Raises:
            GitFailed: git does not let go of one.
        """
        for ref in refs:
            if read_reflog(self.repo, ref):
                drop_reflog(self.repo, ref)
            if read_reflog(self.repo, ref):
                raise GitFailed(f"cannot drop the reflog of '{ref}'")

    def _refs(self) -> tuple[str, ...]:
        """Every ref of ours that may reach it, one that is gone and left a log among them."""
        tracking = [tracking_ref(place) for place in tracking_tips(self.repo)]
        logs = self.repo.common_dir / "logs"
        found = (path for path in (logs / TRACKING).rglob("*") if path.is_file())
        tracking += [path.relative_to(logs).as_posix() for path in found]
        return tuple(dict.fromkeys((NOTES_REF, WATERMARK_REF, *tracking)))


@contextmanager
def _told_as_begun(repo: Repo, target: Target, refs: tuple[str, ...]) -> Iterator[None]:
    """Whatever stops a scrub: say that what was to go may be there still, and what helps."""
    try:
        yield
    except (GitmemError, OSError, SubprocessError) as error:
        what = "its words" if target.scrubber is not None else "the memory"
        remedy = [f"The scrub is not finished: {what} may still be there"]
        locks = held_locks(repo, refs)
        if locks:
            remedy.append("If no git process is running, delete: " + ", ".join(map(str, locks)))
        if isinstance(error, UsageError):  # of a pattern that takes too long on what came since
            remedy.append(f"Delete: {scrub_intent_path(repo)}; then scrub with a simpler pattern")
        remedy.append(_FINISHED_BY_NEXT)
        told = error if isinstance(error, GitmemError) else GitFailed(str(error))
        told.hint = ". ".join(remedy)
        raise told from error


def _look(repo: Repo, target: Target) -> ScrubReport:
    """Where it is at this moment."""
    notes = NoteStore(repo)
    report = ScrubReport(hits=plan_scrub(iter(notes), target, "")[1])
    report.pending = sum(
        1 for pending in PendingStore(repo).newest_first() if is_pending_hit(target, pending)
    )
    tips = _tips(repo, notes)
    if target.scrubber is not None:
        report.files = [str(path) for path in files_with(repo, target.scrubber)]
        held = blobs_holding(repo, list(tips.values()), target.scrubber.is_in_bytes)
        report.is_in_history = next(held, None) is not None
    report.remotes = sorted({remote_of(place) for place in tracking_tips(repo)})
    return report


def _tips(repo: Repo, notes: NoteStore) -> dict[str, str]:
    """Our notes commit, where we last saw it whole, and those of the remotes as last seen."""
    tips = {tracking_ref(place): tip for place, tip in tracking_tips(repo).items()}
    shown = try_git(repo, "for-each-ref", "--format=%(objectname)", WATERMARK_REF)
    if seen := shown.stdout.decode("ascii").strip():
        tips[WATERMARK_REF] = seen
    tip = notes.tip()
    return {NOTES_REF: tip, **tips} if tip else tips


def _scrub_pending(repo: Repo, notes: NoteStore, target: Target, date: str) -> None:
    """Mask what is pending; a pending memory that is forgotten leaves a tombstone at HEAD.

    The tombstones first: a killed scrub finds again what it has not dropped.
    """
    store = PendingStore(repo)
    stones: dict[str, list[Document]] = defaultdict(list)
    gone: list[str] = []
    for pending in reversed([p for p in store.newest_first() if is_pending_hit(target, p)]):
        memory = target.scrubber.memory(pending.memory) if target.scrubber else None
        if memory is not None:
            store.put(replace(pending, memory=memory))
            continue
        stones[_head(repo, pending.worktree)].append(
            tombstone_of(pending.memory.id, pending.memory, date)
        )
        gone.append(pending.key)
    if stones:
        notes.add(stones, _SUBJECT)
    for key in gone:
        store.drop(key)


def _head(repo: Repo, worktree: str) -> str:
    try:
        return resolve_commit(find_repo(worktree), "HEAD")
    except (GitmemError, OSError):
        return resolve_commit(repo, "HEAD")
