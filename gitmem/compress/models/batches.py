"""Many compressions at half the price: Anthropic's Message Batches API, through its own SDK.

What is asked and how an answer is checked is as for a single request, the one-call form: of a
long session the middle is left out.  Only that the answer comes within a day, and that whoever
asked may be gone by then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gitmem.compress.compressor import BatchItem, Compression, Estimate
from gitmem.compress.models.answer import parse_answer
from gitmem.compress.models.messages_api import (
    MessagesApi,
    model_of,
    problem_of,
    text_of,
    tokens_of,
    unknown_form,
)
from gitmem.compress.models.plan import one_call, price_requests
from gitmem.compress.models.prices import Price
from gitmem.compress.models.prompt import has_work
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.guard.untrusted import clean_line
from gitmem.model.change import Change

if TYPE_CHECKING:
    from anthropic.types.messages import MessageBatchIndividualResponse

NAME = "anthropic-batch/2"


class MessageBatches:
    """Batches at an endpoint.  ``price`` is the model's usual one, of which half is paid.

    Handing a batch over is tried once: a second try might be a second batch.
    """

    def __init__(
        self, endpoint: MessagesApi, *, max_input_tokens: int = 60_000, price: Price | None = None
    ) -> None:
        self._endpoint = endpoint
        self._max_input_tokens = max_input_tokens
        self._price = price.in_batch() if price else None

    @property
    def name(self) -> str:
        """Name and version, as recorded in a memory."""
        return NAME

    def submit(self, items: Sequence[BatchItem]) -> str:
        """Hand over slices; returns the batch's id.

        Raises:
            CompressorFailed: no key, no connection, or a refusal.
        """
        requests: list[Any] = [
            {
                "custom_id": item.key,
                "params": self._endpoint.parameters(
                    one_call(item.evidence, item.change, self._max_input_tokens)
                ),
            }
            for item in items
        ]
        with replace(self._endpoint, retries=0).client() as client:
            batch_id = getattr(client.messages.batches.create(requests=requests), "id", None)
        if not isinstance(batch_id, str) or not batch_id:
            raise unknown_form()
        return batch_id

    def collect(
        self, batch_id: str, items: Sequence[BatchItem]
    ) -> Mapping[str, Compression | CompressorFailed] | None:
        """What became of each item; None while the batch is in progress.

        Of one that was handed over and is not among ``items`` any more only the cost is told.

        Raises:
            CompressorFailed: no key, no connection, or the batch is not known any more.
        """
        asked = {item.key: item for item in items}
        found: dict[str, Compression | CompressorFailed] = {}
        with self._endpoint.client() as client:
            batch = client.messages.batches.retrieve(batch_id)
            status = getattr(batch, "processing_status", None)
            if not isinstance(status, str):
                raise unknown_form()
            if status != "ended":
                return None
            for response in client.messages.batches.results(batch_id):
                key = getattr(response, "custom_id", None)
                if isinstance(key, str):
                    found[key] = _outcome(response, asked.get(key))
        return found

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        """The tokens of the request and of a usual answer, at half the price of a single one."""
        if not has_work(evidence):
            return Estimate()
        request = one_call(evidence, change, self._max_input_tokens)
        return price_requests([request], self._endpoint.model, self._price)


def _outcome(
    response: MessageBatchIndividualResponse, item: BatchItem | None
) -> Compression | CompressorFailed:
    result: Any = response.result
    kind = getattr(result, "type", None)
    if kind != "succeeded":
        return CompressorFailed(f"the batch left it {clean_line(str(kind), 40)}")
    read, cached, written = tokens_of(result.message)
    made = Compression((), NAME, model_of(result.message), read + cached, written)
    if item is None:
        return made
    try:
        if problem := problem_of(result.message):
            raise problem
        text = text_of(result.message)
        return replace(made, memories=parse_answer(text, item.evidence, item.change))
    except CompressorFailed as error:
        return replace(made, notice=error.message)  # it was of no use, and was paid for
