"""``gitmem session``."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import colour_option, page, text_width, wants_colour
from gitmem.errors import TranscriptMissing, UnknownMemory, UsageError
from gitmem.guard.json_text import json_text
from gitmem.guard.untrusted import clean_line
from gitmem.model.log_entry import LogEntry
from gitmem.model.session import is_session_id
from gitmem.model.session_part import SessionPart
from gitmem.recall.log import find_entry
from gitmem.render.session import Fold, render_session_part, session_part_fields
from gitmem.render.terminal import COMMIT_LENGTH, Palette, palette

if TYPE_CHECKING:
    from gitmem.agents.adapters import Agents

_LEAST_ID = 16  # characters: shorter ones are names of commits and memories


@click.command()
@click.argument("name", metavar="[COMMIT|ID|SESSION]", default="HEAD")
@click.option("--all", "whole", is_flag=True, help="The whole session, not this part alone.")
@click.option("--records", metavar="A..B", help="These records of the session, from A up to B.")
@click.option("--edits", is_flag=True, help="What the edits took out and put in, too.")
@click.option("--full", is_flag=True, help="Fold nothing: outputs, edits and answers as held.")
@click.option("--resume", is_flag=True, help="Print the agent's command that takes it up again.")
@click.option("--run", is_flag=True, help="With --resume: run that command, in its folder.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@colour_option
def command(
    name: str,
    whole: bool,
    records: str | None,
    edits: bool,
    full: bool,
    resume: bool,
    run: bool,
    as_json: bool,
    colour: str,
) -> None:
    """Show the part of the agent's session behind a memory: what was said, run and edited.

    NAME is a commit (default: HEAD), a memory's id or its beginning, or a session's id.  The
    transcript is read where its agent keeps it on this machine; secrets, `gitmem.exclude` paths and
    <private> words are left out as in memories, and what the agent only thought is not shown.
    Where it is not here, or was rewritten since, that is said.

    \b
    gitmem session
    gitmem session m8925260e --edits
    gitmem session HEAD~3 --all
    gitmem session HEAD --resume
    """
    if run and not resume:
        raise UsageError("--run needs --resume")
    if resume and as_json:
        raise UsageError("--resume and --json cannot be used together")
    span = _span(records)
    if whole and span:
        raise UsageError("--all and --records cannot be used together")
    repo = ready_repo()
    # Only here: what reads transcripts is nothing that the command's help needs.
    from gitmem.capture.workspace import open_workspace
    from gitmem.recall.session_part import read_session_parts, read_whole_session

    workspace = open_workspace(repo)
    try:
        entry = find_entry(repo, name)
        parts = read_session_parts(workspace, entry.memories, whole=whole, span=span)
    except UnknownMemory:
        part = _session_named(name) and read_whole_session(workspace, name, span)
        if not part:
            raise
        entry, parts = LogEntry(), iter([part])
    if resume:
        _resume(workspace.agents, list(parts), runs=run)
    elif as_json:
        fields = {
            "commit": entry.commit or None,
            "pending": entry.is_pending,
            "parts": [session_part_fields(part) for part in parts],
        }
        click.echo(json_text(fields, indent=2))
    else:
        is_coloured = wants_colour(colour)
        root = "" if repo.worktree is None else str(repo.worktree)
        fold = Fold.of(edits=edits, full=full)
        blocks = _blocks(entry, parts, palette(is_coloured), fold, root)
        page(repo, blocks, colour=is_coloured)


def _session_named(name: str) -> bool:
    return len(name) >= _LEAST_ID and "-" in name and is_session_id(name)


def _span(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    first, dots, end = text.partition("..")
    numbers = (first or "0", end or "-1")
    is_range = dots and all(n.isascii() and n.isdigit() and len(n) < 10 for n in (first or "0",))
    is_range = is_range and (not end or (end.isascii() and end.isdigit() and len(end) < 10))
    if not is_range or (end and int(end) <= int(numbers[0])):
        raise UsageError(f"'{text}' is no range of records", "Write it as in: --records 12..96")
    return int(numbers[0]), int(numbers[1])


def _blocks(
    entry: LogEntry, parts: Iterator[SessionPart], colours: Palette, fold: Fold, root: str
) -> Iterator[str]:
    head = _head(entry)
    if head:
        yield head
    for part in parts:
        yield "\n"
        yield from render_session_part(part, colours, text_width(), fold, root)


def _head(entry: LogEntry) -> str:
    if entry.is_pending:
        return "pending  (not committed yet)"
    if not entry.commit:
        return ""
    commit, subject = entry.commit[:COMMIT_LENGTH], clean_line(entry.subject, 1_000)
    return f"commit {commit} {subject}"


def _resume(agents: Agents, parts: list[SessionPart], *, runs: bool) -> None:
    from gitmem.recall.resume import resumption_of

    sessions = {part.session: part for part in parts if part.session}
    if not sessions:
        said = next(
            (remark for part in parts for remark in part.remarks), "no session is behind it"
        )
        raise TranscriptMissing(f"there is nothing to resume: {said}", "")
    found = {name: resumption_of(agents, part.source, name) for name, part in sessions.items()}
    for name, one in found.items():
        if one.reason:
            verb = "can be resumed, but" if one.words else "cannot be resumed:"
            told = f"gitmem: session '{clean_line(name, 200)}' {verb} {one.reason}"
            click.echo(told, err=True)
    can = [one for one in found.values() if one.words]
    if not can:
        raise TranscriptMissing(
            "no session behind it can be resumed here", "What remains: gitmem show --evidence"
        )
    if not runs:
        for one in can:
            click.echo(one.line)
        return
    if len(can) > 1:
        raise UsageError(
            "several sessions are behind it", "Name one by its memory: gitmem session ID --resume"
        )
    program = shutil.which(can[0].words[0])
    if program is None:
        raise TranscriptMissing(
            f"'{can[0].words[0]}' is not installed here, or not on the PATH",
            f"By hand: {can[0].line}",
        )
    program = os.path.abspath(program)  # noqa: PTH100  before the folder changes; links stay
    if can[0].folder:
        os.chdir(can[0].folder)
    os.execv(program, [*can[0].words])  # noqa: S606
