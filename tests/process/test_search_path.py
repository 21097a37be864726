"""A program that nobody asked for is never one that a clone brought."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gitmem.process.search_path import find_program, keep_absolute_places

PROGRAMS = Path(__file__).parents[2] / "githooks" / "programs.sh"
NAME = "reckon"


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """Folders with a program of that name, by what they are."""
    home = tmp_path / "home"
    found = {
        "own": home / "bin",
        "other": tmp_path / "opt/bin",
        "tool": home / ".tool/shims",
        "dotfiles": home / ".local/bin",
        "project": home / "work/project",
        "below": home / "work/project/node_modules/.bin",
        "hidden": home / ".hidden/of/one",
        "elsewhere": tmp_path / ".tool/bin",
        "open": tmp_path / "open",
    }
    for folder in found.values():
        put(folder)
    for top in (home, home / ".tool", found["project"], found["hidden"].parent):
        (top / ".git").mkdir()
    (tmp_path / ".tool/.git").write_text("gitdir: somewhere")
    found["open"].chmod(0o777)
    for name, behind in (("link", "below"), ("folder", "project"), ("good", "other")):
        found[name] = tmp_path / name
        if name == "folder":
            found[name].symlink_to(found[behind])
        else:
            found[name].mkdir()
            (found[name] / NAME).symlink_to(found[behind] / NAME)
    found["lax"] = tmp_path / "lax"
    put(found["lax"], 0o757)
    found["plain"] = tmp_path / "plain"
    put(found["plain"], 0o644)
    return found


def put(folder: Path, mode: int = 0o755) -> None:
    folder.mkdir(parents=True)
    program = folder / NAME
    program.write_text("#!/bin/sh\n")
    program.chmod(mode)


GOOD = ["own", "other", "tool", "dotfiles", "good"]
BAD = ["project", "below", "hidden", "elsewhere", "open", "link", "folder", "lax", "plain"]


@pytest.mark.parametrize(("name", "may"), [*((n, True) for n in GOOD), *((n, False) for n in BAD)])
def test_python_and_shell_say_the_same(
    places: dict[str, Path], tmp_path: Path, name: str, may: bool
) -> None:
    home = str(tmp_path / "home")
    script = f'project=; . "{PROGRAMS}"; is_safe "$1" {NAME}'
    shell = subprocess.run(
        ["sh", "-c", script, "sh", str(places[name])],
        env={"PATH": os.environ["PATH"], "HOME": home},
        check=False,
    )

    assert shell.returncode == (0 if may else 1)
    found = find_program(NAME, {"PATH": str(places[name]), "HOME": home})
    assert found == (str(places[name] / NAME) if may else "")


def test_the_next_one_is_taken(places: dict[str, Path], tmp_path: Path) -> None:
    path = ":".join(map(str, (*(places[name] for name in BAD), places["own"], places["other"])))

    found = find_program(NAME, {"PATH": f".::{path}", "HOME": str(tmp_path / "home")})

    assert found == str(places["own"] / NAME)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/a:/b", "/a:/b"),
        (".:/a", "/a"),
        ("/a:", "/a"),
        (":/a::b:../c:/d e/*:~/x", "/a:/d e/*"),
        ("", "/usr/bin:/bin"),
        (".", "/usr/bin:/bin"),
    ],
)
@pytest.mark.parametrize("shell", ["dash", "bash", "busybox sh"])
def test_what_depends_on_the_folder_is_left_out_of_path(path: str, kept: str, shell: str) -> None:
    environ = {"PATH": path}
    keep_absolute_places(environ)
    words = shell.split()
    program = shutil.which(words[0])
    if program is None:
        pytest.skip(f"'{words[0]}' is not installed")
    script = f"project=; . '{PROGRAMS}'; keep_own_places; printf %s \"$PATH\""
    done = subprocess.run(
        [program, *words[1:], "-c", script], env={"PATH": path}, capture_output=True, check=True
    )

    assert environ["PATH"] == kept
    assert done.stdout.decode() == kept


def test_a_projects_places_are_left_out_however_they_are_called(
    places: dict[str, Path], tmp_path: Path
) -> None:
    project = places["project"].resolve()
    near = tmp_path / "home/work/project-two"
    near.mkdir()
    path = f"/usr/bin:/bin:{project}:{project}/:{places['below']}:{places['folder']}:{near}"
    done = subprocess.run(
        ["sh", "-c", f"project=$1; . '{PROGRAMS}'; keep_own_places; echo $PATH", "sh", project],
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == f"/usr/bin:/bin:{near}\n"


def test_no_command_looks_in_the_folder_that_one_is_in(tmp_path: Path) -> None:
    """Not even for git."""
    for name in ("git", "claude"):
        (tmp_path / name).write_text("#!/bin/sh\n>ran\n")
        (tmp_path / name).chmod(0o755)

    subprocess.run(
        [sys.executable, "-m", "gitmem", "doctor"],
        cwd=tmp_path,
        env={
            "PATH": ".::/usr/bin:/bin",
            "HOME": str(tmp_path),
            "PYTHONPATH": str(PROGRAMS.parents[1]),
        },
        capture_output=True,
        check=False,
    )

    assert not (tmp_path / "ran").exists()
