"""``gitmem curate``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import click

from gitmem.capture.compressors import allowance_of, messages_api_of
from gitmem.cli.open_repo import ready_repo
from gitmem.compress.models.fold_review import parse_judgement, request_of
from gitmem.errors import UsageError
from gitmem.git.repo import Repo
from gitmem.guard.json_text import json_text
from gitmem.guard.untrusted import clean_line
from gitmem.index.encoder import StaticEncoder
from gitmem.model.memory import Memory
from gitmem.refresh.encoders import encoder_of
from gitmem.state.settings import Settings, read_settings
from gitmem.upkeep.curate import Fold, apply, plan, review_folds, undo

_WIDTH = 100
_MAX_PARTS = 6


@click.command()
@click.option("--apply", "is_applied", is_flag=True, help="Write the folds.")
@click.option(
    "--undo", "is_undone", is_flag=True, help="Undo all folds, so that their parts count again."
)
@click.option("--apart", is_flag=True, help="Also show similar memories kept apart, and why.")
@click.option(
    "--judge", is_flag=True, help="Also ask the 'anthropic' model, which can only keep apart."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(is_applied: bool, is_undone: bool, apart: bool, judge: bool, as_json: bool) -> None:
    """Fold memories that say the same thing into one, and link decisions to what amends them.

    Without --apply it only shows what it would do.  A fold is an ordinary memory that supersedes
    others: it is shared like any other, nothing is deleted (gitmem show ID still shows each part),
    and --undo undoes all folds.  Memories with different numbers, names, errors or outcomes are
    never folded, however similar they read.

    \b
    gitmem curate
    gitmem curate --apply
    gitmem curate --undo
    """
    if is_applied and is_undone:
        raise UsageError("--apply and --undo cannot be used together")
    repo = ready_repo()
    if is_undone:
        count = undo(repo)
        click.echo(json_text({"undone": count}) if as_json else _undo_text(count))
        return
    settings = read_settings(repo)
    encoder = encoder_of(settings) or StaticEncoder()
    found = plan(repo, encoder)
    if judge:
        found = review_folds(found, _opinion(repo, settings))
    written = apply(repo, found.folds) if is_applied else 0
    if as_json:
        folds = [_fields(fold) for fold in found.folds]
        click.echo(json_text({"looked_at": found.memory_count, "folds": folds, "written": written}))
        return
    for fold in found.folds:
        click.echo(_render_fold(fold))
    if apart:
        for one, other, reason in found.apart_pairs:
            click.echo(
                f"apart ({_line(reason)}): {one.id[:9]} {_line(one.title)}\n"
                f"  {other.id[:9]} {_line(other.title)}"
            )
    folded = sum(len(fold.parts) for fold in found.folds)
    if not found.folds:
        count = found.memory_count
        told = "1 memory" if count == 1 else f"{count} memories"
        click.echo(f"{told} looked at: no two say the same thing.")
    elif is_applied:
        click.echo(
            f"{folded} memories folded into {written}. Reverse this with: gitmem curate --undo"
        )
    else:
        click.echo(
            f"{folded} of {found.memory_count} memories would be folded into {len(found.folds)}. "
            "Do it with: gitmem curate --apply"
        )


def _opinion(
    repo: Repo, settings: Settings
) -> Callable[[Sequence[Sequence[Memory]]], frozenset[int]]:
    model = messages_api_of(settings, os.environ, allowance_of(repo, settings))

    def same(groups: Sequence[Sequence[Memory]]) -> frozenset[int]:
        def parse(text: str) -> frozenset[int]:
            return parse_judgement(text, len(groups))

        return model.ask(request_of(groups), parse)

    return same


def _render_fold(fold: Fold) -> str:
    lines = [f"{_line(fold.into.title)}  ({_line(fold.because)})"]
    for part in fold.parts[:_MAX_PARTS]:
        memory = part.memory
        lines.append(
            f"  {memory.id[:9]} {part.commit[:7]} {_line(memory.provenance.time)[:10]}  "
            f"{_line(memory.title)}"
        )
    if len(fold.parts) > _MAX_PARTS:
        lines.append(f"  and {len(fold.parts) - _MAX_PARTS} more")
    return "\n".join(lines)


def _fields(fold: Fold) -> dict[str, object]:
    return {
        "into": fold.into.id,
        "title": fold.into.title,
        "because": fold.because,
        "parts": [{"id": p.memory.id, "commit": p.commit} for p in fold.parts],
    }


def _undo_text(count: int) -> str:
    if not count:
        return "There are no folds to undo. Nothing was changed."
    return f"{count} folds undone; the memories in them count again."


def _line(text: str) -> str:
    return clean_line(text, _WIDTH)
