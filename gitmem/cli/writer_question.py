"""The one question of ``gitmem init``: who should write the memories."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

import click

from gitmem.cli.output import text_width
from gitmem.setup.current_writer import OFFLINE
from gitmem.setup.writer_offers import WriterOffer

_TRIES = 3
_ENTER = ("\r", "\n")
_END_OF_INPUT = "\x04"
_SENT = (
    "A model writes better ones. It is then sent, for each commit that a session made: the "
    "commit's message and the names of its files, what you and the agent said, and parts of what "
    "commands printed, all with secrets masked. The diff and the files themselves are not sent."
)


def may_ask(environ: Mapping[str, str]) -> bool:
    """Whether somebody is there to answer: a terminal at both ends, and no pipeline."""
    is_pipeline = environ.get("CI", "").lower() not in ("", "0", "false")
    return sys.stdin.isatty() and sys.stdout.isatty() and not is_pipeline


def ask_for_writer(offers: Sequence[WriterOffer], read_key: Callable[[], str] | None = None) -> str:
    """The compressor that the person chose by one key; empty for the offline one.

    Enter, the end of the input and three keys without a meaning choose that too.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    usable = {offer.key: offer for offer in offers if not offer.lack}
    _say(f"Memories are written by {OFFLINE}. They leave this machine only with a git push.")
    for offer in offers:
        if offer.lack:
            _say(f"{offer.compressor} ({offer.asks}) is not ready: {offer.lack}.")
    if not usable:
        return ""
    _say(_SENT)
    click.echo("  [Enter] stay offline")
    for offer in usable.values():
        _say(f"[{offer.key}] {offer.compressor}: {offer.asks}; {offer.cost}", indent=4, first=2)
    for _ in range(_TRIES):
        keys = "/".join([*usable, "Enter"])
        click.echo(f"Who should write them? [{keys}] ", nl=False)
        key = _read(read_key or click.getchar)
        if key in usable:
            click.echo(usable[key].compressor)
            return usable[key].compressor
        if key in _ENTER or not key:
            click.echo("offline")
            return ""
        click.echo("not one of the choices")
    click.echo("Staying offline. To change it: gitmem init --compressor NAME")
    return ""


def _read(read_key: Callable[[], str]) -> str:
    """One key, in small letters; empty at the end of the input."""
    try:
        key = read_key()
    except (EOFError, OSError):
        return ""
    return "" if key == _END_OF_INPUT else key.lower()


def _say(text: str, *, indent: int = 0, first: int = 0) -> None:
    wrapped = click.wrap_text(
        text,
        width=text_width(),
        initial_indent=" " * first,
        subsequent_indent=" " * indent,
    )
    click.echo(wrapped)
