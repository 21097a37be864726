"""``gitmem import``."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from gitmem.agents.claude_mem import ClaudeMem
from gitmem.capture.workspace import open_workspace
from gitmem.cli.import_source import SOURCES, SourceGroup, pick_source, tell_way_back
from gitmem.cli.open_repo import ready_repo, repo_here
from gitmem.errors import UnbornHead
from gitmem.git.log import has_head
from gitmem.guard.json_text import json_text
from gitmem.refresh.quarantine_lost import restore_quarantine
from gitmem.upkeep.import_claude_mem import ImportReport, import_claude_mem, project_names

_REASONS = {  # of one, and of several
    "known": ("was imported before", "were imported before"),
    "forgotten": ("was forgotten here on purpose", "were forgotten here on purpose"),
    "elsewhere": (
        "names a file in another folder with this name",
        "name files in another folder with this name",
    ),
    "untied": (
        "led to no known commit (--untied-to-head ties it to HEAD)",
        "led to no known commit (--untied-to-head ties them to HEAD)",
    ),
    "empty": ("says nothing", "say nothing"),
    "crowded": (
        "left out: its commit already has 200 of them",
        "left out: their commit already has 200 of them",
    ),
}


@click.group(cls=SourceGroup)
def command() -> None:
    """Import memories that another clone, tool or file has, or restore some that were set aside.

    `gitmem import PATH` finds out what PATH is: lines that `gitmem export` wrote, a folder of
    Claude Code's own memory, a database of claude-mem, Entire's branch, or Markdown that tells
    decisions.  `--from SOURCE` says it; each source is also a command with options of its own.

    All that is imported is masked by the rules of this repository and tied to a commit that is
    here; a second import adds only what is new, and `gitmem import undo` takes the last one back.
    Look first with --dry-run.

    \b
    gitmem import memories.jsonl --dry-run
    gitmem import docs/adr
    gitmem import --from entire
    """


for _source in SOURCES:
    command.add_command(_source)
command.add_command(pick_source)


@command.command("claude-mem")
@click.option(
    "--db",
    "database",
    type=click.Path(path_type=Path),
    help="Its database; default: ~/.claude-mem/claude-mem.db.",
)
@click.option(
    "--project",
    "projects",
    multiple=True,
    metavar="NAME",
    help="The name it has for this project; default: the folder's name.",
)
@click.option("--untied-to-head", is_flag=True, help="Tie what belongs to no commit to HEAD.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def claude_mem(
    database: Path | None,
    projects: tuple[str, ...],
    untied_to_head: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import observations and summaries from claude-mem.

    Each becomes a memory of the commit that it led to, found by the files it changed and its time;
    otherwise of its session's next commit, or of the next commit by anyone.  The database is only
    read.  Everything is masked like the memories of a session, and a second import writes only
    what is new.
    """
    repo = repo_here()
    if not has_head(repo):
        raise UnbornHead("the current branch has no commit to tie memories to")
    path = database or Path.home() / ".claude-mem" / "claude-mem.db"
    names = list(projects) or project_names(repo)
    found = import_claude_mem(
        open_workspace(repo), path, names, to_head=untied_to_head, dry_run=dry_run
    )
    if as_json:
        click.echo(json_text(_fields(found)))
        return
    if not found.rows:
        there = ", ".join(ClaudeMem(path, names).projects()) or "none"
        click.echo(f"It has nothing for {' or '.join(names)}. Its projects are: {there}.")
        return
    verb = "would be remembered" if dry_run else "remembered"
    commits = "1 commit" if len(found.commits) == 1 else f"{len(found.commits)} commits"
    click.echo(
        f"{found.written} of {found.rows} {verb} at {commits}:"
        f" {found.by_files} by their files, {found.by_session} with their session,"
        f" {found.by_time} by time, {found.to_head} at HEAD."
    )
    for name, (of_one, of_several) in _REASONS.items():
        if count := getattr(found, name):
            click.echo(f"{count} {of_one if count == 1 else of_several}.")
    tell_way_back(repo, found.forgotten_ids)


@command.command("set-aside")
@click.option("--all", "everything", is_flag=True, help="Also those whose commits are gone.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
def set_aside(everything: bool, dry_run: bool) -> None:
    """Restore memories that git lost and gitmem set aside.

    `git filter-repo --path` drops the notes along with everything else outside the path. gitmem
    keeps the memories it still has in .git/gitmem/lost, and does not send them, because the
    filtering may have been meant to remove something. This command restores the memories of
    commits that are still here, or that git filter-repo's map says became other commits. Delete
    that folder to forget the rest.
    """
    repo = repo_here()
    done = restore_quarantine(repo, everything=everything, dry_run=dry_run)
    noun = "1 memory" if done.memories == 1 else f"{done.memories} memories"
    of = "1 commit" if done.commits == 1 else f"{done.commits} commits"
    click.echo(f"{noun} of {of} {'would be ' if dry_run else ''}restored.")
    if done.still_aside:
        one, more = "1 stays set aside: its commit is", "stay set aside: their commits are"
        told = one if done.still_aside == 1 else f"{done.still_aside} {more}"
        click.echo(f"{told} gone (use --all).")
    if done.memories and not dry_run:
        ready_repo()


def _fields(found: ImportReport) -> dict[str, Any]:
    counts = {field.name: getattr(found, field.name) for field in fields(found)}
    return {**counts, "commits": len(found.commits), "forgotten_ids": found.forgotten_ids}
