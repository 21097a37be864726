"""Patterns of what was scrubbed here, so that the same session cannot bring it back.

The agent's transcript still holds the secret, and the next turn would write it again.  The file
is the user's alone to read, is never sent anywhere, and may be deleted once the key is revoked.
Standard library only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gitmem.git.repo import Repo
from gitmem.state.sharing import private_mode
from gitmem.state.state_file import StateFile


def scrub_patterns_path(repo: Repo) -> Path:
    """The file of patterns."""
    return repo.state_dir / "scrubbed.json"


def read_scrub_patterns(repo: Repo) -> tuple[str, ...]:
    """The patterns, as regular expressions; none when the file is missing or damaged."""
    return _file(repo).read_json(_parse_patterns, ())


def add_scrub_pattern(repo: Repo, pattern: str) -> None:
    """Mask this pattern in all that is captured from now on; durable on return.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be written.
    """
    patterns = dict.fromkeys([*read_scrub_patterns(repo), pattern])
    _file(repo).write_json(list(patterns))


def _file(repo: Repo) -> StateFile:
    return StateFile(scrub_patterns_path(repo), mode=private_mode(repo))


def _parse_patterns(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
