"""What keeps gitmem from remembering here, as far as a glance can tell.

``gitmem doctor`` tries things out; this looks at a few small files and starts no process, so that
the start of a session and a status line can afford it.  What is told is made of our own words and
of counts: no path, no name and nothing that a file holds.  Standard library only: an agent's hooks
run this.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Sequence
from contextlib import suppress

from gitmem.errors import GitmemError
from gitmem.git.regular_file import read_regular
from gitmem.git.repo import Repo
from gitmem.model.duration import duration
from gitmem.process.installation import install_command
from gitmem.state.expiring import read_expiring
from gitmem.state.last_capture import read_last_capture
from gitmem.state.lock import is_worker_running
from gitmem.state.queue import Queue, QueuedJob
from gitmem.state.ref_tips import is_rewriting
from gitmem.state.setting_table import find_setting
from gitmem.state.settings import Settings
from gitmem.state.state_file import StateFile
from gitmem.state.worker_turns import has_worker_begun

DEAD = "gitmem is not capturing: "
REMEDY = ". Run: gitmem doctor"
BAD_VALUE = "gitmem: one of its settings has a value that it cannot have. Run: gitmem config"
BAD_NAME = "gitmem: a setting is misspelled and does not count. Run: gitmem config"
BAD_SETTING = f"gitmem does nothing here: one of its settings is not valid{REMEDY}"
TAKEN_OVER = (
    "gitmem: the Python it was set up with was gone; another gitmem of yours has taken its place"
)
LOST = "lost"
"""The launcher's mark that nothing started."""
HELD = (
    "gitmem: memories are not sent: the team's file '.gitmem' wants them at a place that this clone"
    " has not agreed to. Run: gitmem trust --team"
)
BAD_TEAM_FILE = f"{DEAD}the team's file '.gitmem' cannot be read{REMEDY}"
FAILED_START = f"gitmem could not read its memories{REMEDY}"

LATE_SECONDS = 60.0
"""After a minute a job that nobody works on is late: workers start at once."""

_TESTS = "[ -x "
_LOST_HOOKS = "hooks.told"
_FAILED_DAYS = 14
_LOST_SECONDS = 3 * 86_400.0
_FAILURES = 3
_MAX_LAUNCHER = 1 << 20
_NEEDED_BYTES = 256 * 1024


def no_program(prefix: str | None = None) -> str:
    """That the launcher starts nothing, and what mends it; in one line without quotes, for a shell.

    ``prefix`` is the folder of the environment that gitmem was installed in.
    """
    return (
        f"{DEAD}the Python it was set up with is gone, or cannot run it any more. Run any gitmem"
        f" command here; if gitmem itself is gone: {install_command(prefix=prefix)}"
    )


def find_trouble(repo: Repo, settings: Settings, now: float | None = None) -> str:
    """What is wrong and what helps, in one line; empty where nothing is known to be wrong.

    ``now`` is in POSIX seconds.  Raises nothing for anything that the disk may hold.
    """
    moment = time.time() if now is None else now
    looks = (_disk, _program, _waiting, _failed, _hooks, _expiring, _writer, _settings, _team)
    for look in looks:
        with suppress(GitmemError, OSError):
            if found := look(repo, settings, moment):
                return found
    return ""


def late_jobs(jobs: Sequence[QueuedJob], now: float) -> list[QueuedJob]:
    """Those that should have been taken up by now.

    One that was tried waits for the next worker on purpose: only of a commit is that worth a word.
    """
    late = [queued for queued in jobs if now - queued.time > LATE_SECONDS]
    return [queued for queued in late if queued.job.kind == "capture" or not queued.job.attempt]


def disk_trouble(repo: Repo) -> str:
    """Why nothing can be written here; empty where it can."""
    folders = [repo.common_dir, repo.state_dir, repo.state_dir / "queue"]
    if not all(os.access(folder, os.W_OK) for folder in folders if folder.is_dir()):
        return "the repository cannot be written to"
    room = os.statvfs(repo.common_dir)
    if room.f_blocks and room.f_bavail * room.f_frsize < _NEEDED_BYTES:
        return "the disk is full"
    return ""


def _disk(repo: Repo, settings: Settings, now: float) -> str:
    found = disk_trouble(repo)
    return f"{DEAD}{found}{REMEDY}" if found else ""


def _program(repo: Repo, settings: Settings, now: float) -> str:
    return no_program() if starts_nothing(repo) else ""


def starts_nothing(repo: Repo) -> bool:
    """Whether the launcher is known to start no gitmem: by its mark, or because the interpreter or
    the package that it tests for is gone.  A status line has its own.
    """
    if os.path.lexists(repo.state_dir / LOST):
        return True
    try:
        text = read_regular(repo.state_dir / "run", _MAX_LAUNCHER)
        lines = text.decode("utf-8", "surrogateescape").splitlines()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    tests = next((line for line in lines if line.startswith(_TESTS)), "")
    python, _, rest = tests.removeprefix(_TESTS).partition(" ] && [ -f ")
    main = rest.partition(" ]")[0]
    is_there = os.access(_unquote(python), os.X_OK) and os.path.isfile(_unquote(main))  # noqa: PTH113
    return not is_there and bool(main)


