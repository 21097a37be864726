from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitmem.errors import InstallError
from gitmem.setup.launcher import check_program, put_program, run_path
from tests.support.git import GitDriver


def start(git: GitDriver, cwd: Path, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [run_path(git.repo), "--version"],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        check=False,
    )


def test_writing_twice_is_writing_once(git: GitDriver) -> None:
    assert put_program(git.repo, sys.executable)
    assert not put_program(git.repo, sys.executable)
    assert check_program(git.repo, sys.executable) == ""


def test_nothing_in_the_current_folder_or_the_environment_is_imported(
    git: GitDriver, tmp_path: Path
) -> None:
    for name in ("gitmem", "click", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('decoy')")
    put_program(git.repo, sys.executable)

    done = start(git, tmp_path, PYTHONPATH=str(tmp_path), PYTHONSTARTUP="x")

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.split()[-1].startswith(b"0.")


def test_a_python_that_knows_gitmem_only_by_its_place(git: GitDriver, tmp_path: Path) -> None:
    """As with ``pip install --user``, which isolated mode does not see; in a place with a quote."""
    site = ":".join(path for path in sys.path if path.endswith("site-packages"))
    python = tmp_path / "python 3's"
    python.write_text(
        f'#!/bin/sh\n[ "$1" != -I ] || exec "{sys.executable}" -S "$@"\n'
        f'shift\nPYTHONPATH="{site}" exec "{sys.executable}" -S "$@"\n'
    )
    python.chmod(0o755)

    put_program(git.repo, str(python))

    assert "sys.path[0]" in run_path(git.repo).read_text()
    done = start(git, tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.split()[-1].startswith(b"0.")


def test_a_python_that_is_gone_says_nothing(git: GitDriver, tmp_path: Path) -> None:
    put_program(git.repo, sys.executable)
    run = run_path(git.repo)
    run.write_text(run.read_text().replace(sys.executable, str(tmp_path / "gone")))

    done = start(git, tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def begin_session(git: GitDriver, source: str = "startup", **environ: str) -> str:
    """What the person is shown at a session's start; the client runs the hook in the project."""
    done = subprocess.run(
        [run_path(git.repo), "hook", "SessionStart"],
        cwd=git.path,
        env={**git.env(), "CLAUDE_CODE_ENTRYPOINT": "cli", **environ},
        input=json.dumps({"session_id": "s", "source": source}, separators=(",", ":")).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.count(b"\n") <= 1
    return str(json.loads(done.stdout)["systemMessage"]) if done.stdout else ""


def lose_python(git: GitDriver) -> None:
    run = run_path(git.repo)
    run.write_text(run.read_text().replace(sys.executable, "/nowhere/python"))


def lose_gitmem(git: GitDriver) -> None:
    run = run_path(git.repo)
    run.write_text(run.read_text().replace("__main__.py", "gone.py"))


def lose_packages(git: GitDriver) -> None:
    """As after an update of Python below a virtual environment."""
    run = run_path(git.repo)
    run.write_text(run.read_text().replace("-I -c", "-I -S -c"))


@pytest.mark.parametrize("harm", [lose_python, lose_gitmem, lose_packages])
def test_a_session_that_starts_without_its_python_says_so(git: GitDriver, harm: object) -> None:
    put_program(git.repo, sys.executable)
    assert begin_session(git) == ""
    assert callable(harm)
    harm(git)

    assert begin_session(git).startswith("gitmem is not capturing: the Python it was set up with")
    assert begin_session(git).endswith("gitmem itself is gone: pip install gitmem-cli")
    assert "/" not in begin_session(git)
    assert [begin_session(git, source) for source in ("clear", "compact", "x")] == ["", "", ""]
    assert [bool(begin_session(git, "resume")) for _ in range(2)] == [True, False]
    put_program(git.repo, sys.executable)
    assert begin_session(git) == ""
    assert not (git.repo.state_dir / "gone").exists()


def test_a_session_that_resumes_where_nothing_can_be_written_is_not_disturbed(
    git: GitDriver,
) -> None:
    put_program(git.repo, sys.executable)
    lose_python(git)
    (git.repo.state_dir / "gone").mkdir()  # as root, who may write everywhere, cannot either

    assert begin_session(git, "resume").startswith("gitmem is not capturing")


def test_a_probe_that_cannot_be_answered_does_not_stop_git(git: GitDriver, tmp_path: Path) -> None:
    put_program(git.repo, sys.executable)
    hook = git.repo.state_dir / "hooks" / "prepare-commit-msg"

    done = subprocess.run([hook], env={**git.env(), "GITMEM_PROBE": str(tmp_path)}, check=False)

    assert done.returncode == 0


def test_who_wants_no_notice_gets_none_without_python_either(git: GitDriver) -> None:
    put_program(git.repo, sys.executable)
    lose_python(git)

    assert begin_session(git, CLAUDE_CODE_ENTRYPOINT="") == ""  # another client
    git.run("config", "gitmem.notice", "never")
    assert begin_session(git) == ""
    git.run("config", "gitmem.notice", "problems")
    assert begin_session(git)
    git.run("config", "gitmem.enabled", "no")
    assert begin_session(git) == ""


def test_a_launcher_of_another_version_is_found(git: GitDriver) -> None:
    put_program(git.repo, sys.executable)
    run = run_path(git.repo)
    run.write_text(run.read_text().replace("gone", "lost"))

    assert "is not from this version" in check_program(git.repo, sys.executable)


def test_where_gitmem_was_uninstalled_nothing_is_said(git: GitDriver, tmp_path: Path) -> None:
    """The hooks of a repository outlive a ``pip uninstall``."""
    put_program(git.repo, sys.executable)
    run = run_path(git.repo)
    run.write_text(run.read_text().replace("__main__.py", "gone.py"))

    done = start(git, tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert "does not start gitmem" in check_program(git.repo, sys.executable)


def test_a_python_that_cannot_run_gitmem_is_refused(git: GitDriver) -> None:
    with pytest.raises(InstallError, match="false"):
        put_program(git.repo, "/bin/false")

    assert not run_path(git.repo).exists()
