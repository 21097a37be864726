"""The copy of a hook file that a hook manager keeps when it puts its own in the place.

pre-commit moves what it finds to ``NAME.legacy`` and runs it before its own; lefthook moves it to
``NAME.old`` and runs it no more; both bring it back when they are uninstalled.  Our lines must not
come back with it, nor be run from there a second time.
"""

from __future__ import annotations

import os
from pathlib import Path

from gitmem.git.repo import Repo, translate_os_errors
from gitmem.setup.hook_file import has_block, is_empty_hook, without_block
from gitmem.setup.owned_files import look, refuse_way_out
from gitmem.state.atomic import write_over

SUFFIXES = (".legacy", ".old")


def clean_moved_copies(repo: Repo, path: Path, aside: Path) -> list[Path]:
    """Take our lines out of the copies of the hook file ``path``; returns those changed.

    A copy that was ours alone goes, unless it stood for the hook that we had set ``aside``:
    then that hook takes its place.

    Raises:
        ForeignFile: something that is not a file is in the place of a copy.
        DiskFull, ReadOnlyRepository: it could not be written.
    """
    changed = []
    for suffix in SUFFIXES:
        copy = path.with_name(path.name + suffix)
        if copy.is_symlink():
            continue  # what is behind it is not ours to move or to write
        for folder in (copy.parent, aside.parent):
            refuse_way_out(repo, folder)
        present = look(copy)
        if present.content is None or not has_block(present.content):
            continue
        rest = without_block(present.content)
        with translate_os_errors(f"take gitmem's lines out of '{copy}'"):
            if not is_empty_hook(rest):
                write_over(copy, rest, mode=present.mode)
            elif os.path.lexists(aside):
                aside.replace(copy)
            else:
                copy.unlink()
        changed.append(copy)
    return changed
