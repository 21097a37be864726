"""After history was rewritten: copying each memory to the commit that now carries its change.

git moves notes along with an amend or a rebase.  All the rest (picks, squashes here or on the
server, splits, resets, patches, filters, and whatever was remembered too late) is found here:
from what the hooks told, else from reflog, change id, patch id, author and lines.  A note is
copied, never taken away; where nothing is certain it stays, and is reported.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from gitmem.follow.match_commits import CarrierFinder, Carriers
from gitmem.git.fingerprints import TraceReader
from gitmem.git.reachability import commits_between, unreachable_commits
from gitmem.git.reflogs import Reflogs
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.commits import abandoned_commits, annotated_commits, commits_holding
from gitmem.model.instant import iso_time
from gitmem.model.memory import Memory
from gitmem.model.note import Abandonment, Document
from gitmem.model.rewrite import CarrierProof, rewrites_of
from gitmem.notes.codec import mark_document
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh_index
from gitmem.state.ref_tips import Tips, is_rewriting, read_last_tips, read_tips, write_last_tips
from gitmem.state.rewrite_log import new_by_old, read_filter_map, read_pairs
from gitmem.state.unreachable_notes import (
    UnreachableNotes,
    read_unreachable_notes,
    write_unreachable_notes,
)

MAX_NEW_COMMITS = 2_000
"""So many of the newest new commits are compared; the rest of a large fetch is skipped."""

MAX_FIRST = 300
"""How many of the newest commits are compared when it is unknown what is new, as at first."""

MAX_FRESH = 5_000
"""So many commits that no ref reaches are looked for; others are compared with what comes later."""

_MAX_WALK = 20_000


@dataclass(frozen=True)
class NoteCopy:
    """``memories`` of one commit are found at another as well now, and how it was recognised."""

    source: str
    target: str
    how: CarrierProof
    memories: int


@dataclass(frozen=True)
class ReconcileReport:
    """What a reconciliation did, or would do.

    ``abandonments`` are dropped commits; ``unmatched`` those whose memories stay where no
    ref reaches, each with the commits that resemble it.  ``is_deferred``: a rebase is under way.
    ``over_limit`` is how many new commits were too many to be compared.
    """

    copies: tuple[NoteCopy, ...] = ()
    abandonments: tuple[str, ...] = ()
    unmatched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    over_limit: int = 0
    is_deferred: bool = False


@dataclass(frozen=True)
class ReconcileRange:
    """What to look at beyond what is new: ``new_commits`` (None: those since last
    time), ``pairs`` of old and new from elsewhere, and with ``is_full`` all that is annotated.
    """

    new_commits: tuple[str, ...] | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    is_full: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether only what is new is to be looked at."""
        return self == ReconcileRange()


