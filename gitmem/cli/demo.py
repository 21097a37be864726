"""``gitmem demo``."""

from __future__ import annotations

import textwrap
import time

import click

from gitmem.cli.output import colour_option, wants_colour
from gitmem.process.own_command import own_command
from gitmem.setup.demo import Step, run_demo


@click.command()
@click.option("--keep", is_flag=True, help="Keep the folder, to look around in.")
@colour_option
def command(keep: bool, colour: str) -> None:
    """Show the whole story in a temporary folder (half a minute at most).

    You see a project, an agent's session, a commit, its memory, a push, a clone, and what the next
    session there receives.  The sessions are recorded; everything else really happens.  Your own
    repositories, settings and home folder are not touched.
    """
    begun = time.monotonic()
    for step in run_demo(keep=keep):
        _show(step, is_coloured=wants_colour(colour))
    taken = time.monotonic() - begun
    click.echo(f"That took {taken:.1f} s. In your own repository: {own_command()} init")


def _show(step: Step, *, is_coloured: bool) -> None:
    def styled(text: str, **style: object) -> str:
        return click.style(text, **style) if is_coloured else text  # type: ignore[arg-type]

    click.echo(styled(f"── {step.title}", bold=True))
    if step.command:
        click.echo(styled(f"   $ {step.command}", fg="cyan"))
    if step.output:
        click.echo(textwrap.indent(step.output, "   "))
    click.echo()
