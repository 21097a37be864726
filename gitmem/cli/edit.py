"""``gitmem edit``."""

from __future__ import annotations

from contextlib import closing
from typing import TextIO

import click

from gitmem.capture.signature import signature_of
from gitmem.capture.workspace import open_workspace
from gitmem.cli.editor import edit_text, without_comments
from gitmem.cli.mine import edit_mine
from gitmem.cli.open_repo import ready_repo
from gitmem.errors import UsageError
from gitmem.model.preference import is_preference_id
from gitmem.refresh.refresh import refresh
from gitmem.upkeep.edit import EditBroken, parse_edit, text_to_edit, undo_edit, write_edit
from gitmem.upkeep.find_memory import find_memory

_FILE = "MEMORY_EDIT.yaml"
_ABOUT = """\
# Change what the memory says, then save and close.  An empty file, or the same text, changes
# nothing.  Lines that begin with '#' are left out where no text of the memory has them.
"""


@click.command()
@click.argument("name", metavar="ID")
@click.option("--file", "source", type=click.File("r"), help="Take the text from a file, or '-'.")
@click.option("--undo", "is_undone", is_flag=True, help="Take an edit back.")
def command(name: str, source: TextIO | None, is_undone: bool) -> None:
    """Change what a memory says, in git's own editor.

    The memory opens as YAML.  What you save becomes a memory of its own, signed by you, that
    supersedes the old one: it is shared like any other, and no program rewrites it.  The old one
    stays, and counts again after --undo.  A text that is no memory is kept in a file and named.

    ID is a memory's id or its beginning, or a commit that has one memory.  A pending memory can be
    edited as well; until its commit that stays on this machine.  So can a preference of yours,
    whose id begins with mine-.

    \b
    gitmem edit m8925260e
    gitmem edit HEAD
    gitmem edit --undo m739cde33
    """
    if is_preference_id(name):
        if is_undone:
            raise UsageError("an edit of a preference is not undone", "Edit it again")
        edit_mine(name, source)
        return
    repo = ready_repo()
    if is_undone:
        if source is not None:
            raise UsageError("--undo takes no --file")
        gone, again = undo_edit(repo, name)
        click.echo(f"the edit {gone.id[:12]} is undone; {again[:12]} counts again")
        return
    with closing(refresh(repo)) as index:
        found = find_memory(repo, index, name)
    signature = signature_of(repo)
    policy = open_workspace(repo).policy
    before = text_to_edit(found.memory)
    file = None
    if source is not None:
        text = source.read()
    else:
        text, file = edit_text(repo, _FILE, _ABOUT + before)
    if not without_comments(repo, text):
        click.echo("the text is empty: nothing was changed")
        return
    try:
        edited = parse_edit(text, found.memory)
    except EditBroken as error:
        if file is not None:
            kept = file.with_name(f"{found.memory.id[:12]}.yaml")
            file.replace(kept)
            error.hint = f"Nothing was changed. Mend {kept}, then: gitmem edit {name} --file {kept}"
        raise
    if file is not None:
        file.unlink(missing_ok=True)
    if edited is None:
        click.echo("the text is the same: nothing was changed")
        return
    made, is_masked = write_edit(repo, found, edited, signature, policy)
    if is_masked:
        click.echo("masked or cleaned what looks like a secret; see: gitmem show " + made.id[:12])
    where = (
        "until its commit only here" if found.pending else f"in the place of {found.memory.id[:12]}"
    )
    click.echo(f"kept {made.id[:12]}, {where}. To undo: gitmem edit --undo {made.id[:12]}")
