"""``gitmem scrub``."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from functools import partial

import click

from gitmem.capture.workspace import Workspace, open_workspace
from gitmem.cli.main import COMMANDS
from gitmem.cli.open_repo import repo_here
from gitmem.errors import GitmemError, RemoteError, UsageError
from gitmem.follow.push import replace_notes
from gitmem.follow.sync import fetch
from gitmem.git.remotes import memory_remote
from gitmem.git.repo import Repo, find_repo_here
from gitmem.guard.untrusted import clean_line
from gitmem.model.note import NOTES_REF
from gitmem.state.scrub_intent import has_scrub_intent, read_scrub_intent
from gitmem.state.scrub_patterns import scrub_patterns_path
from gitmem.state.strangers import trust_of
from gitmem.upkeep.scrub import ScrubReport, look_for, scrub
from gitmem.upkeep.scrub_plan import Target, find_target
from gitmem.upkeep.scrub_remote import scrub_copy

_MOST_SHOWN = 20


@click.command()
@click.argument("what", metavar="PATTERN|ID")
@click.option("--regex", "is_regex", is_flag=True, help="PATTERN is a regular expression.")
@click.option("--dry-run", is_flag=True, help="Show what would be removed; change nothing.")
@click.option(
    "--push/--no-push",
    "is_sent",
    default=None,
    help="Also replace the remote's notes; default: as gitmem.autoPush says.",
)
@click.option("-y", "--yes", "is_sure", is_flag=True, help="Do not ask; for scripts.")
@click.option("--prune", is_flag=True, help="Rewrite git packs that contain the old notes.")
def command(
    what: str, is_regex: bool, dry_run: bool, is_sent: bool | None, is_sure: bool, prune: bool
) -> None:
    """Remove a leaked secret from all memories, or forget one memory.

    PATTERN is a text, masked wherever it occurs: in notes, pending memories, the index and the
    log. With `-` it is read from the terminal or from standard input, so that no shell history
    keeps it. An ID (or its beginning, at least six characters) forgets that whole memory; its part
    of the session is not captured again.

    The history of refs/notes/claude-mem is dropped, because any older commit of it may contain the
    secret, and a later merge from a clone that still has it does not bring it back. A scrub
    cannot reach what other people have fetched, a server's unreachable objects, the agent's own
    transcripts or the project's commits: revoke a key that leaked.

    What will be rewritten is shown first, on standard error. At a terminal you are asked before
    anything is done; anything but yes changes nothing (exit code 1; 130 for Ctrl-C or Ctrl-D).
    Without a terminal nobody is asked. The remote's notes are replaced by their scrubbed selves:
    memories that it does not have are not sent along.

    \b
    gitmem scrub --dry-run -
    gitmem scrub -
    gitmem scrub --yes --regex 'ACME-[0-9]{6}'
    """
    repo = _repo_to_scrub()
    if what == "-":
        what = _read_pattern()
    workspace = open_workspace(repo, may_capture=False)
    remote = memory_remote(repo, workspace.settings.remote)
    is_sent = workspace.settings.auto_push if is_sent is None else is_sent
    if remote and not dry_run:
        _fetch_first(workspace, remote)
    target = find_target(repo, what, is_regex=is_regex)
    replaced: list[str] = []
    send = partial(_replace, workspace, replaced) if remote and is_sent else None
    if dry_run:
        report = look_for(repo, target)
    else:
        _ask_first(repo, target, remote if remote and is_sent else "", is_sure=is_sure)
        report = scrub(repo, target, unpack=prune, remote=remote or "", send=send)
    if report.is_nothing:
        click.echo("No memory, pending memory or gitmem file contains it. Nothing was changed.")
        return
    _tell(repo, report, dry_run=dry_run, is_pattern=target.scrubber is not None)
    if not dry_run:
        _tell_others(repo, report, replaced)


def _repo_to_scrub() -> Repo:
    """The repository.  A scrub that was killed, and whose aim nobody can read any more, does not
    keep the next one from taking its place.
    """
    try:
        return repo_here()
    except GitmemError:
        repo = find_repo_here()
        if not has_scrub_intent(repo) or read_scrub_intent(repo) is not None:
            raise
        return repo


def _replace(workspace: Workspace, replaced: list[str], remote: str) -> None:
    had_notes = replace_notes(workspace, remote, partial(scrub_copy, workspace.repo))
    replaced.append(remote)
    if had_notes:
        click.echo(f"The notes of '{remote}' have been replaced.")
    else:
        click.echo(f"'{remote}' has no notes, and was sent none.")


def _ask_first(repo: Repo, target: Target, remote: str, *, is_sure: bool) -> None:
    """Show what will be rewritten, and ask whoever sits at a terminal.

    Raises:
        GitmemError: the answer is no.
    """
    planned = look_for(repo, target)
    if planned.is_nothing:
        return
    for line in _plan_lines(planned, target, remote):
        click.echo(line, err=True)
    if not is_sure and sys.stdin.isatty() and not click.confirm("Go on?", err=True):
        raise GitmemError("not scrubbed: the answer was no", "Nothing was changed")


def _plan_lines(planned: ScrubReport, target: Target, remote: str) -> Iterator[str]:
    """What a scrub is about to do, without the words that are to go."""
    notes = len({hit.commit for hit in planned.hits})
    memories = _count_of(len(planned.hits), "memory", "memories")
    yield f"About to rewrite {memories} in {_count_of(notes, 'note')}:"
    for hit in planned.hits[:_MOST_SHOWN]:
        title = target.scrubber.text(hit.title) if target.scrubber is not None else hit.title
        what = "is masked" if hit.becomes else "is forgotten"
        yield f"  {hit.id[:9]} at {hit.commit[:10]} {what}: {clean_line(title, 300)}"
    if len(planned.hits) > _MOST_SHOWN:
        yield f"  and {len(planned.hits) - _MOST_SHOWN} more"
    if planned.pending:
        yield f"  {_count_of(planned.pending, 'pending memory', 'pending memories')}"
    if planned.files:
        yield f"  {_count_of(len(planned.files), 'file')} of gitmem below .git"
    yield "All older versions of the memories are dropped: refs/notes/claude-mem starts over here"
    if remote:
        yield f"and on '{remote}', where it is overwritten. Every other clone has to follow: with"
        yield f"gitmem sync, or without gitmem: git fetch {remote} '+{NOTES_REF}:{NOTES_REF}'"
    others = [name for name in planned.remotes if name != remote]
    if others:
        yield f"Not overwritten, though it may be there too: {', '.join(others)}"
    if target.scrubber is None and "forget" in COMMANDS:
        yield "To forget a memory without that, so that it is told no more: gitmem forget"


def _read_pattern() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Pattern", hide_input=True, err=True))
    line = sys.stdin.readline().rstrip("\n")
    if not line:
        raise UsageError("there is no pattern on standard input")
    return line


def _fetch_first(workspace: Workspace, remote: str) -> None:
    try:
        fetch(workspace, remote)
    except RemoteError as error:
        click.echo(f"gitmem: could not fetch from '{remote}' first: {error.message}", err=True)


def _tell(repo: Repo, report: ScrubReport, *, dry_run: bool, is_pattern: bool) -> None:
    will = "would be " if dry_run else ""
    for hit in report.hits:
        what = f"{will}masked as {hit.becomes[:9]}" if hit.becomes else f"{will}forgotten"
        title = "" if is_pattern else f": {clean_line(hit.title, 300)}"
        click.echo(f"{hit.id[:9]} at {hit.commit[:10]} {what}{title}")
    if report.pending:
        click.echo(
            f"{_count_of(report.pending, 'pending memory', 'pending memories')} {will}changed"
        )
    for path in report.files:
        click.echo(f"{path} {will}masked")
    if dry_run:
        if report.is_in_history:
            click.echo("The history of the notes contains it and would be dropped.")
        return
    if report.is_rewritten:
        click.echo("The notes ref starts over, without history.")
    if report.removal.count:
        click.echo(f"{_count_of(report.removal.count, 'object')} of the old notes removed.")
    if report.removal.in_pack:
        click.echo(
            f"{_count_of(report.removal.in_pack, 'object')} of the old notes stay in packs until"
            " git collects them.\n  To remove them now: git gc --prune=now (which also drops"
            " everything else that is unreachable)"
        )
    for ref in report.foreign_refs:
        click.echo(
            f"'{ref}' still reaches the old notes. If you do not need it: git update-ref -d {ref}"
        )
    if is_pattern:
        click.echo(
            f"From now on it is masked here ({scrub_patterns_path(repo)}, readable only by you)."
        )


def _tell_others(repo: Repo, report: ScrubReport, replaced: Collection[str]) -> None:
    if report.trouble:
        click.echo(f"gitmem: {report.trouble}", err=True)
    click.echo("What this could not reach:")
    trust = trust_of(repo)
    for remote in report.remotes:
        if trust.has(remote) and remote not in replaced:
            click.echo(f"- '{remote}' has the old notes. Run: gitmem sync {remote}")
        elif remote not in replaced:
            click.echo(f"- '{remote}', which is not trusted, may have it: ask whoever owns it")
    click.echo(
        "- other clones keep their old objects: in each, gitmem sync, then git gc --prune=now\n"
        "- a server keeps unreachable objects until it collects them; some show them by id\n"
        "- the agent's transcripts and the project's own commits were not touched\n"
        "If it was a key, revoke it: anyone who fetched the notes may have it."
    )


def _count_of(number: int, one: str, more: str = "") -> str:
    return f"{number} {one if number == 1 else more or one + 's'}"
