from __future__ import annotations

from gitmem.state.notices import add_notice
from tests.support.cli import gitmem
from tests.support.git import GitDriver


def test_a_command_tells_on_stderr_what_happened_unseen_and_only_once(committed: GitDriver) -> None:
    add_notice(committed.repo, "2 memories of 1 commit came back")

    first, second = gitmem(committed, "log"), gitmem(committed, "log")

    assert "gitmem: 2 memories of 1 commit came back\n" in first.stderr
    assert "came back" not in first.stdout + second.stderr
