"""The tour that a newcomer takes, and what a team mate without gitmem can do."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.cli import gitmem
from tests.support.git import GitDriver

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_demo_tells_the_whole_story_and_leaves_nothing(git: GitDriver, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    git.environ["TMPDIR"] = str(temporary)

    done = gitmem(git, "demo")

    assert done.returncode == 0, done.stderr
    log, given = done.stdout.split("The agent is given")
    for told in (log, given):
        assert "ValueError: unconverted data remains: Z" in told
        assert "a fixed window" in told
    assert "<gitmem-memory>" in given
    assert list(temporary.iterdir()) == []
    assert [path.name for path in git.home.iterdir()] == []


@pytest.mark.slow
def test_kept_the_demo_is_a_place_to_look_around_in(git: GitDriver, tmp_path: Path) -> None:
    git.environ["TMPDIR"] = str(tmp_path)

    done = gitmem(git, "demo", "--keep")

    match = re.search(r"Everything is in (\S+)", done.stdout)
    assert match is not None
    ben = GitDriver(Path(match[1]) / "ben", git.home)
    assert gitmem(ben, "log", "--oneline").stdout.count("\n") == 2
    ben.run("fsck", "--strict")


@pytest.fixture
def without_gitmem(committed: GitDriver, remote: GitDriver, tmp_path: Path) -> GitDriver:
    """A clone by somebody who has git only."""
    committed.run("remote", "add", "origin", str(remote.path))
    committed.add_note("HEAD", "---\nkind: decision\ntitle: Cents are integers\n")
    committed.run("push", "-q", "origin", "main", "refs/notes/claude-mem")
    return remote.clone(tmp_path / "other")


def test_the_readmes_commands_for_git_alone_work(without_gitmem: GitDriver) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split("## Without gitmem")[1].split("```sh\n")[1].split("```")[0]

    done = subprocess.run(
        ["sh", "-ec", block],
        cwd=without_gitmem.path,
        env=without_gitmem.env(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert "Cents are integers" in done.stdout
