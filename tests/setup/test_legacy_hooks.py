from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.errors import ForeignFile
from gitmem.git.repo import Repo
from gitmem.setup.hook_file import SHEBANG, aside_of, block, with_block, wrapper
from gitmem.setup.legacy_hooks import clean_moved_copies

OWN = b"#!/bin/sh -e\necho mine\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "hooks").mkdir()
    return tmp_path / "hooks" / "post-commit"


def clean(path: Path) -> list[Path]:
    git_dir = path.parent.parent
    return clean_moved_copies(Repo(git_dir, git_dir, None), path, aside_of(path))


@pytest.mark.parametrize("suffix", [".legacy", ".old"])
def test_somebodys_hook_is_left_as_it_was(path: Path, suffix: str) -> None:
    copy = path.with_name(path.name + suffix)
    copy.write_bytes(with_block(OWN, "post-commit"))
    copy.chmod(0o700)

    assert clean(path) == [copy]

    assert copy.read_bytes() == OWN
    assert copy.stat().st_mode & 0o777 == 0o700
    assert clean(path) == []


def test_what_was_ours_alone_goes(path: Path) -> None:
    copy = path.with_name("post-commit.old")
    copy.write_bytes(SHEBANG + block("post-commit"))

    clean(path)

    assert not copy.exists()


def test_a_hook_set_aside_takes_the_place_of_what_stood_for_it(path: Path) -> None:
    copy, aside = path.with_name("post-commit.legacy"), aside_of(path)
    copy.write_bytes(wrapper("post-commit"))
    aside.parent.mkdir()
    aside.write_bytes(b"\x7fELF")
    aside.chmod(0o755)

    clean(path)

    assert copy.read_bytes() == b"\x7fELF"
    assert copy.stat().st_mode & 0o777 == 0o755
    assert not aside.exists()


def test_what_has_no_lines_of_ours_is_not_touched(path: Path) -> None:
    copy = path.with_name("post-commit.old")
    copy.write_bytes(OWN)

    assert clean(path) == []
    assert copy.read_bytes() == OWN


def test_a_folder_in_the_place_is_told(path: Path) -> None:
    path.with_name("post-commit.old").mkdir()

    with pytest.raises(ForeignFile, match=r"post-commit\.old"):
        clean(path)
