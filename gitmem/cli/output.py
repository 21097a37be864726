"""Where output goes: colours and a pager at a terminal, plain text into a pipe."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable

import click

from gitmem.cli.stream import harmless
from gitmem.git.repo import Repo, try_git

_DEFAULT_WIDTH = 100


def wants_colour(choice: str) -> bool:
    """Whether to colour: ``always``, ``never``, or ``auto`` (a terminal, and NO_COLOR not set)."""
    if choice == "auto":
        return sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return choice == "always"


def page_bytes(repo: Repo | None, blocks: Iterable[bytes], *, colour: bool, pager: bool) -> None:
    """The same for what git printed: into a pipe or file it goes as it is, byte for byte."""
    if repo is not None and sys.stdout.isatty():
        texts = (harmless(block.decode("utf-8", "replace"), is_terminal=False) for block in blocks)
        page(repo if pager else None, texts, colour=colour)
        return
    sys.stdout.flush()
    for block in blocks:
        sys.stdout.buffer.write(block)
        sys.stdout.buffer.flush()


def text_width() -> int:
    """The width to wrap at: the terminal's columns, at most 100."""
    return min(shutil.get_terminal_size((_DEFAULT_WIDTH, 24)).columns, _DEFAULT_WIDTH)


def page(repo: Repo | None, blocks: Iterable[str], *, colour: bool) -> None:
    """Print blocks as they come; through git's pager at a terminal."""
    lines = (block.rstrip("\n") + "\n" for block in blocks)
    if repo is None or not sys.stdout.isatty():
        for line in lines:
            sys.stdout.write(line)
        sys.stdout.flush()
        return
    found = try_git(repo, "var", "GIT_PAGER").stdout.decode("utf-8", "replace").strip()
    os.environ["PAGER"] = found or "cat"
    os.environ.setdefault("LESS", "FRX")
    click.echo_via_pager(lines, color=colour)


colour_option = click.option(
    "--color",
    "--colour",
    "colour",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="When to use colours.",
)
