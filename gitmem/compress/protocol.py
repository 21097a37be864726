"""The seam between capture and whatever writes the memories.

A compressor sees a masked slice and the change, and answers with memories.  It knows nothing of
notes, queues or settings; what it cannot do it says with :class:`~gitmem.errors.CompressorFailed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gitmem.guard.redact import Evidence
from gitmem.model.change import Change
from gitmem.model.memory import Memory


@dataclass(frozen=True)
class Compression:
    """What a compressor made of a slice.

    The memories' provenance is empty: who captured what is filled in by the caller.
    ``compressor`` is its name and version, with the reason where it stood in for another.
    ``tokens_in`` and ``tokens_out`` are what a model was paid for; ``notice`` is one line for
    the log when something went less well than it should.
    """

    memories: tuple[Memory, ...]
    compressor: str
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    notice: str = ""


@dataclass(frozen=True)
class Estimate:
    """What a compression will cost, reckoned without asking anybody.

    ``dollars`` is 0.0 where the price is not known, and then ``is_priced`` is False.
    """

    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0
    is_priced: bool = True


class Compressor(Protocol):
    """Makes memories of a slice."""

    @property
    def name(self) -> str:
        """Name and version, as recorded in a memory: ``extractive/1``."""
        ...

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        """Make the memories of a slice; ``change`` is None while its work is not committed.

        Raises:
            CompressorFailed: no usable memory came of it.
        """
        ...

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        """What :meth:`compress` would cost; no request is made."""
        ...
