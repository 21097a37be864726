"""``gitmem version``."""

from __future__ import annotations

import platform
import sqlite3
from importlib import metadata
from pathlib import Path

import click

from gitmem.git.repo import git_environment
from gitmem.guard.json_text import json_text
from gitmem.model.release import DISTRIBUTION, VERSION
from gitmem.process.child import run

_ENGINES = ("pygit2", "faiss-cpu", "numpy", "tokenizers", "click")


@click.command()
@click.option(
    "-v", "--build-options", "is_long", is_flag=True, help="Also what it runs on, for a report."
)
@click.option("--json", "as_json", is_flag=True, help="Print all of it as one JSON object.")
def command(is_long: bool, as_json: bool) -> None:
    """Show the version, as gitmem --version does; with -v, also what it works with."""
    if as_json:
        click.echo(json_text({"gitmem": VERSION, **_surroundings()}, indent=2))
        return
    click.echo(f"gitmem ({DISTRIBUTION}) {VERSION}")
    if is_long:
        for name, value in _surroundings().items():
            click.echo(f"{name}: {value}")


def _surroundings() -> dict[str, str]:
    """What a report of a fault should name."""
    return {
        "git": _git(),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        **{name: _release(name) for name in _ENGINES},
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "installed in": str(Path(__file__).resolve().parents[1]),
    }


def _git() -> str:
    try:
        told = run(["git", "--version"], environ=git_environment()).stdout
    except OSError:
        return "not found"
    return told.decode("utf-8", "replace").strip().removeprefix("git version ")


def _release(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not found"
