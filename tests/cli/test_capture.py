from __future__ import annotations

from gitmem.worker import work
from tests.support.capture import commit_of, memories_on, session_in, workspace_of
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.test_worker import queue_capture


def prices(git: GitDriver) -> str:
    writer = session_in(git).prompt("Make prices exact.").write("price.py")
    return commit_of(git, writer, "Exact prices", "price.py")


def test_a_commit_is_remembered_by_hand_once(committed: GitDriver) -> None:
    commit = prices(committed)

    first, again = gitmem(committed, "capture"), gitmem(committed, "capture")

    assert "Exact prices" in first.stdout
    assert f"gitmem show {commit[:10]}" in again.stdout
    assert len(memories_on(committed, commit)) == 1


def test_what_a_hook_has_queued_is_not_done_twice(committed: GitDriver) -> None:
    assert gitmem(committed, "init").returncode == 0
    committed.environ["GITMEM_SKIP"] = "1"
    commit = prices(committed)
    queue_capture(committed, commit)

    done = gitmem(committed, "capture")

    assert "Nothing new" in done.stdout
    assert len(memories_on(committed, commit)) == 1
    assert work(workspace_of(committed)) == 0


def test_a_commit_of_nobodys_session_is_said_to_be_one(committed: GitDriver) -> None:
    assert "no uncaptured work of any session" in gitmem(committed, "capture").stdout


def test_records_later_than_the_commit_are_taken_on_request(committed: GitDriver) -> None:
    """As when a transcript was copied from a machine with another clock."""
    writer = session_in(committed)
    commit = committed.commit("Exact prices", **{"price.py": "x\n"})
    writer.now = committed.now + 3_600
    writer.prompt("Make prices exact.").write("price.py")

    without = gitmem(committed, "capture", "--session", str(writer.path))
    whole = gitmem(committed, "capture", "--session", str(writer.path), "--whole")

    assert "Nothing to remember" in without.stdout
    assert "Exact prices" in whole.stdout
    assert len(memories_on(committed, commit)) == 1
