"""Write the man pages from the help of the commands: ``python -m tests.docs.generate``."""

from __future__ import annotations

import inspect

import click

from gitmem.cli.main import COMMANDS, cli
from gitmem.cli.sections import sections
from gitmem.model.release import VERSION
from tests.docs.generate import command_contexts, context_of


def man_pages() -> dict[str, str]:
    """Every page by file name: ``gitmem.1``, ``git-mem.1``, and one for each command."""
    root = context_of(cli, "gitmem")
    pages = {"gitmem.1": _page(root)}
    # git asks man for this one; what it includes is found beside it.
    pages["git-mem.1"] = pages["gitmem.1"]
    for context in command_contexts():
        pages[f"{_name(context)}.1"] = _page(context)
    return pages


def _name(context: click.Context) -> str:
    return context.command_path.replace(" ", "-")


def _page(context: click.Context) -> str:
    command, name = context.command, _name(context)
    text = inspect.cleandoc(command.help or "")
    summary = " ".join(text.partition("\n\n")[0].split()).rstrip(".")
    pieces = " ".join(command.collect_usage_pieces(context))
    lines = [
        '.\\" Written by python -m tests.docs.generate from the help of the commands.',
        f'.TH "{name.upper()}" "1" "" "gitmem {VERSION}" "gitmem"',
        ".SH NAME",
        _escaped(f"{name} - {summary}"),
        ".SH SYNOPSIS",
        f"\\fB{_escaped(context.command_path)}\\fR {_escaped(pieces)}",
        ".SH DESCRIPTION",
        *_paragraphs(text.partition("\n\n")[2] or text),
        ".SH OPTIONS",
    ]
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and isinstance(parameter, click.Option):
            lines += [".TP", f"\\fB{_escaped(record[0])}\\fR", _escaped(record[1])]
    if isinstance(command, click.Group):
        lines += _commands(context, command)
    if command.epilog:
        lines += [".SH EXIT STATUS", *_paragraphs(inspect.cleandoc(command.epilog))]
    lines += [".SH SEE ALSO", _see_also(context)]
    return "\n".join(lines) + "\n"


def _commands(context: click.Context, group: click.Group) -> list[str]:
    lines = [".SH COMMANDS"]
    names = group.list_commands(context)
    groups = sections(names) if context.parent is None else {"": names}
    for title, members in groups.items():
        lines += [f".SS {_escaped(title)}"] if title else []
        for name in members:
            command = group.get_command(context, name)
            assert command is not None
            told = COMMANDS[name] if context.parent is None else command.get_short_help_str(200)
            lines += [".TP", f"\\fB{name}\\fR", _escaped(told)]
    return lines


def _see_also(context: click.Context) -> str:
    if context.parent is None:
        return "\\fBgitmem-log\\fR(1) and so on, \\fBgit-notes\\fR(1); gitmem help topics"
    return f"\\fB{_name(context.parent)}\\fR(1), \\fBgit-notes\\fR(1)"


def _paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text; one that begins with the mark \\b keeps its lines."""
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        if paragraph.startswith(("\b\n", "\\b\n")):
            kept = paragraph.partition("\n")[2].splitlines()
            lines += [".PP", ".nf", *(_escaped(line) for line in kept), ".fi"]
        else:
            lines += [".PP", _escaped(" ".join(paragraph.split()))]
    return lines


def _escaped(text: str) -> str:
    """The text as roff prints it as it is: no escape, no command, no typographic dash."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    plain = plain.replace("`", "\\`").replace("…", "...")
    return f"\\&{plain}" if plain.startswith((".", "\\(aq")) else plain
