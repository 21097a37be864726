"""``gitmem search``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import colour_option, page, text_width, wants_colour
from gitmem.cli.user_paths import machine_folder
from gitmem.errors import NotARepository, UntrustedRepository, UsageError
from gitmem.git.dates import instant_of
from gitmem.git.log import current_branch
from gitmem.git.repo import Repo, top_relative
from gitmem.guard.json_text import json_text
from gitmem.model.hit import Hit
from gitmem.model.memory import KINDS
from gitmem.model.query import MAX_TEXT, Query
from gitmem.process.own_command import as_typed
from gitmem.recall.nothing_found import reasons_for_nothing
from gitmem.recall.results import has_memories, is_being_built, search, search_everywhere
from gitmem.render.results import render_result, result_fields, snippets
from gitmem.render.terminal import palette
from gitmem.state.known_repos import KnownRepos

_MAX_STDIN_BYTES = 4 * MAX_TEXT
_NONE_YET = (
    "there are no memories here yet. New commits get memories by themselves; for past ones,"
    " run: gitmem backfill"
)
_NOT_SET_UP = "there are no memories here, and gitmem is not set up. Run: gitmem init"


class _TextCommand(click.Command):
    """A command whose words may be anything: a pasted sentence that begins with a dash is not an
    option, because no option has a space in its name.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        cut = args.index("--") if "--" in args else len(args)
        words = [word for word in args[:cut] if self._is_text(word)]
        options = [word for word in args[:cut] if not self._is_text(word)]
        return super().parse_args(ctx, [*options, "--", *words, *args[cut + 1 :]])

    def _is_text(self, word: str) -> bool:
        known = {name for parameter in self.params for name in parameter.opts}
        is_short = word[:2] in known and not word[2:3].isspace()
        is_option = is_short or word.partition("=")[0] in known
        return word.startswith("-") and any(c.isspace() for c in word) and not is_option


@click.command(cls=_TextCommand)
@click.argument("words", nargs=-1, metavar="[TEXT]...")
@click.option(
    "--path", "paths", multiple=True, metavar="PATH", help="Only what touched this file or folder."
)
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only memories of this kind."
)
@click.option("--author", metavar="TEXT", default="", help="Only authors that contain TEXT.")
@click.option("--since", "--after", metavar="DATE", default="", help="Only after DATE.")
@click.option("--until", "--before", metavar="DATE", default="", help="Only before DATE.")
@click.option(
    "--branch",
    metavar="NAME",
    default="",
    help="Only what NAME reaches or was made on it; . is HEAD's branch.",
)
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only with this tag.")
@click.option("--concept", "concepts", multiple=True, metavar="WORD", help="Only this concept.")
@click.option("--all", "everything", is_flag=True, help="Also what HEAD does not reach.")
@click.option("--everywhere", is_flag=True, help="Also in other repositories that allow it.")
@click.option(
    "-n",
    "--max-count",
    "count",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="Show at most N memories.",
)
@click.option("--explain", is_flag=True, help="Explain the rank of each result.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per memory.")
@click.option("--ids", is_flag=True, help="Only the memories' ids, one per line.")
@click.option("--commits", is_flag=True, help="Only the commits' ids, one per line, each once.")
@colour_option
def command(
    words: tuple[str, ...],
    paths: tuple[str, ...],
    kinds: tuple[str, ...],
    author: str,
    since: str,
    until: str,
    branch: str,
    tags: tuple[str, ...],
    concepts: tuple[str, ...],
    everything: bool,
    everywhere: bool,
    count: int,
    explain: bool,
    as_json: bool,
    ids: bool,
    commits: bool,
    colour: str,
) -> None:
    """Search the memories by words, meaning or a pasted error message.

    Searches what HEAD can reach and pending work, best first; without TEXT, newest first.  Shows
    nothing if no memory answers TEXT.  If TEXT is `-`, it is read from standard input.  Put --
    before TEXT that begins with a dash.  With --everywhere, also searches the other repositories
    on this machine that were set up with `gitmem init` and have gitmem.everywhere set to true.

    \b
    gitmem search why do we retry in the transport
    gitmem search --kind decision --path src/ --since 2.weeks cache
    pytest 2>&1 | tail -20 | gitmem search -
    """
    if sum((as_json, ids, commits)) > 1:
        raise UsageError("--json, --ids and --commits cannot be used together")
    repo = _repo(everywhere)
    text = _text(words)
    here = Path.cwd()
    query = Query(
        text=text,
        paths=tuple(top_relative(repo, path, here) if repo else path for path in paths),
        kinds=frozenset(kinds),
        author=author,
        since=instant_of(since),
        until=instant_of(until, is_end=True),
        branch=current_branch(repo) if branch == "." and repo else branch,
        tags=frozenset(tags),
        concepts=frozenset(concepts),
        beyond_head=everything,
        limit=count,
    )
    if everywhere or repo is None:
        results = search_everywhere(repo, KnownRepos(machine_folder()), query)
    else:
        results = search(repo, query)
    if as_json or ids or commits:
        for line in _plain_lines(results, as_json=as_json, ids=ids):
            click.echo(line)
        return
    if not results:
        text = _no_results_text(repo, query, everywhere=everywhere)
        click.echo(as_typed(f"gitmem: {text}"), err=True)
        return
    is_coloured = wants_colour(colour)
    blocks = _blocks(results, text, is_coloured=is_coloured, explain=explain)
    page(repo, blocks, colour=is_coloured)


def _repo(everywhere: bool) -> Repo | None:
    try:
        return ready_repo()
    except (NotARepository, UntrustedRepository):
        if everywhere:
            return None
        raise


def _text(words: Sequence[str]) -> str:
    if list(words) == ["-"]:
        return sys.stdin.buffer.read(_MAX_STDIN_BYTES).decode("utf-8", "replace")
    return " ".join(words).encode("utf-8", "replace").decode()


def _plain_lines(results: Sequence[Hit], *, as_json: bool, ids: bool) -> Iterator[str]:
    if as_json:
        yield from (json_text(result_fields(result)) for result in results)
    elif ids:
        yield from (result.memory.id for result in results)
    else:
        yield from dict.fromkeys(result.commit for result in results if result.commit)


def _blocks(
    results: Sequence[Hit], text: str, *, is_coloured: bool, explain: bool
) -> Iterator[str]:
    colours, width = palette(is_coloured), text_width()
    for number, (result, told) in enumerate(zip(results, snippets(results, text), strict=True), 1):
        block = render_result(number, result, told, colours, width, explain=explain)
        yield block if number == 1 else "\n" + block
    yield "\nTo see all of one: gitmem show ID\n"


def _no_results_text(repo: Repo | None, query: Query, *, everywhere: bool) -> str:
    if repo is not None and is_being_built(repo):
        return "the index is being built: try again in a moment, or watch it with: gitmem reindex"
    if repo is not None and not everywhere and not has_memories(repo):
        return _NONE_YET if repo.is_initialised else _NOT_SET_UP
    reasons = reasons_for_nothing(repo, query) if repo is not None and not everywhere else []
    tips = [] if query.beyond_head else ["--all looks beyond HEAD"]
    if query.is_filtered or query.branch:
        tips.append("try fewer filters")
    if query.text.strip():
        tips.append("try other words, or a name as it stands in the code")
    told = "; ".join(["no matching memories", *reasons])
    return told + (f" ({'; '.join(tips)})" if tips else "")
