"""``gitmem page``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import write_target
from gitmem.errors import ForeignFile, UsageError
from gitmem.git.repo import Repo, translate_os_errors

_DEFAULT = "page.html"


@click.command()
@click.argument("revisions", nargs=-1, metavar="[RANGE]...")
@click.option(
    "-o",
    "--output",
    "output",
    metavar="FILE",
    help="Where to write; - is standard output.  [default: .git/gitmem/page.html]",
)
@click.option("--open", "opens", is_flag=True, help="Open it in the browser.")
@click.option("--force", is_flag=True, help="Write over a file that is no page of gitmem.")
def command(revisions: tuple[str, ...], output: str | None, opens: bool, force: bool) -> None:
    """Write the memory as one HTML page, to look at in a browser.

    Timeline, graph and files, with search and filters, in a single file that needs neither server
    nor network.  RANGE is as in git log; without one it is all that branches reach, with pending
    and dropped work.  It holds what the memories say, and lines of files at HEAD: look at it
    before you pass it on.

    \b
    gitmem page --open
    gitmem page main..HEAD -o branch.html
    """
    if output == "-" and opens:
        raise UsageError("--open needs a file, and -o - writes none")
    repo = ready_repo()
    target = None if output == "-" else _target(repo, output, force=force)

    from gitmem.capture.workspace import open_workspace
    from gitmem.recall.page import gather_page
    from gitmem.render.page import render_page

    data = gather_page(repo, revisions, open_workspace(repo).policy)
    text = render_page(data)
    if target is None:
        sys.stdout.write(text)
        return
    write_target(target, text.encode())
    memories, commits = data["memories"], data["commits"]
    count = len(memories) if isinstance(memories, list) else 0
    of = len(commits) if isinstance(commits, list) else 0
    click.echo(f"{target}")
    click.echo(
        f"  {count:,} {'memory' if count == 1 else 'memories'} of {of:,} "
        f"{'commit' if of == 1 else 'commits'}, {len(text.encode()) / 1e6:.1f} MB",
    )
    if count == 0:
        click.echo("  Nothing is remembered there yet. For past commits, run: gitmem backfill")
    if opens:
        _open(target)


def _target(repo: Repo, output: str | None, *, force: bool) -> Path:
    """The file to write.

    Raises:
        ForeignFile: something else is there.
    """
    target = repo.state_dir / _DEFAULT if output is None else Path(output).absolute()
    if target.is_dir():
        raise UsageError(f"'{output}' is a folder", "Name a file: -o FILE")
    if output is not None and not target.parent.is_dir():
        raise UsageError(f"there is no folder '{target.parent}'", f"mkdir -p '{target.parent}'")
    if target.is_file() and not force:
        from gitmem.render.page import is_page

        with translate_os_errors(f"read '{target.name}'"), target.open("rb") as file:
            if not is_page(file.read(200)):
                raise ForeignFile(
                    f"'{output}' is there already and is no page of gitmem",
                    "Nothing was changed. To write over it: --force",
                )
    return target


def _open(target: Path) -> None:
    import webbrowser

    try:
        is_opened = webbrowser.open(target.as_uri())
    except (webbrowser.Error, OSError):
        is_opened = False
    if not is_opened:
        click.echo("gitmem: no browser could be started; open the file yourself", err=True)
