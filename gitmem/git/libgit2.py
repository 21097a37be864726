"""Opening the repository with libgit2: the one place where its errors become ours."""

from __future__ import annotations

import os

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects

from gitmem.errors import NotARepository, UnsupportedRepository
from gitmem.git.repo import Repo, is_trusted

# Says only that objects may still be at the remote; who reads them asks git for what is missing.
pygit2.settings.set_extensions(["partialclone"])


def open_objects(repo: Repo) -> pygit2.Repository:
    """The repository's objects and refs.

    Raises:
        UnsupportedRepository: it uses an extension that libgit2 does not know (reftable, ...).
        NotARepository: it cannot be opened, or belongs to somebody else.
    """
    try:
        return _open(repo)
    except (pygit2.GitError, KeyError, ValueError) as error:
        if "extension" in str(error):
            raise UnsupportedRepository(f"libgit2 cannot read this repository: {error}") from error
        raise NotARepository(f"libgit2 cannot open '{repo.git_dir}': {error}") from error


def _open(repo: Repo) -> pygit2.Repository:
    """libgit2 looks for trust in fewer places than git: where it finds none, git is asked, and its
    word counts for this one opening.
    """
    try:
        return pygit2.Repository(os.fspath(repo.git_dir))
    except pygit2.GitError as error:
        if "owned" not in str(error) or not is_trusted(repo):
            raise
    pygit2.settings.owner_validation = False
    try:
        return pygit2.Repository(os.fspath(repo.git_dir))
    finally:
        pygit2.settings.owner_validation = True
