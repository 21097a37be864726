from __future__ import annotations

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
