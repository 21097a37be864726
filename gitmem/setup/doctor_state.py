"""The checks of what gitmem keeps: queue, index, log, what was set aside and left over."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import partial

from gitmem.capture.workspace import open_workspace
from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.memories import memory_count
from gitmem.refresh.quarantine_lost import TAKE_BACK
from gitmem.setup.doctor_finding import Finding, Level, Practice
from gitmem.setup.trouble import disk_trouble, late_jobs
from gitmem.state.error_log import log_path, read_log
from gitmem.state.preferences import preferences_folder, unread_preferences
from gitmem.state.quarantine import Quarantine
from gitmem.state.queue import Queue
from gitmem.state.settings import read_settings
from gitmem.state.unreachable_notes import read_unreachable_notes
from gitmem.upkeep.select_captures import CaptureSelection, find_captures
from gitmem.worker import finish_begun_scrub, work

_SHOWN_LOG = 5
_SCRUB_PATIENCE_SECONDS = 2.0


def check_queue(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """Jobs are taken up, and none failed."""
    queue = Queue(repo)
    jobs, failed = queue.jobs(), queue.failed_jobs()
    now = time.time() if practice.now is None else practice.now
    late = late_jobs(jobs, now)
    drain = partial(_drain, repo)
    if late:
        what = f"{len(late)} of {len(jobs)} queued jobs have waited for more than a minute"
        yield Finding(Level.WARNING, what, "Run: gitmem log (any command starts on them)", drain)
    else:
        yield Finding(Level.GOOD, f"the queue is moving ({len(jobs)} waiting)")
    if failed:
        told = "1 job failed and was" if len(failed) == 1 else f"{len(failed)} jobs failed and were"
        what = f"{told} set aside"
        remedy = f"The reason is in {log_path(repo)}; to try again: gitmem doctor --fix"
        yield Finding(Level.WARNING, what, remedy, partial(_retry, repo))


def check_scrub(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """No scrub was begun and cannot be finished; like any command, this one tries."""
    try:
        if finish_begun_scrub(repo, _SCRUB_PATIENCE_SECONDS):
            yield Finding(Level.GOOD, "a scrub that was interrupted is finished")
    except GitmemError as error:
        yield Finding(Level.ERROR, f"a scrub is not finished: {error.message}", error.hint)


def check_preferences(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """Every file of the person's preferences says something."""
    for path in unread_preferences(preferences_folder(os.environ)):
        what = f"'{path}' is not told: it cannot be read as a preference"
        yield Finding(Level.WARNING, what, f"Give it a line 'text: WORDS', or: rm '{path}'")


def check_disk(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """Something can be written where gitmem keeps its files."""
    if what := disk_trouble(repo):
        yield Finding(Level.ERROR, what, f"Check the disk, and the owner of '{repo.state_dir}'")


def check_index(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """The index can be opened and written."""
    index = Index.open(repo.state_dir)
    count, is_repaired, is_volatile = memory_count(index), index.is_repaired, index.is_volatile
    index.close()
    if is_volatile:
        remedy = f"Check the owner and mode of '{repo.state_dir}'"
        yield Finding(Level.WARNING, "the index is not writable: commands are slower", remedy)
    elif is_repaired:
        what = "the index was damaged; it is being rebuilt from the notes"
        yield Finding(Level.NOTE, what, "Nothing was lost. Run: gitmem log")
    else:
        told = "1 memory" if count == 1 else f"{count} memories"
        yield Finding(Level.GOOD, f"the index is sound ({told})")


def check_log(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """What was set aside, and the last lines of the log."""
    if count := Quarantine(repo).count():
        told = "1 memory that git lost is" if count == 1 else f"{count} memories that git lost are"
        what = f"{told} set aside"
        yield Finding(Level.NOTE, what, f"To restore them: {TAKE_BACK} --dry-run")
    for entry in read_log(repo, _SHOWN_LOG):
        yield Finding(Level.NOTE, f"log: {entry}")


def check_stand_ins(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """No capture was written by a stand-in for the model that is set."""
    if read_settings(repo).compressor == ("extractive",):
        return
    if count := len(find_captures(repo, CaptureSelection())):
        what = "1 capture was" if count == 1 else f"{count} captures were"
        remedy = "Run: gitmem recompress --dry-run"
        yield Finding(Level.NOTE, f"{what} written by a stand-in for a model", remedy)


def check_history(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """No memories wait for somebody to say which commit is theirs."""
    known = read_unreachable_notes(repo)
    if count := len(known.unmatched) if known is not None else 0:
        what = "1 commit has memories" if count == 1 else f"{count} commits have memories"
        yield Finding(
            Level.NOTE,
            f"{what} on no branch, and others only resemble its changes",
            "Nothing was lost. To see and resolve them: gitmem reconcile",
        )


def _drain(repo: Repo) -> None:
    work(open_workspace(repo))


def _retry(repo: Repo) -> None:
    Queue(repo).requeue_failed_jobs()
    _drain(repo)
