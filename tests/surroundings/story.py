"""A whole life in some surroundings: set up, work, look at the laws, leave."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.surroundings.laws import (
    Made,
    check,
    check_remote,
    check_sound,
    expect_success,
    gitmem,
    settle,
)
from tests.surroundings.steps import STEPS, Worker
from tests.surroundings.surroundings import Surroundings
from tests.surroundings.twins import Broken, Twins


@dataclass
class Told:
    """What came of a story: the law that was broken, if one was, and what was done."""

    broken: str = ""
    commands: list[str] = field(default_factory=list)
    changes: int = 0


def tell(given: Surroundings, *, keep: Path | None = None) -> Told:
    """Let it happen; ``keep`` is a folder that stays."""
    folder = keep or Path(tempfile.mkdtemp(prefix="surroundings-"))
    told = Told()
    try:
        _live(folder.resolve(), given, told)
    except Broken as broken:
        told.broken = str(broken)
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    return told


def _live(folder: Path, given: Surroundings, told: Told) -> None:
    twins = Twins(folder, given)
    told.commands = twins.commands
    expect_success("gitmem init", gitmem(twins, "init", "--user"))
    remote = os.fsdecode(twins.twin.plumb("remote")).strip() or "origin"
    worker = Worker(twins, remote)
    for name, seed in given.story:
        choices = Random(seed)
        before = len(twins.commands)
        try:
            STEPS[name].do(worker, choices)
            twins.compare_refs()
            if choices.random() < 0.3:
                check(twins, worker.made)
        except Broken as broken:
            done = "\n".join(twins.commands[before:])
            raise Broken(f"{broken}\nin the step {name}:\n{done}") from broken
        finally:
            told.changes = len(worker.made.told)
    check(twins, worker.made)
    check_sound(twins)
    _share(twins, worker.made)
    _leave(twins)


def _share(twins: Twins, made: Made) -> None:
    expect_success("gitmem sync", gitmem(twins, "sync"))
    settle(twins)
    check_remote(twins, made)


def _leave(twins: Twins) -> None:
    """What uninstall leaves is what the twin has, but for the memories.

    Raises:
        Broken: a configuration file or hook differs, or something of gitmem's stays.
    """
    expect_success("gitmem uninstall", gitmem(twins, "uninstall", "--user"))
    wanted, found = twins.twin.configuration(), twins.ours.configuration()
    if wanted != found:
        differing = sorted(
            name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)
        )
        shown = "\n".join(f"{n}: {found.get(n)!r}, not {wanted.get(n)!r}" for n in differing)
        raise Broken(f"uninstall leaves other files: {shown}")
    if (twins.ours.common / "gitmem").exists():
        left = [path.name for path in (twins.ours.common / "gitmem").iterdir()]
        raise Broken(f"uninstall leaves .git/gitmem with {left}")
    twins.run("status", "--porcelain=v2", "--branch", "--untracked-files=all")
