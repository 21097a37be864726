from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.errors import ForeignFile
from gitmem.setup.manifest import (
    FileRecord,
    Manifest,
    manifest_path,
    name_of_path,
    path_of_name,
    read_manifest,
    write_manifest,
)
from gitmem.setup.owned_files import FileForm, OwnedFiles, Writer, look
from gitmem.state.atomic import write_atomically
from tests.support.git import GitDriver

OURS = b"ours\n"
FORM = FileForm(
    rest=lambda content: content.replace(OURS, b""),
    is_same=lambda one, other: one.split() == other.split(),
    is_nothing=lambda content: not content.strip(),
)


class Killed(BaseException):
    """The process ends here."""


def dies_before(path: Path, data: bytes, *, mode: int) -> None:
    raise Killed


def dies_after(path: Path, data: bytes, *, mode: int) -> None:
    write_atomically(path, data, mode=mode)
    raise Killed


def put_back(git: GitDriver) -> list[str]:
    """What a later process does."""
    owned_files = OwnedFiles(git.repo)
    notices = [owned_files.put_back(kept, FORM) for kept in owned_files.manifest.files]
    owned_files.remove_folders()
    return [notice for notice in notices if notice]


@pytest.mark.parametrize("write", [dies_before, dies_after])
@pytest.mark.parametrize("content", [None, b"", b"mine\n", b"  odd \n\n"])
def test_a_change_cut_short_anywhere_can_be_put_back(
    git: GitDriver, content: bytes | None, write: Writer
) -> None:
    path = git.path / "folder/file"
    if content is not None:
        git.write("folder/file", content)

    with pytest.raises(Killed):
        OwnedFiles(git.repo).change(path, (content or b"") + OURS, 0o644, content, write)
    put_back(git)

    assert look(path).content == content
    assert path.parent.exists() == (content is not None)


def test_mode_and_content_come_back(git: GitDriver) -> None:
    path = git.write("file", b"mine\n")
    path.chmod(0o640)
    OwnedFiles(git.repo).change(path, b"mine\nours\n", 0o755, b"mine\n")

    put_back(git)

    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"mine\n", 0o640)


def test_the_same_change_again_is_none(git: GitDriver) -> None:
    path = git.path / "file"

    assert OwnedFiles(git.repo).change(path, OURS, 0o644, None)
    assert not OwnedFiles(git.repo).change(path, OURS, 0o644, None)


def test_a_newer_change_keeps_the_first_original(git: GitDriver) -> None:
    path = git.write("file", b"mine \n")
    OwnedFiles(git.repo).change(path, b"mine \nours\n", 0o644, b"mine \n")
    OwnedFiles(git.repo).change(path, b"mine \nours\nours\n", 0o644, b"cleaned differently")

    put_back(git)

    assert path.read_bytes() == b"mine \n"


def test_an_edited_file_loses_only_ours(git: GitDriver) -> None:
    path = git.write("file", b"mine\n")
    OwnedFiles(git.repo).change(path, b"mine\nours\n", 0o644, b"mine\n")
    path.write_bytes(b"mine\nours\nmore\n")

    put_back(git)

    assert path.read_bytes() == b"mine\nmore\n"


def test_what_means_the_same_is_the_original_to_the_byte(git: GitDriver) -> None:
    path = git.write("file", b"mine   two\n\n")
    OwnedFiles(git.repo).change(path, b"mine   two\n\nours\n", 0o644, b"mine   two\n\n")
    path.write_bytes(b"mine two ours\n")

    put_back(git)

    assert path.read_bytes() == b"mine   two\n\n"


def test_a_file_that_its_owner_removed_stays_removed(git: GitDriver) -> None:
    path = git.write("file", b"mine\n")
    OwnedFiles(git.repo).change(path, b"mine\nours\n", 0o644, b"mine\n")
    path.unlink()

    put_back(git)

    assert not path.exists()


def test_a_file_set_aside_is_the_same_file_when_it_comes_back(git: GitDriver) -> None:
    path = git.write("hooks/event", b"\0binary")
    path.chmod(0o711)
    inode = path.stat().st_ino
    OwnedFiles(git.repo).set_aside(path, git.path / "hooks.kept/event", OURS)
    assert path.read_bytes() == OURS

    put_back(git)

    assert (path.read_bytes(), path.stat().st_ino) == (b"\0binary", inode)
    assert not (git.path / "hooks.kept").exists()


def test_nothing_is_overwritten_by_setting_aside(git: GitDriver) -> None:
    path, aside = git.write("event", b"one"), git.write("kept", b"two")

    with pytest.raises(ForeignFile):
        OwnedFiles(git.repo).set_aside(path, aside, OURS)

    assert (path.read_bytes(), aside.read_bytes()) == (b"one", b"two")


def test_a_folder_or_a_pipe_is_no_file(git: GitDriver) -> None:
    git.write("plain", b"")
    for path in (git.path, git.path / "plain/below"):
        with pytest.raises(ForeignFile):
            look(path)


PATHS = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1)
KEPT = st.builds(
    FileRecord,
    path=PATHS,
    content=st.none() | st.binary(),
    mode=st.integers(0, 0o777),
    left=st.text("0123456789abcdef", max_size=64),
    aside=PATHS,
)
MANIFESTS = st.builds(
    Manifest,
    files=st.lists(KEPT, max_size=3).map(tuple),
    entries=st.lists(st.tuples(PATHS, st.text()), max_size=3).map(tuple),
    folders=st.lists(PATHS, max_size=3).map(tuple),
)


@given(manifest=MANIFESTS)
def test_a_manifest_is_read_as_it_was_written(git: GitDriver, manifest: Manifest) -> None:
    write_manifest(git.repo, manifest)

    assert read_manifest(git.repo) == manifest


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1}', '{"version": 99}', "\0"])
def test_a_damaged_manifest_is_told(git: GitDriver, text: str) -> None:
    manifest_path(git.repo).parent.mkdir()
    manifest_path(git.repo).write_text(text)

    with pytest.raises(ForeignFile, match="install"):
        read_manifest(git.repo)


def test_places_are_named_from_the_common_directory(git: GitDriver, tmp_path: Path) -> None:
    repo = git.repo
    named = {
        repo.common_dir / "hooks/x": "hooks/x",
        git.path / ".claude/s": "../.claude/s",
        tmp_path / "elsewhere": str(tmp_path / "elsewhere"),
    }

    for path, name in named.items():
        assert name_of_path(repo, path) == name
        assert path_of_name(repo, name) == path
