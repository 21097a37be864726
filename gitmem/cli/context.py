"""``gitmem context``."""

from __future__ import annotations

import os

import click

from gitmem.cli.open_repo import ready_repo
from gitmem.git.repo import Repo
from gitmem.recall.at_start import weigh_start
from gitmem.recall.beside_file import weigh_file
from gitmem.recall.with_prompt import weigh_prompt
from gitmem.render.explanation import render_explanation
from gitmem.state.settings import read_settings


@click.command()
@click.option(
    "--budget", type=click.IntRange(50, 2400), help="Token limit (about 4 characters per token)."
)
@click.option("--prompt", metavar="TEXT", help="Show what this prompt would add.")
@click.option("--file", metavar="PATH", help="Show what reading this file would add.")
@click.option("--explain", is_flag=True, help="Show what was considered, and why it was left out.")
def command(budget: int | None, prompt: str | None, file: str | None, explain: bool) -> None:
    """Print what the agent's next session in this repository receives at its start.

    That is uncommitted work, then the memories of the files that the session is most likely to
    edit, judging by the branch and by what was touched last, within the budget
    (gitmem.budgetTokens, 350 by default).  Prints nothing if there is nothing to say.

    With --prompt or --file: what that prompt, or reading that file, would add in a session that
    has received nothing yet.  With --explain: what was considered, for which files, and why it was
    left out.
    """
    repo = ready_repo()
    settings = read_settings(repo)
    path = _path_in(repo, file) if file else ""
    if file:
        weighed = weigh_file(repo, path, explain=explain)
    elif prompt:
        is_last_chance = not settings.file_tokens
        weighed = weigh_prompt(repo, prompt, is_last_chance=is_last_chance, explain=explain)
    else:
        weighed = weigh_start(repo, explain=explain)
    standard = settings.file_tokens if file else settings.prompt_tokens
    standard = standard if file or prompt else settings.budget_tokens
    block = weighed.block(budget or standard, path=path)
    if explain:
        click.echo(render_explanation(weighed.candidates, block))
    elif block.text:
        click.echo(block.text)


def _path_in(repo: Repo, file: str) -> str:
    """The path as memories name it."""
    top = os.path.realpath(repo.need_worktree())
    path = os.path.relpath(os.path.realpath(file), top)
    if path.startswith(os.pardir):
        raise click.UsageError(f"'{file}' is outside the work tree '{top}'")
    return path.replace(os.sep, "/")
