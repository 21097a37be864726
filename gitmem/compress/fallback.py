"""A compressor backed by another: there is always a memory, and it says how it was made."""

from __future__ import annotations

from dataclasses import replace

from gitmem.compress.compressor import Compression, Compressor, Estimate
from gitmem.compress.writer_name import stand_in_mark
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change


class FallbackCompressor:
    """Asks ``first``; if it fails, ``second`` answers and the failure is recorded.

    The mark, ``extractive/2 after anthropic/2``, stays in the memory's provenance, so that it
    can be improved later; the reason goes to the log.  ``second`` may have another behind it, and
    then the mark tells of all that were asked: ``extractive/2 after openai/1 after claude-cli/1``.
    """

    def __init__(self, first: Compressor, second: Compressor) -> None:
        self._first = first
        self._second = second

    @property
    def name(self) -> str:
        """The name of the one that is asked first."""
        return self._first.name

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        """The first one's memories, or the second one's with a notice.

        Raises:
            CompressorFailed: the second failed as well.
        """
        try:
            return self._first.compress(evidence, change)
        except CompressorFailed as error:
            made = self._second.compress(evidence, change)
            mark = stand_in_mark(made.compressor, self._first.name)
            notice = f"{error.message}; {made.notice or f'{made.compressor} was used'}"
            return replace(made, compressor=mark, notice=notice)

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        """What the first one would cost."""
        return self._first.estimate(evidence, change)
