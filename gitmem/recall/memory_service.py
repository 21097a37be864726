"""The memory of one repository, kept open for a client that asks many times.

What other processes do to notes and index is noticed; bringing them up to date is left to the
worker, which is woken after an answer and waited for only where there is nothing to answer with.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from gitmem.capture.agent_answer import KeptAnswer, Speaker, keep_agent_answer
from gitmem.capture.agent_note import AgentNote, write_agent_note
from gitmem.compress.agent_answer import AgentAnswer
from gitmem.errors import UnknownMemory, UnknownRevision
from gitmem.git.repo import Repo, resolve_commit
from gitmem.index.cache import Index
from gitmem.index.commits import note_numbers
from gitmem.index.file import FILE, FOLDER
from gitmem.index.lookup import successor_of_former, successors
from gitmem.index.memories import memories_of, memories_with_id
from gitmem.index.standing import has_unjudged
from gitmem.model.hit import Hit
from gitmem.model.instant import iso_of, parse_iso_time
from gitmem.model.memory import ID_PATTERN, Memory
from gitmem.model.query import Query
from gitmem.model.standing import Standing, Verdict
from gitmem.recall.results import results_of
from gitmem.recall.search import Recaller
from gitmem.recall.why import Explanation, parse_place, why
from gitmem.refresh.catch_up import catch_up
from gitmem.refresh.reachable import scope_of
from gitmem.refresh.standing import standings_of
from gitmem.state.pending import PendingStore
from gitmem.state.worker_launch import launch_judge

_PATIENCE_SECONDS = 10.0
_WAKE_EVERY_SECONDS = 5.0
_WIDEST = timedelta(days=20_000)
_AT_ONCE = 100  # as many may be of one moment


class MemoryService:
    """Everything a client may ask of a repository's memory; used by one thread, then closed."""

    def __init__(self, repo: Repo, clock: Callable[[], float] = time.monotonic) -> None:
        self.repo = repo
        self._clock = clock
        self._recaller: Recaller | None = None
        self._last_wake = -_WAKE_EVERY_SECONDS

    def close(self) -> None:
        """Close the index."""
        if self._recaller is not None:
            self._recaller.close()
            self._recaller = None

    def search(self, query: Query) -> list[Hit]:
        """What is remembered, best first; see :class:`~gitmem.recall.search.Recaller`.

        Raises:
            GitmemError: the index is damaged; it is set aside, so that the next try works.
        """
        return results_of(self._open_recaller().search(query, judge=True), self._standings)

    def newest(self, limit: int) -> list[Hit]:
        """The newest memories that HEAD reaches, pending ones among them."""
        return self.search(Query(limit=limit))

    def observations(self, names: Sequence[str]) -> tuple[list[Hit], dict[str, str]]:
        """The memories of these ids (or their beginnings), or of these commits, each once and in
        this order; and what cannot be answered, with the reason.

        Raises:
            GitmemError: the index is damaged; it is set aside, so that the next try works.
        """
        self._open_recaller()
        found: dict[str, Hit] = {}
        missing: dict[str, str] = {}
        with closing(Index.open(self.repo.state_dir)) as index:
            for name in dict.fromkeys(names):
                try:
                    results = self._find_by_name(index, name.strip())
                except (UnknownMemory, UnknownRevision) as error:
                    missing[name] = error.message
                    continue
                found.update((result.memory.id, result) for result in results)
            replaced = successors(index, list(found))
        return [
            replace(result, superseded_by=replaced.get(result.memory.id, ""))
            for result in found.values()
        ], missing

    def around(self, anchor: Hit, before: int, after: int) -> list[Hit]:
        """The memories before and after this one, itself included, oldest first.

        Raises:
            GitmemError: as above.
        """
        moment = anchor.memory.provenance.time
        centre = Hit(anchor.memory, anchor.commit, anchor.is_pending, 0.0)
        every = {centre.memory.id: centre}
        if moment:
            older = self._open_recaller().search(Query(until=moment, limit=before + _AT_ONCE))
            every.update((hit.memory.id, hit) for hit in [*older, *self._after(centre, after)])
        line = sorted(every.values(), key=_order_key)
        place = next(n for n, hit in enumerate(line) if hit.memory.id == anchor.memory.id)
        return results_of(line[max(0, place - before) : place + after + 1], self._standings)

    def why(self, place: str, here: Path, limit: int) -> Explanation:
        """What is behind a line or file; see :func:`gitmem.recall.why.why`.

        Raises:
            UsageError, UnknownRevision, GitFailed: as there.
        """
        self._open_recaller()
        return why(self.repo, parse_place(self.repo, place, here), limit=limit)

    def remember(self, note: AgentNote, here: Path) -> Memory:
        """Keep an agent's note; see :func:`gitmem.capture.agent_note.write_agent_note`.

        Raises:
            UsageError, BareRepository, GitmemError, DiskFull, ReadOnlyRepository: as there.
        """
        return write_agent_note(self.repo, note, here)

    def remember_commit(
        self, answer: AgentAnswer, commit: str, speaker: Speaker, here: Path
    ) -> KeptAnswer:
        """Keep what an agent says about a commit; see
        :func:`gitmem.capture.agent_answer.keep_agent_answer`.

        Raises:
            UsageError, UnknownRevision, BareRepository, GitmemError, DiskFull,
            ReadOnlyRepository: as there.
        """
        return keep_agent_answer(self.repo, answer, commit, speaker, here)

    def prepare(self) -> None:
        """Make sure that there is an index, if there is anything to index."""
        self._open_recaller()

    def wake(self) -> None:
        """Let a worker look for changes, and git be asked about commits before somebody wants to
        know, at most every five seconds; nobody waits for either.
        """
        if not self.repo.is_initialised or self._clock() - self._last_wake < _WAKE_EVERY_SECONDS:
            return
        self._last_wake = self._clock()
        catch_up(self.repo, 0.0)
        with closing(Index.open(self.repo.state_dir)) as index:
            if has_unjudged(index):
                launch_judge(self.repo)

    def _open_recaller(self) -> Recaller:
        """An open index with something in it, if there is anything."""
        if not (self.repo.state_dir / FOLDER / FILE).exists() or self._recaller is None:
            self._prepare()
        if self._recaller is None:
            self._recaller = Recaller(self.repo)
        return self._recaller

    def _prepare(self) -> None:
        """Wait for an index: the very first, or one that replaces a deleted one."""
        self._last_wake = self._clock()
        if self.repo.is_initialised and catch_up(self.repo, _PATIENCE_SECONDS):
            return
        from gitmem.refresh.refresh import fill_empty_index, refresh

        if self.repo.is_initialised:
            fill_empty_index(self.repo)
        else:
            refresh(self.repo).close()

    def _standings(self, commits: Sequence[str]) -> dict[str, Standing]:
        with closing(Index.open(self.repo.state_dir)) as index:
            scope = scope_of(self.repo, index)
            return standings_of(self.repo, index, scope, note_numbers(index, commits))

    def _find_by_name(self, index: Index, name: str) -> list[Hit]:
        if name.startswith("m") and ID_PATTERN.fullmatch(name.ljust(21, "0")):
            found = self._find_by_id(index, name)
            if found is not None:
                return [found]
        try:
            commit = resolve_commit(self.repo, name)
        except UnknownRevision as error:
            raise UnknownMemory.of_name(name) from error
        stored = memories_of(index, [commit])
        if not stored:
            raise UnknownMemory(f"nothing is remembered about commit '{commit[:10]}'")
        standing = self._standings([commit]).get(commit)
        return [Hit(s.memory, s.commit, is_pending=False, standing=standing) for s in stored]

    def _find_by_id(self, index: Index, prefix: str) -> Hit | None:
        for pending in PendingStore(self.repo).newest_first():
            if pending.memory.id.startswith(prefix):
                return Hit(pending.memory, "", is_pending=True)
        stored = memories_with_id(index, prefix)
        if len({found.memory.id for found in stored}) > 1:
            raise UnknownMemory(f"'{prefix}' is the beginning of several memory ids")
        if not stored:
            former, name = successor_of_former(index, prefix)
            if len(former) > 1:
                raise UnknownMemory(f"'{prefix}' is the beginning of several memory ids")
            stored = memories_with_id(index, name) if name else []
        if not stored:
            return None
        judged = self._standings([found.commit for found in stored])
        here = [found for found in stored if _is_here(judged.get(found.commit))]
        chosen = (here or stored)[0]
        return Hit(
            chosen.memory, chosen.commit, is_pending=False, standing=judged.get(chosen.commit)
        )

    def _after(self, anchor: Hit, count: int) -> list[Hit]:
        """The ``count`` memories that follow the anchor, newest first, and perhaps a few more.

        The index tells the newest of a span of time first, so the span is widened, or narrowed,
        until it holds enough and not too much.
        """
        found: list[Hit] = []
        moment = anchor.memory.provenance.time
        start = parse_iso_time(moment)
        if start is None:
            return found
        width = timedelta(days=7)
        for _ in range(24):
            is_last = width >= _WIDEST or start.year > 9_000  # where the calendar ends
            until = "" if is_last else iso_of(start + width)
            found = self._open_recaller().search(Query(since=moment, until=until, limit=_AT_ONCE))
            if not is_last and len(found) >= _AT_ONCE and width > timedelta(seconds=2):
                width /= 3
            elif sum(_order_key(hit) > _order_key(anchor) for hit in found) >= count or is_last:
                break
            else:
                width *= 4
        return found


def _order_key(hit: Hit) -> tuple[str, str]:
    return hit.memory.provenance.time, hit.memory.id


def _is_here(standing: Standing | None) -> bool:
    return standing is not None and standing.verdict is not Verdict.OTHER_BRANCH
