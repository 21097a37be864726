"""git without anybody's configuration: what builds the places and what judges them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


class PlainGit:
    """Runs git with no configuration but the repository's own, at a moment that stands still."""

    def __init__(self, now: int) -> None:
        self._environ = {
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **{f"GIT_{who}_NAME": "Ada Author" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "ada@example.com" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_DATE": f"{now} +0000" for who in ("AUTHOR", "COMMITTER")},
        }

    def run(self, place: Path, *arguments: str, stdin: bytes = b"", check: bool = True) -> bytes:
        """What git prints; fails where git fails, unless told otherwise."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=place,
            env=self._environ,
            input=stdin,
            capture_output=True,
            check=False,
            umask=0o022,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"git {arguments}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def lines(self, place: Path, *arguments: str) -> list[str]:
        """The lines that git prints."""
        return os.fsdecode(self.run(place, *arguments)).splitlines()
