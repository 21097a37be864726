"""What commands do with a person's own preferences (``--mine``, ids that begin with ``mine-``)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from gitmem.agents.environment import is_run_by_agent
from gitmem.capture.agent_answer import speaker_of
from gitmem.capture.workspace import open_workspace
from gitmem.cli.editor import edit_text, without_comments
from gitmem.cli.writer_question import may_ask
from gitmem.errors import GitmemError, NotARepository, UsageError
from gitmem.git.own_folder import make_own_folder, open_own_folder
from gitmem.git.repo import find_repo_here
from gitmem.guard.json_text import json_text
from gitmem.guard.policy import Policy
from gitmem.guard.untrusted import clean_line
from gitmem.model.preference import PERSON, is_preference_id
from gitmem.state.preferences import preferences_folder, read_preferences, unread_preferences
from gitmem.state.settings import read_person_settings
from gitmem.upkeep.keep_preferences import (
    agree_to_preference,
    edit_preference,
    find_preference,
    forget_preferences,
    keep_preference,
    need_folder,
)

_FILE = "PREFERENCE_EDITMSG"
_ABOUT = """
# Write what agents should know of you in every repository, in a sentence or two.  Lines that
# begin with '#' are left out, and an empty text changes nothing.
"""


def remember_mine(text: str) -> None:
    """Keep a text, from the person's editor where there is none yet.

    Raises:
        GitmemError: it cannot be kept.
    """
    folder = need_folder(os.environ)
    speaker = speaker_of(os.environ)
    is_agent = is_run_by_agent(os.environ)
    if not text.strip() and not is_agent:
        text = _written(folder, "")
    writer = clean_line(speaker.agent, 40) or "an agent" if is_agent else PERSON
    one, is_new = keep_preference(folder, text, writer=writer, policy=_policy())
    click.echo(f"{'kept' if is_new else 'is there already:'} {one.id}, in {folder}")
    if "[masked:" in one.text and "[masked:" not in text:
        click.echo("what looks like a secret was masked")
    if one.is_told:
        told = "Agents are told it in every repository of yours"
    else:
        told = f"It is told to nobody until its person agrees, at a terminal: gitmem trust {one.id}"
    click.echo(f"{told}. To undo: gitmem forget {one.id}" if one.is_told else told)


def list_mine(*, as_json: bool) -> None:
    """Print the preferences, oldest first."""
    folder = preferences_folder(os.environ)
    found = read_preferences(folder)
    tell_unread(folder)
    if as_json:
        rows = [
            {
                "id": one.id,
                "text": one.text,
                "time": one.time,
                "writer": one.writer,
                "told": one.is_told,
            }
            for one in found
        ]
        click.echo(json_text(rows, indent=2))
        return
    for one in found:
        by = "" if one.writer == PERSON else f" (written down by {one.writer})"
        if not one.is_told:
            by += f"; waits, told to nobody. If you want it told: gitmem trust {one.id}"
        click.echo(f"{one.id}  {one.time[:10]}{by}")
        click.echo("    " + one.text.replace("\n", "\n    "))
    if not found and not unread_preferences(folder):
        click.echo("gitmem: no preferences yet. To begin: gitmem remember --mine", err=True)


def tell_unread(folder: Path | None) -> None:
    """Say on standard error which files of the folder say nothing to anybody."""
    for path in unread_preferences(folder):
        click.echo(f"gitmem: '{path}' is not told: it cannot be read as a preference", err=True)


def trust_mine(name: str) -> None:
    """Agree to what an agent wrote down: only a person at a terminal can.

    Raises:
        GitmemError: nobody is there to agree, or the answer is no.
        UnknownMemory: there is none of that name.
    """
    folder = need_folder(os.environ)
    one = find_preference(folder, name)
    if one.is_told:
        click.echo(f"{one.id} is told already: {clean_line(one.text, 80)}")
        return
    click.echo(f"{one.id}, written down by {one.writer} on {one.time[:10]}:")
    click.echo("    " + one.text.replace("\n", "\n    "))
    if is_run_by_agent(os.environ) or not may_ask(os.environ):
        raise GitmemError(
            "only the person can agree to what an agent wrote down, at a terminal",
            f"It is told to nobody. In a shell of your own, run: gitmem trust {one.id}",
        )
    if not click.confirm("Tell it to agents in every repository of yours?", default=False):
        raise GitmemError("not agreed: it is told to nobody", f"To drop it: gitmem forget {one.id}")
    agree_to_preference(folder, one.id)
    click.echo(f"Agents are told it from now on. To undo: gitmem forget {one.id}")


def split_mine(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Those names that mean preferences, and the others."""
    mine = [name for name in names if is_preference_id(name)]
    return mine, [name for name in names if name not in mine]


