"""A git process that reads its questions from a pipe and answers them in order.

Standard library only: agent hooks use this.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from gitmem.git.repo import Repo, git_command, local_environment
from gitmem.process.pipe import Pipe

_SECONDS = 5.0


class GitPipe(Pipe):
    """A git process that is fed while others run, and read to a limit; it has five seconds."""

    def __init__(self, repo: Repo, arguments: Sequence[str], lines: Sequence[str | bytes]) -> None:
        super().__init__(
            git_command(repo, arguments),
            b"".join(os.fsencode(line) + b"\n" for line in lines),
            environ=local_environment(),
            seconds=_SECONDS,
        )
