"""A repository that is set up, whose jobs wait to be looked at."""

from __future__ import annotations

import time
from collections.abc import Callable

from gitmem.model.job import parse_job
from gitmem.setup.install import install
from tests.support.git import GitDriver
from tests.support.layouts import OLD_GIT


def set_up(git: GitDriver) -> None:
    """Initialise with hook files and with a launcher that only says that it was called."""
    install(git.repo, git_version=OLD_GIT)
    hold_worker(git)


def hold_worker(git: GitDriver) -> None:
    """From now on the launcher writes its arguments to a file, one a line, and ends.

    The file is ``called``, which a late worker may overwrite; what pre-push asked is in
    ``pushed``, too.
    """
    run = git.repo.state_dir / "run"
    run.write_text(
        '#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done >"${0%/*}/called"\n'
        '[ "$1" = worker ] || printf "%s\\n" "$@" >"${0%/*}/pushed"\n'
    )


def jobs(git: GitDriver) -> list[dict[str, str]]:
    """The fields of all jobs that wait, in the order of their files' names."""
    found = []
    for path in sorted((git.repo.state_dir / "queue").iterdir()):
        job = parse_job(path.read_bytes())
        assert job is not None
        fields = {"kind": job.kind, "commit": job.commit, "session": job.session}
        found.append({**fields, "worktree": job.worktree, **job.extra})
    return found


def sources(git: GitDriver) -> dict[str, list[str]]:
    """The commits that wait to be captured, and of which others each is said to be made."""
    return {job["commit"]: job["sources"].split() for job in jobs(git) if job["kind"] == "capture"}


def eventually(is_so: Callable[[], bool]) -> bool:
    """Whether it becomes true within twenty seconds: nobody waits for the worker, but tests do."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not is_so():
        time.sleep(0.01)
    return is_so()
