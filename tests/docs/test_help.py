"""``--help`` as a stranger meets it: examples that can be copied, and no mark of the formatter."""

from __future__ import annotations

import inspect

import click
import pytest

from gitmem.cli.main import COMMANDS
from tests.docs.generate import command_contexts

CONTEXTS = {context.command_path: context for context in command_contexts()}
WITH_EXAMPLES = {
    "backfill",
    "config",
    "curate",
    "digest",
    "edit",
    "export",
    "forget",
    "handoff",
    "help",
    "import",
    "import auto-memory",
    "import decisions",
    "import export",
    "log",
    "page",
    "pin",
    "promote",
    "recompress",
    "reconcile",
    "remember",
    "scrub",
    "search",
    "session",
    "show",
    "unpin",
    "verify",
    "why",
    "wrong",
}


def examples(context: click.Context) -> list[str]:
    """The lines of each paragraph of the docstring that begins with a command to type."""
    text = inspect.cleandoc(context.command.callback.__doc__ or "")
    found = []
    for paragraph in text.replace("\b\n", "").replace("\\b\n", "").split("\n\n"):
        words = paragraph.split()
        if words[:1] == ["gitmem"] and words[1] in COMMANDS:
            found += paragraph.splitlines()
    return found


def test_subcommands_are_among_the_commands() -> None:
    assert {f"gitmem {name}" for name in COMMANDS} < set(CONTEXTS)
    assert "gitmem import claude-mem" in CONTEXTS


@pytest.mark.parametrize("path", CONTEXTS)
def test_help_holds_no_mark_of_the_formatter(path: str) -> None:
    shown = CONTEXTS[path].get_help()

    assert "\\b" not in shown
    assert "\b" not in shown


@pytest.mark.parametrize("path", CONTEXTS)
def test_each_example_is_a_line_of_its_own(path: str) -> None:
    lines = [line.strip() for line in CONTEXTS[path].get_help().splitlines()]

    assert [line for line in examples(CONTEXTS[path]) if line not in lines] == []


def test_the_commands_with_examples_are_known() -> None:
    with_examples = {path for path, context in CONTEXTS.items() if examples(context)}

    assert {f"gitmem {name}" for name in WITH_EXAMPLES} == with_examples
