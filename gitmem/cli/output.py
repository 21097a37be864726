"""Where output goes: colours and a pager at a terminal, plain text into a pipe."""

from __future__ import annotations

import codecs
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from gitmem.cli.stream import harmless
from gitmem.git.repo import Repo, translate_os_errors, try_git

_DEFAULT_WIDTH = 100


def wants_colour(choice: str) -> bool:
    """Whether to colour: ``always``, ``never``, or ``auto`` (a terminal, and NO_COLOR not set)."""
    if choice == "auto":
        return sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return choice == "always"


def page_bytes(repo: Repo | None, blocks: Iterable[bytes], *, colour: bool, pager: bool) -> None:
    """The same for what git printed: into a pipe or file it goes as it is, byte for byte, unless
    that wants another character set.
    """
    if repo is not None and sys.stdout.isatty():
        texts = (harmless(block.decode("utf-8", "replace"), is_terminal=False) for block in blocks)
        page(repo if pager else None, texts, colour=colour)
        return
    sys.stdout.flush()
    encoder = None
    if codecs.lookup(sys.stdout.encoding).name != "utf-8":
        encoder = codecs.getincrementalencoder(sys.stdout.encoding)(sys.stdout.errors or "strict")
    for block in blocks:
        sys.stdout.buffer.write(_as_wanted(block, encoder))
        sys.stdout.buffer.flush()


def _as_wanted(block: bytes, encoder: codecs.IncrementalEncoder | None) -> bytes:
    """The block in the character set of the stream; what is not UTF-8 stays as git printed it."""
    if encoder is None:
        return block
    try:
        return encoder.encode(block.decode())
    except UnicodeDecodeError:
        return block


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


def write_target(target: Path, data: bytes) -> None:
    """Write the file that a person named: whole or not at all.  What is there and is no file (a
    pipe, a device) is written to, never replaced: root could rename over it.

    Raises:
        DiskFull, ReadOnlyRepository: the file system refuses.
    """
    from gitmem.state.atomic import write_atomically

    with translate_os_errors(f"write '{target.name}'"):
        if target.exists() and not target.is_file():
            with target.open("wb") as file:
                file.write(data)
            return
        write_atomically(target, data)
