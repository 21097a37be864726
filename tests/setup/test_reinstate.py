from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gitmem.setup.hook_file import EVENTS, has_block
from gitmem.setup.hook_location import read_git_version
from gitmem.setup.install import install
from gitmem.setup.reinstate import reinstate_hooks
from gitmem.setup.uninstall import uninstall
from gitmem.state.notices import take_notices
from tests.support.git import GitDriver
from tests.support.jobs import set_up, sources
from tests.support.layouts import OLD_GIT, husky_9, lefthook, own_hooks_path, plain, pre_commit
from tests.support.snapshot import snapshot


def reinstate(git: GitDriver) -> list[str]:
    return reinstate_hooks(git.repo, git_version=OLD_GIT)


@pytest.mark.parametrize(
    ("arrange", "event", "name"),
    [(lefthook, "post-commit", "lefthook"), (pre_commit, "pre-push", "pre-commit")],
)
def test_what_a_manager_overwrote_is_put_back_and_told(
    committed: GitDriver, arrange: object, event: str, name: str
) -> None:
    assert callable(arrange)
    arrange(committed)
    before = snapshot(committed.path)
    set_up(committed)
    arrange(committed)

    assert reinstate(committed) == [event]

    assert has_block((committed.path / ".git/hooks" / event).read_bytes())
    (line,) = take_notices(committed.repo)
    assert line.startswith(f"{name} had replaced git hooks ({event})")
    assert (reinstate(committed), take_notices(committed.repo)) == ([], [])
    uninstall(committed.repo)
    assert snapshot(committed.path) == before


def test_what_a_manager_removed_is_put_back(committed: GitDriver) -> None:
    set_up(committed)
    for event in EVENTS:
        (committed.path / ".git/hooks" / event).unlink()
    lefthook(committed)

    assert reinstate(committed) == list(EVENTS)

    made = committed.commit("second")
    assert list(sources(committed)) == [made]


def test_what_a_person_did_stays_and_is_told_once(committed: GitDriver) -> None:
    set_up(committed)
    (committed.path / ".git/hooks/post-merge").unlink()
    own = committed.write(".git/hooks/post-commit", "#!/bin/sh\necho mine\n")
    before = snapshot(committed.path / ".git/hooks")

    assert reinstate(committed) == []

    assert snapshot(committed.path / ".git/hooks") == before
    (line,) = take_notices(committed.repo)
    assert "(post-commit, post-merge in" in line
    assert line.endswith("Run: gitmem doctor")
    assert (reinstate(committed), take_notices(committed.repo)) == ([], [])
    own.unlink()
    install(committed.repo, git_version=OLD_GIT)
    assert (reinstate(committed), take_notices(committed.repo)) == ([], [])
    own.unlink()
    reinstate(committed)
    assert len(take_notices(committed.repo)) == 1


@pytest.mark.parametrize("arrange", [husky_9, own_hooks_path])
def test_a_folder_of_the_project_is_told_of_and_not_touched(
    committed: GitDriver, arrange: object
) -> None:
    set_up(committed)
    assert callable(arrange)
    arrange(committed)
    before = snapshot(committed.path)

    assert reinstate(committed) == []

    assert {n: v for n, v in snapshot(committed.path).items() if not n.startswith(".git/")} == {
        n: v for n, v in before.items() if not n.startswith(".git/")
    }
    assert "do not call gitmem" in take_notices(committed.repo)[0]


def test_a_folder_shared_with_others_is_told_only_when_it_came_later(
    committed: GitDriver, tmp_path: Path
) -> None:
    set_up(committed)
    committed.run("config", "--global", "core.hooksPath", str(tmp_path / "global"))

    reinstate(committed)
    assert "git now runs the hooks in" in take_notices(committed.repo)[0]

    uninstall(committed.repo)
    set_up(committed)
    reinstate(committed)
    assert take_notices(committed.repo) == []


def test_where_nothing_is_set_up_nothing_is_said(committed: GitDriver, remote: GitDriver) -> None:
    plain(committed)

    assert reinstate(committed) == []
    assert reinstate(remote) == []
    assert take_notices(committed.repo) == []


def test_the_worker_looks(committed: GitDriver) -> None:
    if read_git_version() >= (2, 54):
        pytest.skip("this git has our hooks in its configuration, where no manager writes")
    install(committed.repo)
    lefthook(committed)

    run = committed.repo.state_dir / "run"
    subprocess.run([run, "worker", committed.repo.common_dir], env=committed.env(), check=True)

    assert has_block((committed.path / ".git/hooks/post-commit").read_bytes())
