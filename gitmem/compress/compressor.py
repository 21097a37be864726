"""The interface between capture and whatever writes the memories.

A compressor sees a masked slice and the change, and answers with memories.  It knows nothing of
notes, queues or settings; what it cannot do it says with :class:`~gitmem.errors.CompressorFailed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change
from gitmem.model.memory import Memory
from gitmem.model.value import dataclass


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
    """What a compression will cost, estimated without a request.

    ``dollars`` is 0.0 if the price is not known, and then ``is_priced`` is False.
    """

    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0
    is_priced: bool = True


class Compressor(Protocol):
    """Makes memories of a slice."""

    @property
    def name(self) -> str:
        """Name and version, as recorded in a memory: ``extractive/2``."""
        ...

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        """Make the memories of a slice; ``change`` is None while its work is not committed.

        Raises:
            CompressorFailed: it gave no usable memory.
        """
        ...

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        """What :meth:`compress` would cost; no request is made."""
        ...


@dataclass(frozen=True)
class BatchItem:
    """One compression of a batch; ``key`` (letters, digits, ``_``, ``-``) names it there."""

    key: str
    evidence: Evidence
    change: Change | None


class BatchCompressor(Protocol):
    """Makes memories of many slices, hours later and at a lower price."""

    @property
    def name(self) -> str:
        """Name and version, as recorded in a memory."""
        ...

    def submit(self, items: Sequence[BatchItem]) -> str:
        """Hand over slices; returns the batch's id, with which another process can collect.

        Raises:
            CompressorFailed: nothing was handed over, as far as is known.
        """
        ...

    def collect(
        self, batch_id: str, items: Sequence[BatchItem]
    ) -> Mapping[str, Compression | CompressorFailed] | None:
        """What became of each item, by its key; None while the batch is in progress.

        ``items`` are those handed over; one that is missing is not answered for.

        Raises:
            CompressorFailed: it cannot be told now.
        """
        ...

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        """What an item costs in a batch; no request is made."""
        ...
