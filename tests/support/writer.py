"""A compressor that writes what a test wants it to, whatever it reads."""

from __future__ import annotations

from gitmem.capture.capture_commit import CaptureResult
from gitmem.compress.compressor import Compression, Estimate
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change
from gitmem.model.memory import Memory
from tests.support.capture import capture, workspace_of
from tests.support.git import GitDriver


class FixedWriter:
    """Writes these memories of every slice."""

    name = "fixed"

    def __init__(self, *memories: Memory) -> None:
        self._memories = memories

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        return Compression(self._memories, "fixed/1")

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        return Estimate()


def written(git: GitDriver, commit: str, *memories: Memory) -> CaptureResult:
    """Capture a commit at its own moment, with these memories."""
    workspace = workspace_of(git, FixedWriter(*memories))
    return capture(workspace, commit, str(git.path.resolve()), float(git.now) + 1.0)
