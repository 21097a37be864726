"""Opening the repository with libgit2: the one place where its errors become ours."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects
from pygit2.enums import ConfigLevel, RepositoryOpenFlag  # noqa: TID253 - as above

from gitmem.errors import NotARepository, UnsupportedRepository
from gitmem.git.repo import Repo, is_trusted

# Extensions that git writes and that change nothing of how objects and refs are stored, whatever
# libgit2's age: that objects may still be at the remote (who reads them asks git for what is
# missing), how work trees and submodules name each other, and nothing at all.  ``refstorage``
# stands here because its value decides.
pygit2.settings.set_extensions(
    ["noop-v1", "partialclone", "relativeworktrees", "submodulepathconfig", "refstorage"]
)
_SETTINGS = Path(__file__).with_name("libgit2.gitconfig")
_REFS = "extensions.refstorage"
_FILES = "files"


def open_objects(repo: Repo) -> pygit2.Repository:
    """The repository's objects and refs.

    Raises:
        UnsupportedRepository: it uses an extension that libgit2 does not know (reftable, ...).
        NotARepository: it cannot be opened, or belongs to somebody else.
    """
    try:
        objects = _open_trusted(repo)
        told = list(objects.config.get_multivar(_REFS))
    except (pygit2.GitError, KeyError, ValueError) as error:
        if "extension" in str(error):
            raise UnsupportedRepository(
                f"libgit2 cannot read this repository: {error}",
                "Nothing was changed. A newer pygit2 may know it: pip install --upgrade pygit2",
            ) from error
        raise NotARepository(f"libgit2 cannot open '{repo.git_dir}': {error}") from error
    if told and told[-1] != _FILES:
        raise UnsupportedRepository(
            f"the refs of '{repo.top}' are kept as '{told[-1]}', which libgit2 cannot read",
            "Nothing was changed. gitmem needs the usual form: git refs migrate --ref-format=files",
        )
    return objects


def readable_for_diffs(repo: Repo, objects: pygit2.Repository) -> pygit2.Repository:
    """The same repository, opened so that differences of its trees can be read.

    For these libgit2 looks into the index, for attributes, and refuses one with an extension that
    it does not know (a sparse or a split index).  Then it is given a git directory without one:
    like that of a linked work tree, which nobody else will see, and which is gone on return.
    """
    try:
        _ = objects.index
    except (pygit2.GitError, OSError):
        with tempfile.TemporaryDirectory(prefix="gitmem-") as folder:
            place = Path(folder)
            (place / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
            (place / "commondir").write_bytes(os.fsencode(repo.common_dir) + b"\n")
            return _open(place, RepositoryOpenFlag.BARE)
    return objects


def _open(git_dir: Path, flags: RepositoryOpenFlag) -> pygit2.Repository:
    found = pygit2.Repository(os.fspath(git_dir), flags)
    # Into the repository's own view of its configuration; no file is written.  pygit2 offers that
    # for other configurations only, though libgit2 does not tell them apart.
    pygit2.Config.add_file(found.config, os.fspath(_SETTINGS), ConfigLevel.APP)
    return found


def _open_trusted(repo: Repo) -> pygit2.Repository:
    """libgit2 looks for trust in fewer places than git: where it finds none, git is asked, and its
    word counts for this one opening.
    """
    try:
        return _open(repo.git_dir, RepositoryOpenFlag.DEFAULT)
    except pygit2.GitError as error:
        if "owned" not in str(error) or not is_trusted(repo):
            raise
    pygit2.settings.owner_validation = False
    try:
        return _open(repo.git_dir, RepositoryOpenFlag.DEFAULT)
    finally:
        pygit2.settings.owner_validation = True
