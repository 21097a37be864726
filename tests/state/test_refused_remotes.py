from __future__ import annotations

import time

from gitmem.state.refused_remotes import drop_refusal, keep_refusal, read_refusal
from tests.support.git import GitDriver


def test_a_refusal_is_news_once(committed: GitDriver) -> None:
    committed.run("remote", "add", "team/a", "/nowhere")

    assert keep_refusal(committed.repo, "team/a", "no notes here")
    assert not keep_refusal(committed.repo, "team/a", "still none")
    kept = read_refusal(committed.repo, "team/a")
    assert kept is not None
    assert kept.reason == "still none"
    assert kept.until > time.time()


def test_another_remote_has_a_record_of_its_own(committed: GitDriver) -> None:
    committed.run("remote", "add", "one", "/nowhere")
    committed.run("remote", "add", "two", "/nowhere")
    keep_refusal(committed.repo, "one", "no")

    assert read_refusal(committed.repo, "two") is None


def test_it_ends_with_the_address_where_pushes_go(committed: GitDriver) -> None:
    committed.run("remote", "add", "origin", "/nowhere")
    keep_refusal(committed.repo, "origin", "no")
    committed.run("remote", "set-url", "--push", "origin", "/elsewhere")

    assert read_refusal(committed.repo, "origin") is None
    assert keep_refusal(committed.repo, "origin", "no")


def test_it_ends_with_a_push_that_went_through(committed: GitDriver) -> None:
    committed.run("remote", "add", "origin", "/nowhere")
    keep_refusal(committed.repo, "origin", "no")
    drop_refusal(committed.repo, "origin")

    assert read_refusal(committed.repo, "origin") is None


def test_an_address_with_a_password_is_not_written_down(committed: GitDriver) -> None:
    committed.run("remote", "add", "origin", "https://carl:secret@example.invalid/")
    keep_refusal(committed.repo, "origin", "no")

    kept = (committed.repo.state_dir / "refusals").iterdir()
    assert all(b"secret" not in path.read_bytes() for path in kept)
