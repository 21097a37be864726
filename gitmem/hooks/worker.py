"""The worker's process: its own session, its own deadline, nothing left behind."""

from __future__ import annotations

import os
import signal
from contextlib import closing, suppress
from pathlib import Path

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, git_environment, open_git_dir
from gitmem.model.value import replace
from gitmem.setup.trouble import LOST
from gitmem.state.cursors import read_cursors
from gitmem.state.error_log import append_log
from gitmem.state.kept_team_files import keep_team_files
from gitmem.state.lock import lock
from gitmem.state.queue import Queue
from gitmem.state.sharing import adopt_sharing, keep_sharing
from gitmem.state.worker_turns import is_worker_needed, remove_mark

_DEADLINE_SECONDS = 900
_SCRUB_PATIENCE_SECONDS = 30.0
_JUDGE_SECONDS, _JUDGE_DEADLINE_SECONDS = 30.0, 60


def run_worker(place: str) -> None:
    """Drain the queue of the repository at ``place`` in this process, detached from its parent.

    After 15 minutes everything this process started is ended with it; the rest stays queued.
    """
    _detach(_DEADLINE_SECONDS, niceness=5)
    repo = _open(place)
    try:
        if repo.is_initialised and is_worker_needed(repo):
            keep_sharing(repo)
            keep_team_files(repo)
            _work(repo)  # whose imports cost 100 ms
            (repo.state_dir / LOST).unlink(missing_ok=True)
    except (GitmemError, OSError) as error:
        append_log(repo, f"worker: {error}")
    except ImportError as error:  # a package that gitmem needs is gone: the launcher is asked again
        append_log(repo, f"worker: {error}")
        _hand_back(repo)
    finally:
        remove_mark(repo)
        _leave_nothing(repo)


def run_judge(place: str) -> None:
    """Judge how commits stand before anybody asks, for a minute at most, behind all other work."""
    _detach(_JUDGE_DEADLINE_SECONDS, niceness=19)
    repo = _open(place)
    try:
        with lock(repo, "judge") as is_ours:
            if is_ours and repo.is_initialised:
                adopt_sharing(repo)
                _judge(repo)
    except (GitmemError, OSError) as error:
        append_log(repo, f"judge: {error}")
    finally:
        _leave_nothing(repo)


def _open(place: str) -> Repo:
    """The repository of a git directory; with the work tree that was seen at its hooks, where only
    a command line tells of it (``git --git-dir=DIR --work-tree=TOP``).
    """
    repo = open_git_dir(place)
    top = "" if repo.worktree else read_cursors(repo).worktrees.get(str(repo.git_dir), "")
    is_named = bool(top) and Path(top).is_dir() and not os.path.lexists(Path(top, ".git"))
    return replace(repo, worktree=Path(top)) if is_named else repo


def _judge(repo: Repo) -> None:
    from gitmem.index.cache import Index
    from gitmem.refresh.standing import judge_ahead

    with closing(Index.open(repo.state_dir)) as index:
        judge_ahead(repo, index, _JUDGE_SECONDS)


def _detach(deadline_seconds: int, niceness: int) -> None:
    with suppress(OSError):
        os.setsid()
    signal.signal(signal.SIGALRM, _end_all)
    signal.alarm(deadline_seconds)
    with suppress(OSError):
        os.nice(niceness)


def _work(repo: Repo) -> None:
    from gitmem.capture.workspace import open_workspace
    from gitmem.setup.reinstate import reinstate_hooks
    from gitmem.worker import finish_begun_scrub, work

    # A hook's GIT_DIR, index and quarantine must not steer libgit2 or git from here on.
    cleaned = git_environment()
    for name in [name for name in os.environ if name not in cleaned]:
        del os.environ[name]
    os.environ.update({k: v for k, v in cleaned.items() if k.startswith("GIT_CONFIG_")})
    finish_begun_scrub(repo, _SCRUB_PATIENCE_SECONDS)
    workspace = open_workspace(repo)
    team = workspace.settings.team
    if workspace.settings.enabled:
        work(workspace)
        with lock(repo, "setup") as is_ours:
            if is_ours:  # else they are being taken away on purpose
                reinstate_hooks(repo)
    else:
        remove_mark(repo)
        if "enabled" in team.fields:
            return  # a branch says so: what waits may be remembered on another
        for queued in Queue(repo).jobs():
            Queue(repo).finish(queued)


def _hand_back(repo: Repo) -> None:
    """Become the launcher, told to look for another gitmem; once."""
    launcher = repo.state_dir / "run"
    if launcher.is_file() and "GITMEM_LOST" not in os.environ:
        os.environ["GITMEM_LOST"] = "1"
        remove_mark(repo)
        run = os.fspath(launcher)
        os.execv(run, [run, "worker", os.fspath(repo.git_dir)])  # noqa: S606


def _leave_nothing(repo: Repo) -> None:
    """Where gitmem was uninstalled meanwhile, take away what this process wrote after that."""
    if not repo.is_initialised and repo.state_dir.exists():
        from gitmem.setup.uninstall import remove_state

        with suppress(GitmemError, OSError):
            remove_state(repo)


def _end_all(signum: int, frame: object) -> None:
    if os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
