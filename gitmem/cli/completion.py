"""``gitmem completion``."""

from __future__ import annotations

import click

from gitmem.cli.shell_scripts import SCRIPTS


@click.command()
@click.argument("shell", type=click.Choice(tuple(SCRIPTS)))
def command(shell: str) -> None:
    """Print what makes the shell complete gitmem: commands, branches, paths, ids, kinds, settings.

    One line in the file that your shell reads at its start does it, for `git mem` as well:

    \b
    bash (~/.bashrc):                   eval "$(gitmem completion bash)"
    zsh (~/.zshrc, behind compinit):    eval "$(gitmem completion zsh)"
    fish (~/.config/fish/config.fish):  gitmem completion fish | source
    """
    click.echo(SCRIPTS[shell])