def forget_mine(names: Sequence[str]) -> None:
    """Drop preferences.

    Raises:
        UnknownMemory: there is none of one of the names.
    """
    folder = need_folder(os.environ)
    for one in forget_preferences(folder, names):
        click.echo(f"forgot {one.id}: {clean_line(one.text, 80)}")
    click.echo(f"The history of your own repository still has it: git -C {folder} log -p")


def edit_mine(name: str, source: TextIO | None) -> None:
    """Change what a preference says.

    Raises:
        UnknownMemory, UsageError: there is none of that name, or the text cannot be kept.
    """
    folder = need_folder(os.environ)
    before = find_preference(folder, name)
    if is_run_by_agent(os.environ):
        raise UsageError(
            "a preference is changed by its person, not by an agent",
            "Nothing was changed. To propose another: gitmem remember --mine -m TEXT",
        )
    text = source.read() if source is not None else _written(folder, before.text)
    if not text.strip() or text.strip() == before.text:
        click.echo("the text is the same or empty: nothing was changed")
        return
    old, made = edit_preference(folder, name, text, policy=_policy())
    click.echo(f"kept {made.id}, in the place of {old.id}")


def refuse_mine(names: Sequence[str], what: str) -> None:
    """Refuse to do to a preference what makes no sense for one.

    Raises:
        UsageError: one of the names means a preference.
    """
    mine, _ = split_mine(names)
    if mine:
        raise UsageError(
            f"'{mine[0]}' is a preference of yours, which cannot be {what}",
            f"To list yours: gitmem log --mine. To change it: gitmem edit {mine[0]};"
            f" to drop it: gitmem forget {mine[0]}",
        )


def sync_mine() -> None:
    """Exchange the preferences with the remote of their own repository.

    Raises:
        GitmemError: there is no remote, or it cannot be reached.
    """
    from gitmem.follow.sync_preferences import sync_preferences

    folder = need_folder(os.environ)
    repo = open_own_folder(folder) or make_own_folder(folder)
    done = sync_preferences(repo)
    if done is None:
        raise GitmemError(
            "your preferences have no remote yet",
            f"Run: git -C {folder} remote add origin URL; then: gitmem sync --mine",
        )
    count = len(read_preferences(folder))
    told = [
        word for word, is_so in (("received", done.is_received), ("sent", done.is_sent)) if is_so
    ]
    click.echo(
        f"{done.remote}: {' and '.join(told) or 'already up to date'};"
        f" {count} preference{'' if count == 1 else 's'} here"
    )


def _policy() -> Policy:
    """What is masked besides the built-in rules: here, or by the person's own settings."""
    try:
        return open_workspace(find_repo_here(), may_capture=False).policy
    except NotARepository:
        chosen = read_person_settings()
        return Policy(chosen.redact, (), chosen.redact_cards)


def _written(folder: Path, text: str) -> str:
    """What the person writes in git's own editor."""
    repo = make_own_folder(folder)
    written, file = edit_text(repo, _FILE, text + _ABOUT)
    told = without_comments(repo, written)
    file.unlink(missing_ok=True)
    if not told and not text:
        raise UsageError("the text is empty, so nothing was remembered", "")
    return told
