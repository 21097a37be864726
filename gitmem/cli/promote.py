"""``gitmem promote``."""

from __future__ import annotations

import sys

import click

from gitmem.cli.open_repo import ready_repo
from gitmem.errors import UnbornHead, UsageError
from gitmem.git.log import has_head
from gitmem.guard.json_text import json_text
from gitmem.guard.untrusted import clean_line, clean_text

_MOST = 20
_SHOWN = 5
_TARGETS = ("auto", "claude", "agents", "rule", "skill")


@click.command()
@click.option(
    "--to",
    "target",
    type=click.Choice(_TARGETS),
    default="auto",
    show_default=True,
    help="CLAUDE.md, AGENTS.md, a rule for the lesson's paths, or a skill.",
)
@click.option("-n", "--limit", type=click.IntRange(1, 200), default=_MOST, show_default=True)
@click.option("--apply", "applies", is_flag=True, help="Ask at the terminal, and apply each.")
@click.option("--json", "as_json", is_flag=True, help="Print the lessons as one JSON object.")
def command(target: str, limit: int, applies: bool, as_json: bool) -> None:
    """Propose what came up again and again as a line for the agents' instructions.

    A lesson is a rule, a person's word or an error with its resolution that memories of several
    days and sessions bring up on their own, and that neither CLAUDE.md, AGENTS.md nor a rule or
    skill of the project says yet.  It is printed as a patch, with the memories that it rests on;
    nothing is changed unless you apply it.  Where there is nothing to propose, that is said, and
    the exit code is 0.

    \b
    gitmem promote
    gitmem promote --to rule | git apply
    gitmem promote --apply
    """
    if applies and as_json:
        raise UsageError("--apply asks at a terminal, and --json prints for programs")
    if applies and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "--apply asks at a terminal, and there is none",
            "Nothing was changed. To apply what you have read: gitmem promote | git apply",
        )
    repo = ready_repo()
    repo.need_worktree()
    if not has_head(repo):
        raise UnbornHead("the current branch has no commit yet")
    from gitmem.capture.workspace import open_workspace
    from gitmem.upkeep.lessons import find_lessons
    from gitmem.upkeep.promote import apply_patch, instruction_texts, promote

    lessons = find_lessons(open_workspace(repo), instruction_texts(repo))[:limit]
    found = [one for one in promote(repo, lessons, target) if one.patch]
    if as_json:
        told = [
            {
                "lesson": one.lesson.text,
                "days": one.lesson.days,
                "folder": one.lesson.folder,
                "memories": [memory.id for memory in one.lesson.memories],
                "path": one.path,
                "patch": one.patch,
            }
            for one in found
        ]
        click.echo(json_text({"lessons": told}))
        return
    if not found:
        click.echo("Nothing came up often enough to become an instruction.", err=not applies)
        return
    for one in found:
        rests = [
            f"#   {memory.id[:12]}  {clean_line(day, 10)}  {clean_line(memory.title, 80)}"
            for memory, day in list(zip(one.lesson.memories, one.lesson.dates, strict=True))[
                -_SHOWN:
            ]
        ]
        more = len(one.lesson.memories) - len(rests)
        count = len(one.lesson.memories)
        click.echo(f"# met on {one.lesson.days} days, in {count} memories:")
        click.echo("\n".join(rests) + (f"\n#   and {more} earlier" if more > 0 else ""))
        click.echo(clean_text(one.patch, len(one.patch)))
        if applies and click.confirm(f"Apply this to {one.path}?", default=False):
            apply_patch(repo, one.patch)
            click.echo(f"applied to {one.path}; review it with: git diff {one.path}")
