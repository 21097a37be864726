"""Write the documents that come from the code: ``python -m tests.docs.generate``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from gitmem import errors
from gitmem.cli.main import cli
from gitmem.state.setting_list import default_settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
_WIDTH = 90
_ENVIRONMENT = """
gitmem reads these environment variables: `ANTHROPIC_API_KEY` and `ANTHROPIC_BASE_URL` (only for
the `anthropic` compressor), `OPENAI_API_KEY` and `OPENAI_BASE_URL` (only for `openai`, as a
compressor or for vectors), `CLAUDE_CONFIG_DIR`, `CODEX_HOME`, `GEMINI_CLI_HOME`, `COPILOT_HOME`,
`QWEN_HOME`, `QWEN_RUNTIME_DIR`, `CLINE_DIR`, `CLINE_DATA_DIR` and `CLINE_SESSION_DATA_DIR` (where
the agents keep their sessions), `XDG_STATE_HOME` (where gitmem lists this machine's repositories),
`NO_COLOR`, `CI` (with it `gitmem init` asks nothing, as without a terminal), and `GITMEM_SKIP=1`,
which makes the hooks do nothing.
At a terminal, `gitmem init` looks whether a key, an address or a login of `claude` is there, to
offer what it leads to.
The program that `claude-cli` runs finds its login by itself; if `ANTHROPIC_API_KEY` is set, it may
use that key and bill it, just as when you run the program yourself.""".splitlines()

_OTHER_CODES = {
    errors.EXIT_DONE: (
        "Success, also when whatever reads the output stops early (`gitmem log \\| head`)",
        "",
    ),
    errors.EXIT_BUG: ("A bug in gitmem", "The path of the log is printed: please report the bug"),
    errors.EXIT_OUTPUT_LOST: (
        "Python could not write all of the output, for example to a full disk",
        "",
    ),
    errors.EXIT_INTERRUPTED: ("Interrupted with Ctrl-C", "What was done so far is kept"),
}
_ALSO_FAILURE = "; `gitmem doctor` or `gitmem verify` found something wrong"
_UNATTENDED = """
A command that is ended by a signal has no code of its own: shells show 128 plus the number of
the signal, such as 143 for SIGTERM.

A hook always exits with 0 and writes what went wrong to the log that `gitmem doctor` reads.
So does the worker in the background; after 15 minutes it ends itself and everything that it
started with SIGKILL, or with 1.""".splitlines()


def commands_page() -> str:
    """The reference of all commands, as ``--help`` prints it."""
    parts = [
        "# Commands",
        "",
        "This page is what `--help` prints; `python -m tests.docs.generate` writes it.",
        "`git mem COMMAND` works as well as `gitmem COMMAND`.",
        "",
        _help(context_of(cli, "gitmem")),
    ]
    for context in command_contexts():
        parts += ["", f"## {context.command_path}", "", _help(context)]
    return "\n".join(parts) + "\n"


def command_contexts(parent: click.Context | None = None) -> Iterator[click.Context]:
    """Every command, each group's own right behind it; ``.command`` is what it runs."""
    group = parent or context_of(cli, "gitmem")
    assert isinstance(group.command, click.Group)
    for name in group.command.list_commands(group):
        command = group.command.get_command(group, name)
        assert command is not None
        context = context_of(command, name, group)
        yield context
        if isinstance(command, click.Group):
            yield from command_contexts(context)


def exit_codes_page() -> str:
    """The exit codes, as the classes in ``gitmem/errors.py`` carry them."""
    rows = [
        "# Exit codes",
        "",
        "Generated from `gitmem/errors.py` by `python -m tests.docs.generate`.",
        "",
        "| code | name | when | what to do |",
        "| --- | --- | --- | --- |",
    ]
    codes = {
        code: f"| {code} | | {when} | {advice} |" for code, (when, advice) in _OTHER_CODES.items()
    }
    for cls in _leaves(errors.GitmemError):
        when = inspect.cleandoc(cls.__doc__ or "").splitlines()[0].rstrip(".")
        names = f"`{cls.__name__}`"
        if cls is errors.GitmemError:
            names = ", ".join(f"`{each.__name__}`" for each in _without_code(cls))
            when += _ALSO_FAILURE
        codes[cls.exit_code] = f"| {cls.exit_code} | {names} | {when} | {cls.default_hint} |"
    table = [codes[code] for code in sorted(codes)]
    return "\n".join([*rows, *table, *_UNATTENDED]) + "\n"


def settings_page() -> str:
    """The settings, as ``gitmem/state/setting_table.py`` knows them."""
    rows = [
        "# Settings",
        "",
        "Generated from `gitmem/state/setting_table.py` by `python -m tests.docs.generate`.",
        "They are git configuration, with git's scopes: `git config [--global] gitmem.NAME VALUE`.",
        "`gitmem config` lists them with their current values and where those come from.",
        "",
        "| name | default | meaning |",
        "| --- | --- | --- |",
    ]
    for setting in default_settings():
        default = f"`{setting.default}`" if setting.default else "none"
        rows.append(f"| `{setting.name}` | {default} | {setting.help} |")
    return "\n".join([*rows, *_ENVIRONMENT]) + "\n"


def pages() -> dict[str, str]:
    """Every generated page, by its path below ``docs``."""
    from tests.docs.man import man_pages  # which looks at the commands as this does

    return {
        **{f"man/{name}": text for name, text in man_pages().items()},
        "commands.md": commands_page(),
        "exit-codes.md": exit_codes_page(),
        "settings.md": settings_page(),
    }


def context_of(
    command: click.Command, name: str, parent: click.Context | None = None
) -> click.Context:
    """The context in which the pages are written, as wide as they are."""
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


def _without_code(cls: type[errors.GitmemError]) -> list[type[errors.GitmemError]]:
    """The base class and the groups below it that end with its code."""
    groups = [sub for sub in cls.__subclasses__() if "exit_code" not in vars(sub)]
    return [cls, *(sub for sub in groups if sub.__module__ == errors.__name__)]


def _leaves(cls: type[errors.GitmemError]) -> Iterator[type[errors.GitmemError]]:
    yield from [cls] if "exit_code" in vars(cls) else []
    for sub in cls.__subclasses__():
        yield from _leaves(sub)


if __name__ == "__main__":
    (DOCS / "man").mkdir(exist_ok=True)
    for old in (DOCS / "man").glob("*.1"):
        old.unlink()
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
