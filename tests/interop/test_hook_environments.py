"""git started by programs that are no shell: editors, graphical clients, services."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from gitmem.setup.install import install
from tests.support.git import GitDriver
from tests.support.jobs import eventually, hold_worker, jobs, set_up, sources

Environ = dict[str, str]


def commit(
    git: GitDriver, environ: Mapping[str, str], prefix: Sequence[str] = (), cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """A commit as that program makes it: no terminal, a session of its own."""
    git.write(f"f{git.now}", "1\n")
    git.run("add", "-A")
    return subprocess.run(
        [*prefix, "git", "commit", "-q", "-m", "by a program"],
        cwd=cwd or git.path,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=False,
    )


def no_home(environ: Environ, place: Path) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME"):
        del environ[name]


def home_is_nowhere(environ: Environ, place: Path) -> None:
    environ.update(HOME="/nonexistent", XDG_CONFIG_HOME="/nonexistent/config")


def no_python_on_path(environ: Environ, place: Path) -> None:
    folder = place / "bin"
    folder.mkdir()
    for name in ("git", "sh", "sed", "head", "rm", "cat", "nice", "setsid"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    environ["PATH"] = str(folder)


def path_with_holes(environ: Environ, place: Path) -> None:
    """An empty entry means the current folder, where a decoy stands."""
    environ["PATH"] = f":/nonexistent dir:{environ['PATH']}:"
    for name in ("nice", "sed", "cat"):
        decoy = place / "repo" / name
        decoy.write_text("#!/bin/sh\necho decoy\n")  # not executable: never taken
    (place / "repo/.git/info/exclude").write_text("nice\nsed\ncat\n")


def unusable_temporary_folder(environ: Environ, place: Path) -> None:
    environ["TMPDIR"] = "/nonexistent"


def another_language(environ: Environ, place: Path) -> None:
    environ.update(LC_ALL="tr_TR.UTF-8", LANG="tr_TR.UTF-8")


def the_shells_own_variables(environ: Environ, place: Path) -> None:
    environ.update(
        ENV="/nonexistent", BASH_ENV="/nonexistent", CDPATH="/:/tmp", IFS="/", POSIXLY_CORRECT="1"
    )
    environ.update(PS4="$(touch traced)", GREP_OPTIONS="-v", g="/", state="/", sources="x")


ODD = [
    no_home,
    home_is_nowhere,
    no_python_on_path,
    path_with_holes,
    unusable_temporary_folder,
    another_language,
    the_shells_own_variables,
]


@pytest.mark.parametrize("arrange", ODD)
def test_all_hooks_work_in_odd_environments(
    committed: GitDriver, tmp_path: Path, arrange: Callable[[Environ, Path], None]
) -> None:
    committed.run("config", "user.name", "A")
    committed.run("config", "user.email", "a@example.com")
    committed.run("checkout", "-q", "-b", "side")
    picked = committed.commit("to pick", p="1\n")
    committed.run("checkout", "-q", "main")
    set_up(committed)
    environ = committed.env()
    arrange(environ, tmp_path)

    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["git", *arguments],
            cwd=committed.path,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )

    done = commit(committed, environ)
    assert (done.returncode, done.stderr) == (0, b"")
    made = committed.out("rev-parse", "HEAD")
    run("commit", "-q", "--amend", "-m", "better")
    amended = committed.out("rev-parse", "HEAD")
    run("cherry-pick", "side")

    expected = {made: [], amended: [], committed.out("rev-parse", "HEAD"): [picked]}
    assert sources(committed) == expected
    assert f"{made} {amended}" in [job.get("rewritten") for job in jobs(committed)]
    assert eventually((committed.repo.state_dir / "called").is_file)


@pytest.mark.parametrize("closed", ["<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_program_that_closed_its_files(committed: GitDriver, closed: str) -> None:
    set_up(committed)

    done = commit(committed, committed.env(), ["sh", "-c", f'exec "$@" {closed}', "sh"])

    assert done.returncode == 0
    assert list(sources(committed)) == [committed.out("rev-parse", "HEAD")]


def from_below(git: GitDriver) -> tuple[Path, Environ]:
    return git.path / "below", {}


def relative_from_the_top(git: GitDriver) -> tuple[Path, Environ]:
    return git.path, {"GIT_DIR": ".git"}


def relative_from_below(git: GitDriver) -> tuple[Path, Environ]:
    return git.path / "below", {"GIT_DIR": "../.git", "GIT_WORK_TREE": ".."}


def relative_from_beside(git: GitDriver) -> tuple[Path, Environ]:
    folder = git.path.parent / "beside"
    folder.mkdir()
    place = os.path.relpath(git.path, folder)
    return folder, {"GIT_DIR": f"{place}/.git", "GIT_WORK_TREE": place}


def absolute_from_elsewhere(git: GitDriver) -> tuple[Path, Environ]:
    return Path("/"), {"GIT_DIR": str(git.path / ".git"), "GIT_WORK_TREE": str(git.path)}


def through_a_link(git: GitDriver) -> tuple[Path, Environ]:
    link = git.path.parent / "link"
    link.symlink_to(git.path)
    return link, {"PWD": str(link)}


@pytest.mark.parametrize("name", ["repo", "with space", "with\nnewline\n", "-x 'q' \"d\" $(x) %s"])
@pytest.mark.parametrize(
    "stand",
    [
        from_below,
        relative_from_the_top,
        relative_from_below,
        relative_from_beside,
        absolute_from_elsewhere,
        through_a_link,
    ],
)
def test_wherever_git_is_started_the_job_names_the_commit_and_the_place(
    committed: GitDriver, stand: Callable[[GitDriver], tuple[Path, Environ]], name: str
) -> None:
    (committed.path / "below").mkdir()
    git = GitDriver(committed.path.rename(committed.path.parent / name), committed.home)
    set_up(git)
    cwd, variables = stand(git)
    git.write(".git/SQUASH_MSG", f"commit {'a' * 40}\n")

    done = commit(git, {**git.env(), **variables}, cwd=cwd)

    assert (done.returncode, done.stderr) == (0, b"")
    (job,) = jobs(git)
    assert job["commit"] == git.out("rev-parse", "HEAD")
    assert job["worktree"] == str(git.path.resolve())
    assert job["sources"] == "a" * 40
    assert not (git.path / ".git/gitmem-sources").exists()
    assert eventually((git.repo.state_dir / "called").is_file)


@pytest.mark.parametrize("name", ["elsewhere", "else where\nand more"])
def test_a_git_directory_of_its_own(committed: GitDriver, tmp_path: Path, name: str) -> None:
    """A relative ``--separate-git-dir``, as submodules have it."""
    git = committed.clone(tmp_path / "work", f"--separate-git-dir={tmp_path / name}")
    set_up(git)

    done = commit(git, git.env())

    assert (done.returncode, done.stderr) == (0, b"")
    assert [job["commit"] for job in jobs(git)] == [git.out("rev-parse", "HEAD")]


def test_their_hooks_find_the_environment_that_git_gave_them(committed: GitDriver) -> None:
    text = "#!/bin/sh\nenv | grep -v _DATE= | sort >seen\npwd >>seen\nset | sort >>seen\n"
    committed.write(".git/hooks/prepare-commit-msg", text).chmod(0o755)
    committed.write(".git/info/exclude", "seen\n.claude\n")
    seen = []
    for is_ours in (False, True):
        if is_ours:
            set_up(committed)
        committed.now += 60
        committed.write(".git/SQUASH_MSG", f"commit {'a' * 40}\n")
        commit(committed, committed.env())
        lines = (committed.path / "seen").read_text().splitlines()
        seen.append([line for line in lines if "_DATE=" not in line and "PPID=" not in line])

    assert seen[0] == seen[1]
    assert sources(committed)[committed.out("rev-parse", "HEAD")] == ["a" * 40]


def test_install_from_such_a_program(committed: GitDriver) -> None:
    """A GIT_DIR in the environment of the worker must not lead to another repository."""
    other = GitDriver(committed.path.parent / "other", committed.home).init()
    install(committed.repo)
    hold_worker(committed)

    done = commit(other, {**committed.env(), "GIT_DIR": str(other.path / ".git")}, cwd=other.path)

    assert done.returncode == 0
    assert jobs(committed) == []
