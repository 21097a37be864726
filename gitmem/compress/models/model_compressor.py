"""The compressor that asks a model, whichever it is and however it is reached.

A short session takes one request.  A long one is read in two passes: each segment is asked for
what it holds, the segments share a prefix that an API may cache, and a last request writes the
memories of the extracts.  A useless answer is asked for once more.  Whatever goes wrong then is a
:class:`~gitmem.errors.CompressorFailed`; what happens next is decided by
:mod:`gitmem.compress.fallback`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from gitmem.compress.compressor import Compression, Estimate
from gitmem.compress.models.allowance import Allowance
from gitmem.compress.models.passes import Asker, Endpoint
from gitmem.compress.models.plan import Request, estimate_of
from gitmem.compress.models.prices import Price
from gitmem.compress.models.prompt import has_work
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change

_Made = TypeVar("_Made")


class ModelCompressor:
    """Asks the model at an endpoint for the memories of a slice.

    ``max_input_tokens`` is what of a session is sent at most.  ``price`` is for estimates.
    ``allowance`` is asked before each request and told after it.  All requests for a commit
    together have the endpoint's patience, by ``clock``.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        max_input_tokens: int = 60_000,
        price: Price | None = None,
        allowance: Allowance | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._max_input_tokens = max_input_tokens
        self._price = price
        self._allowance = allowance
        self._clock = clock

    @property
    def name(self) -> str:
        """Name and version, as recorded in a memory."""
        return self._endpoint.name

    def lack(self) -> str:
        """What keeps it from asking anybody, and what to do about it; empty when nothing does."""
        return self._endpoint.lack()

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        """What :meth:`compress` would cost; no request is made."""
        if not has_work(evidence):
            return Estimate()
        limit, model = self._max_input_tokens, self._endpoint.model
        return estimate_of(evidence, change, limit, model, self._price)

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        """The memories the model writes; none, and no request, where nothing was said or done.

        Raises:
            CompressorFailed: nobody can be asked, no answer in time, twice a useless answer, or a
                limit.
        """
        if not has_work(evidence):
            return Compression((), self.name)
        return self._asker().compress(evidence, change, self._max_input_tokens)

    def ask(self, request: Request, parse: Callable[[str], _Made]) -> _Made:
        """What the model's answer to a question of another kind says, within the same limits.

        Raises:
            CompressorFailed: as for :meth:`compress`, and from ``parse`` for a useless answer.
        """
        return self._asker().ask(request, parse)

    def _asker(self) -> Asker:
        return Asker(
            self._endpoint, clock=self._clock, price=self._price, allowance=self._allowance
        )
