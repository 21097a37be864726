"""``gitmem show``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace as with_words

import click

from gitmem.cli.log_arguments import GitLogCommand, words_of
from gitmem.cli.mine import refuse_mine
from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import colour_option, page, text_width
from gitmem.cli.told_output import is_coloured_by, page_told, run_of
from gitmem.errors import UnknownMemory
from gitmem.git.log_blocks import read_blocks
from gitmem.git.log_format import read_log_config
from gitmem.git.repo import Repo
from gitmem.guard.json_text import json_text
from gitmem.guard.untrusted import clean_line
from gitmem.model.log_entry import LogEntry
from gitmem.model.proof import MemoryProof
from gitmem.model.value import replace
from gitmem.recall.named_entries import NamedEntry, read_named
from gitmem.recall.told_log import ToldBlock
from gitmem.render.terminal import Palette, entry_fields, palette, render_show

_NO_CC = ("-m", "-c", "--cc", "--first-parent", "--no-diff-merges")


@click.command(cls=GitLogCommand)
@click.argument("names", nargs=-1, metavar="[COMMIT|RANGE|ID]...")
@click.option("-p", "--patch", is_flag=True, expose_value=False, help="With the differences.")
@click.option("--stat", is_flag=True, expose_value=False, help="With the files that changed.")
@click.option("--evidence", is_flag=True, help="Each claim beside the transcript it comes from.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each that is named.")
@click.option("--no-pager", is_flag=True, help="Straight to the terminal.")
@colour_option
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    evidence: bool,
    as_json: bool,
    no_pager: bool,
    colour: str,
) -> None:
    """Show everything remembered about commits (default: HEAD), or memories by their ids.

    Takes revisions, ranges, tags and any option of git log that says how a commit is shown (-p,
    --stat, --date, --format).  An id is an `m` followed by hexadecimal digits; its beginning is
    enough if it is unambiguous.
    With --evidence, prints the transcript records that each item of a memory cites, side by side
    with what it claims, while the transcript is on this machine, and otherwise says where to look.

    \b
    gitmem show HEAD~2
    gitmem show main..HEAD --stat
    gitmem show m1f3c9a20 v1.0
    """
    words = words_of(ctx)
    for word in words.options:
        if word not in words.shows and word not in words.matches:
            raise click.NoSuchOption(word.partition("=")[0], ctx=ctx)
    refuse_mine(words.names, "shown here")
    repo = ready_repo()
    config = read_log_config(repo)
    is_coloured = is_coloured_by(colour, config) and not as_json
    named = read_named(repo, words.names or ("HEAD",))
    everything = named
    entries = [one.entry for one in named if one.entry is not None]
    if evidence or as_json:
        _tell_silent(repo, named)
        blocks = (
            _json(repo, entries, evidence=evidence)
            if as_json
            else _evidence(repo, entries, palette(is_coloured))
        )
        page(None if no_pager or as_json else repo, blocks, colour=is_coloured)
        return
    shown = words if words.shows_diff else replace(words, words=("-s", *words.words))
    if words.shows_diff and not any(w in _NO_CC or "diff-merges" in w for w in words.words):
        shown = with_words(words, words=("--cc", *words.words))  # as git show has it
    run = run_of(repo, words, config, is_coloured=is_coloured)
    if not words.shows_diff:
        named = [one for one in named if one.entry is not None] or _tell_silent(repo, named)
    here = [one for one in named if one.is_here]
    apart = [one.entry for one in named if not one.is_here and one.entry is not None]
    told = (
        ToldBlock(block, replace(one.entry or LogEntry(), subject=block.subject))
        for block, one in zip(
            read_blocks(repo, run, shown, [one.commit for one in here]) if here else (),
            here,
            strict=False,
        )
    )
    text = (render_show(entry, palette(is_coloured), text_width()) for entry in apart)
    if apart:
        page(None if no_pager else repo, text, colour=is_coloured)
    if here:
        for one in here:  # what people said of a memory that was named by its id
            for label, remark in one.entry.remarks if one.entry is not None else ():
                click.echo(clean_line(f"{label}: {remark}", 400))
        page_told(repo, (), told, run, is_coloured=is_coloured, pager=not no_pager, in_full=True)
    _tell_silent(repo, everything)


def _tell_silent(repo: Repo, named: Sequence[NamedEntry]) -> list[NamedEntry]:
    """Say of which commits nothing is remembered, and why; none at all is a failure."""
    from gitmem.recall.silence import why_silent

    silent = [one for one in named if one.entry is None]
    for one in silent:
        reason = why_silent(repo, one.commit)
        text = f"nothing is remembered about commit '{one.commit[:10]}'"
        if len(silent) == len(named) == 1:
            raise UnknownMemory(text, f"Why: {reason}")
        click.echo(f"gitmem: {text}: {reason}", err=True)
    if silent and len(silent) == len(named):
        raise UnknownMemory("nothing is remembered about any of these commits")
    return []


def _json(repo: Repo, entries: Sequence[LogEntry], *, evidence: bool) -> Iterator[str]:
    from gitmem.render.evidence import evidence_fields

    for entry in entries:
        fields = entry_fields(entry)
        if evidence:
            fields["evidence"] = [evidence_fields(proof) for proof in _proofs(repo, entry)]
        yield json_text(fields, indent=2 if len(entries) == 1 else None)


def _evidence(repo: Repo, entries: Sequence[LogEntry], colours: Palette) -> Iterator[str]:
    from gitmem.render.evidence import render_evidence

    is_first = True
    for entry in entries:
        for proof in _proofs(repo, entry):
            block = render_evidence(proof, colours, text_width())
            yield block if is_first else "\n" + block
            is_first = False


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
