"""``gitmem log``."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import click

from gitmem.cli.log_arguments import FORMATS, GitLogCommand, words_of
from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import colour_option, page, page_bytes, text_width, wants_colour
from gitmem.cli.stream import harmless
from gitmem.errors import UsageError
from gitmem.git.log_blocks import LogRun
from gitmem.git.log_format import LogConfig, LogForm, form_of, read_log_config
from gitmem.git.log_words import LogWords
from gitmem.git.repo import Repo
from gitmem.guard.json_text import json_text
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import KINDS
from gitmem.model.repeats import tell_once
from gitmem.recall.abandoned import read_abandoned_entries
from gitmem.recall.log import read_pending_entries
from gitmem.recall.told_log import ToldBlock, read_selected_entries, read_told_blocks
from gitmem.render.markdown import render_markdown
from gitmem.render.terminal import (
    Palette,
    entry_fields,
    palette,
    render_beside,
    render_beside_line,
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
@click.option("--abandoned", is_flag=True, help="Only dropped work, newest first.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="One of these, or a format of git log.  [default: full]",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per commit (--format json).")
@click.option("--no-pager", is_flag=True, help="Straight to the terminal.")
@colour_option
@click.pass_context
def command(
    ctx: click.Context,
    revisions: tuple[str, ...],
    kinds: tuple[str, ...],
    pending: bool,
    abandoned: bool,
    form: str | None,
    as_json: bool,
    no_pager: bool,
    colour: str,
) -> None:
    """Show why the code changed, commit by commit.

    Takes revisions, paths and any option of git log (git help log), which means the same here.
    git prints the commits, and what is remembered stands where git has notes.  Commits without
    memories are skipped, except in a graph.

    \b
    gitmem log -n 5
    gitmem log -p -3 -- src/
    gitmem log --graph --oneline main..HEAD
    gitmem log --since=2.weeks --kind decision
    gitmem log main..HEAD --reverse --format markdown | gh pr edit --body-file -
    """
    words = words_of(ctx)
    form = _form(form, words, as_json=as_json)
    repo = ready_repo()
    config = read_log_config(repo)
    is_coloured = _is_coloured(colour, config)
    run = _run(repo, words, config, is_coloured=is_coloured)
    chosen = frozenset(kinds)
    if form is None and not abandoned:
        told = read_told_blocks(repo, run, words, chosen)
        waiting = read_pending_entries(repo) if pending else iter(())
        blocks = _told(waiting, told, run, palette(is_coloured))
        page_bytes(repo, blocks, colour=is_coloured, pager=not no_pager)
        return
    form = form or "full"
    entries = (
        islice(read_abandoned_entries(repo), words.skip, words.end)
        if abandoned
        else read_selected_entries(repo, run, words, chosen)
    )
    if pending:
        entries = chain(read_pending_entries(repo), entries)
    if form in ("full", "markdown"):
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


def _run(repo: Repo, words: LogWords, config: LogConfig, *, is_coloured: bool) -> LogRun:
    here = Path.cwd().resolve()
    top = repo.worktree.resolve() if repo.worktree else here
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    form = form_of(
        words.forms,
        config,
        is_reflog=any(word in ("-g", "--walk-reflogs") for word in words.words),
        has_date=any(word.startswith(("--date=", "--relative-date")) for word in words.words),
        has_refs=any(word.startswith("--decorate") for word in words.words) or columns > 0,
    )
    return LogRun(
        here=here if here.is_relative_to(top) else top,
        form=form,
        config=config,
        is_coloured=is_coloured,
        columns=columns,
    )


def _is_coloured(choice: str, config: LogConfig) -> bool:
    if choice == "auto" and "NO_COLOR" not in os.environ:
        if config.colour == "always":
            return True
        if config.colour in ("never", "false", "no", "off", "0"):
            return False
    return wants_colour(choice)


def _told(
    waiting: Iterator[LogEntry], told: Iterator[ToldBlock], run: LogRun, colours: Palette
) -> Iterator[bytes]:
    """What git printed, with the memories in their places."""
    is_first = True
    for entry in waiting:
        text = render_log(entry, colours, text_width())
        yield (text if is_first else "\n" + text).encode()
        is_first = False
    for one in told:
        block, entry = one.block, one.entry
        beside = _beside(entry, run.form, colours, text_width() - len(block.graph))
        if block.graph:
            beside = b"".join(block.graph + line for line in beside.splitlines(keepends=True))
            yield _clean(block.before) + beside + _clean(block.after)
            continue
        before = _clean(block.before)
        if before and not before.endswith(b"\n") and beside:
            beside = b"\n" + beside.removesuffix(b"\n")
        yield (b"\n" if block.is_apart and not is_first else b"") + before + beside + block.after
        is_first = False


def _beside(entry: LogEntry, form: LogForm, colours: Palette, width: int) -> bytes:
    if form.is_line or form.text is not None:
        return render_beside_line(entry, colours).encode()
    return render_beside(entry, colours, width).encode()


def _clean(text: bytes) -> bytes:
    """What a commit says of itself, without what could drive a terminal or hide from a reader."""
    cleaned = harmless(text.decode("utf-8", "surrogateescape"), is_terminal=False)
    return cleaned.encode("utf-8", "surrogateescape")


def _blocks(entries: Iterator[LogEntry], form: str, is_coloured: bool) -> Iterator[str]:
    if form == "markdown":
        yield from render_markdown(entries)
        return
    colours = palette(is_coloured)
    for position, entry in enumerate(entries):
        if form == "json":
            yield json_text(entry_fields(entry))
        elif form == "oneline":
            yield render_oneline(entry, colours)
        else:
            block = render_log(entry, colours, text_width())
            yield block if position == 0 else "\n" + block
