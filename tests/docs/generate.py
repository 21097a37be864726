"""Write the documents that come from the code: ``python -m tests.docs.generate``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from gitmem import errors
from gitmem.cli.main import cli
from gitmem.state.settings import known_settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
_WIDTH = 90
_ENVIRONMENT = """
Read from the environment: `ANTHROPIC_API_KEY` and `ANTHROPIC_BASE_URL` (for the `anthropic`
compressor only), `OPENAI_API_KEY` and `OPENAI_BASE_URL` (for `openai` only), `CLAUDE_CONFIG_DIR`
(where the client keeps transcripts and settings), `NO_COLOR`, and `GITMEM_SKIP=1`, with which the
hooks do nothing.
The program that `claude-cli` runs finds its login by itself; where `ANTHROPIC_API_KEY` is set, it
may use and bill that key, as it does when you run it.""".splitlines()


def commands_page() -> str:
    """The reference of all commands, as ``--help`` tells it."""
    parts = [
        "# Commands",
        "",
        "This page is what `--help` prints; `python -m tests.docs.generate` writes it.",
        "`git mem COMMAND` works as well as `gitmem COMMAND`.",
        "",
        _help(_context(cli, "gitmem")),
    ]
    for context in command_contexts():
        parts += ["", f"## {context.command_path}", "", _help(context)]
    return "\n".join(parts) + "\n"


def command_contexts(parent: click.Context | None = None) -> Iterator[click.Context]:
    """Every command, each group's own right behind it; ``.command`` is what it runs."""
    group = parent or _context(cli, "gitmem")
    assert isinstance(group.command, click.Group)
    for name in group.command.list_commands(group):
        command = group.command.get_command(group, name)
        assert command is not None
        context = _context(command, name, group)
        yield context
        if isinstance(command, click.Group):
            yield from command_contexts(context)


def exit_codes_page() -> str:
    """The exit codes, as the classes in ``gitmem/errors.py`` carry them."""
    rows = [
        "# Exit codes",
        "",
        "Generated from `gitmem/errors.py` by `python -m tests.docs.generate`.",
        "A hook always exits 0 and writes its trouble to the log that `gitmem doctor` reads.",
        "",
        "| code | name | when | what to do |",
        "| --- | --- | --- | --- |",
    ]
    codes = {
        0: "| 0 | | done | |",
        3: "| 3 | | a bug in gitmem | the log's path is printed; please report it |",
        130: "| 130 | | interrupted (Ctrl-C) | |",
    }
    for cls in _leaves(errors.GitmemError):
        when = inspect.cleandoc(cls.__doc__ or "").splitlines()[0].rstrip(".")
        row = f"| {cls.exit_code} | `{cls.__name__}` | {when} | {cls.default_hint} |"
        codes[cls.exit_code] = row
    return "\n".join([*rows, *(codes[code] for code in sorted(codes))]) + "\n"


def settings_page() -> str:
    """The settings, as ``gitmem/state/settings.py`` knows them."""
    rows = [
        "# Settings",
        "",
        "Generated from `gitmem/state/settings.py` by `python -m tests.docs.generate`.",
        "They are git configuration, with git's scopes: `git config [--global] gitmem.NAME VALUE`.",
        "`gitmem config` lists them with their values here and where those come from.",
        "",
        "| name | default | meaning |",
        "| --- | --- | --- |",
    ]
    for setting in known_settings():
        default = f"`{setting.default}`" if setting.default else "none"
        rows.append(f"| `{setting.name}` | {default} | {setting.help} |")
    return "\n".join([*rows, *_ENVIRONMENT]) + "\n"


def pages() -> dict[str, str]:
    """Every generated page, by file name."""
    return {
        "commands.md": commands_page(),
        "exit-codes.md": exit_codes_page(),
        "settings.md": settings_page(),
    }


def _context(
    command: click.Command, name: str, parent: click.Context | None = None
) -> click.Context:
    return click.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
        **cli.context_settings,
    )


def _help(context: click.Context) -> str:
    return f"```\n{context.get_help()}\n```"


def _leaves(cls: type[errors.GitmemError]) -> Iterator[type[errors.GitmemError]]:
    yield from [cls] if "exit_code" in vars(cls) else []
    for sub in cls.__subclasses__():
        yield from _leaves(sub)


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
