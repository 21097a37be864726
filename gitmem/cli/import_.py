"""``gitmem import``."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import click

from gitmem.agents.claude_mem import ClaudeMem
from gitmem.capture.workspace import open_workspace
from gitmem.cli.open_repo import ready_repo
from gitmem.errors import UnbornHead
from gitmem.git.log import has_head
from gitmem.git.repo import find_repo
from gitmem.refresh.quarantine_lost import take_back
from gitmem.upkeep.import_claude_mem import ImportReport, import_claude_mem, project_names

_REASONS = {
    "known": "were imported before",
    "elsewhere": "name files of another folder of this name",
    "untied": "led to no commit that is known (--untied-to-head gives them to HEAD)",
    "empty": "say nothing",
    "crowded": "left out: their commit has 200 of them already",
}


@click.group()
def command() -> None:
    """Take over what another memory tool has kept, or take back what was set aside."""


@command.command("claude-mem")
@click.option(
    "--db",
    "database",
    type=click.Path(path_type=Path),
    help="Its database; ~/.claude-mem/claude-mem.db when left out.",
)
@click.option(
    "--project",
    "projects",
    multiple=True,
    metavar="NAME",
    help="What it calls this project; the folder's name when left out.",
)
@click.option("--untied-to-head", is_flag=True, help="Give what belongs to no commit to HEAD.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="The result as one JSON object.")
def claude_mem(
    database: Path | None,
    projects: tuple[str, ...],
    untied_to_head: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take over observations and summaries of claude-mem.

    Each becomes a memory of the commit that it led to: by the files it changed and its time, else
    with its session's next commit, else with the next commit there is.  Its database is only
    read.  Everything is masked as a session's own memory is; a second import writes only what is
    new.
    """
    repo = find_repo(".")
    if not has_head(repo):
        raise UnbornHead("the current branch has no commit to tie memories to")
    path = database or Path.home() / ".claude-mem" / "claude-mem.db"
    names = list(projects) or project_names(repo)
    found = import_claude_mem(
        open_workspace(repo), path, names, to_head=untied_to_head, dry_run=dry_run
    )
    if as_json:
        click.echo(json.dumps(_fields(found)))
        return
    if not found.rows:
        there = ", ".join(ClaudeMem(path, names).projects()) or "none"
        click.echo(f"There is nothing of {' or '.join(names)}. Its projects are: {there}.")
        return
    verb = "would be remembered" if dry_run else "remembered"
    commits = "1 commit" if len(found.commits) == 1 else f"{len(found.commits)} commits"
    click.echo(
        f"{found.written} of {found.rows} {verb} at {commits}:"
        f" {found.by_files} by their files, {found.by_session} with their session,"
        f" {found.by_time} by time, {found.to_head} at HEAD."
    )
    for name, reason in _REASONS.items():
        if count := getattr(found, name):
            click.echo(f"{count} {reason}.")


@command.command("set-aside")
@click.option("--all", "everything", is_flag=True, help="Also of commits that are here no more.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def set_aside(everything: bool, dry_run: bool) -> None:
    """Take back memories that git lost and gitmem set aside.

    `git filter-repo --path` drops the notes with all else that is not below the path. gitmem keeps
    what it still knows in .git/gitmem/lost and does not send it, since the filtering may have been
    meant to take something out. This puts back the memories of the commits that are still here,
    or became others by the map that git filter-repo left. Delete that folder to forget the rest.
    """
    repo = find_repo(".")
    done = take_back(repo, everything=everything, dry_run=dry_run)
    noun = "1 memory" if done.memories == 1 else f"{done.memories} memories"
    of = "1 commit" if done.commits == 1 else f"{done.commits} commits"
    click.echo(f"{noun} of {of} {'would be ' if dry_run else ''}taken back.")
    if done.left:
        click.echo(f"{done.left} stay set aside: their commits are here no more (--all).")
    if done.memories and not dry_run:
        ready_repo()


def _fields(found: ImportReport) -> dict[str, int]:
    counts = {field.name: getattr(found, field.name) for field in fields(found)}
    return {**counts, "commits": len(found.commits)}
