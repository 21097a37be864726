"""The job: work that a hook leaves for the worker, as a small file in the queue.

A hook is POSIX sh and must be fast, so the form is one that ``printf`` can write and any bytes
fit into: fields ``name=value``, each ended by a NUL, the last field being ``end=``.  A job
without ``end=`` is half written and no job.
"""

from __future__ import annotations

from collections.abc import Mapping

from gitmem.model.value import dataclass, field

PAYLOAD = "payload"
"""The field that holds a client's words as they came; it is the last, whatever stands in it."""

CLIENT = "client"
"""The field that names whose words they are; absent where the hook's command did not say."""

KINDS = ("capture", "answer", "turn", "end", "push", "merge")


_END = "end=\0"


@dataclass(frozen=True)
class Job:
    """One piece of queued work.

    ``capture``: ``commit`` was made in ``worktree``, by ``session`` where the environment told.
    ``answer``: ``session`` said something about ``commit``, which is to become its memory.
    ``turn``: ``session`` ended a turn; what it did is pending.  ``end``: it ended, and what it did
    without a commit is kept.  ``push``: send memories to ``remote``.  ``merge``: join what was
    fetched.  A ``turn`` or ``end`` that a shell script left has no session yet, but a ``payload``
    that names it.  ``attempt`` counts the tries before this one.
    """

    kind: str
    commit: str = ""
    session: str = ""
    worktree: str = ""
    remote: str = ""
    attempt: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)


def render_job(job: Job) -> bytes:
    """The job's file content."""
    fields = {
        "kind": job.kind,
        "commit": job.commit,
        "session": job.session,
        "worktree": job.worktree,
        "remote": job.remote,
        "attempt": str(job.attempt) if job.attempt else "",
        **job.extra,
    }
    pairs = [f"{name}={value}" for name, value in fields.items() if value]
    return "".join(f"{pair}\0" for pair in [*pairs, "end="]).encode("utf-8", "surrogateescape")


def parse_job(data: bytes) -> Job | None:
    """Read a job's file; None when it is not whole or not a job."""
    text = data.decode("utf-8", "surrogateescape")
    if not text.endswith(_END):
        return None
    before, has_payload, payload = text.removesuffix(_END).partition(f"\0{PAYLOAD}=")
    fields = dict(part.partition("=")[::2] for part in before.split("\0") if part)
    if has_payload:  # nothing in it can pass for a field
        fields[PAYLOAD] = payload.removesuffix("\0")
    kind = fields.pop("kind", "")
    attempt = fields.pop("attempt", "0")
    if kind not in KINDS or not attempt.isdecimal():
        return None
    return Job(
        kind=kind,
        commit=fields.pop("commit", ""),
        session=fields.pop("session", ""),
        worktree=fields.pop("worktree", ""),
        remote=fields.pop("remote", ""),
        attempt=int(attempt),
        extra=fields,
    )
