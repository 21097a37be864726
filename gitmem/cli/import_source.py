"""``gitmem import``: the sources that are told by their names or by what a path is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gitmem.cli.open_repo import ready_repo, repo_here
from gitmem.cli.suggestions import nearest, similar
from gitmem.errors import GitmemError, UnbornHead, UsageError
from gitmem.guard.json_text import json_text
from gitmem.guard.untrusted import clean_line

if TYPE_CHECKING:
    from gitmem.capture.workspace import Workspace
    from gitmem.git.repo import Repo
    from gitmem.upkeep.import_batch import ImportResult

_DEFAULT = "from"
_NAMES = ("export", "auto-memory", "entire", "decisions", "claude-mem")
_SHOWN = 20
_MAX_TITLE = 100
_REASONS = {
    "known": ("is here already", "are here already"),
    "forgotten": ("was forgotten here on purpose", "were forgotten here on purpose"),
    "absent": ("belongs to what is not here", "belong to what is not here"),
    "untied": ("is of no commit that git tells", "are of no commit that git tells"),
    "private": (
        "is about you and was left out. To keep such things for yourself: gitmem remember --mine",
        "are about you and were left out. To keep such things for yourself: gitmem remember --mine",
    ),
    "bystanders": (
        "session did nothing to its commit's files",
        "sessions did nothing to their commits' files",
    ),
    "empty": ("says nothing that could be kept", "say nothing that could be kept"),
    "unreadable": ("could not be read", "could not be read"),
    "touching": (
        "would hide, replace or pin a memory that is here: left out (your own export: --trust)",
        "would hide, replace or pin memories that are here: left out (your own export: --trust)",
    ),
    "excluded": (
        "is about files that gitmem.exclude names: left out",
        "are about files that gitmem.exclude names: left out",
    ),
    "crowded": ("was left out: its commit has too many", "were left out: commits have too many"),
}

_dry_run = click.option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
_json = click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
_trust = click.option(
    "--trust", "is_trusted", is_flag=True, help="FILE is your own export: take it as it is."
)


class SourceGroup(click.Group):
    """A group that takes a path, or an option of its default command, in place of a source."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front of what names none."""
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


