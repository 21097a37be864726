"""The compressor that asks a model of the Messages API, through Anthropic's own SDK.

One request a commit, structured output, the SDK's own retries within a time limit.  Whatever
goes wrong is a :class:`~gitmem.errors.CompressorFailed`; what happens then is decided by
:mod:`gitmem.compress.fallback`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitmem.compress.answer import parse_answer
from gitmem.compress.prompt import SCHEMA, SYSTEM, estimate_request, has_work, render_request
from gitmem.compress.protocol import Compression, Estimate
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change

if TYPE_CHECKING:
    from anthropic.types import Message

NAME = "anthropic/1"
_MAX_OUTPUT_TOKENS = 4_096


class MessagesApiCompressor:
    """Asks ``model`` at ``base_url`` (empty: the SDK's own) for the memories of a slice.

    ``timeout`` is in seconds for one try, ``retries`` how often the SDK tries again after an
    overload or a broken connection, ``max_input_tokens`` what is sent at most.
    """

    def __init__(
        self,
        *,
        model: str,
        api_key: str,
        base_url: str = "",
        timeout: float = 60.0,
        retries: int = 2,
        max_input_tokens: int = 60_000,
    ) -> None:
        self._model = model
        self._api_key = api_key
        self._base_url = base_url
        self._timeout = timeout
        self._retries = retries
        self._max_input_tokens = max_input_tokens

    @property
    def name(self) -> str:
        """Name and version, as recorded in a memory."""
        return NAME

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        """The memories the model writes; none, and no request, where nothing was said or done.

        Raises:
            CompressorFailed: no key, no answer in time, a refusal, a truncated or invalid answer.
        """
        if not has_work(evidence):
            return Compression((), NAME)
        message = self._ask(render_request(evidence, change, self._max_input_tokens))
        return Compression(
            memories=parse_answer(_text_of(message), evidence, change),
            compressor=NAME,
            model=message.model,
            tokens_in=message.usage.input_tokens
            + (message.usage.cache_creation_input_tokens or 0)
            + (message.usage.cache_read_input_tokens or 0),
            tokens_out=message.usage.output_tokens,
        )

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        """The tokens of the request and of a usual answer; the price is not known here."""
        return estimate_request(evidence, change, self._max_input_tokens)

    def _ask(self, request: str) -> Message:
        if not self._api_key:
            raise CompressorFailed("ANTHROPIC_API_KEY is not set")
        import anthropic  # over a second to import, and only the worker ever gets here

        try:
            client = anthropic.Anthropic(
                api_key=self._api_key,
                base_url=self._base_url or None,
                timeout=self._timeout,
                max_retries=self._retries,
            )
            with client:
                return client.messages.create(
                    model=self._model,
                    max_tokens=_MAX_OUTPUT_TOKENS,
                    system=SYSTEM,
                    messages=[{"role": "user", "content": request}],
                    output_config={"format": {"type": "json_schema", "schema": SCHEMA}},
                )
        except anthropic.APIStatusError as error:
            raise CompressorFailed(f"the API answered {error.status_code}") from error
        except anthropic.APITimeoutError as error:
            raise CompressorFailed(f"the API did not answer in {self._timeout:g} s") from error
        except (anthropic.AnthropicError, ValueError) as error:
            raise CompressorFailed(f"the API cannot be reached: {type(error).__name__}") from error


def _text_of(message: Message) -> str:
    """The answer's text.

    Raises:
        CompressorFailed: the model refused, or was cut off before it was finished.
    """
    if message.stop_reason == "refusal":
        raise CompressorFailed("the model refused")
    if message.stop_reason in ("max_tokens", "model_context_window_exceeded"):
        raise CompressorFailed("the answer was cut off")
    return "".join(block.text for block in message.content or () if block.type == "text")
