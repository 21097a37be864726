"""husky, lefthook, pre-commit and simple-git-hooks as they come from their registries.

Whoever is installed first or again: their hooks and ours all run, theirs still decide, and each
uninstalls without a trace of it or the other.
"""

from __future__ import annotations

import os
import re
import sys

import pytest

from gitmem.setup.doctor import diagnose
from gitmem.setup.doctor_finding import Level, Practice
from gitmem.setup.hook_file import EVENTS
from gitmem.setup.hook_location import read_git_version
from gitmem.setup.install import install
from gitmem.setup.reinstate import reinstate_hooks
from gitmem.setup.uninstall import uninstall
from gitmem.state.notices import take_notices
from tests.support.capture import commit_of, session_in
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.jobs import eventually, hold_worker, jobs, set_up, sources
from tests.support.layouts import OLD_GIT
from tests.support.managers import MANAGERS, Husky8, Husky9, Lefthook1, Lefthook2, Manager, fetched
from tests.support.session import SESSION
from tests.support.snapshot import snapshot

pytestmark = pytest.mark.slow

_MODERN = os.environ.get("GITMEM_TEST_GIT", "")


@pytest.fixture(params=MANAGERS, ids=lambda kind: kind.name.replace(" ", "-"))
def manager(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Manager:
    base = tmp_path_factory.getbasetemp()
    return fetched(request.param, base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.fixture
def modern(monkeypatch: pytest.MonkeyPatch) -> None:
    """A git that has hooks in its configuration, for everything that comes after."""
    if folder := _MODERN:
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    if read_git_version() < (2, 54):
        pytest.skip("needs git 2.54 or newer: on PATH, or its folder in GITMEM_TEST_GIT")


@pytest.fixture
def managed(committed: GitDriver, manager: Manager, remote: GitDriver) -> GitDriver:
    """A repository with the manager configured and not installed, and a remote."""
    committed.run("remote", "add", "origin", str(remote.path))
    manager.arrange(committed)
    return committed


def theirs(git: GitDriver) -> list[str]:
    """What their hooks ran since it was last asked, without what is run while we look on."""
    path = git.path.parent / "ran"
    ran = path.read_text().split()
    path.write_text("")
    return ran


def exercise(git: GitDriver) -> None:
    """Commit, push, rewrite and merge: at each, theirs and ours run once."""
    theirs(git)
    pushed = git.repo.state_dir / "pushed"
    before = {job["commit"] for job in jobs(git)}
    made = git.commit("exercise", **{f"e{git.now}": "1\n"})
    assert theirs(git) == ["pre-commit", "prepare-commit-msg", "post-commit"]
    assert [job["commit"] for job in jobs(git) if job["commit"] not in before] == [made]

    pushed.unlink(missing_ok=True)
    git.run("push", "-q", "origin", "main")
    assert theirs(git) == ["pre-push"]
    assert pushed.read_text().split()[:3] == ["hook", "pre-push", "origin"]

    git.run("commit", "-q", "--amend", "-m", "exercised")
    amended = git.out("rev-parse", "HEAD")
    assert theirs(git)[-2:] == ["post-commit", "post-rewrite"]
    assert f"{made} {amended}" in [job.get("rewritten") for job in jobs(git)]

    git.run("checkout", "-q", "-b", "side", "HEAD~1")
    side = git.commit("aside", **{f"s{git.now}": "1\n"})
    git.run("checkout", "-q", "main")
    theirs(git)
    merges = [path.name for path in (git.repo.state_dir / "queue").glob("merge-*")]
    git.run("merge", "-q", "--squash", "side")
    assert theirs(git) == ["post-merge"]
    assert len(list((git.repo.state_dir / "queue").glob("merge-*"))) == len(merges) + 1
    git.run("commit", "-q", "-m", "squashed")
    assert sources(git)[git.out("rev-parse", "HEAD")] == [side]
    git.run("branch", "-qD", "side")


def refuses(git: GitDriver) -> None:
    """Their pre-commit and pre-push still stop what they stop."""
    for event, command in (
        ("pre-commit", ("commit", "-q", "-m", "no")),
        ("prepare-commit-msg", ("commit", "-q", "-m", "no")),
        ("pre-push", ("push", "-q", "origin", "main:elsewhere")),
    ):
        git.commit("something to push", **{f"p{git.now}": "1\n"})
        git.write("staged", event)
        git.run("add", "staged")
        mark = git.path.parent / f"fail-{event}"
        mark.write_text("")
        head = git.out("rev-parse", "HEAD")
        assert git.run(*command, check=False).returncode != 0
        assert git.out("rev-parse", "HEAD") == head
        mark.unlink()
    assert git.run("ls-remote", "--exit-code", "origin", "elsewhere", check=False).returncode == 2


def is_well(git: GitDriver, version: tuple[int, int] | None = OLD_GIT) -> bool:
    """Whether doctor finds every hook of ours in place and, where it may try them, firing."""
    found = diagnose(git.repo, Practice(client=None, git_version=version))
    hooks = [finding.level for finding in found if finding.what.startswith("hook ")]
    return hooks == [Level.GOOD] * len(EVENTS)


def reinstate(git: GitDriver) -> list[str]:
    return reinstate_hooks(git.repo, git_version=OLD_GIT)


def test_ours_after_theirs(managed: GitDriver, manager: Manager) -> None:
    manager.install(managed)

    set_up(managed)

    assert is_well(managed)
    exercise(managed)
    refuses(managed)


def test_theirs_after_ours_and_init_again(managed: GitDriver, manager: Manager) -> None:
    set_up(managed)
    manager.install(managed)

    set_up(managed)

    assert is_well(managed)
    exercise(managed)
    refuses(managed)
    assert install(managed.repo, git_version=OLD_GIT).changes == [f"the program: {sys.executable}"]


def test_theirs_again_after_ours(managed: GitDriver, manager: Manager) -> None:
    """The next worker puts back what they overwrote, and says so once."""
    manager.install(managed)
    set_up(managed)
    manager.install(managed)

    put_back = reinstate(managed)

    assert bool(put_back) is not manager.keeps_its_files
    told = take_notices(managed.repo)
    assert len(told) == (0 if manager.keeps_its_files else 1)
    assert reinstate(managed) == []
    assert take_notices(managed.repo) == []
    exercise(managed)
    refuses(managed)


def test_ours_uninstalled_leaves_theirs_to_the_byte(managed: GitDriver, manager: Manager) -> None:
    manager.install(managed)
    before = snapshot(managed.path)
    set_up(managed)
    manager.install(managed)
    reinstate(managed)
    set_up(managed)

    report = uninstall(managed.repo)

    assert report.notices == []
    assert snapshot(managed.path) == before
    managed.commit("theirs alone", t="1\n")
    assert theirs(managed) == ["pre-commit", "prepare-commit-msg", "post-commit"]


@pytest.mark.parametrize("again", [False, True], ids=["", "init again"])
def test_theirs_uninstalled_after_ours_leaves_nothing(
    managed: GitDriver, manager: Manager, again: bool
) -> None:
    """Ours came first, so that theirs may have kept a copy of it."""
    hooks = snapshot(managed.path / ".git/hooks")
    set_up(managed)
    manager.install(managed)
    if again:
        set_up(managed)

    uninstall(managed.repo)
    manager.uninstall(managed)

    assert snapshot(managed.path / ".git/hooks") == hooks
    assert "gitmem" not in managed.out("config", "--local", "--list")
    assert b"gitmem" not in b"".join(content for _, content in snapshot(managed.path).values())


def test_theirs_uninstalled_before_ours(managed: GitDriver, manager: Manager) -> None:
    hooks = snapshot(managed.path / ".git/hooks")
    manager.install(managed)
    set_up(managed)
    manager.uninstall(managed)
    set_up(managed)
    made = managed.commit("ours alone")
    assert made in [job["commit"] for job in jobs(managed)]

    uninstall(managed.repo)

    assert snapshot(managed.path / ".git/hooks") == hooks


@pytest.mark.parametrize("manager", [Lefthook2, Lefthook1], indirect=True)
def test_what_lefthook_does_in_the_middle_of_a_commit_is_mended(
    managed: GitDriver, manager: Manager
) -> None:
    """It writes its hooks anew by itself when its configuration has changed."""
    manager.install(managed)
    set_up(managed)
    config = managed.path / "lefthook.yml"
    config.write_text(config.read_text().replace("post-merge", "pre-merge-commit"))
    os.utime(config, (managed.now, managed.now))  # lefthook looks at the time first
    managed.commit("configured")

    lost = reinstate(managed)

    assert "post-commit" in lost
    assert is_well(managed)
    before = len(jobs(managed))
    managed.commit("once more", o="1\n")
    assert len(jobs(managed)) == before + 1


@pytest.mark.parametrize("manager", [Husky9, Husky8], indirect=True)
def test_husky_after_ours_is_told_once(managed: GitDriver, manager: Manager) -> None:
    set_up(managed)
    manager.install(managed)

    assert reinstate(managed) == []
    assert reinstate(managed) == []

    (line,) = take_notices(managed.repo)
    assert "git hooks do not call gitmem" in line


def test_beside_hooks_in_gits_configuration(
    modern: None, managed: GitDriver, manager: Manager
) -> None:
    """There nobody is in anybody's way."""
    manager.install(managed)
    before = snapshot(managed.path)
    install(managed.repo)
    hold_worker(managed)
    manager.install(managed)

    assert reinstate_hooks(managed.repo) == []
    assert take_notices(managed.repo) == []
    uninstall(managed.repo)
    assert snapshot(managed.path) == before
    install(managed.repo)
    hold_worker(managed)
    exercise(managed)
    refuses(managed)


def test_the_whole_story_with_a_manager(managed: GitDriver, manager: Manager) -> None:
    """A session's commit is remembered, a pick takes the memory along and a push sends it.

    With the manager installed again in between, as ``npm install`` or a changed configuration
    does; the notice of what was put back is told by the next command.
    """
    assert gitmem(managed, "init").returncode == 0
    manager.install(managed)
    assert gitmem(managed, "init").returncode == 0
    note_after_commit(managed)
    made = managed.out("rev-parse", "HEAD")
    manager.install(managed)
    managed.commit("perhaps with our hooks off", o="1\n")

    said: list[str] = []

    def is_told() -> bool:
        said.append(gitmem(managed, "log", "-n", "1").stderr)
        return "had replaced git hooks" in "".join(said)

    if read_git_version() >= (2, 54) or manager.keeps_its_files:
        assert not is_told()
    else:
        assert eventually(is_told)
        # A manager writes its files one by one, and may come back to the one it began with: a
        # worker may look between two of them.
        told = re.findall(r"had replaced git hooks \(([^)]+)\)", "".join(said))
        names = ", ".join(told).split(", ")
        assert len(names) <= len(set(names)) + 1
    assert is_well(managed, None)
    managed.run("checkout", "-q", "-b", "release", "main~2")
    managed.commit("meanwhile", m="1\n")
    managed.run("cherry-pick", "main~1")
    assert eventually(lambda: b"Exact prices" in note_of(managed, "HEAD"))
    managed.run("push", "-q", "origin", "main", "release")

    remote = GitDriver(managed.path.parent / "remote.git", managed.home)
    picked = managed.out("rev-parse", "HEAD")
    assert all(b"Exact prices" in remote.show_note(commit) for commit in (made, picked))


def note_of(git: GitDriver, revision: str) -> bytes:
    return git.run("notes", "--ref", "claude-mem", "show", revision, check=False).stdout


def note_after_commit(git: GitDriver) -> None:
    """Commit what a session wrote, and wait for the worker that the hook started."""
    git.environ["CLAUDE_CODE_SESSION_ID"] = SESSION
    writer = session_in(git).prompt("Make prices exact.").write("price.py")
    commit_of(git, writer, "Exact prices", "price.py")
    assert eventually(lambda: b"Exact prices" in note_of(git, "HEAD"))
