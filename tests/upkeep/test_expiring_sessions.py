"""What an agent's housekeeping would take before it is remembered."""

from __future__ import annotations

import os
import time
from pathlib import Path

from gitmem.agents.claude.projects import project_slug
from gitmem.setup.doctor_finding import Level, Practice
from gitmem.setup.doctor_housekeeping import check_housekeeping
from gitmem.setup.trouble import find_trouble
from gitmem.state.expiring import ExpiringRecord, read_expiring, write_expiring
from gitmem.state.pending import PendingStore
from gitmem.state.settings import Settings
from gitmem.upkeep.expiring_sessions import ExpiringSession, find_expiring, remember_expiring
from gitmem.worker import work
from tests.support.capture import memories_on, remembered, session_in, workspace_of
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.session import SessionWriter

DAY = 86_400.0
LINES = "def retry(count):\n    return range(count * 2)\n"


def aged(writer: SessionWriter, days: float) -> None:
    when = time.time() - days * DAY
    os.utime(writer.path, (when, when))


def expiring(git: GitDriver, within: float = 10 * DAY) -> list[ExpiringSession]:
    return find_expiring(workspace_of(git), {"HOME": str(git.home)}, time.time(), within)


def worked(git: GitDriver, name: str = "up.py") -> SessionWriter:
    writer = session_in(git)
    return writer.prompt("Retry uploads with a pause").write(name, LINES).say("Done.")


def committed_by(git: GitDriver, writer: SessionWriter, name: str = "up.py") -> str:
    git.write(name, LINES)
    git.now = int(writer.now) - 59
    return git.commit("Retry uploads")


def test_a_commit_without_a_memory_is_remembered_in_time(committed: GitDriver) -> None:
    """As with `claude --bare`, which runs no hook."""
    writer = worked(committed)
    commit = committed_by(committed, writer)
    aged(writer, 25)

    (found,) = expiring(committed)
    remember_expiring(workspace_of(committed), [found])

    assert 4 * DAY < found.expires - time.time() < 6 * DAY
    (memory,) = memories_on(committed, commit)
    assert memory.provenance.session == writer.session
    assert expiring(committed) == []


def test_work_that_was_not_committed_is_kept_as_pending(committed: GitDriver) -> None:
    writer = worked(committed)
    committed.write("up.py", LINES)
    aged(writer, 25)

    remember_expiring(workspace_of(committed), expiring(committed))

    (pending,) = PendingStore(committed.repo).newest_first()
    assert pending.memory.files_changed == ("up.py",)
    assert expiring(committed) == []


def test_what_is_remembered_or_young_or_only_talk_is_no_loss(committed: GitDriver) -> None:
    writer = worked(committed)
    commit = committed_by(committed, writer)
    assert len(expiring(committed)) == 0
    aged(writer, 25)
    assert len(expiring(committed)) == 1
    assert remembered(committed, commit).memories
    writer.prompt("What does it do?").say("It retries.")
    aged(writer, 25)

    assert expiring(committed) == []


def test_a_longer_retention_takes_nothing(committed: GitDriver) -> None:
    writer = worked(committed)
    committed_by(committed, writer)
    aged(writer, 25)
    settings = committed.home / ".claude" / "settings.json"
    settings.write_text('{"cleanupPeriodDays": 365}')

    assert expiring(committed) == []


def test_sessions_of_linked_work_trees_and_other_branches_count(
    committed: GitDriver, tmp_path: Path
) -> None:
    tree = tmp_path / "linked"
    committed.run("worktree", "add", "-q", "-b", "side", str(tree))
    slug = project_slug(os.path.realpath(tree))
    name = "aaaaaaaa-2222-4333-8444-555555555555"
    path = committed.home / ".claude" / "projects" / slug / f"{name}.jsonl"
    writer = SessionWriter(path, tree.resolve(), session=path.stem, now=committed.now)
    writer.prompt("Retry uploads with a pause").write("up.py", LINES).say("Done.")
    linked = GitDriver(tree, committed.home)
    linked.now = committed.now
    commit = committed_by(linked, writer)
    aged(writer, 29)

    remember_expiring(workspace_of(committed), expiring(committed))

    assert memories_on(committed, commit)


def test_the_worker_does_it_once_a_day(committed: GitDriver, monkeypatch: object) -> None:
    writer = worked(committed)
    commit = committed_by(committed, writer)
    aged(writer, 25)

    work(workspace_of(committed))

    assert memories_on(committed, commit)
    assert abs(read_expiring(committed.repo).checked - time.time()) < 60
    assert read_expiring(committed.repo).left == ()


def test_the_start_line_speaks_only_of_what_is_lost_soon(committed: GitDriver) -> None:
    assert gitmem(committed, "init", "--no-fetch").returncode == 0
    writer = worked(committed)
    here = str(writer.path)
    now = time.time()
    cases = {
        (here, 2 * DAY): "gitmem: 1 session is not remembered, and its agent deletes it in 2 days",
        (here, 9 * DAY): "",
        (here, -DAY): "",
        ("/nowhere/gone.jsonl", DAY): "",
    }
    for (path, left), line in cases.items():
        record = ExpiringRecord(now, ((path, "claude-code", now + left + 60),))
        write_expiring(committed.repo, record)
        told = find_trouble(committed.repo, Settings(), now)

        assert ("not remembered" in told) == bool(line), told
        if line:
            assert told.startswith(line)


def test_doctor_says_what_will_go_and_mends_it(committed: GitDriver) -> None:
    writer = worked(committed)
    commit = committed_by(committed, writer)
    aged(writer, 26)

    (finding,) = check_housekeeping(committed.repo, Practice())
    assert (finding.level, finding.fix is not None) == (Level.WARNING, True)
    assert finding.what.startswith("1 session holds work that is not remembered, and Claude Code")
    assert finding.fix is not None
    finding.fix()

    assert memories_on(committed, commit)
    (after,) = check_housekeeping(committed.repo, Practice())
    assert after.level is Level.GOOD
    assert "30 days: its default" in after.what


def test_without_sessions_doctor_is_silent(committed: GitDriver) -> None:
    assert list(check_housekeeping(committed.repo, Practice())) == []
