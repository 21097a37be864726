"""What the page shows: every memory of a selection, how it stands, and the files they explain.

Plain values, cleaned and masked; :mod:`gitmem.render.page` makes a document of them.  Of git and
of files no more is asked than a few seconds allow, and what was left out is counted.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from gitmem.errors import UnbornHead
from gitmem.git.forge_links import commit_link
from gitmem.git.log import current_branch, has_head, seconds_of, stream_git
from gitmem.git.repo import Repo
from gitmem.guard.policy import Policy
from gitmem.guard.redact import redact, redact_memory
from gitmem.guard.untrusted import clean_line, clean_text
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commits_among, note_numbers
from gitmem.index.lookup import successors
from gitmem.index.memories import IndexedMemory, told_memories
from gitmem.index.person_words import pinned_ids
from gitmem.model.items import shown_title
from gitmem.model.labels import BECAUSE, DECIDED, NEXT, REJECTED, RESOLVED, WHY, without_label
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Json, Memory
from gitmem.notes.store import NoteStore
from gitmem.recall.abandoned import read_abandoned_entries
from gitmem.recall.log import read_pending_entries
from gitmem.recall.page_files import read_page_files
from gitmem.refresh.amendments import HeldMemory, amendments_among
from gitmem.refresh.reachable import scope_of
from gitmem.refresh.refresh import refresh_index
from gitmem.refresh.standing import judge_ahead, standings_of

_FIELDS = ("%H", "%S", "%an", "%at", "%s")
_EVERYTHING = ("HEAD", "--branches", "--remotes")
_MAX_LINE = 1_000
_MAX_TEXT = 8_000
_MAX_LIST = 60
_JUDGE_SECONDS = 3.0
_AT_ONCE = 4_096


@dataclass
class _Draft:
    """The page's tables while they grow; commits and paths are named by their number."""

    policy: Policy
    commits: list[Json] = field(default_factory=list)
    memories: list[Json] = field(default_factory=list)
    paths: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def add_commit(self, entry: LogEntry, branch: str) -> int:
        if entry.commit not in self.numbers:
            self.numbers[entry.commit] = len(self.commits)
            self.commits.append(
                {
                    "id": entry.commit,
                    "author": self.line(entry.author.partition(" <")[0]),
                    "time": entry.time,
                    "subject": self.line(entry.subject),
                    "branch": self.line(branch),
                }
            )
        return self.numbers[entry.commit]

    def add_memory(self, memory: Memory, commit: int, standing: str, **more: Json) -> None:
        if memory.id in self.ids or self.policy.covers_all(memory.files_changed):
            return
        self.ids.add(memory.id)
        memory_id, memory = memory.id, redact_memory(memory, self.policy)
        origin = memory.provenance
        changed = [path for path in memory.files_changed if not self.policy.covers(path)]
        fields: dict[str, Json] = {
            "id": memory_id,
            "kind": clean_line(memory.kind, 40),
            "title": self.clean(shown_title(memory)),
            "commit": commit,
            "standing": standing,
            "why": _text(without_label(WHY, memory.why)),
            "what": [_text(text) for text in memory.what[:_MAX_LIST]],
            "decisions": [
                {
                    "chose": _text(without_label(DECIDED, one.chose)),
                    "because": _text(without_label(BECAUSE, one.because)),
                    "rejected": [_text(without_label(REJECTED, r)) for r in one.rejected],
                }
                for one in memory.decisions[:_MAX_LIST]
            ],
            "errors": [
                {
                    "message": _text(one.message),
                    "frames": _text("\n".join(one.frames)),
                    "resolution": _text(without_label(RESOLVED, one.resolution)),
                }
                for one in memory.errors[:_MAX_LIST]
            ],
            "next": [_text(without_label(NEXT, text)) for text in memory.next[:_MAX_LIST]],
            "files": [self._path(path) for path in changed[:_MAX_LIST]],
            "more_files": max(0, len(changed) - _MAX_LIST) or None,
            "symbols": [self.clean(text) for text in memory.symbols[:_MAX_LIST]],
            "concepts": [self.clean(text) for text in memory.concepts[:_MAX_LIST]],
            "branch": self.clean(origin.branch),
            "author": self.clean(origin.author.partition(" <")[0]),
            "time": clean_line(origin.time, 40),
            "agent": self.clean(origin.agent),
            "session": self.clean(origin.session),
            "compressor": self.clean(" ".join((origin.compressor, origin.model)).strip()),
            "supersedes": [clean_line(name, 40) for name in memory.supersedes[:_MAX_LIST]],
            "corrects": len(memory.corrects) or None,
            **more,
        }
        self.memories.append({name: value for name, value in fields.items() if value not in EMPTY})

    def line(self, text: str) -> str:
        """One line of what git tells, masked."""
        return clean_line(redact(text, self.policy), _MAX_LINE)

    @staticmethod
    def clean(text: str) -> str:
        """One line of a memory, which is masked already."""
        return clean_line(text, _MAX_LINE)

    def _path(self, path: str) -> int:
        return self.paths.setdefault(clean_line(path, _MAX_LINE), len(self.paths))


EMPTY: tuple[Json, ...] = ("", [], None, {})
"""Values that are left out."""


