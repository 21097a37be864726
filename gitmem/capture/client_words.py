"""What an agent's client said at the end of a turn, made into a job that names its session.

The client waits for its hooks, so ``githooks/agent-stop`` only keeps what it says.  Here that is
read, as hostile as any payload, and the job's file takes what came of it: from then on nothing of
the agent's words lies in the queue.
"""

from __future__ import annotations

from contextlib import suppress

from gitmem.agents.claude.hook_payload import parse_payload
from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, find_enclosing_repo
from gitmem.model.job import PAYLOAD, Job
from gitmem.model.session import is_session_id
from gitmem.state.queue import Queue
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


def _job_with_session(repo: Repo, job: Job) -> Job | None:
    payload = parse_payload(job.extra[PAYLOAD].encode("utf-8", "surrogateescape"))
    place = job.extra.get("project") or payload.cwd
    try:
        project = find_enclosing_repo(place)
        is_here = project.common_dir.samefile(repo.common_dir)
    except (GitmemError, OSError, ValueError):
        return None
    if not is_here or project.worktree is None or not is_session_id(payload.session):
        return None
    worktree = str(project.worktree)
    with suppress(GitmemError):
        Registry(repo).add(RegisteredSession(payload.session, payload.transcript_path, worktree))
    return Job(job.kind, session=payload.session, worktree=worktree, attempt=job.attempt)
