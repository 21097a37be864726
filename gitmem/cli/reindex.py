"""``gitmem reindex``."""

from __future__ import annotations

import sys
from typing import Any

import click

from gitmem.cli.open_repo import repo_here
from gitmem.refresh.reindex import reindex


@click.command(short_help="Rebuild the index from the notes.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing while it runs.")
def command(quiet: bool) -> None:
    """Rebuild the index from the notes alone.

    The index is a cache: every command brings it up to date, and it is rebuilt automatically if it
    is missing, damaged or from another version.  This command rebuilds it at once, with a progress
    bar, for example after you change gitmem.embedding.  Meanwhile other commands use the old one.
    """
    repo = repo_here()
    shown = _Bar() if not quiet and sys.stderr.isatty() else None
    try:
        done = reindex(repo, shown.tell if shown else None)
    finally:
        if shown:
            shown.end()
    left = f", {done.without_vector} without a vector" if done.without_vector else ""
    memories = "1 memory" if done.memories == 1 else f"{done.memories} memories"
    commits = "1 commit" if done.notes == 1 else f"{done.notes} commits"
    click.echo(f"{memories} of {commits} indexed{left}.")


class _Bar:
    """One progress bar for each stage of the work."""

    def __init__(self) -> None:
        self._stage = ""
        self._position = 0
        self._bar: Any = None

    def tell(self, what: str, done: int, total: int) -> None:
        """Move the bar, or start another."""
        if what != self._stage or self._bar is None:
            self.end()
            self._stage, self._position = what, 0
            self._bar = click.progressbar(length=total, label=what, file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._position)
        self._position = done

    def end(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None
