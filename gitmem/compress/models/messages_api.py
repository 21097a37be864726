"""The compressor that asks a model of the Messages API, through Anthropic's own SDK.

A short session takes one request.  A long one is read in two passes: each segment is asked for
what it holds, the segments share a prefix that the API caches, and a last request writes the
memories of the extracts.  A useless answer is asked for once more.  Whatever goes wrong then is a
:class:`~gitmem.errors.CompressorFailed`; what happens next is decided by
:mod:`gitmem.compress.fallback`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from gitmem.compress.compressor import Compression, Estimate
from gitmem.compress.models.allowance import Allowance
from gitmem.compress.models.passes import Asker, ModelReply, UselessAnswer, cut_off, refused
from gitmem.compress.models.plan import Request, estimate_of
from gitmem.compress.models.prices import Price
from gitmem.compress.models.prompt import has_work
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change

if TYPE_CHECKING:
    from anthropic import Anthropic
    from anthropic.types import Message

NAME = "anthropic/2"

_DEADLINE_SECONDS = 420.0


@dataclass(frozen=True)
class Endpoint:
    """The API and how to ask it.

    ``base_url`` empty is the SDK's own.  ``timeout`` is in seconds for one try, ``retries`` how
    often the SDK tries again after an overload or a broken connection; between tries it waits as
    long as the API says.
    """

    model: str
    api_key: str
    base_url: str = ""
    timeout: float = 60.0
    retries: int = 2

    def lack(self) -> str:
        """What keeps anybody from asking, and what to do about it; empty when nothing does."""
        return "" if self.api_key else "ANTHROPIC_API_KEY is not set"

    @contextmanager
    def client(self, seconds: float | None = None) -> Iterator[Anthropic]:
        """A client for requests that may take ``seconds`` with all retries.

        Raises:
            CompressorFailed: no key, or what is done with the client failed.
        """
        if missing := self.lack():
            raise CompressorFailed(missing)
        import anthropic  # over a second to import, and only the worker ever gets here

        timeout = self.timeout if seconds is None else min(self.timeout, seconds)
        tries = self.retries + 1 if seconds is None else int(seconds // max(timeout, 0.001))
        try:
            with anthropic.Anthropic(
                api_key=self.api_key,
                base_url=self.base_url or None,
                timeout=timeout,
                max_retries=max(0, min(self.retries, tries - 1)),
            ) as client:
                yield client
        except anthropic.APIStatusError as error:
            raise CompressorFailed(f"the API answered {error.status_code}") from error
        except anthropic.APITimeoutError as error:
            raise CompressorFailed(f"the API did not answer in {timeout:g} s") from error
        except (anthropic.AnthropicError, ValueError) as error:
            raise CompressorFailed(f"the API cannot be reached: {type(error).__name__}") from error

    def parameters(self, request: Request) -> dict[str, Any]:
        """A request as the SDK and its batches take it."""
        blocks: list[dict[str, object]] = [{"type": "text", "text": request.own}]
        if request.shared:
            mark = {"cache_control": {"type": "ephemeral"}}
            is_cacheable = request.is_cacheable(self.model)
            shared: dict[str, object] = {
                "type": "text",
                "text": request.shared,
                **(mark if is_cacheable else {}),
            }
            blocks.insert(0, shared)
        return {
            "model": self.model,
            "max_tokens": request.max_tokens,
            "system": request.system,
            "messages": [{"role": "user", "content": blocks}],
            "output_config": {"format": {"type": "json_schema", "schema": request.schema}},
        }


_Made = TypeVar("_Made")


class MessagesApiCompressor:
    """Asks the model at an endpoint for the memories of a slice.

    ``max_input_tokens`` is what of a session is sent at most.  ``price`` is for estimates.
    ``allowance`` is asked before each request and told after it.  All requests for a commit
    together have seven minutes of ``clock``.
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
        return NAME

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
            CompressorFailed: no key, no answer in time, twice a useless answer, or a limit.
        """
        if not has_work(evidence):
            return Compression((), NAME)
        return self._asker().compress(evidence, change, self._max_input_tokens)

    def ask(self, request: Request, parse: Callable[[str], _Made]) -> _Made:
        """The model's answer to another kind of question, within the same limits.

        Raises:
            CompressorFailed: as for :meth:`compress`, and from ``parse`` for a useless answer.
        """
        return self._asker().ask(request, parse)

    def _asker(self) -> Asker:
        return Asker(
            NAME,
            self._endpoint.model,
            self._send,
            seconds=_DEADLINE_SECONDS,
            clock=self._clock,
            price=self._price,
            allowance=self._allowance,
        )

    def _send(self, request: Request, before: UselessAnswer | None, seconds: float) -> ModelReply:
        asked = self._endpoint.parameters(request)
        asked["messages"] += _repair(before) if before else ()
        with self._endpoint.client(seconds) as client:
            message: Message = client.messages.create(**asked)
        read, cached, written = tokens_of(message)
        try:
            said, problem = said_in(message), None
        except UselessAnswer as useless:
            said, problem = useless.said, useless
        return ModelReply(said, message.model, read, cached, written, problem)


def tokens_of(message: Message) -> tuple[int, int, int]:
    """What an answer cost: tokens read (those put into a cache too), from a cache, written."""
    usage = message.usage
    read = usage.input_tokens + (usage.cache_creation_input_tokens or 0)
    return read, usage.cache_read_input_tokens or 0, usage.output_tokens


def said_in(message: Message) -> str:
    """The answer's text.

    Raises:
        UselessAnswer: the model refused, or was cut off before it was finished.
    """
    text = "".join(block.text for block in message.content or () if block.type == "text")
    if message.stop_reason == "refusal":
        raise refused()
    if message.stop_reason in ("max_tokens", "model_context_window_exceeded"):
        raise cut_off(text)
    return text


def _repair(useless: UselessAnswer) -> Iterator[dict[str, object]]:
    """What a model is told after a useless answer."""
    yield {"role": "assistant", "content": useless.quoted}
    yield {"role": "user", "content": useless.repair}
