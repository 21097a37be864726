"""``gitmem context``."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from gitmem.cli.mine import tell_unread
from gitmem.cli.open_repo import ready_repo
from gitmem.errors import UsageError
from gitmem.git.regular_file import open_regular
from gitmem.git.repo import Repo, try_git
from gitmem.recall.at_start import weigh_start
from gitmem.recall.beside_file import weigh_file, weigh_lines
from gitmem.recall.beside_lines import Passage, located
from gitmem.recall.preferences import context_of_person
from gitmem.recall.results import has_memories
from gitmem.recall.why import CodePlace, parse_place
from gitmem.recall.with_prompt import weigh_prompt
from gitmem.render.explanation import render_explanation
from gitmem.state.preferences import preferences_folder
from gitmem.state.settings import Settings, read_settings

_NONE_BEHIND = "no memory that HEAD reaches and that gives a reason stands behind"


@click.command()
@click.option(
    "--budget", type=click.IntRange(50, 2400), help="Token limit (about 4 characters per token)."
)
@click.option("--prompt", metavar="TEXT", help="Show what this prompt would add.")
@click.option(
    "--file", metavar="PATH[:LINE-LINE]", help="Show what reading this file, or lines, would add."
)
@click.option("--explain", is_flag=True, help="Show what was considered, and why it was left out.")
def command(budget: int | None, prompt: str | None, file: str | None, explain: bool) -> None:
    """Print what the agent's next session in this repository receives at its start.

    That is uncommitted work, then the memory of the last commit and of the files that the session
    is most likely to edit, judging by the branch and by what was touched last, within the budget
    (gitmem.budgetTokens, 350 by default).  If nothing is sure enough, one line says how many
    commits have memories and how to ask.  Prints nothing if nothing is remembered.  Your own
    preferences stand behind it, in a frame of their own (gitmem.mineTokens, 120 by default).

    With --prompt or --file: what that prompt, or reading that file or those lines, would add in a
    session that has received nothing yet.  With --explain: what was considered, for which files or
    lines, and why it was left out.

    Where gitmem.enabled is false no session is told anything, and that is all that this says.
    """
    if prompt is not None and file is not None:
        raise UsageError("--prompt and --file cannot be used together")
    if prompt is not None and not prompt.strip():
        raise UsageError("--prompt needs the text of a prompt")
    repo = ready_repo()
    settings = read_settings(repo)
    if not settings.enabled:
        click.echo("gitmem: no session is told anything here: gitmem.enabled is false", err=True)
        return
    place = _place_to_read(repo, file) if file is not None else None
    path, silence = place.path if place else "", ""
    if place and place.first is not None:
        lines = ((place.first, place.last or place.first),)
        passage = located(repo, path, Passage(lines))
        weighed = weigh_lines(repo, path, passage, explain=explain)
        silence = f"{_NONE_BEHIND} these lines"
        if not weighed.is_complete:
            silence = "git had no time to say which commits these lines come from; ask again"
    elif place:
        weighed = weigh_file(repo, path, explain=explain)
        silence = f"{_NONE_BEHIND} this file"
    elif prompt:
        is_last_chance = not settings.file_tokens
        weighed = weigh_prompt(repo, prompt, is_last_chance=is_last_chance, explain=explain)
    else:
        weighed = weigh_start(repo, explain=explain)
    is_start = place is None and prompt is None
    standard = settings.file_tokens if file else settings.prompt_tokens
    standard = standard if file or prompt else settings.budget_tokens
    block = weighed.block(budget or standard, path=path)
    if explain:
        silence = silence or weighed.silence
        click.echo(render_explanation(weighed.candidates, block, silence, path=path))
    elif mine := _of_person(settings, block.text) if is_start else "":
        click.echo(f"{block.text}\n{mine}" if block.text else mine)
    elif block.text:
        click.echo(block.text)
    elif not has_memories(repo):
        click.echo("gitmem: there are no memories here yet", err=True)
    else:
        click.echo("gitmem: nothing would be added here. To see why: --explain", err=True)


def _of_person(settings: Settings, before: str) -> str:
    """The person's own preferences."""
    tell_unread(preferences_folder(os.environ))
    return context_of_person(os.environ, settings.mine_tokens, before)


def _place_to_read(repo: Repo, text: str) -> CodePlace:
    """The file, with the slashes that git writes, and the lines that an agent could read.

    Raises:
        UsageError: there is no such file or line, or git does not track it.
    """
    place = parse_place(repo, text, Path.cwd())
    path = place.path.replace(os.sep, "/")
    there = repo.need_worktree() / place.path
    if there.is_dir():
        raise UsageError(f"'{path}' is a folder", "Name a file: --file PATH[:LINE-LINE]")
    if not there.is_file():
        raise UsageError(f"there is no file '{path}' here", "The form is: --file PATH[:LINE-LINE]")
    names = ("--", f":(top,literal){path}")
    if try_git(repo, "ls-files", "--error-unmatch", *names).returncode:
        raise UsageError(f"git does not track '{path}'", "List what it tracks: git ls-files")
    with open_regular(there) as lines:
        count = sum(1 for _ in lines)
    if place.first is not None and place.first > count:
        raise UsageError(f"'{path}' has only {count} line{'' if count == 1 else 's'}")
    return replace(place, path=path)
