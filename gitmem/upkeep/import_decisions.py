"""Importing the decisions that a project wrote down: each at the commit that brought its line.

Files are read as HEAD has them, never in the work tree: what is not committed has no commit yet,
and a link leads nowhere.  A decision that was revised takes the place of the former; one that says
the same as before adds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from gitmem.capture.workspace import Workspace
from gitmem.errors import GitmemError, UnknownRevision
from gitmem.git.blame import blame_at_head
from gitmem.git.commits import CommitReader
from gitmem.git.head_files import file_at_head, paths_at_head
from gitmem.model.decision_log import MAX_CHARACTERS, LoggedDecision, decisions_in, tells_decisions
from gitmem.model.instant import iso_time
from gitmem.model.memory import Memory, Provenance
from gitmem.upkeep.import_batch import SOURCE, ImportBatch, ImportResult, Sources

AGENT = "decision-log"
_BLAME_SECONDS = 10.0
_MOST_PATHS = 40
_QUOTED_PATH = re.compile(r"`([\w./@+-]{3,200})`")


def import_decisions(
    workspace: Workspace, paths: Sequence[str] = (), *, dry_run: bool = False
) -> ImportResult:
    """Import the decisions in these files (or folders), from the repository's root; without any, in
    all that are named as such: records, logs, and sections of CLAUDE.md, AGENTS.md and the like.

    Raises:
        UnknownRevision: one of the paths is none that HEAD has.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    repo = workspace.repo
    tracked = frozenset(paths_at_head(repo))
    result = ImportResult("decisions")
    batch = ImportBatch(workspace, result, dry_run=dry_run)
    sources = Sources(workspace, AGENT)
    reader = CommitReader(repo)
    change_of = lru_cache(maxsize=256)(
        lambda commit: reader.change(commit, is_excluded=workspace.policy.covers, with_marks=False)
    )
    for path in _chosen(tracked, paths):
        if workspace.policy.covers(path):
            continue
        data = file_at_head(repo, path, 4 * MAX_CHARACTERS)
        if data is None or b"\0" in data:
            result.unreadable += data is not None
            continue
        found = decisions_in(path, data.decode("utf-8", "replace"))
        origins = _origins(workspace, path) if found else {}
        for decision in found:
            result.read += 1
            commit = origins.get(decision.line, "")
            if not commit:
                result.untied += 1
                continue
            change = change_of(commit)
            provenance = Provenance(
                commit=commit,
                patch_id=change.patch_id,
                change_id=change.change_id,
                author=change.author,
                time=iso_time(change.time),
                agent=AGENT,
                compressor=AGENT,
                extra={SOURCE: f"{path}#{decision.key}"},
            )
            memory = sources.revise(
                f"{path}#{decision.key}", _memory_of(decision, path, tracked, provenance)
            )
            if memory is None:
                result.known += 1
            else:
                batch.add(commit, memory)
    return batch.finish()


def _memory_of(
    decision: LoggedDecision, path: str, tracked: frozenset[str], provenance: Provenance
) -> Memory:
    told = "\n".join((decision.decision.chose, decision.why, *decision.what))
    named = (name for name in _QUOTED_PATH.findall(told) if name in tracked)
    return Memory(
        kind="decision",
        title=decision.title,
        why=decision.why,
        what=decision.what,
        decisions=(decision.decision,),
        tags={"date": decision.date} if decision.date else {},
        files_changed=tuple(dict.fromkeys([path, *named]))[:_MOST_PATHS],
        provenance=provenance,
    )


def _chosen(tracked: frozenset[str], paths: Sequence[str]) -> list[str]:
    if not paths:
        return sorted(path for path in tracked if tells_decisions(path))
    found: list[str] = []
    for path in paths:
        plain = path.rstrip("/")
        below = sorted(
            one
            for one in tracked
            if (one.startswith(f"{plain}/") or plain in ("", "."))
            and one.lower().endswith((".md", ".markdown"))
        )
        if plain in tracked:
            found.append(plain)
        elif below:
            found += below
        else:
            raise UnknownRevision(
                f"'{path}' is no file that HEAD has",
                "Nothing was changed. What is not committed can be tied to no commit",
            )
    return list(dict.fromkeys(found))


def _origins(workspace: Workspace, path: str) -> dict[int, str]:
    """Which commit brought each line of the file."""
    try:
        parts = blame_at_head(workspace.repo, path, _BLAME_SECONDS)
    except GitmemError:
        return {}
    return {
        line: part.commit for part in parts for line in range(part.first, part.first + part.count)
    }
