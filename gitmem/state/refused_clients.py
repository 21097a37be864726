"""The clients that a person does not want to be told anything here: ``gitmem init --no-agent``.

Kept until ``--agent`` takes one back, whatever files a team commits.  Standard library only: agent
hooks read this.
"""

from __future__ import annotations

from collections.abc import Collection

from gitmem.git.repo import Repo
from gitmem.state.state_file import StateFile

REFUSED = "refused-agents"
"""The file in our folder: a name a line."""

_MAX_BYTES = 1 << 16


def read_refused_clients(repo: Repo) -> frozenset[str]:
    """Their names; a damaged file refuses none."""
    data = StateFile(repo.state_dir / REFUSED, _MAX_BYTES).read() or b""
    return frozenset(data.decode("utf-8", "replace").split())


def write_refused_clients(repo: Repo, names: Collection[str]) -> None:
    """Refuse these, and no others; durable on return.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be written.
    """
    file = StateFile(repo.state_dir / REFUSED, _MAX_BYTES)
    if names:
        file.write("".join(f"{name}\n" for name in sorted(names)).encode())
    else:
        file.remove()