def gather_page(
    repo: Repo, revisions: Sequence[str], policy: Policy, *, file_seconds: float = 8.0
) -> dict[str, Json]:
    """The page's data: ``memories`` with their ``commits`` and ``paths`` (named by number), the
    ``files`` at HEAD that most of them changed, and ``link``, the beginning of a commit's address.

    Without revisions all that branches reach, pending and dropped work; newest first.

    Raises:
        UnbornHead: there is no commit yet.
        UnknownRevision: a revision names nothing.
    """
    if not revisions and not has_head(repo):
        raise UnbornHead("the current branch has no commit yet")
    draft = _Draft(policy)
    branch = current_branch(repo) or "HEAD"
    with closing(Index.open(repo.state_dir)) as index:
        if index.is_volatile:
            refresh_index(NoteStore(repo), index)
        if not revisions:
            for entry in read_pending_entries(repo):
                for memory in entry.memories:
                    draft.add_memory(memory, -1, "pending")
        held: dict[str, list[IndexedMemory]] = {}
        for stored in told_memories(index):
            held.setdefault(stored.commit, []).append(stored)
        entries = list(_walk(repo, index, revisions))
        chosen = [one for entry, _ in entries for one in held.get(entry.commit, ())]
        pinned = pinned_ids(index)
        replaced = successors(index, [one.memory.id for one in chosen])
        standing = _standings(repo, index, [entry.commit for entry, _ in entries])
        amended = _amended(repo, index, chosen)
        for entry, ref in entries:
            number = draft.add_commit(entry, _short_ref(ref, branch))
            for one in held.get(entry.commit, ()):
                name = one.memory.id
                state = "superseded" if name in replaced else standing.get(entry.commit, "unjudged")
                draft.add_memory(
                    one.memory,
                    number,
                    state,
                    superseded_by=replaced.get(name, ""),
                    amended_by=list(amended.get(name, ())),
                    pinned=name in pinned or None,
                )
    if not revisions:
        for entry in read_abandoned_entries(repo):
            number = draft.add_commit(entry, "")
            for memory in entry.memories:
                draft.add_memory(memory, number, "abandoned", abandoned=entry.abandonment)
    files = read_page_files(repo, _by_memories(draft), policy, file_seconds)
    return {
        "name": clean_line(os.path.basename(repo.top), 200),  # noqa: PTH119
        "range": draft.line(" ".join(revisions)),
        "link": commit_link(repo),
        "commits": draft.commits,
        "memories": draft.memories,
        "paths": list(draft.paths),
        "files": files,
    }


def _walk(repo: Repo, index: Index, revisions: Sequence[str]) -> Iterator[tuple[LogEntry, str]]:
    """The selected commits that have a note, each with the ref by which git came to it."""
    form = "--format=tformat:" + "%x00".join(_FIELDS)
    command = ["log", "-z", "--no-color", "--no-show-signature", "--no-notes", "--source", form]
    chosen = ["--end-of-options", *revisions] if revisions else _EVERYTHING
    with closing(stream_git(repo, [*command, *chosen, "--"], b"\0")) as parts:
        for rows in _batches(_rows(parts)):
            annotated = annotated_commits_among(index, [row[0] for row in rows])
            for commit, ref, author, when, subject in rows:
                if commit in annotated:
                    entry = LogEntry(commit, author, seconds_of(when), subject)
                    yield entry, ref


def _rows(parts: Iterable[bytes]) -> Iterator[list[str]]:
    row: list[str] = []
    for part in parts:
        row.append(part.decode("utf-8", "replace"))
        if len(row) == len(_FIELDS):
            yield row
            row = []


def _batches(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    batch: list[list[str]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _short_ref(ref: str, branch: str) -> str:
    for prefix in ("refs/heads/", "refs/remotes/", "refs/tags/"):
        if ref.startswith(prefix):
            return ref[len(prefix) :]
    return branch if ref == "HEAD" or not ref else ref


def _standings(repo: Repo, index: Index, commits: Sequence[str]) -> dict[str, str]:
    judge_ahead(repo, index, _JUDGE_SECONDS)
    notes = note_numbers(index, commits)
    judged = standings_of(repo, index, scope_of(repo, index), notes, most_asked=0)
    return {commit: standing.verdict.value for commit, standing in judged.items()}


def _amended(repo: Repo, index: Index, stored: Sequence[IndexedMemory]) -> dict[str, list[str]]:
    """For each memory that a commit of another one names as amended: that one's id, and how."""
    notes = note_numbers(index, [one.commit for one in stored])
    held = [HeldMemory(one.memory, one.commit, notes.get(one.commit, 0)) for one in stored]
    found = amendments_among(repo, index, held, ())
    return {
        held[old].memory.id: [held[new].memory.id, how.value] for old, (new, how) in found.items()
    }


def _by_memories(draft: _Draft) -> list[str]:
    """The paths that most memories changed first; of equals the one changed last."""
    counts = dict.fromkeys(draft.paths.values(), 0)
    for memory in draft.memories:
        if isinstance(memory, dict) and memory.get("standing") != "superseded":
            for number in memory.get("files", ()):
                counts[number] += 1
    names = list(draft.paths)
    return sorted(names, key=lambda name: -counts[draft.paths[name]])


def _text(text: str) -> str:
    return clean_text(text.strip(), _MAX_TEXT)
