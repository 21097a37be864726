"""No command ends with a code that ``docs/exit-codes.md`` does not list."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from gitmem import errors
from gitmem.cli.main import cli
from tests.docs.generate import DOCS

PACKAGE = Path(errors.__file__).parent
# A program of its own, whose exit status only the module that starts it reads.
LEASH = PACKAGE / "process" / "leash_script.py"  # its codes are told to gitmem alone
ROWS = dict(
    re.findall(r"^\| (\d+) \| (.*?) \|", (DOCS / "exit-codes.md").read_text("utf-8"), re.MULTILINE)
)
EXITS = {"exit", "_exit", "SystemExit", "Exit"}
# What these expressions stand for is looked at where the functions return it.
RETURNED = {"run_hook(arguments)": "run_hook", "run_command(arguments)": "run_command"}


@cache
def modules(folder: str = "") -> list[ast.Module]:
    paths = [path for path in sorted((PACKAGE / folder).rglob("*.py")) if path != LEASH]
    return [ast.parse(path.read_text("utf-8"), str(path)) for path in paths]


def name_of(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def ends(module: ast.Module) -> Iterator[ast.expr]:
    """What the calls that end a process, or a command, are given."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and name_of(node.func) in EXITS:
            yield from node.args[:1]


def returned(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def code_of(value: ast.expr) -> str | None:
    """The code that an expression is, if it is one by itself."""
    if isinstance(value, ast.Constant) and isinstance(value.value, int):
        return str(value.value)
    if isinstance(value, ast.Name) and value.id.startswith("EXIT_"):
        return str(vars(errors)[value.id])
    return None


def test_every_constant_is_listed() -> None:
    codes = {str(value) for name, value in vars(errors).items() if name.startswith("EXIT_")}

    assert codes <= set(ROWS)
    assert len(codes) == 4


def test_every_error_that_is_raised_is_listed_by_its_name() -> None:
    raised = {
        name_of(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)
        for module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Raise) and node.exc is not None
    }
    classes = [getattr(errors, name) for name in raised if hasattr(errors, name)]

    assert len(classes) > 20
    assert [cls for cls in classes if f"`{cls.__name__}`" not in ROWS[str(cls.exit_code)]] == []


def test_a_process_is_ended_with_listed_codes_only() -> None:
    values = [value for module in modules() for value in ends(module)]
    functions = [
        node
        for module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef) and node.name in RETURNED.values()
    ]

    assert {function.name for function in functions} == set(RETURNED.values())
    values += [value for function in functions for value in returned(function)]
    unclear = {ast.unparse(value) for value in values if code_of(value) is None}

    assert {code for value in values if (code := code_of(value))} <= set(ROWS)
    assert unclear - set(RETURNED) == {
        "error.exit_code",  # click's: below
        "_tell_usage(error, arguments)",  # click's as well
        "_tell(error, arguments)",  # GitmemError's: below
        "_output_lost(error)",
        "_report_bug(traceback.format_exc()) if refusal is None else _tell(refusal, ())",
        "result if isinstance(result, int) else EXIT_DONE",
    }


def test_a_command_that_returns_a_code_returns_0_or_1() -> None:
    commands = [
        node
        for module in modules("cli")
        for node in module.body
        if isinstance(node, ast.FunctionDef)
        and node.decorator_list
        and not (isinstance(node.returns, ast.Constant) and node.returns.value is None)
        and any("command" in ast.unparse(each) for each in node.decorator_list)
    ]

    codes = [ast.unparse(value)[:8] for node in commands for value in returned(node)]
    assert codes == ["int(any("] * 2


def test_the_summary_in_the_help_spans_the_tree() -> None:
    families = {
        "repository": errors.RepositoryError,
        "notes": errors.NoteError,
        "capture": errors.CaptureError,
        "remote": errors.RemoteError,
        "set-up": errors.InstallError,
    }

    for name, family in families.items():
        codes = [
            cls.exit_code for cls in family.__subclasses__() if cls.__module__ == "gitmem.errors"
        ]
        assert f"{min(codes)} to {max(codes)} {name}" in (cli.epilog or "")


@pytest.mark.parametrize("error", [click.ClickException, click.UsageError, click.FileError])
def test_what_click_refuses_is_listed(error: type[click.ClickException]) -> None:
    assert str(error.exit_code) in ROWS
