"""What an agent's client said at the end of a turn, made into a job that names its session.

The client waits for its hooks, so ``githooks/agent-stop`` only keeps what it says.  Here that is
read, as hostile as any payload, and the job's file takes what came of it: from then on nothing of
the agent's words lies in the queue.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from gitmem.agents.hook_clients import choose_client
from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, find_enclosing_repo
from gitmem.model.job import CLIENT, PAYLOAD, Job
from gitmem.model.session import is_session_id
from gitmem.state.queue import Queue, QueuedJob
from gitmem.state.refused_clients import read_refused_clients
from gitmem.state.sessions import RegisteredSession, Registry


def name_sessions(repo: Repo) -> None:
    """Give each job that holds a client's words the session they are about; drop it where they
    name none, or another repository's work tree.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be written; it waits as it was.
    """
    queue = Queue(repo)
    for queued in queue.jobs():
        if PAYLOAD not in queued.job.extra:
            continue
        job = _job_with_session(repo, queued.job)
        if job is None:
            queue.finish(queued)
        else:
            queue.replace(queued, job)
    _take_one_for_all(queue)


def _take_one_for_all(queue: Queue) -> None:
    """Of the ends of a session's turns that wait, the last says all; a client that runs two hooks
    of ours says each twice.
    """
    last: dict[tuple[str, str, str], QueuedJob] = {}
    for queued in queue.jobs():
        job = queued.job
        if job.kind not in ("turn", "end") or not job.session:
            continue
        key = (job.kind, job.session, job.worktree)
        if key in last:
            queue.finish(last[key])
        last[key] = queued


def _job_with_session(repo: Repo, job: Job) -> Job | None:
    said = job.extra[PAYLOAD].encode("utf-8", "surrogateescape")
    client = choose_client(job.extra.get(CLIENT, ""), said, {})  # the hook's environment is gone
    if client is None or client.name in read_refused_clients(repo):
        return None
    payload, registry = client.parse(said), Registry(repo)
    worktree = _worktree(repo, registry, payload.session, job.extra.get("project") or payload.cwd)
    if not worktree or not is_session_id(payload.session):
        return None
    with suppress(GitmemError):
        registry.add(RegisteredSession(payload.session, payload.transcript_path, worktree))
    return Job(job.kind, session=payload.session, worktree=worktree, attempt=job.attempt)


def _worktree(repo: Repo, registry: Registry, session: str, place: str) -> str:
    """The top folder that the session works in; empty where that is another repository's.

    The work tree may have been removed since the client spoke.  That it was this repository's is
    known all the same: from there git led the client to this queue.  What lies around the place
    tells nothing then.
    """
    try:
        if Path(place).is_dir():
            project = find_enclosing_repo(place)
            is_here = project.common_dir.samefile(repo.common_dir)
            return str(project.worktree or "") if is_here else ""
    except (GitmemError, OSError, ValueError):
        pass
    known = registry.get(session)
    if known is not None and known.worktree:
        return known.worktree
    return os.path.realpath(place) if os.path.isabs(place) and "\0" not in place else ""  # noqa: PTH117
