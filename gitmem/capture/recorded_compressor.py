"""A compressor of which it is kept when it last succeeded, and why it failed last."""

from __future__ import annotations

from gitmem.compress.compressor import Compression, Compressor, Estimate
from gitmem.errors import CompressorFailed
from gitmem.git.repo import Repo
from gitmem.guard.redact import Evidence, redact
from gitmem.guard.untrusted import clean_line
from gitmem.model.change import Change
from gitmem.state.writer_record import keep_failure, keep_success

_MAX_REASON = 200


class RecordedCompressor:
    """Passes everything on to ``inner``, known to people as ``name_of_setting``."""

    def __init__(self, inner: Compressor, repo: Repo, name_of_setting: str) -> None:
        self._inner = inner
        self._repo = repo
        self._name = name_of_setting

    @property
    def name(self) -> str:
        """The name of the one that is recorded."""
        return self._inner.name

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        """The inner one's memories.  Where it asked nobody, nothing is recorded.

        Raises:
            CompressorFailed: the inner one failed.
        """
        try:
            made = self._inner.compress(evidence, change)
        except CompressorFailed as error:
            keep_failure(self._repo, self._name, clean_line(redact(error.message), _MAX_REASON))
            raise
        if made.memories or made.tokens_in:
            keep_success(self._repo, self._name)
        return made

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        """What the inner one would cost."""
        return self._inner.estimate(evidence, change)
