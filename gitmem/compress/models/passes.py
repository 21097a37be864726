"""The requests for one slice, for any API: one, or a pass over segments and one over extracts.

One deadline and one sum for all of them; a useless answer is asked for once more.  How a request
reaches a model is for the :class:`Endpoint` to know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

from gitmem.compress.compressor import Compression
from gitmem.compress.models.allowance import Allowance
from gitmem.compress.models.answer import parse_answer
from gitmem.compress.models.extracts import parse_extract
from gitmem.compress.models.plan import Request, first_pass, one_call, price_requests, second_pass
from gitmem.compress.models.prices import Price
from gitmem.compress.quotes import SessionWords
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change
from gitmem.model.memory import Memory

_MAX_SAID = 2_000

_Made = TypeVar("_Made")


class UselessAnswer(CompressorFailed):
    """An unusable answer: ``complaint`` is what the model is told about what it ``said``."""

    def __init__(
        self, reason: str, complaint: str, said: str = "", *, is_cut: bool = False
    ) -> None:
        super().__init__(reason)
        self.complaint = complaint
        self.said = said
        self.is_cut = is_cut

    @property
    def quotation(self) -> str:
        """What the model said, as far as it is repeated to it."""
        return self.said.strip()[:_MAX_SAID] or "(no answer)"

    @property
    def repair(self) -> str:
        """What is said to the model now."""
        return f"{self.complaint}\nAnswer again, with one JSON object of the schema."

    @property
    def turns(self) -> list[dict[str, str]]:
        """Both, as an API takes them after the request."""
        return [
            {"role": "assistant", "content": self.quotation},
            {"role": "user", "content": self.repair},
        ]


def model_refusal() -> UselessAnswer:
    """The model would not answer."""
    complaint = "This is a software project's own log. Summarise what of it you can."
    return UselessAnswer("the model refused", complaint)


def truncated_answer(said: str = "") -> UselessAnswer:
    """The answer did not fit."""
    complaint = "Your answer was cut off. Be much shorter."
    return UselessAnswer("the answer was cut off", complaint, said, is_cut=True)


@dataclass(frozen=True)
class ModelReply:
    """What came of a request, and its cost: ``tokens_in`` without those read from a cache.

    ``problem`` is set where it is known to be of no use before anybody reads it.  ``notice`` is a
    line for the log, whatever comes of the answer.
    """

    text: str
    model: str
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    problem: UselessAnswer | None = None
    notice: str = ""


class Endpoint(Protocol):
    """A model and the way to it: all that one compressor of this kind has of its own."""

    @property
    def name(self) -> str:
        """Name and version of the compressor that asks here, as recorded in a memory."""
        ...

    @property
    def model(self) -> str:
        """Whom it asks, and whom estimates are for."""
        ...

    @property
    def patience(self) -> float:
        """Seconds for all requests of a slice together."""
        ...

    def lack(self) -> str:
        """What keeps anybody from asking, and what to do about it; empty when nothing does."""
        ...

    def send(self, request: Request, before: UselessAnswer | None, seconds: float) -> ModelReply:
        """Send a request, after the answer ``before`` if there was one, and wait at most
        ``seconds`` for the reply, all tries together.

        Raises:
            CompressorFailed: there is no reply.
        """
        ...


class Asker:
    """All requests for a slice, which together have the endpoint's patience by ``clock``.

    ``price`` is for estimates; ``allowance`` is asked before each request and told after it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        clock: Callable[[], float],
        price: Price | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._price = price
        self._allowance = allowance
        self._clock = clock
        self._deadline = clock() + endpoint.patience
        self._tokens_in = self._tokens_out = 0
        self._model = endpoint.model  # and then who answered
        self._notice = ""

    def compress(
        self, evidence: Evidence, change: Change | None, max_input_tokens: int
    ) -> Compression:
        """The memories of a slice, of which ``max_input_tokens`` are read at most.

        Raises:
            CompressorFailed: no reply, twice a useless answer, a limit, or the time is up.
        """

        def parse(text: str) -> tuple[Memory, ...]:
            return parse_answer(text, evidence, change)

        requests = first_pass(evidence, change, max_input_tokens)
        if requests is None:
            last = one_call(evidence, change, max_input_tokens)
        else:
            words = SessionWords(evidence.slice.events)
            extracts = [self.ask(each, partial(parse_extract, words=words)) for each in requests]
            last = second_pass(extracts, evidence, change)
        memories = self.ask(last, parse)
        tokens = self._tokens_in, self._tokens_out
        return Compression(memories, self._endpoint.name, self._model, *tokens, self._notice)

    def ask(self, request: Request, parse: Callable[[str], _Made]) -> _Made:
        """What the answer to a request says.

        Raises:
            CompressorFailed: as for :meth:`compress`.
        """
        try:
            return self._answer(request, None, parse)
        except UselessAnswer as useless:
            room = request.max_tokens * (2 if useless.is_cut else 1)
            return self._answer(replace(request, max_tokens=room), useless, parse)

    def _answer(
        self, request: Request, before: UselessAnswer | None, parse: Callable[[str], _Made]
    ) -> _Made:
        if self._allowance is not None:
            self._allowance.allow(price_requests([request], self._model, self._price))
        patience, left = self._endpoint.patience, self._deadline - self._clock()
        if left < min(1.0, patience / 2):
            raise CompressorFailed(f"the API took more than {patience:g} s in all")
        reply = self._endpoint.send(request, before, left)
        self._count(reply)
        if reply.problem is not None:
            raise reply.problem
        try:
            return parse(reply.text)
        except CompressorFailed as error:
            raise UselessAnswer(error.message, error.message, reply.text) from error

    def _count(self, reply: ModelReply) -> None:
        self._tokens_in += reply.tokens_in + reply.tokens_cached
        self._tokens_out += reply.tokens_out
        self._model = reply.model or self._model
        self._notice = reply.notice or self._notice
        if self._allowance is not None and (reply.tokens_in or reply.tokens_out):
            self._allowance.pay(
                self._endpoint.name,
                self._model,
                reply.tokens_in,
                reply.tokens_cached,
                reply.tokens_out,
            )
