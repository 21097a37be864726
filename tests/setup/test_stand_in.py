"""A launcher whose program is gone looks for another: only for one that is the person's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gitmem.process.installation import install_command, is_in_cache
from gitmem.setup.install import install
from gitmem.setup.launcher import run_path
from gitmem.setup.mend import mend_launcher
from gitmem.setup.trouble import starts_nothing
from gitmem.state.notices import take_notices
from tests.support.git import GitDriver

OURS = f"""\
#!/bin/sh
echo "$0 $*" >>"$HOME/ran"
exec {sys.executable} -c 'from gitmem.__main__ import main; main()' "$@"
"""
GONE = "/nowhere/python"


@pytest.fixture
def lost(committed: GitDriver) -> GitDriver:
    """Set up, and then its Python is gone."""
    install(committed.repo, git_version=(2, 39))
    for path in (run_path(committed.repo), committed.repo.state_dir / "program"):
        path.write_text(path.read_text().replace(sys.executable, GONE))
    return committed


def put(folder: Path, text: str = OURS, mode: int = 0o755) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gitmem").write_text(text)
    (folder / "gitmem").chmod(mode)
    return folder


def launch(git: GitDriver, path: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As the client does at a session's start, with this in front of PATH."""
    told = {"session_id": "s", "source": "startup", "cwd": str(git.path)}
    return subprocess.run(
        [run_path(git.repo), *(arguments or ("hook", "SessionStart"))],
        cwd=git.path,
        env={
            **git.env(),
            "PATH": f"{path}:/usr/bin:/bin",
            "CLAUDE_CODE_ENTRYPOINT": "cli",
            "CLAUDE_PROJECT_DIR": str(git.path),
        },
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
    )


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0
    return str(json.loads(done.stdout)["systemMessage"]) if done.stdout else ""


def has_run(git: GitDriver) -> bool:
    return (git.home / "ran").exists()


def test_another_gitmem_of_the_persons_takes_over(lost: GitDriver, tmp_path: Path) -> None:
    folder = put(tmp_path / "a b" / "bin")

    assert "another gitmem of yours has taken its place" in said(launch(lost, str(folder)))

    assert not starts_nothing(lost.repo)
    assert GONE not in run_path(lost.repo).read_text()
    (notice,) = take_notices(lost.repo)
    assert notice.endswith(f"now they start {sys.executable}")
    (lost.home / "ran").unlink()
    assert said(launch(lost, str(folder))) == ""
    assert not has_run(lost)  # it is started by its Python from now on


def test_one_where_uv_and_pipx_put_programs_is_found(lost: GitDriver) -> None:
    put(lost.home / ".local" / "bin")

    launch(lost, "/nowhere", "worker", str(lost.repo.git_dir))

    assert not starts_nothing(lost.repo)


def in_the_work_tree(git: GitDriver, folder: Path) -> str:
    return str(put(git.path / ".venv" / "bin"))


def in_another_project(git: GitDriver, folder: Path) -> str:
    (folder / "other" / ".git").mkdir(parents=True)
    return str(put(folder / "other" / "tools" / "bin"))


def in_the_git_directory(git: GitDriver, folder: Path) -> str:
    return str(put(git.repo.common_dir / "bin"))


def by_a_link_into_the_work_tree(git: GitDriver, folder: Path) -> str:
    (folder / "bin").mkdir()
    (folder / "bin" / "gitmem").symlink_to(put(git.path / "bin") / "gitmem")
    return str(folder / "bin")


def by_a_linked_folder(git: GitDriver, folder: Path) -> str:
    (folder / "bin").symlink_to(put(git.path / "bin"))
    return str(folder / "bin")


def from_where_one_is(git: GitDriver, folder: Path) -> str:
    put(git.path / "bin")
    put(git.path)
    return "bin::.:./bin"


def of_everybody(git: GitDriver, folder: Path) -> str:
    put(folder / "bin").chmod(0o777)
    return str(folder / "bin")


def of_another_name(git: GitDriver, folder: Path) -> str:
    """The namesake is not even asked for its version."""
    text = '#!/bin/sh\necho ran >>"$HOME/ran"\necho "gitmem (gitmem-cli) 9"\n'
    return str(put(folder / "bin", text))


def without_its_packages(git: GitDriver, folder: Path) -> str:
    text = OURS.replace("-c", "-S -c").replace('echo "$0 $*" >>"$HOME/ran"\n', "")
    return str(put(folder / "bin", text))


