"""The memories of some commits with what is still open of them, read for a digest."""

from __future__ import annotations

from collections.abc import Iterator

from gitmem.git.head import head_commit
from gitmem.git.repo import Repo
from gitmem.guard.policy import Policy
from gitmem.guard.redact import redact_memory
from gitmem.model.items import without_items
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Memory
from gitmem.model.repeats import tell_once
from gitmem.model.work_digest import DigestEntry, WorkDigest, digest_of
from gitmem.recall.left_off import failing_still, without_taken_steps
from gitmem.recall.log import LogSelection, read_log_entries


def read_work_digest(repo: Repo, selection: LogSelection, policy: Policy, most: int) -> WorkDigest:
    """What was decided, learned and left in the selected commits; at most ``most`` memories.

    Raises:
        UnbornHead, UnknownRevision: as for :func:`gitmem.recall.log.read_log_entries`.
    """
    entries = tell_once(read_log_entries(repo, selection))
    return digest_of(list(entries_of(repo, entries, policy)), most)


def entries_of(repo: Repo, entries: Iterator[LogEntry], policy: Policy) -> Iterator[DigestEntry]:
    """The memories one by one, masked again, each with what is still open of it at HEAD."""
    head = head_commit(repo) or ""
    for entry in entries:
        for stored in entry.memories:
            if policy.covers_all(stored.files_changed):
                continue
            yield _entry(repo, entry, masked_memory(stored, policy), head)


def _entry(repo: Repo, entry: LogEntry, memory: Memory, head: str) -> DigestEntry:
    open_steps = without_taken_steps(repo, memory, entry.commit, head).next if head else ()
    return DigestEntry(
        memory=memory,
        commit=entry.commit,
        subject=entry.subject,
        author=entry.author,
        time=entry.time,
        left=open_steps,
        failing=failing_still(repo, memory, entry.commit, head) if head else (),
    )


def masked_memory(memory: Memory, policy: Policy) -> Memory:
    """As notes are, by the patterns of today too; it keeps the id under which it is found."""
    masked = redact_memory(memory, policy)
    if masked is memory:
        return memory
    part = without_items(masked, {"why/none"})  # a copy, whose id is settled below
    part.__dict__["id"] = memory.id
    return part
