"""``gitmem log``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

import click

from gitmem.cli.log_arguments import FORMATS, GitLogCommand, words_of
from gitmem.cli.log_documents import DOCUMENTS, document_blocks, told_to_others
from gitmem.cli.mine import list_mine
from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import colour_option, page, text_width
from gitmem.cli.told_output import is_coloured_by, page_told, run_of
from gitmem.errors import UsageError
from gitmem.git.log_blocks import LogRun
from gitmem.git.log_format import read_log_config
from gitmem.git.log_words import LogWords
from gitmem.git.repo import Repo
from gitmem.guard.json_text import json_text
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import KINDS
from gitmem.model.repeats import tell_once
from gitmem.recall.abandoned import read_abandoned_entries
from gitmem.recall.log import read_pending_entries
from gitmem.recall.told_log import read_selected_entries, read_told_blocks
from gitmem.render.terminal import (
    entry_fields,
    palette,
    render_log,
    render_oneline,
)


@click.command(cls=GitLogCommand)
@click.argument("revisions", nargs=-1, metavar="[REVISION_OR_RANGE]... [--] [PATH]...")
@click.option("-n", "--max-count", metavar="N", expose_value=False, help="At most N commits; -3.")
@click.option("-p", "--patch", is_flag=True, expose_value=False, help="With the differences.")
@click.option("--stat", is_flag=True, expose_value=False, help="With the files that changed.")
@click.option("--graph", is_flag=True, expose_value=False, help="All commits, as a graph.")
@click.option("--grep", metavar="PATTERN", expose_value=False, help="Only messages that match.")
@click.option("-S", "pickaxe", metavar="TEXT", expose_value=False, help="TEXT came or went.")
@click.option("--author", metavar="PATTERN", expose_value=False, help="Only this author's.")
@click.option("--since", "--after", metavar="DATE", expose_value=False, help="Only after DATE.")
@click.option("--until", "--before", metavar="DATE", expose_value=False, help="Only before DATE.")
@click.option("--all", is_flag=True, expose_value=False, help="All refs, not only HEAD.")
@click.option("--reverse", is_flag=True, expose_value=False, help="Oldest first.")
@click.option("--oneline", is_flag=True, expose_value=False, help="One line a memory or commit.")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only memories of this kind."
)
@click.option("--pending", is_flag=True, help="Start with uncommitted work.")
@click.option("--mine", "is_mine", is_flag=True, help="Only your own preferences, nothing else.")
@click.option("--abandoned", is_flag=True, help="Only dropped work, newest first.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="One of these, or a format of git log.  [default: full]",
)
@click.option("-o", "folder", metavar="DIR", help="With --format adr: write the records there.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per commit (--format json).")
@click.option("--no-pager", is_flag=True, help="Straight to the terminal.")
@colour_option
@click.pass_context
def command(
    ctx: click.Context,
    revisions: tuple[str, ...],
    kinds: tuple[str, ...],
    pending: bool,
    is_mine: bool,
    abandoned: bool,
    form: str | None,
    folder: str | None,
    as_json: bool,
    no_pager: bool,
    colour: str,
) -> None:
    """Show why the code changed, commit by commit.

    Takes revisions, paths and any option of git log (git help log), which means the same here.
    git prints the commits, and what is remembered stands where git has notes, without a reason that
    the message above gives already (gitmem show tells all).  Commits without memories are skipped,
    except in a graph.  With --mine: the preferences that you keep for all of your repositories.

    \b
    gitmem log -n 5
    gitmem log -p -3 -- src/
    gitmem log --graph --oneline main..HEAD
    gitmem log --since=2.weeks --kind decision
    gitmem log main..HEAD --format markdown | gh pr edit --body-file -
    gitmem log main..HEAD --format adr -o docs/decisions
    """
    if is_mine:
        others = pending or abandoned or kinds or folder is not None
        if others or form not in (None, "json"):
            raise UsageError("--mine goes with --json alone")
        list_mine(as_json=as_json or form == "json")
        return
    words = words_of(ctx)
    form = _form(form, words, as_json=as_json)
    if abandoned and form in DOCUMENTS:
        raise UsageError(f"--abandoned does not go with --format {form}: that work was dropped")
    repo = ready_repo()
    config = read_log_config(repo)
    is_coloured = is_coloured_by(colour, config)
    run = run_of(repo, words, config, is_coloured=is_coloured)
    chosen = frozenset(kinds)
    if form is None and not abandoned and folder is None:
        told = read_told_blocks(repo, run, words, chosen)
        waiting = read_pending_entries(repo) if pending else iter(())
        count = page_told(repo, waiting, told, run, is_coloured=is_coloured, pager=not no_pager)
        if not count:
            _say_why_empty(repo, run, words, chosen)
        return
    form = form or "full"
    entries = (
        islice(read_abandoned_entries(repo), words.skip, words.end)
        if abandoned
        else read_selected_entries(repo, run, words, chosen)
    )
    if not abandoned and form not in DOCUMENTS:
        entries = _noticed(entries, repo, run, words, chosen)
    if pending:
        entries = chain(read_pending_entries(repo), entries)
    if form in DOCUMENTS or folder is not None:
        asked = " ".join(word for word in words.words if not word.startswith("-"))
        pages = document_blocks(told_to_others(repo, entries), form, asked, folder)
        page(None if no_pager else repo, pages, colour=False)
        return
    if form == "full":
        entries = tell_once(entries)
    if words.is_reversed:
        entries = iter(list(entries)[::-1])
    is_coloured = is_coloured and form in ("full", "oneline")
    blocks_of_text = _blocks(entries, form, is_coloured)
    page(None if no_pager else repo, blocks_of_text, colour=is_coloured)


def _form(form: str | None, words: LogWords, *, as_json: bool) -> str | None:
    """The form of our own that is asked for; None where git prints the commits."""
    is_line = words.forms[-1:] == ("--oneline",) and not words.shows_diff
    asked = {form} - {None} | ({"oneline"} if is_line else set()) | ({"json"} if as_json else set())
    if len(asked) > 1:
        raise UsageError("--format, --oneline and --json cannot be used together")
    found = next(iter(asked), None)
    return None if found == "full" else found


def _noticed(
    entries: Iterator[LogEntry], repo: Repo, run: LogRun, words: LogWords, kinds: frozenset[str]
) -> Iterator[LogEntry]:
    """The entries; that there are none is said."""
    is_empty = True
    for entry in entries:
        is_empty = False
        yield entry
    if is_empty:
        _say_why_empty(repo, run, words, kinds)


def _say_why_empty(repo: Repo, run: LogRun, words: LogWords, kinds: frozenset[str]) -> None:
    from gitmem.recall.silence import why_log_is_empty

    click.echo(f"gitmem: {why_log_is_empty(repo, run, words, kinds)}", err=True)


def _blocks(entries: Iterator[LogEntry], form: str, is_coloured: bool) -> Iterator[str]:
    colours = palette(is_coloured)
    for position, entry in enumerate(entries):
        if form == "json":
            yield json_text(entry_fields(entry))
        elif form == "oneline":
            yield render_oneline(entry, colours)
        else:
            block = render_log(entry, colours, text_width())
            yield block if position == 0 else "\n" + block