@pytest.mark.parametrize(
    "place",
    [
        in_the_work_tree,
        in_another_project,
        in_the_git_directory,
        by_a_link_into_the_work_tree,
        by_a_linked_folder,
        from_where_one_is,
        of_everybody,
        of_another_name,
        without_its_packages,
    ],
)
def test_what_a_clone_may_have_brought_is_not_run(
    lost: GitDriver, tmp_path: Path, place: Callable[[GitDriver, Path], str]
) -> None:
    path = place(lost, tmp_path)

    for arguments in ((), ("worker", str(lost.repo.git_dir)), ("hook", "commit")):
        launch(lost, path, *arguments)

    assert not has_run(lost)
    assert starts_nothing(lost.repo)
    assert said(launch(lost, path)).startswith("gitmem is not capturing")


def commit(git: GitDriver, path: str = "/nowhere") -> str:
    """What the person who commits reads."""
    env = {**git.env(), "PATH": f"{path}:/usr/bin:/bin"}
    command = ["git", "commit", "-q", "--allow-empty", "-m", "x"]
    done = subprocess.run(
        command, cwd=git.path, env=env, capture_output=True, text=True, check=True
    )
    return done.stdout + done.stderr


def test_a_commit_says_it_once_a_day_and_loses_nothing(lost: GitDriver) -> None:
    first, second = commit(lost), commit(lost)

    assert first.startswith("gitmem is not capturing: the Python it was set up with is gone")
    assert first.count("\n") == 1
    assert second == ""
    assert len(list((lost.repo.state_dir / "queue").glob("*.job"))) == 2
    assert mend_launcher(lost.repo).endswith(f"now they start {sys.executable}")
    assert not (lost.repo.state_dir / "lost.told").exists()
    assert commit(lost) == ""


def test_a_commit_says_that_another_has_taken_over(lost: GitDriver, tmp_path: Path) -> None:
    folder = str(put(tmp_path / "bin"))

    assert [commit(lost, folder) for _ in range(2)] == [
        "gitmem: its Python was gone; another gitmem has taken over\n",
        "",
    ]


def test_who_wants_no_notice_commits_in_silence(lost: GitDriver) -> None:
    lost.run("config", "gitmem.notice", "never")

    assert commit(lost) == ""


def test_the_server_says_why_it_does_not_start(lost: GitDriver) -> None:
    done = launch(lost, "/nowhere", "mcp")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("gitmem is not capturing")


def test_hooks_beside_the_work_look_for_nothing(lost: GitDriver, tmp_path: Path) -> None:
    """A prompt or a file that is read would wait for it each time."""
    folder = put(tmp_path / "bin")

    for event in ("UserPromptSubmit", "PostToolUse", "SubagentStart"):
        assert launch(lost, str(folder), "hook", event).stdout == ""
    assert not has_run(lost)


def test_a_python_without_gitmem_hands_back_to_the_launcher(
    committed: GitDriver, tmp_path: Path
) -> None:
    """As after an update of Python below a virtual environment: interpreter and files are there."""
    install(committed.repo, git_version=(2, 39))
    run = run_path(committed.repo)
    run.write_text(run.read_text().replace("-I -c", "-I -S -c"))
    folder = put(tmp_path / "bin")

    launch(committed, str(folder), "worker", str(committed.repo.git_dir))

    assert has_run(committed)
    assert "-I -S -c" not in run.read_text()


def test_a_package_that_is_missing_is_named(
    lost: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pygit2", None)

    assert "the package 'pygit2', which gitmem needs" in mend_launcher(lost.repo)
    assert starts_nothing(lost.repo)


@pytest.mark.parametrize(
    ("mark", "command"),
    [
        ("uv-receipt.toml", "uv tool install --reinstall 'gitmem-cli[openai]'"),
        ("pipx_metadata.json", "pipx install --force 'gitmem-cli[openai]'"),
        ("../CACHEDIR.TAG", "uv tool install 'gitmem-cli[openai]'"),
        ("CACHEDIR.TAG", "pip install 'gitmem-cli[openai]'"),  # every environment of uv's has one
    ],
)
def test_the_tool_that_installed_gitmem_is_named(tmp_path: Path, mark: str, command: str) -> None:
    place = tmp_path / "environment"
    place.mkdir()
    (place / mark).touch()

    assert install_command("openai", os.fspath(place)) == command
    assert is_in_cache(os.fspath(place)) == mark.startswith("..")