def _unquote(word: str) -> str:
    """A word of the shell as ``shlex.quote`` writes it."""
    return word[1:-1].replace("'\"'\"'", "'") if word.startswith("'") else word


def _waiting(repo: Repo, settings: Settings, now: float) -> str:
    """Jobs that nobody takes up; while git rewrites commits they wait on purpose."""
    late = late_jobs(Queue(repo).jobs(), now)
    if not late or is_worker_running(repo) or has_worker_begun(repo) or is_rewriting(repo):
        return ""
    commits = {queued.job.commit for queued in late if queued.job.kind == "capture"}
    is_session = any(queued.job.kind in ("turn", "end") for queued in late)
    what = _count(commits) or ("a session" if is_session else "work")
    have = "have" if len(commits) > 1 else "has"
    return f"{DEAD}{what} {have} waited for {duration(now - late[0].time)}{REMEDY}"


def _failed(repo: Repo, settings: Settings, now: float) -> str:
    """Jobs that were given up, as long as nothing was remembered since."""
    after = max(read_last_capture(repo), now - _FAILED_DAYS * 86_400)
    failed = [queued for queued in Queue(repo).failed_jobs() if queued.time > after]
    what = _count({queued.job.commit for queued in failed if queued.job.kind == "capture"})
    return f"{DEAD}{what} could not be remembered{REMEDY}" if what else ""


def _hooks(repo: Repo, settings: Settings, now: float) -> str:
    """git hooks that no longer call us: a worker saw it or a file says so, and git is asked."""
    if not (repo.state_dir / _LOST_HOOKS).exists() and not _is_hook_file_lost(repo):
        return ""
    from gitmem.setup.reinstate import find_lost_hooks  # which asks git

    if not find_lost_hooks(repo):
        return ""
    return f"gitmem's git hooks are gone: commits are remembered late{REMEDY}"


def _is_hook_file_lost(repo: Repo) -> bool:
    """Whether a hook file that gitmem wrote is gone, or may not be executed any more."""
    record = StateFile(repo.state_dir / "install.json")  # setup/manifest; its imports cost more
    names = record.read_json(lambda value: [str(file["path"]) for file in value["files"]], [])
    hooks = os.listdir(repo.state_dir / "hooks")  # noqa: PTH208
    for name in names:
        folder, event = os.path.split(name)
        if event in hooks:
            path = os.path.join(repo.common_dir, name)  # noqa: PTH118
            is_read_by_husky = os.path.basename(folder) == ".husky"  # noqa: PTH119
            if not os.access(path, os.F_OK if is_read_by_husky else os.X_OK):
                return True
    return False


def _expiring(repo: Repo, settings: Settings, now: float) -> str:
    """Sessions that an agent deletes soon and that could not be remembered."""
    left = read_expiring(repo).left
    soon = [one for one in left if 0 < one[2] - now < _LOST_SECONDS and os.path.exists(one[0])]  # noqa: PTH110
    if not soon:
        return ""
    what = "1 session is" if len(soon) == 1 else f"{len(soon)} sessions are"
    when = duration(min(one[2] for one in soon) - now)
    it = "it" if len(soon) == 1 else "them"
    who = "its agent deletes" if len(soon) == 1 else "their agent deletes"
    return f"gitmem: {what} not remembered, and {who} {it} in {when}{REMEDY}"


def _writer(repo: Repo, settings: Settings, now: float) -> str:
    """A model that fails each time."""
    name = settings.compressor[0]
    if name == "extractive":
        return ""
    from gitmem.state.writer_record import WriterRecord, read_writer_records

    record = read_writer_records(repo).get(name, WriterRecord())
    if not record.failed_last or record.failures < _FAILURES:
        return ""
    times = f"{record.failures} times in a row"
    return f"gitmem: '{name}' failed {times}, so memories are written without it{REMEDY}"


def _settings(repo: Repo, settings: Settings, now: float) -> str:
    return setting_trouble(settings)


def _team(repo: Repo, settings: Settings, now: float) -> str:
    """The team's file keeps memories here, or cannot be read."""
    if settings.team.unreadable:
        return BAD_TEAM_FILE
    return HELD if settings.team.is_held and settings.auto_push else ""


def setting_trouble(settings: Settings) -> str:
    """Settings that do not count as they stand: a value of the wrong form, or no such name."""
    if not settings.faults:
        return ""
    has_value = any(find_setting(name) for name, _ in settings.faults)
    return BAD_VALUE if has_value else BAD_NAME


def _count(commits: Collection[str]) -> str:
    number = len(commits)
    return f"{number} commit{'s' if number > 1 else ''}" if number else ""
