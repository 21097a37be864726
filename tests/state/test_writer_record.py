from __future__ import annotations

import pytest

from gitmem.git.repo import Repo
from gitmem.state.writer_record import (
    WriterRecord,
    keep_failure,
    keep_success,
    read_writer_records,
)
from tests.support.git import GitDriver


@pytest.fixture
def repo(git: GitDriver) -> Repo:
    git.repo.state_dir.mkdir()
    return git.repo


def test_each_writer_has_its_last_success_and_failure(repo: Repo) -> None:
    keep_failure(repo, "anthropic", "down", 5.0)
    keep_success(repo, "anthropic", 9.0)
    keep_failure(repo, "openai", "no model", 7.0)

    assert read_writer_records(repo) == {
        "anthropic": WriterRecord(9.0, 5.0, "down"),
        "openai": WriterRecord(0.0, 7.0, "no model", failures=1),
    }
    assert not read_writer_records(repo)["anthropic"].failed_last
    assert read_writer_records(repo)["openai"].failed_last


def test_where_nobody_set_gitmem_up_nothing_is_made(git: GitDriver) -> None:
    keep_success(git.repo, "anthropic")

    assert read_writer_records(git.repo) == {}
    assert not git.repo.state_dir.exists()
