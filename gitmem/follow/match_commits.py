"""Which commits now carry which memories: what is examined, and how far.

The judgement itself is :mod:`gitmem.model.rewrite`'s; here is decided whom to compare with whom,
so that an ordinary commit costs one comparison and a rebase of a hundred a hundred.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gitmem.git.fingerprints import TraceReader
from gitmem.git.reachability import (
    commits_outside,
    descendants_of,
    newest_commits_touching,
    refs_with,
)
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commits, commits_like, commits_touching
from gitmem.index.memories import memories_of
from gitmem.model.instant import iso_time, parse_iso_time
from gitmem.model.rewrite import (
    CarrierMatch,
    CarrierProof,
    Targets,
    Trace,
    carriers_of,
    is_same_work,
    same_change,
    sources_of_squash,
)

_MAX_COMMITS = 1_000
_MAX_ELSEWHERE = 300
_MAX_TIPS = 20
_MAX_PATHS = 100
_MAX_NOTE_CHANGES = 200
_SLACK_SECONDS = 86_400
_MONTHS_SECONDS = 180 * 86_400


@dataclass
class Carriers:
    """What was found: (source, target) → how; without a carrier, who resembles a source."""

    matches: dict[tuple[str, str], CarrierProof] = field(default_factory=dict)
    similar_commits: dict[str, tuple[str, ...]] = field(default_factory=dict)


class CarrierFinder:
    """Finds carriers in one repository; every commit is read once."""

    def __init__(self, repo: Repo, index: Index, traces: TraceReader) -> None:
        self._repo = repo
        self._index = index
        self._traces = traces

    def near(self, arrived: Sequence[str]) -> set[str]:
        """The annotated commits with a file or a word in common with one of those that arrived."""
        targets = self._traces_of(arrived).values()
        paths = (path for target in targets for path in target.paths)
        found = {*self._matches_by_origin(targets), *commits_touching(self._index, paths)}
        return found.union(*(target.named_sources for target in targets))

    def of_unreachable(
        self,
        lost: Mapping[str, str],
        fresh: Collection[str],
        arrived: Sequence[str],
        told: Mapping[str, Collection[str]],
    ) -> Carriers:
        """Who carries the change of commits that no ref reaches.

        ``lost`` maps each to the tip of its branch.  The ``fresh`` ones are compared with whatever
        touches their files; the others, which were before, with the commits that ``arrived``.
        ``told`` are the carriers that git itself told of.
        """
        carriers = Carriers()
        arrivals = self._traces_of(arrived)
        sources = {commit: self._trace(commit) for commit in lost}
        searched = {**arrivals, **self._search([sources[commit] for commit in fresh])}
        new, among = Targets(arrivals.values()), Targets(searched.values())
        like = self._matches_by_origin(among)
        for commit, source in sources.items():
            others = (among if commit in fresh else new).near(source)
            known = told.get(commit, ())
            verdict = self._judge(source, lost[commit], others, known, like.get(commit, {}))
            carriers.matches.update({(commit, to): how for to, how in verdict.carriers.items()})
            if verdict.similar_commits:
                carriers.similar_commits[commit] = verdict.similar_commits
        return carriers

    def after(self, commits: Collection[str]) -> list[str]:
        """The commits that may have been made of one of these since, newest first.

        What a note gained late is theirs as well.  Of many the newest are looked at.
        """
        traces = [trace for trace in self._traces_of(commits).values() if not trace.is_merge]
        newest = sorted(traces, key=lambda trace: trace.time, reverse=True)[:_MAX_NOTE_CHANGES]
        paths = {path for trace in newest for path in trace.paths}
        if not paths or len(paths) > _MAX_PATHS:
            return []
        since = min(trace.time for trace in newest)
        without = [trace.commit for trace in newest]
        found = newest_commits_touching(
            self._repo, sorted(paths), since, _MAX_NOTE_CHANGES, without
        )
        return [*without, *found]  # one of them may have been made of another

    def of_arrivals(self, arrived: Sequence[str], *, is_thorough: bool = False) -> Carriers:
        """Which of the commits that arrived carry a change that also lives elsewhere: picked,
        applied, or squashed from a branch that is still there.
        """
        carriers = Carriers()
        for target in self._traces_of(arrived).values():
            like = self._matches_by_origin([target])
            named_sources = target.named_sources
            near = {} if target.is_merge else commits_touching(self._index, target.paths)
            if not is_thorough:
                oldest = iso_time(target.time - _MONTHS_SECONDS)
                near = {commit: time for commit, time in near.items() if time >= oldest}
            newest = sorted(near, key=lambda commit: near[commit], reverse=True)
            asked = {*newest[:_MAX_ELSEWHERE], *like, *named_sources} - {target.commit}
            away = commits_outside(self._repo, asked, [target.commit]) if asked else []
            elsewhere = [commit for commit in away if commit in asked]
            # What is not here at all is known by its memories alone.
            elsewhere += [commit for commit in asked if not self._traces.has(commit)]
            self._compare(target, elsewhere, like, carriers)
        return carriers

    def _compare(
        self,
        target: Trace,
        elsewhere: Sequence[str],
        like: Mapping[str, Mapping[str, CarrierProof]],
        carriers: Carriers,
    ) -> None:
        sources = [self._trace(commit) for commit in elsewhere]
        for source in sources:
            found = {**like.get(source.commit, {}), **same_change(source, [target])}
            if target.commit in found:
                carriers.matches[source.commit, target.commit] = found[target.commit]
        for commit in sources_of_squash(target, sources):
            carriers.matches.setdefault((commit, target.commit), CarrierProof.LINES)
        here = [source.commit for source in sources if source.delta is not None]
        for commit in self._commits_of_squash(target, here):
            carriers.matches.setdefault((commit, target.commit), CarrierProof.RANGE)

    def _commits_of_squash(self, target: Trace, elsewhere: Sequence[str]) -> list[str]:
        """The annotated commits of a branch whose squash the target is."""
        if target.is_merge or not elsewhere:
            return []
        # What came after the target is not a branch that it was made from.
        later = descendants_of(self._repo, target.commit, elsewhere)
        beside = [commit for commit in elsewhere if commit not in later]
        tips = refs_with(self._repo, beside, target.commit)[:_MAX_TIPS]
        return self._same_work(target, [*tips, *beside])

    def _same_work(self, target: Trace, tips: Iterable[str]) -> list[str]:
        parents = self._traces.parents(target.commit)
        for tip in dict.fromkeys(tips):
            base = self._traces.merge_base(parents[0], tip) if parents else None
            if base is None or base == tip:
                continue
            commits = commits_outside(self._repo, [tip], parents)
            if len(commits) > _MAX_COMMITS:
                continue
            subjects = [trace.subject for trace in map(self._trace, commits) if not trace.is_merge]
            if is_same_work(target, self._traces.difference(base, tip), subjects):
                annotated = annotated_commits(self._index)
                return [commit for commit in commits if commit in annotated]
        return []

    def _judge(
        self,
        source: Trace,
        tip: str,
        targets: Sequence[Trace],
        told: Collection[str],
        like: Mapping[str, CarrierProof],
    ) -> CarrierMatch:
        known = {commit: how for commit, how in like.items() if commit != source.commit}
        standing = self._marks_at_tip(source, tip)
        verdict = carriers_of(source, standing, targets, told)
        if not verdict.carriers and not known:
            for target in targets:
                if not target.is_merge and source.commit in self._range_of(target, tip):
                    return CarrierMatch({target.commit: CarrierProof.RANGE})
        return CarrierMatch(
            {**known, **verdict.carriers}, verdict.similar_commits if not known else ()
        )

    def _range_of(self, target: Trace, tip: str) -> list[str]:
        return self._same_work(target, [tip]) if self._traces.has(tip) else []

    def _marks_at_tip(self, source: Trace, tip: str) -> frozenset[int]:
        """The marks of the source that its branch still had at its tip.

        Where later commits of the branch wrote all of them anew, those of its files as they
        stood then: who carries these carries the change.
        """
        if source.delta is None or tip == source.commit:
            return frozenset()
        base = self._fork(source.commit, tip)
        whole = self._traces.difference(base, tip)
        left = source.delta.marks & whole.marks
        if left or not whole.is_whole:
            return left
        return self._traces.difference(base, tip, source.paths).marks

    def _fork(self, commit: str, tip: str) -> str | None:
        parents = self._traces.parents(commit)
        return parents[0] if parents else None

    def _matches_by_origin(self, targets: Iterable[Trace]) -> dict[str, dict[str, CarrierProof]]:
        """Annotated commit → targets of the same change id or patch, according to its memories.

        So is found what was rewritten more than once: a memory keeps the words of its first commit.
        One that only has its author and time in common with a target is named without any.
        """
        found: dict[str, dict[str, CarrierProof]] = {}
        for target in targets:
            time = iso_time(target.time)
            words = commits_like(
                self._index, target.patch_id, target.change_id, target.author, time
            )
            for commit, why in words.items():
                known = found.setdefault(commit, {})
                if why - {"author"}:
                    known[target.commit] = CarrierProof.ORIGIN
        return found

    def _search(self, sources: Sequence[Trace]) -> dict[str, Trace]:
        """The commits that refs reach and that may carry one of the sources."""
        if not sources:
            return {}
        paths = sorted({path for source in sources for path in source.paths})
        since = min(source.time for source in sources) - _SLACK_SECONDS
        found = newest_commits_touching(
            self._repo, paths if len(paths) <= _MAX_PATHS else [], since, _MAX_COMMITS
        )
        return self._traces_of(found)

    def _traces_of(self, commits: Iterable[str]) -> dict[str, Trace]:
        traces = (self._traces.read(commit) for commit in commits)
        return {trace.commit: trace for trace in traces if trace is not None}

    def _trace(self, commit: str) -> Trace:
        """What the memories of a commit that is not here say about it."""
        return self._traces.read(commit) or self._trace_of_memories(commit)

    def _trace_of_memories(self, commit: str) -> Trace:
        stored = memories_of(self._index, [commit])
        # Where several commits were joined none of them speaks for the whole.
        if len({found.memory.provenance.commit for found in stored}) != 1:
            return Trace(commit)
        origin = stored[0].memory.provenance
        paths = frozenset(path for found in stored for path in found.memory.files_changed)
        return Trace(
            commit=commit,
            author=origin.author,
            time=_seconds(origin.time),
            change_id=origin.change_id,
            patch_id=origin.patch_id,
            paths=paths,
        )


def _seconds(time: str) -> int:
    moment = parse_iso_time(time)
    return 0 if moment is None else int(moment.timestamp())
