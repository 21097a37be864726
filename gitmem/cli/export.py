"""``gitmem export``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import write_target
from gitmem.errors import ForeignFile, UsageError
from gitmem.git.repo import translate_os_errors
from gitmem.guard.json_text import json_text

if TYPE_CHECKING:
    from gitmem.capture.workspace import Workspace

_LINES, _TRACE = "jsonl", "agent-trace"
_OURS = (b'{"format": "gitmem-memory/', b'{"version": "0.')


@click.command()
@click.argument("revisions", metavar="[RANGE]", default="")
@click.option(
    "--format",
    "form",
    type=click.Choice([_LINES, _TRACE]),
    default=_LINES,
    show_default=True,
    help="What the lines are.",
)
@click.option(
    "-o", "--output", metavar="FILE", default="-", help="Where to write; - is standard output."
)
@click.option("--force", is_flag=True, help="Write over a file that is no export.")
def command(revisions: str, form: str, output: str, force: bool) -> None:
    """Write the memories as lines of JSON, for another clone or another tool.

    With jsonl each line is one memory, whole: `gitmem import FILE` in another clone gives the same
    memories at the same commits.  With agent-trace each line is one commit's record in the form of
    Agent Trace 0.1.0: which lines it added, and which session and model wrote them where a
    transcript on this machine proves it; all other lines are told as unknown.

    RANGE is as in git log; without one jsonl tells everything that the notes hold, and agent-trace
    all that HEAD reaches.  Forgotten memories and excluded files are left out, and everything is
    masked once more by the rules of today.  Exits with 13 if RANGE names nothing, with 52 if FILE
    is there and is no export.

    \b
    gitmem export -o memories.jsonl
    gitmem export main..HEAD -o branch.jsonl
    gitmem export v1.0..HEAD --format agent-trace -o traces.jsonl
    """
    target = None if output == "-" else _target(output, force=force)
    repo = ready_repo()
    from gitmem.capture.workspace import open_workspace

    workspace = open_workspace(repo)
    lines = (_lines if form == _LINES else _traces)(workspace, revisions)
    if target is None:
        for line in lines:
            sys.stdout.write(line)
        return
    count = _write(target, lines)
    noun = {_LINES: ("line", "lines"), _TRACE: ("record", "records")}[form][count != 1]
    click.echo(f"{target}: {count} {noun}")
    if not count:
        click.echo("Nothing is remembered there. For past commits, run: gitmem backfill")


def _lines(workspace: Workspace, revisions: str) -> Iterator[str]:
    from gitmem.model.memory_line import render_memory_line
    from gitmem.upkeep.export_memories import read_memory_lines

    for line in read_memory_lines(workspace, revisions):
        yield json_text(render_memory_line(line)) + "\n"


def _traces(workspace: Workspace, revisions: str) -> Iterator[str]:
    from gitmem.render.agent_trace import render_trace
    from gitmem.upkeep.agent_traces import trace_commits

    for trace in trace_commits(workspace, revisions):
        yield json_text(render_trace(trace)) + "\n"


def _write(target: Path, lines: Iterable[str]) -> int:
    """Write the file, whole or not at all; how many lines there were."""
    texts = list(lines)
    write_target(target, "".join(texts).encode())
    return len(texts)


def _target(output: str, *, force: bool) -> Path:
    """The file to write.

    Raises:
        UsageError: it is a folder, or in none.
        ForeignFile: something else is there.
    """
    target = Path(output).absolute()
    if target.is_dir():
        raise UsageError(f"'{output}' is a folder", "Name a file: -o FILE")
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder '{target.parent}'", f"mkdir -p '{target.parent}'")
    if target.is_file() and not force:
        with translate_os_errors(f"read '{target.name}'"), target.open("rb") as file:
            head = file.read(64)
        if head and not head.startswith(_OURS):
            raise ForeignFile(
                f"'{output}' is there already and is no export of gitmem",
                "Nothing was changed. To write over it: --force",
            )
    return target
