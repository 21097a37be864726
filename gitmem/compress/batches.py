"""Many compressions at half the price: Anthropic's Message Batches API, through its own SDK.

What is asked and how an answer is checked is as for a single request; only that the answer comes
within a day, and that whoever asked may be gone by then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from gitmem.compress.answer import parse_answer
from gitmem.compress.prompt import SCHEMA, SYSTEM, estimate_request, render_request
from gitmem.compress.protocol import BatchItem, Compression, Estimate
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from anthropic import Anthropic
    from anthropic.types import Message
    from anthropic.types.messages import MessageBatchIndividualResponse

NAME = "anthropic-batch/1"
PRICE_SHARE = 0.5
_MAX_OUTPUT_TOKENS = 4_096


class MessageBatches:
    """Asks ``model`` at ``base_url`` (empty: the SDK's own) in batches.

    ``timeout`` is in seconds for one try, ``retries`` how often the SDK asks again for what became
    of a batch.  Handing one over is tried once: a second try might be a second batch.
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

    def submit(self, items: Sequence[BatchItem]) -> str:
        """Hand over slices; the batch's id.

        Raises:
            CompressorFailed: no key, no connection, or a refusal.
        """
        with self._client(retries=0) as client:
            batch = client.messages.batches.create(
                requests=[
                    {
                        "custom_id": item.key,
                        "params": {
                            "model": self._model,
                            "max_tokens": _MAX_OUTPUT_TOKENS,
                            "system": SYSTEM,
                            "messages": [
                                {
                                    "role": "user",
                                    "content": render_request(
                                        item.evidence, item.change, self._max_input_tokens
                                    ),
                                }
                            ],
                            "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
                        },
                    }
                    for item in items
                ]
            )
            return batch.id

    def collect(
        self, batch_id: str, items: Sequence[BatchItem]
    ) -> Mapping[str, Compression | CompressorFailed] | None:
        """What became of each item; None while the batch is being worked on.

        Raises:
            CompressorFailed: no key, no connection, or the batch is not known any more.
        """
        asked = {item.key: item for item in items}
        found: dict[str, Compression | CompressorFailed] = {}
        with self._client(self._retries) as client:
            if client.messages.batches.retrieve(batch_id).processing_status != "ended":
                return None
            for response in client.messages.batches.results(batch_id):
                if item := asked.get(response.custom_id):
                    found[item.key] = _outcome(response, item)
        return found

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        """The tokens of the request and of a usual answer, at half the price of a single one."""
        whole = estimate_request(evidence, change, self._max_input_tokens)
        return replace(whole, dollars=whole.dollars * PRICE_SHARE)

    @contextmanager
    def _client(self, retries: int) -> Iterator[Anthropic]:
        if not self._api_key:
            raise CompressorFailed("ANTHROPIC_API_KEY is not set")
        import anthropic  # over a second to import

        try:
            with anthropic.Anthropic(
                api_key=self._api_key,
                base_url=self._base_url or None,
                timeout=self._timeout,
                max_retries=retries,
            ) as client:
                yield client
        except anthropic.APIStatusError as error:
            raise CompressorFailed(f"the API answered {error.status_code}") from error
        except anthropic.APITimeoutError as error:
            raise CompressorFailed(f"the API did not answer in {self._timeout:g} s") from error
        except (anthropic.AnthropicError, ValueError) as error:
            raise CompressorFailed(f"the API cannot be reached: {type(error).__name__}") from error


def _outcome(
    response: MessageBatchIndividualResponse, item: BatchItem
) -> Compression | CompressorFailed:
    result = response.result
    if result.type != "succeeded":
        return CompressorFailed(f"the batch left it {result.type}")
    message = result.message
    made = _paid(message)
    try:
        return replace(made, memories=parse_answer(_text_of(message), item.evidence, item.change))
    except CompressorFailed as error:
        return replace(made, notice=error.message)  # it was of no use, and was paid for


def _paid(message: Message) -> Compression:
    usage = message.usage
    read = (usage.cache_creation_input_tokens or 0) + (usage.cache_read_input_tokens or 0)
    return Compression(
        memories=(),
        compressor=NAME,
        model=message.model,
        tokens_in=usage.input_tokens + read,
        tokens_out=usage.output_tokens,
    )


def _text_of(message: Message) -> str:
    if message.stop_reason in ("refusal", "max_tokens", "model_context_window_exceeded"):
        raise CompressorFailed(f"the answer ended with {message.stop_reason}")
    return "".join(block.text for block in message.content or () if block.type == "text")
