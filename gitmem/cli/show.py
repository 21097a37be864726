"""``gitmem show``."""

from __future__ import annotations

from collections.abc import Iterator

import click

from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import colour_option, page, text_width, wants_colour
from gitmem.git.repo import Repo
from gitmem.guard.json_text import json_text
from gitmem.model.log_entry import LogEntry
from gitmem.model.proof import MemoryProof
from gitmem.recall.log import find_entry
from gitmem.render.terminal import Palette, entry_fields, palette, render_show


@click.command()
@click.argument("name", metavar="[COMMIT|ID]", default="HEAD")
@click.option("--evidence", is_flag=True, help="Each claim beside the transcript it comes from.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@colour_option
def command(name: str, evidence: bool, as_json: bool, colour: str) -> None:
    """Show everything remembered about a commit (default: HEAD), or the memory with an id.

    An id is an `m` followed by hexadecimal digits; its beginning is enough if it is unambiguous.
    With --evidence, prints the transcript records that each item of a memory cites, side by side
    with what it claims, while the transcript is on this machine, and otherwise says where to look.
    """
    repo = ready_repo()
    entry = find_entry(repo, name)
    is_coloured = wants_colour(colour) and not as_json
    colours = palette(is_coloured)
    if evidence:
        proofs = _proofs(repo, entry)
        blocks = _json(entry, proofs) if as_json else _blocks(proofs, colours)
    elif as_json:
        blocks = iter([json_text(entry_fields(entry), indent=2)])
    else:
        blocks = iter([render_show(entry, colours, text_width())])
    if as_json:
        click.echo(next(blocks))
        return
    page(repo, blocks, colour=is_coloured)


def _proofs(repo: Repo, entry: LogEntry) -> Iterator[MemoryProof]:
    # Only here: the transcripts' readers and libgit2 are nothing that `gitmem show` needs.
    from gitmem.capture.workspace import open_workspace
    from gitmem.errors import UnknownRevision
    from gitmem.git.commits import CommitReader
    from gitmem.recall.session_records import RecordReader
    from gitmem.recall.verify import prove

    reader = RecordReader(open_workspace(repo))
    try:
        message = CommitReader(repo).head(entry.commit).message if entry.commit else ""
    except UnknownRevision:
        message = ""
    yield from (prove(reader, memory, entry.commit, message) for memory in entry.memories)


def _blocks(proofs: Iterator[MemoryProof], colours: Palette) -> Iterator[str]:
    from gitmem.render.evidence import render_evidence

    for position, proof in enumerate(proofs):
        block = render_evidence(proof, colours, text_width())
        yield block if position == 0 else "\n" + block


def _json(entry: LogEntry, proofs: Iterator[MemoryProof]) -> Iterator[str]:
    from gitmem.render.evidence import evidence_fields

    fields = {**entry_fields(entry), "evidence": [evidence_fields(proof) for proof in proofs]}
    yield json_text(fields, indent=2)
