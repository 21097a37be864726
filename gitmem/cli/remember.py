"""``gitmem remember``."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import click

from gitmem.capture.agent_answer import keep_agent_answer, speaker_of
from gitmem.capture.agent_note import NOT_SET_UP, AgentNote, write_agent_note
from gitmem.capture.person_note import check_text, write_person_note
from gitmem.capture.signature import signature_of
from gitmem.capture.workspace import open_workspace
from gitmem.cli.editor import edit_text, without_comments
from gitmem.cli.mine import remember_mine
from gitmem.cli.open_repo import repo_here
from gitmem.compress.agent_answer import MAX_ANSWER, AgentAnswer, parse_answer
from gitmem.errors import GitmemError, UsageError
from gitmem.git.log import has_head
from gitmem.git.repo import Repo, run_git, top_relative
from gitmem.guard.untrusted import clean_line
from gitmem.model.memory import KINDS, Memory

_ID_LENGTH = 12
_SHOWN_FILES = 3
_ANSWER = re.compile(r"^\s*(\{|(why|decision|fact|quote):)", re.IGNORECASE | re.MULTILINE)
_TEMPLATE = """
# Write what to remember about {about}; the first line is its title.  Lines that begin
# with '#' are left out, and an empty text keeps nothing.
"""


@click.command()
@click.option("-m", "--message", "messages", multiple=True, metavar="TEXT", help="What to keep.")
@click.option(
    "-F", "--file", "source", type=click.File("r"), help="Take the text from a file, or '-'."
)
@click.option("--path", "paths", multiple=True, metavar="PATH", help="A file it is about.")
@click.option("--kind", type=click.Choice(KINDS), help="What it is.")
@click.option("--commit", metavar="COMMIT", help="The commit that it is about.")
@click.option("--mine", "is_mine", is_flag=True, help="A preference of yours, in all repositories.")
def command(
    messages: tuple[str, ...],
    source: TextIO | None,
    paths: tuple[str, ...],
    kind: str | None,
    commit: str | None,
    is_mine: bool,
) -> None:
    """Remember what a diff does not show: for people, and for an agent from its shell.

    A person's text comes from -m (several are paragraphs), --file or git's own editor; its first
    line is the title.  It is signed with the name that git knows.  It becomes a memory of the
    commit that --commit names; without one, of HEAD, or, while there are changes in the work tree,
    it waits for the next commit of the --path, or of anything.  To undo: `gitmem forget ID`.

    \b
    gitmem remember
    gitmem remember --commit HEAD~2 --kind gotcha -m "The gateway retries by itself."

    With --mine it is a preference that holds in every repository of yours.  It goes into a
    repository of your own (`gitmem help personal`): never into this one, and never to its remotes.
    What an agent writes down so is told to nobody until you agree: `gitmem trust ID`.

    \b
    gitmem remember --mine -m "I write commit messages in English."

    The rest is for agents, known by the environment that their client sets.

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
    message = "\n\n".join(messages)
    if messages and source is not None:
        raise UsageError("give -m or --file, not both")
    if source is not None:
        message = source.read()
    if (messages or source is not None) and not message.strip():
        raise UsageError("there is nothing to remember", "The text is empty; nothing was kept")
    if is_mine:
        if paths or kind is not None or commit is not None:
            raise UsageError("--mine takes no --path, --kind or --commit")
        remember_mine(message or _piped())
        return
    repo = repo_here()
    speaker = speaker_of(os.environ)
    if not (speaker.session or speaker.agent):
        answer = "" if message or commit is None else _piped()
        if not _ANSWER.search(answer):
            _remember_of_person(repo, message or answer, paths, kind or "note", commit)
            return
        parsed = parse_answer(answer)
    elif commit is None:
        if not message:
            raise UsageError(
                "there is nothing to remember", "Give -m TEXT, or --commit COMMIT and say why"
            )
        note = AgentNote(
            message,
            kind=kind or "discovery",
            files=paths,
            session=speaker.session,
            agent=speaker.agent,
        )
        _tell_pending(repo, write_agent_note(repo, note, Path.cwd()))
        return
    elif message:
        parsed = AgentAnswer(why=message, files=paths)
    else:
        parsed = parse_answer(sys.stdin.read(MAX_ANSWER + 1))
    if kind is not None:
        parsed = replace(parsed, kind=kind)
    kept = keep_agent_answer(repo, parsed, commit or "HEAD", speaker, Path.cwd())
    click.echo(f"kept {kept.memory.id[:_ID_LENGTH]}: the memory of commit {kept.commit[:10]}")
    for refusal in kept.refusals:
        click.echo(f"left out: {clean_line(refusal, 300)}")


def _remember_of_person(
    repo: Repo, message: str, paths: tuple[str, ...], kind: str, commit: str | None
) -> None:
    """Keep a person's text, from their editor where there is none yet."""
    signature = signature_of(repo)
    revision = commit or _target(repo, paths)
    text, file = message, None
    if not text:
        about = f"commit {revision}" if revision else "the next commit"
        written, file = edit_text(repo, "MEMORY_EDITMSG", _TEMPLATE.format(about=about))
        text = without_comments(repo, written)
        if not text:
            file.unlink(missing_ok=True)
            raise GitmemError("the text is empty, so nothing was remembered", "")
    try:
        if revision:
            workspace = open_workspace(repo)
            memory, oid = write_person_note(
                workspace, text, revision, signature, kind=kind, files=paths, here=Path.cwd()
            )
            click.echo(f"kept {memory.id[:_ID_LENGTH]}: a memory of commit {oid[:10]}")
        else:
            check_text(text, kind)
            note = AgentNote(
                text, kind=kind, files=paths, author=signature.author, writer=signature.compressor
            )
            memory = write_agent_note(repo, note, Path.cwd())
            _tell_pending(repo, memory)
    except GitmemError as error:
        if file is not None:
            error.hint = f"{error.hint} What you wrote is in {file}".strip()
        raise
    if file is not None:
        file.unlink(missing_ok=True)
    if "[masked:" in f"{memory.title}{memory.why}" and "[masked:" not in text:
        click.echo("what looks like a secret was masked")
    click.echo(f"To undo: gitmem forget {memory.id[:_ID_LENGTH]}")


def _target(repo: Repo, paths: Sequence[str]) -> str:
    """HEAD where nothing is left to commit of the paths, or of anything; else nothing."""
    if not has_head(repo):
        return ""
    top = [top_relative(repo, path, Path.cwd()) for path in paths]
    command = ["status", "--porcelain", "--untracked-files=no"]
    changed = run_git(repo, *command, "--", *(f":(top,literal){path}" for path in top)).strip()
    return "" if changed else "HEAD"


def _piped() -> str:
    """What comes on standard input, if it is no terminal."""
    return "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read(MAX_ANSWER + 1)


def _tell_pending(repo: Repo, memory: Memory) -> None:
    click.echo(f"kept {memory.id[:_ID_LENGTH]}, for the next commit{_of(memory.files_changed)}")
    if not repo.is_initialised:
        click.echo(NOT_SET_UP)


def _of(files: Sequence[str]) -> str:
    """Which files' commit takes the note: any one of them does."""
    shown = [clean_line(path, 200) for path in files[:_SHOWN_FILES]]
    more = len(files) - len(shown)
    shown += [f"{more} more"] if more else []
    return f" of {' or '.join(shown)}" if shown else ""
