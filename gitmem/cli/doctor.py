"""``gitmem doctor``."""

from __future__ import annotations

import click

from gitmem.cli.open_repo import repo_here
from gitmem.cli.output import colour_option, wants_colour
from gitmem.cli.user_paths import user_settings
from gitmem.errors import GitmemError
from gitmem.guard.untrusted import clean_text
from gitmem.process.own_command import as_typed
from gitmem.setup.doctor import diagnose, render_finding
from gitmem.setup.doctor_finding import Finding, Level, Practice

_MAX_FINDING = 4_000
_COLOURS = {Level.WARNING: "yellow", Level.ERROR: "red", Level.NOTE: "cyan", Level.GOOD: "green"}


@click.command()
@click.option("--fix", is_flag=True, help="Apply the remedies that gitmem can apply by itself.")
@click.option("--network", is_flag=True, help="Also contact the remote.")
@colour_option
def command(fix: bool, network: bool, colour: str) -> int:
    """Find what is wrong, and suggest the remedy or, with --fix, apply it.

    Checks the versions of git and the client, the launcher, each hook (whether it is in place and
    fires), the configuration and refspecs, the agent's settings, the identity, the queue, the
    index and the log.  Exits with 1 if something is wrong.
    """
    repo = repo_here(tells_memories=False)
    practice = Practice(user_settings=user_settings(), network=network)
    findings = diagnose(repo, practice)
    is_coloured = wants_colour(colour)
    if fix and _apply(findings):
        findings = diagnose(repo, practice)
    for finding in findings:
        text = as_typed(clean_text(render_finding(finding), _MAX_FINDING))
        click.echo(click.style(text, fg=_COLOURS[finding.level]) if is_coloured else text)
    return int(any(f.level in (Level.WARNING, Level.ERROR) for f in findings))


def _apply(findings: list[Finding]) -> int:
    """Call each fix once; returns how many there were."""
    fixes = {id(finding.fix): finding for finding in findings if finding.fix is not None}
    for finding in fixes.values():
        assert finding.fix is not None  # noqa: S101 - selected above
        try:
            finding.fix()
        except GitmemError as error:
            click.echo(f"could not fix '{finding.what}': {error}", err=True)
        else:
            click.echo(f"fixed: {finding.what}")
    return len(fixes)