@click.command(_DEFAULT, hidden=True)
@click.argument("path", required=False, default="")
@click.option("--from", "source", type=click.Choice(_NAMES), help="What it is.")
@_trust
@_dry_run
@_json
@click.pass_context
def pick_source(
    ctx: click.Context,
    path: str,
    source: str | None,
    is_trusted: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import from PATH, whatever it is."""
    name = source or _source_of(path)
    options: dict[str, Any] = {"dry_run": dry_run, "as_json": as_json}
    if is_trusted and name != "export":
        raise UsageError(
            f"--trust is for a file that gitmem exported, and this is '{name}'",
            "Nothing was imported. Leave it out",
        )
    if name == "export":
        ctx.invoke(export_, path=_needed(path, name), is_trusted=is_trusted, **options)
    elif name == "auto-memory":
        ctx.invoke(auto_memory, folder=Path(path) if path else None, **options)
    elif name == "entire":
        ctx.invoke(entire, ref=path, revisions="HEAD", **options)
    elif name == "decisions":
        ctx.invoke(decisions, paths=(path,) if path else (), **options)
    else:
        from gitmem.cli.import_ import claude_mem

        database = Path(path) if path else None
        ctx.invoke(claude_mem, database=database, projects=(), untied_to_head=False, **options)


@click.command("export")
@click.argument("path", metavar="FILE")
@_trust
@_dry_run
@_json
def export_(path: str, is_trusted: bool, dry_run: bool, as_json: bool) -> None:
    """Import the lines that `gitmem export` wrote in another clone.

    Each memory comes to the commit it was at; what belongs to commits that are not here is counted
    and left out.  FILE can be anybody's: its memories are marked as imported, whoever they say
    wrote them, and one that would hide, replace or pin a memory that is here is counted and left
    out.

    With --trust each comes back as it was, under its id, as a person's word where it is one, and
    does what it says: for an export of your own.

    \b
    gitmem import memories.jsonl --dry-run
    gitmem import memories.jsonl
    gitmem import memories.jsonl --trust
    """
    from gitmem.upkeep.import_lines import import_lines

    def run(workspace: Workspace) -> ImportResult:
        return import_lines(workspace, Path(path), is_trusted=is_trusted, dry_run=dry_run)

    _run(run, dry_run, as_json)


@click.command("auto-memory")
@click.argument("folder", metavar="[FOLDER]", required=False, type=click.Path(path_type=Path))
@_dry_run
@_json
def auto_memory(folder: Path | None, dry_run: bool, as_json: bool) -> None:
    """Import what Claude Code remembered of this project: MEMORY.md and what it lists.

    Without FOLDER it is the one of this repository below ~/.claude/projects.  What the client
    remembered of you (type: user) is private and left out.  A memory goes to the commit that its
    session made next, else to the last commit before it was written.

    \b
    gitmem import auto-memory --dry-run
    """
    from gitmem.upkeep.import_auto_memory import import_auto_memory

    chosen = _memory_folder(folder) if folder is not None else None
    _run(
        lambda workspace: import_auto_memory(workspace, chosen, os.environ, dry_run=dry_run),
        dry_run,
        as_json,
    )


@click.command("entire")
@click.argument("revisions", metavar="[RANGE]", default="HEAD")
@click.option("--ref", default="", metavar="REF", help="The branch that holds the checkpoints.")
@_dry_run
@_json
def entire(revisions: str, ref: str, dry_run: bool, as_json: bool) -> None:
    """Import the sessions that Entire recorded, from its branch entire/checkpoints/v1.

    Each commit in RANGE with a trailer Entire-Checkpoint is remembered from its part of the
    recorded transcript, as `gitmem backfill` does where a transcript is still on disk.  A session
    that did nothing to the commit's files is left out.  Interrupt it at any time: the next run goes
    on from there.

    \b
    git fetch origin entire/checkpoints/v1:entire/checkpoints/v1
    gitmem import entire --dry-run
    gitmem import entire
    """
    from gitmem.upkeep.import_entire import import_entire

    def run(workspace: Workspace) -> ImportResult:
        is_shown = not as_json and sys.stderr.isatty()
        with click.progressbar(
            length=1, label="remembering", file=sys.stderr, hidden=not is_shown
        ) as bar:

            def advance(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            return import_entire(workspace, ref, revisions, dry_run=dry_run, advance=advance)

    _run(run, dry_run, as_json)


@click.command("decisions")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@_dry_run
@_json
def decisions(paths: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Import the decisions that the project wrote down in Markdown.

    Each becomes a memory at the commit that brought its line.  Read are records (docs/adr and the
    like), logs (DECISIONS.md), and sections headed "Decisions" in CLAUDE.md, AGENTS.md and others,
    as HEAD has them; with PATH only those.  What is only proposed, or no longer in force, is left
    out, and so is what is not clearly a decision.

    \b
    gitmem import decisions --dry-run
    gitmem import decisions docs/adr
    """
    from gitmem.git.repo import top_relative
    from gitmem.upkeep.import_decisions import import_decisions

    def run(workspace: Workspace) -> ImportResult:
        inside = [top_relative(workspace.repo, path, Path.cwd()) for path in paths]
        return import_decisions(workspace, inside, dry_run=dry_run)

    _run(run, dry_run, as_json)


@click.command("undo")
@click.option("--from", "source", default="", metavar="SOURCE", help="The last one from there.")
@_dry_run
def undo(source: str, dry_run: bool) -> None:
    """Take back what the last import in this clone wrote, and nobody else did.

    What no remote is known to have leaves the notes and their history, and nothing of it is ever
    sent.  What was sent is forgotten, here and wherever the notes go; `gitmem restore` lists it and
    brings it back.  What a colleague, another clone or a remote brought as well stays.
    """
    from gitmem.git.identity import find_identity
    from gitmem.upkeep.undo_import import last_import, undo_import

    repo = ready_repo()
    known = last_import(repo, source)
    identity, _ = find_identity(repo)
    done = undo_import(repo, known, str(identity), dry_run=dry_run)
    if dry_run:
        click.echo(f"{_count(done.taken)} imported from {known.source} would be taken back.")
    else:
        click.echo(f"Took back {_count(done.taken)} imported from {known.source}.")
    if sent := len(done.sent):
        told = "1 was sent before and is" if sent == 1 else f"{sent} were sent before and are"
        end = "" if dry_run else " To bring back: gitmem restore ID"
        click.echo(f"{told} forgotten for everybody with the next push.{end}")
    if kept := len(done.kept):
        stay = "1 stays: others brought it" if kept == 1 else f"{kept} stay: others brought them"
        click.echo(f"{stay} as well, or may have. To forget one for everybody: gitmem forget ID")


SOURCES = (export_, auto_memory, entire, decisions, undo)


def _run(act: Callable[[Workspace], ImportResult], dry_run: bool, as_json: bool) -> None:
    from gitmem.capture.workspace import open_workspace
    from gitmem.git.log import has_head

    repo = repo_here()
    if not has_head(repo):
        raise UnbornHead("the current branch has no commit to tie memories to")
    result = act(open_workspace(repo))
    for notice in result.notices:
        click.echo(f"gitmem: {notice}", err=True)
    if as_json:
        click.echo(json_text(_fields(result)))
        return
    _show(result, dry_run=dry_run)
    tell_way_back(repo, result.forgotten_ids)


def tell_way_back(repo: Repo, forgotten: Sequence[str]) -> None:
    """Say which of the forgotten memories that were met can be brought back, and how."""
    from gitmem.state.taken_memories import read_taken

    listed = {taken.id for taken in read_taken(repo)} if forgotten else set()
    if ids := [name for name in dict.fromkeys(forgotten) if name in listed]:
        more = f" (and {len(ids) - _SHOWN} more: gitmem restore)" if len(ids) > _SHOWN else ""
        click.echo(f"To bring back: gitmem restore {' '.join(ids[:_SHOWN])}{more}")


def _show(result: ImportResult, *, dry_run: bool) -> None:
    if dry_run:
        for commit, memory in result.memories[:_SHOWN]:
            click.echo(f"{commit[:10]}  {clean_line(memory.title, _MAX_TITLE)}")
        if (more := len(result.memories) - _SHOWN) > 0:
            click.echo(f"… and {more} more")
    verb = "would be remembered" if dry_run else "remembered"
    commits = "1 commit" if len(result.commits) == 1 else f"{len(result.commits)} commits"
    click.echo(f"{_count(result.written)} {verb} at {commits}.")
    for name, (one, more_of) in _REASONS.items():
        if count := getattr(result, name, 0):
            click.echo(f"{count} {one if count == 1 else more_of}.")
    if result.written and not dry_run:
        click.echo("To undo: gitmem import undo")


def _fields(result: ImportResult) -> dict[str, Any]:
    found = {one.name: getattr(result, one.name) for one in fields(result)}
    told = {name: value for name, value in found.items() if isinstance(value, (int, str))}
    memories = [{"commit": commit, "id": memory.id} for commit, memory in result.memories]
    return {
        **told,
        "commits": len(result.commits),
        "memories": memories,
        "forgotten_ids": result.forgotten_ids,
    }


def _count(number: int) -> str:
    return "1 memory" if number == 1 else f"{number} memories"


def _needed(path: str, name: str) -> str:
    if not path:
        raise UsageError(f"--from {name} needs a file", f"gitmem import --from {name} FILE")
    return path


def _memory_folder(place: Path) -> Path:
    """The folder of a memory: that of its index, or the one in a project's folder.

    Raises:
        GitmemError: it is none, or another file than the index.
    """
    for folder in (place, place / "memory", place.parent):
        index = folder / "MEMORY.md"
        if index.is_file() and (folder != place.parent or place.name == index.name):
            return folder
    what = "is no folder with a MEMORY.md" if place.is_dir() else "is no MEMORY.md"
    raise GitmemError(
        f"'{place}' {what}, so it is no memory of Claude Code",
        "Nothing was changed. It is in ~/.claude/projects/NAME/memory; name that folder",
    )


def _source_of(path: str) -> str:
    """Which source the path is.

    Raises:
        UsageError: it is none that is known.
    """
    place = Path(path)
    name = place.name.lower()
    if not path:
        raise UsageError(
            "say what to import: a PATH, or --from with one of " + ", ".join(_NAMES),
            "See: gitmem import --help",
        )
    if place.is_dir():
        if (place / "MEMORY.md").is_file() or (place / "memory" / "MEMORY.md").is_file():
            return "auto-memory"
        return "decisions"
    if name == "memory.md":
        return "auto-memory"
    if name.endswith((".db", ".sqlite", ".sqlite3")):
        return "claude-mem"
    if name.endswith((".jsonl", ".ndjson", ".json")):
        return "export"
    if name.endswith((".md", ".markdown")):
        return "decisions"
    if path.rstrip("/").endswith("entire/checkpoints/v1"):
        return "entire"
    if not place.exists():
        meant = similar(nearest(path, _NAMES), "command")
        raise UsageError(f"there is no '{path}' here", meant or "See: gitmem import --help")
    raise UsageError(
        f"'{path}' is nothing that is known by its name", "Say what it is: --from SOURCE"
    )
