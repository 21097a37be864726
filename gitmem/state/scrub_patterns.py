"""Patterns of what was scrubbed here, so that the same session cannot bring it back.

The agent's transcript still holds the secret, and the next turn would write it again.  The file
is the user's alone to read, is never sent anywhere, and may be deleted once the key is revoked.
Standard library only.
"""

from __future__ import annotations

import json
from pathlib import Path

from gitmem.git.repo import Repo
from gitmem.state.atomic import write_atomically

_MODE = 0o600


def scrubbed_path(repo: Repo) -> Path:
    """The file of patterns."""
    return repo.state_dir / "scrubbed.json"


def read_scrubbed(repo: Repo) -> tuple[str, ...]:
    """The patterns, as regular expressions; none when the file is missing or damaged."""
    try:
        value = json.loads(scrubbed_path(repo).read_bytes())
    except (OSError, ValueError):
        return ()
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def add_scrubbed(repo: Repo, pattern: str) -> None:
    """Mask this pattern in all that is captured from now on; durable on return.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be written.
    """
    patterns = dict.fromkeys([*read_scrubbed(repo), pattern])
    write_atomically(scrubbed_path(repo), json.dumps(list(patterns)).encode(), mode=_MODE)
