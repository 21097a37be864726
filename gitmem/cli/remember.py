"""``gitmem remember``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from gitmem.capture.agent_answer import keep_agent_answer, speaker_of
from gitmem.capture.agent_note import NOT_SET_UP, AgentNote, write_agent_note
from gitmem.cli.open_repo import repo_here
from gitmem.compress.agent_answer import MAX_ANSWER, AgentAnswer, parse_answer
from gitmem.errors import UsageError
from gitmem.guard.untrusted import clean_line
from gitmem.model.memory import KINDS

_ID_LENGTH = 12
_SHOWN_FILES = 3


@click.command()
@click.option("-m", "--message", metavar="TEXT", help="A note, for the next commit of its files.")
@click.option("--path", "paths", multiple=True, metavar="PATH", help="A file the note is about.")
@click.option("--kind", type=click.Choice(KINDS), default="discovery", help="What the note is.")
@click.option(
    "--commit", metavar="COMMIT", help="Read from standard input why this commit was made."
)
def command(message: str | None, paths: tuple[str, ...], kind: str, commit: str | None) -> None:
    """Remember what a diff does not show: for an agent, from its shell.

    With --commit, standard input has lines that begin with why:, decision:, because:, rejected:,
    quote:, fact: or next:; other lines continue the one before.  A decision or fact is kept only
    with a quote below it: a few words, verbatim, that somebody said or some command printed in the
    session before.  A JSON object with why, decisions, facts and next does as well.

    This becomes the commit's memory, signed by the agent, in the place of the one that gitmem made
    of the session.  A second answer replaces the first; a person's edit is never replaced.

    With -m alone, a note waits for the next commit of its files, by whoever makes it.  Without
    `gitmem init` no commit takes it, until `gitmem capture` does.

    Example, with an answer on standard input:

    \b
    gitmem remember --commit 1a2b3c4 <<'E'
    why: callers retried on their own, and the quota was exceeded
    decision: retry inside the transport
    because: it knows the quota
    rejected: a decorator at each caller
    quote: we hit the quota whenever two callers retry
    fact: the gateway blocks after the fourth try
    quote: blocked after 4 attempts
    next: measure it under load
    E
    """
    repo = repo_here()
    speaker = speaker_of(os.environ)
    if commit is None:
        if not message:
            raise UsageError(
                "there is nothing to remember", "Give -m TEXT, or --commit COMMIT and say why"
            )
        note = AgentNote(
            message, kind=kind, files=paths, session=speaker.session, agent=speaker.agent
        )
        memory = write_agent_note(repo, note, Path.cwd())
        click.echo(f"kept {memory.id[:_ID_LENGTH]}, for the next commit{_of(memory.files_changed)}")
        if not repo.is_initialised:
            click.echo(NOT_SET_UP)
        return
    if message:
        answer = AgentAnswer(why=message, files=paths)
    else:
        answer = parse_answer(sys.stdin.read(MAX_ANSWER + 1))
    kept = keep_agent_answer(repo, answer, commit, speaker, Path.cwd())
    click.echo(f"kept {kept.memory.id[:_ID_LENGTH]}: the memory of commit {kept.commit[:10]}")
    for refusal in kept.refusals:
        click.echo(f"left out: {clean_line(refusal, 300)}")


def _of(files: Sequence[str]) -> str:
    """Which files' commit takes the note: any one of them does."""
    shown = [clean_line(path, 200) for path in files[:_SHOWN_FILES]]
    more = len(files) - len(shown)
    shown += [f"{more} more"] if more else []
    return f" of {' or '.join(shown)}" if shown else ""
