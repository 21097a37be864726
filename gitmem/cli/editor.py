"""A person writes in git's own editor, as for a commit's message."""

from __future__ import annotations

import os
from pathlib import Path

import click

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, run_git, translate_os_errors, try_git

_CHOSEN = ("GIT_EDITOR", "VISUAL", "EDITOR", "TERM")  # git is started without most of its own


def edit_text(repo: Repo, name: str, text: str) -> tuple[str, Path]:
    """Let git's editor change a text; what it left, and the file that still has it.

    Raises:
        GitmemError: there is no editor, or it failed; the file stays.
        DiskFull, ReadOnlyRepository: the file cannot be written.
    """
    file = repo.state_dir / name
    with translate_os_errors("write the text to edit"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(text.encode("utf-8", "replace"))
    chosen = {name: value for name in _CHOSEN if (value := os.environ.get(name))}
    editor = os.fsdecode(try_git(repo, "var", "GIT_EDITOR", environ=chosen).stdout).strip()
    if not editor:
        raise GitmemError(
            "git has no editor to open here", "Give the text with -m, or set core.editor"
        )
    if editor != ":":
        try:
            click.edit(filename=os.fspath(file), editor=editor)
        except click.ClickException as error:
            raise GitmemError(
                f"the editor '{editor}' failed", f"Nothing was changed. What you wrote is in {file}"
            ) from error
    with translate_os_errors("read the edited text"):
        return file.read_bytes().decode("utf-8", "replace"), file


def without_comments(repo: Repo, text: str) -> str:
    """The text as git takes a message: without comment lines and blanks around it."""
    stripped = run_git(
        repo, "stripspace", "--strip-comments", stdin=text.encode("utf-8", "replace")
    )
    return stripped.decode("utf-8", "replace").strip()
