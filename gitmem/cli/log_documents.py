"""The forms of ``gitmem log`` that are documents: the text of a pull request, and records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import click

from gitmem.capture.workspace import open_workspace
from gitmem.errors import UsageError
from gitmem.git.regular_file import read_regular
from gitmem.git.repo import Repo
from gitmem.model.log_entry import LogEntry
from gitmem.model.pull_request import entries_to_tell
from gitmem.model.value import replace
from gitmem.render.adr import Record, record_names, records_of
from gitmem.render.html import render_html
from gitmem.render.markdown import render_markdown

DOCUMENTS = ("markdown", "html", "adr")
_NUMBER = re.compile(r"(\d{1,6})[-_. ].*\.md$")
_DIGITS = 4
_MAX_BYTES = 1 << 20


def told_to_others(repo: Repo, entries: Iterable[LogEntry]) -> Iterator[LogEntry]:
    """The entries without memories that are only about files excluded by the settings of today."""
    policy = open_workspace(repo, may_capture=False).policy
    for entry in entries:
        if not policy.excluded_paths:
            yield entry
            continue
        kept = tuple(m for m in entry.memories if not policy.covers_all(m.files_changed))
        if kept or not entry.memories:
            yield replace(entry, memories=kept)


def document_blocks(
    newest_first: Iterable[LogEntry], form: str, revisions: str, folder: str | None
) -> Iterator[str]:
    """The document in blocks; with a folder, its records are written there, and named.

    Raises:
        UsageError: a folder for what is no folder of records, or what is none.
    """
    if folder is not None and form != "adr":
        raise UsageError("-o goes with --format adr")
    entries = entries_to_tell(newest_first)
    if form == "markdown":
        yield from render_markdown(entries, revisions)
    elif form == "html":
        yield from render_html(entries, revisions)
    elif folder is None:
        for number, record in enumerate(records_of(entries)):
            yield ("\n" if number else "") + record.page()
    else:
        yield from _write_records(list(records_of(entries)), Path(folder))


def _write_records(records: Iterable[Record], folder: Path) -> Iterator[str]:
    """Write those that no page of the folder is of; nothing there is ever overwritten."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"'{folder}' is not a folder")
    pages = sorted(folder.glob("*.md")) if folder.is_dir() else []
    known: set[str] = set()
    for page in pages:
        with suppress(OSError):
            known |= record_names(read_regular(page, _MAX_BYTES).decode("utf-8", "replace"))
    numbers = [found[1] for page in pages if (found := _NUMBER.match(page.name))]
    width = max(map(len, numbers), default=_DIGITS)
    last = max(map(int, numbers), default=0)
    is_new = False
    for record in records:
        if record.name in known:
            continue
        folder.mkdir(parents=True, exist_ok=True)
        last += 1
        number = f"{last:0{width}d}"
        path = folder / f"{number}-{record.slug}.md"
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(record.page(str(last)))
        known.add(record.name)
        is_new = True
        yield f"{path}\n"
    if not is_new:
        click.echo("No decision here that the folder does not have. Nothing was written.", err=True)
