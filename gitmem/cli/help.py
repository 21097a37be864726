"""``gitmem help``: what ``--help`` of a command says, and the pages of the documentation."""

from __future__ import annotations

import sys

import click

from gitmem.cli.documents import find_page, page_titles
from gitmem.cli.suggestions import nearest, other_words, similar
from gitmem.errors import UsageError

_TOPICS = "topics"


@click.command()
@click.argument("words", nargs=-1, metavar="[COMMAND|TOPIC]...")
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Show how a command is used, or a page of the documentation.

    Without a word: all commands. `gitmem help topics` lists the pages.

    \b
    gitmem help log
    gitmem help import claude-mem
    gitmem help topics
    gitmem help privacy
    """
    root = ctx.find_root()
    if words == (_TOPICS,):
        _list_topics()
        return
    context = _context_of(root, words)
    if context is not None:
        _show(context.get_help())
        return
    page = find_page(words[0]) if len(words) == 1 else None
    if page is not None:
        _show(page)
        return
    raise _unknown(root, " ".join(words))


def _context_of(root: click.Context, words: tuple[str, ...]) -> click.Context | None:
    """The command that the words name, one below the other; None where one names none."""
    context = root
    for word in words:
        group = context.command
        found = group.get_command(context, word) if isinstance(group, click.Group) else None
        if found is None:
            return None
        context = click.Context(
            found, info_name=word, parent=context, **root.command.context_settings
        )
    return context


def _unknown(root: click.Context, word: str) -> UsageError:
    group = root.command
    commands = group.list_commands(root) if isinstance(group, click.Group) else []
    names = other_words(word, commands) or nearest(word, [*commands, *page_titles(), _TOPICS])
    hint = similar(names) or f"All commands: {root.command_path} help; all pages: help {_TOPICS}"
    return UsageError(f"there is no command or page '{word}'", hint)


def _list_topics() -> None:
    titles = page_titles()
    if not titles:
        raise UsageError("the pages of the documentation are not part of this installation")
    width = max(map(len, titles))
    for name, title in titles.items():
        click.echo(f"{name.ljust(width)}  {title}")


def _show(text: str) -> None:
    """In the pager at a terminal, if it does not fit there."""
    if sys.stdout.isatty():
        import os

        os.environ.setdefault("LESS", "FRX")
        click.echo_via_pager(text.rstrip("\n") + "\n")
    else:
        click.echo(text.rstrip("\n"))