def reconcile(
    repo: Repo,
    index: Index,
    scope: ReconcileRange | None = None,
    *,
    now: float | None = None,
    is_dry_run: bool = False,
) -> ReconcileReport:
    """Copy memories to the commits that carry their changes; durable on return.

    ``index`` must be up to date, and is again afterwards.  Where nothing moved since the last
    time, no commit is looked at.  ``now`` (POSIX seconds) dates marks.  A dry run writes nothing.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    scope = scope or ReconcileRange()
    if is_rewriting(repo):
        return ReconcileReport(is_deferred=True)
    notes = NoteStore(repo)
    traces = TraceReader(repo)
    finder = CarrierFinder(repo, index, traces)
    backlog = _read_backlog(repo, index, notes, finder, scope)
    if backlog is None:
        return ReconcileReport()
    work = _Reconciler(repo, index, notes, traces, backlog)
    plan = work.plan(finder)
    seen = backlog.notes
    additions, done = work.additions(plan, time.time() if now is None else now)
    if is_dry_run:
        return done
    if additions:
        count = sum(copy.memories for copy in done.copies)
        subject = f"notes: carry {count} memories" if count else "notes: mark abandoned work"
        seen = _next_notes_tip(repo, backlog.notes, notes.add(additions, subject))
        refresh_index(notes, index)
    gone = {copy.source for copy in done.copies} | {source for source, _ in plan.matches}
    stay = {**backlog.last.lost, **backlog.unreachable}
    lost = {c: tip for c, tip in stay.items() if c not in gone and c not in backlog.reachable_again}
    unmatched = {**backlog.last.unmatched, **plan.similar_commits}
    write_unreachable_notes(
        repo,
        UnreachableNotes(lost, unmatched, seen, len(backlog.journal), backlog.filter_map),
    )
    write_last_tips(repo, backlog.tips)
    return done


@dataclass(frozen=True)
class _Backlog:
    """What happened since the last reconciliation.

    ``unreachable`` are the annotated commits that no ref reaches (and the tips of their branches),
    ``fresh`` those of them that were not known, or whose notes changed, and
    ``reachable_again`` those that were lost and that some ref reaches again.  ``changed_notes``
    are the commits whose notes gained something, ``sources`` the annotated ones that git may
    have told of.
    """

    tips: Tips
    last: UnreachableNotes
    notes: str
    new_commits: Sequence[str]
    over_limit: int
    unreachable: Mapping[str, str]
    fresh: frozenset[str]
    reachable_again: frozenset[str]
    changed_notes: frozenset[str]
    sources: frozenset[str]
    pairs: Mapping[str, Collection[str]]
    journal: Sequence[tuple[str, str]]
    filter_map: str
    is_thorough: bool


def _read_backlog(
    repo: Repo, index: Index, notes: NoteStore, finder: CarrierFinder, scope: ReconcileRange
) -> _Backlog | None:
    """What there is to do; None when nothing moved."""
    tips, before, known = read_tips(repo), read_last_tips(repo), read_unreachable_notes(repo)
    tip, journal = notes.tip() or "", read_pairs(repo)
    filter_map, mapped = read_filter_map(repo)
    is_first = before is None or known is None or scope.is_full
    known = known or UnreachableNotes()
    is_same = (known.notes, known.pairs, known.filter_map) == (tip, len(journal), filter_map)
    if not is_first and scope.is_plain and is_same and before == tips:
        return None
    old = before.commits if before is not None else tips.commits
    annotated = annotated_commits(index)
    changed_notes = (
        annotated if is_first else _commits_with_changed_notes(notes, known.notes, tip) & annotated
    )
    new_commits = scope.new_commits
    if new_commits is None and is_first:
        new_commits = tuple(commits_between(repo, tips.commits, (), MAX_FIRST)) if annotated else ()
    elif new_commits is None:
        started = tips.commits - old
        new_commits = (
            tuple(commits_between(repo, started, old, MAX_NEW_COMMITS + 1)) if started else ()
        )
    is_cut = scope.new_commits is None and len(new_commits) > MAX_NEW_COMMITS
    over_limit = len(new_commits) - MAX_NEW_COMMITS if is_cut else 0
    new_commits = new_commits[:MAX_NEW_COMMITS] if is_cut else new_commits
    asked = finder.near(new_commits) & set(known.lost)
    lost = _unreachable_commits(
        repo, annotated, old - tips.commits, changed_notes, {c: known.lost[c] for c in asked}
    )
    new_pairs = [*journal[known.pairs if known.pairs <= len(journal) else 0 :], *scope.pairs]
    new_pairs += mapped if filter_map != known.filter_map else []
    fresh = frozenset([c for c in lost if c in changed_notes or c not in known.lost][:MAX_FRESH])
    sources = (fresh | changed_notes | {source for source, _ in new_pairs}) & annotated
    pairs = [*journal, *scope.pairs, *mapped]
    if fresh:
        pairs += Reflogs(repo).amends
    return _Backlog(
        tips=tips,
        last=known,
        notes=tip,
        new_commits=new_commits,
        over_limit=over_limit,
        unreachable=lost,
        fresh=fresh,
        reachable_again=frozenset(asked - set(lost)),
        changed_notes=frozenset() if is_first else frozenset(changed_notes),
        sources=frozenset(sources),
        pairs=new_by_old(pairs),
        journal=journal,
        filter_map=filter_map,
        is_thorough=scope.new_commits is not None,
    )


def _next_notes_tip(repo: Repo, before: str, own: str | None) -> str:
    """The notes commit that was looked at: our own, unless somebody wrote in between."""
    if own is None:
        return before
    return own if commits_between(repo, [own], [before] if before else [], 2) == [own] else before


def _commits_with_changed_notes(notes: NoteStore, old: str, new: str) -> set[str]:
    """The objects whose notes differ between two notes commits; all where the old one is gone."""
    if old == new or not new:
        return set()
    base = old if old and notes.has_commit(old) else None
    return {change.commit for change in notes.changes(base, new)}


def _unreachable_commits(
    repo: Repo,
    annotated: Collection[str],
    gone_tips: Collection[str],
    changed_notes: Collection[str],
    known: Mapping[str, str],
) -> dict[str, str]:
    """The annotated commits that no ref reaches, each with the tip its branch had."""
    found = unreachable_commits(repo, {*gone_tips, *changed_notes, *known})[:_MAX_WALK]
    traces = TraceReader(repo)
    tip_of = {commit: tip for commit, tip in known.items() if tip}
    for commit in found:  # children come before parents
        own = commit if commit in gone_tips else tip_of.get(commit, commit)
        tip_of[commit] = own
        for parent in traces.parents(commit):
            tip_of.setdefault(parent, own)
    lost = {commit: tip_of[commit] for commit in found if commit in annotated}
    away = [c for c in {*changed_notes, *known} if c in annotated and not traces.has(c)]
    return {**dict.fromkeys(away, ""), **lost}


class _Reconciler:
    """One reconciliation: decide, then say what to write."""

    def __init__(
        self, repo: Repo, index: Index, notes: NoteStore, traces: TraceReader, backlog: _Backlog
    ) -> None:
        self._repo = repo
        self._index = index
        self._notes = notes
        self._backlog = backlog
        self._traces = traces

    def plan(self, finder: CarrierFinder) -> Carriers:
        """Who carries what."""
        backlog = self._backlog
        told = self._rewrite_targets()
        plan = finder.of_unreachable(backlog.unreachable, backlog.fresh, backlog.new_commits, told)
        late = finder.after(backlog.changed_notes - set(backlog.unreachable))
        looked_at = list(dict.fromkeys([*backlog.new_commits, *late]))
        arrivals = finder.of_arrivals(looked_at, is_thorough=backlog.is_thorough)
        plan.matches = {**arrivals.matches, **plan.matches}
        for source, targets in told.items():
            plan.matches.update({(source, target): CarrierProof.GIT_RECORD for target in targets})
        return plan

    def _rewrite_targets(self) -> dict[str, set[str]]:
        """What git says each source became, if a ref reaches it."""
        became = {
            source: rewrites_of(source, self._backlog.pairs) for source in self._backlog.sources
        }
        asked = set().union(*became.values()) if became else set()
        dead = set(unreachable_commits(self._repo, asked)) if asked else set()
        alive = {commit for commit in asked - dead if self._traces.has(commit)}
        return {source: targets & alive for source, targets in became.items() if targets & alive}

    def additions(
        self, plan: Carriers, now: float
    ) -> tuple[dict[str, list[Document]], ReconcileReport]:
        """The documents to add to each note, and the report."""
        additions: dict[str, list[Document]] = {}
        copies = []
        for (source, target), how in sorted(plan.matches.items()):
            documents = self._documents_to_copy(source, target, how)
            if documents:
                additions.setdefault(target, []).extend(documents)
                count = sum(document.memory is not None for document in documents)
                copies.append(NoteCopy(source, target, how, count))
        taken = {source for source, _ in plan.matches}
        causes = self._causes_of_abandonment(plan, additions)
        for commit, action in causes.items():
            mark = mark_document(Abandonment(iso_time(now), action))
            additions.setdefault(commit, []).append(mark)
        unmatched = {c: found for c, found in plan.similar_commits.items() if c not in taken}
        over_limit = self._backlog.over_limit
        return additions, ReconcileReport(tuple(copies), tuple(causes), unmatched, over_limit)

    def _documents_to_copy(self, source: str, target: str, how: CarrierProof) -> list[Document]:
        """What the source's note has and the target's lacks; marks stay behind."""
        theirs = self._notes.read(source)
        if theirs is None:
            return []
        ours = self._notes.read(target)
        known = {document.key for document in ours.documents} if ours else set()
        missing = (d for d in theirs.documents if d.mark is None and d.key not in known)
        return [d for d in missing if d.memory is None or self._fits(d.memory, source, target, how)]

    def _fits(self, memory: Memory, source: str, target: str, how: CarrierProof) -> bool:
        """Whether a target carries the change of this memory, of several that a source holds.

        Where the source as a whole became the target all go along.  Where it was only told by who
        wrote it, by lines, or by one memory's first commit, others may belong elsewhere.
        """
        trace, origin = self._traces.read(target), memory.provenance
        if trace is None or how not in (
            CarrierProof.LINES,
            CarrierProof.ORIGIN,
            CarrierProof.AUTHOR_AND_TIME,
        ):
            return True
        if how is CarrierProof.ORIGIN:
            words = {trace.patch_id, trace.change_id} - {""}
            return bool(words & {origin.patch_id, origin.change_id})
        made_at = self._traces.read(origin.commit) if origin.commit else None
        if origin.commit == source or made_at is None or made_at.delta is None:
            return True
        if trace.delta is None or not made_at.delta.marks:
            return True
        return bool(made_at.delta.marks & trace.delta.marks)

    def _causes_of_abandonment(
        self, plan: Carriers, additions: Mapping[str, Sequence[Document]]
    ) -> dict[str, str]:
        """What was made here and dropped, with what did it.  Other people's work is unknown here.

        Dropped is a commit with a memory that no commit holds which a ref reaches, or will.
        """
        asked = [
            c for c in self._backlog.fresh if c not in plan.similar_commits and self._is_plain(c)
        ]
        memories = {commit: self._memories(commit) for commit in asked}
        if not any(memories.values()):
            return {}
        everywhere = commits_holding(self._index, set().union(*memories.values()))
        held = set().union(*everywhere.values())
        dead = set(unreachable_commits(self._repo, held))
        alive = {commit for commit in held - dead if self._traces.has(commit)}
        safe = {memory for memory, commits in everywhere.items() if commits & alive}
        for documents in additions.values():
            safe |= {document.memory.id for document in documents if document.memory is not None}
        reflogs, marked = Reflogs(self._repo), abandoned_commits(self._index)
        return {
            commit: reflogs.last_move_from(self._backlog.unreachable[commit])
            or "its branch was deleted"
            for commit in sorted(asked)
            if memories[commit] - safe and commit in reflogs.heads and commit not in marked
        }

    def _is_plain(self, commit: str) -> bool:
        """Whether it is here and not a merge: a rebase drops merges, which means nothing."""
        trace = self._traces.read(commit)
        return trace is not None and not trace.is_merge

    def _memories(self, commit: str) -> set[str]:
        note = self._notes.read(commit)
        return {memory.id for memory in note.memories} if note is not None else set()
