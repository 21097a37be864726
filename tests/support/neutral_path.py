"""A PATH on which no agent's client is, whatever the developer has installed."""

from __future__ import annotations

import os
from pathlib import Path

from gitmem.setup.clients.clients import CLIENTS

PROGRAMS = frozenset(name for client in CLIENTS for name in client.programs)


def without_clients(path: str, folder: Path) -> str:
    """The same programs in the same order, but for the clients'.

    A folder that has one of them is replaced by one in ``folder``, with links to all else in it.
    """
    return os.pathsep.join(
        _stand_in(Path(name), folder / str(place)) if name and _has_client(Path(name)) else name
        for place, name in enumerate(path.split(os.pathsep))
    )


def _has_client(folder: Path) -> bool:
    return any(os.path.lexists(folder / name) for name in PROGRAMS)


def _stand_in(folder: Path, links: Path) -> str:
    links.mkdir(parents=True)
    for program in folder.resolve().iterdir():
        if program.name not in PROGRAMS:
            (links / program.name).symlink_to(program)
    return os.fspath(links)
