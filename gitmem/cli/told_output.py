"""What git prints of commits, with what is remembered: for the commands like ``git log``."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from gitmem.cli.output import page_bytes, text_width, wants_colour
from gitmem.cli.stream import harmless
from gitmem.git.log_blocks import LogRun
from gitmem.git.log_format import LogConfig, LogForm, form_of
from gitmem.git.log_words import LogWords
from gitmem.git.repo import Repo
from gitmem.model.log_entry import LogEntry
from gitmem.recall.told_log import ToldBlock
from gitmem.render.terminal import (
    Palette,
    palette,
    render_beside,
    render_beside_line,
    render_log,
)


def page_told(
    repo: Repo,
    waiting: Iterable[LogEntry],
    told: Iterable[ToldBlock],
    run: LogRun,
    *,
    is_coloured: bool,
    pager: bool,
    in_full: bool = False,
) -> int:
    """Print work that waits, then the commits; how many memories and notes were shown."""
    count = 0

    def counted() -> Iterator[ToldBlock]:
        nonlocal count
        for one in told:
            count += len(one.entry.memories) + len(one.entry.problems)
            yield one

    colours = palette(is_coloured)
    blocks = _told(iter(waiting), counted(), run, colours, in_full=in_full)
    page_bytes(repo, blocks, colour=is_coloured, pager=pager)
    return count


def run_of(repo: Repo, words: LogWords, config: LogConfig, *, is_coloured: bool) -> LogRun:
    """How git is run where we stand, for the terminal or pipe that we write to."""
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


def is_coloured_by(choice: str, config: LogConfig) -> bool:
    """Whether to colour: as the option says, then NO_COLOR, git's configuration, the terminal."""
    if choice == "auto" and "NO_COLOR" not in os.environ:
        if config.colour == "always":
            return True
        if config.colour in ("never", "false", "no", "off", "0"):
            return False
    return wants_colour(choice)


def _told(
    waiting: Iterator[LogEntry],
    told: Iterable[ToldBlock],
    run: LogRun,
    colours: Palette,
    *,
    in_full: bool,
) -> Iterator[bytes]:
    """What git printed, with the memories in their places."""
    is_first = True
    for entry in waiting:
        text = render_log(entry, colours, text_width())
        yield (text if is_first else "\n" + text).encode()
        is_first = False
    for one in told:
        block, entry = one.block, one.entry
        width = text_width() - len(block.graph)
        beside = _beside(entry, run.form, colours, width, block.said, in_full=in_full)
        if block.graph:
            beside = b"".join(block.graph + line for line in beside.splitlines(keepends=True))
            yield _clean(block.before) + beside + _clean(block.after)
            continue
        before = _clean(block.before)
        if before and not before.endswith(b"\n") and beside:
            beside = b"\n" + beside.removesuffix(b"\n")
        yield (b"\n" if block.is_apart and not is_first else b"") + before + beside + block.after
        is_first = False


def _beside(
    entry: LogEntry, form: LogForm, colours: Palette, width: int, said: str, *, in_full: bool
) -> bytes:
    if form.is_line or form.text is not None:
        return render_beside_line(entry, colours).encode()
    return render_beside(entry, colours, width, said=said, in_full=in_full).encode()


def _clean(text: bytes) -> bytes:
    """What a commit says of itself, without what could drive a terminal or hide from a reader."""
    cleaned = harmless(text.decode("utf-8", "surrogateescape"), is_terminal=False)
    return cleaned.encode("utf-8", "surrogateescape")
