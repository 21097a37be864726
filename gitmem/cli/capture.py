"""``gitmem capture``."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from gitmem.capture.agent_work import AgentWork
from gitmem.capture.capture_commit import capture_commit
from gitmem.capture.workspace import open_workspace
from gitmem.cli.open_repo import repo_here
from gitmem.errors import UnbornHead, UsageError
from gitmem.git.log import commit_time, has_head
from gitmem.git.promisor import bring_changes, lack_error
from gitmem.git.repo import Repo, resolve_commit
from gitmem.guard.untrusted import clean_line
from gitmem.notes.store import NoteStore
from gitmem.refresh.catch_up import catch_up
from gitmem.refresh.refresh import refresh

_PATIENCE_SECONDS = 60.0


@click.command()
@click.argument("commit", default="HEAD")
@click.option(
    "--session",
    "transcript",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The transcript to use, from any agent; found automatically if not given.",
)
@click.option("--whole", is_flag=True, help="Also use records from after the commit.")
def command(commit: str, transcript: Path | None, whole: bool) -> None:
    """Remember COMMIT (default: HEAD) now.

    The hooks do this after every commit.  Do it by hand for commits that were made without hooks,
    or whose transcript had moved.  Parts of a session that are already remembered are not used
    again.
    """
    if transcript is not None and not transcript.name:
        raise UsageError("--session needs the path of a transcript")
    repo = repo_here()
    worktree = repo.need_worktree()
    if commit == "HEAD" and not has_head(repo):
        raise UnbornHead("the current branch has no commit to remember")
    oid = resolve_commit(repo, commit)
    if repo.is_initialised:
        catch_up(repo, _PATIENCE_SECONDS)  # what a hook has queued is not done twice
    if lack := bring_changes(repo, [oid]):
        raise lack_error(1, lack.reason)
    # Git's times are whole seconds: what was said in the same second as the commit belongs to it.
    moment = None if whole else commit_time(repo, oid) + 1.0
    work = AgentWork(str(worktree), moment=moment)
    with closing(refresh(repo)) as index:
        outcome = capture_commit(open_workspace(repo), index, oid, work, transcript)
    for memory in outcome.memories:
        click.echo(
            f"{memory.id[:9]} {clean_line(memory.kind, 40)}: {clean_line(memory.title, 300)}"
        )
    for notice in outcome.notices:
        click.echo(f"gitmem: {notice}", err=True)
    if not outcome.memories:
        click.echo(_nothing_new(repo, oid))


def _nothing_new(repo: Repo, oid: str) -> str:
    note = NoteStore(repo).read(oid)
    if note is not None and note.memories:
        count = len(note.memories)
        known = "1 memory" if count == 1 else f"{count} memories"
        return f"Nothing new for {oid[:10]}, which has {known}: gitmem show {oid[:10]}"
    return f"Nothing to remember for {oid[:10]}: no uncaptured work of any session belongs to it."
