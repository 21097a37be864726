"""The Messages API, through Anthropic's own SDK."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from gitmem.compress.models.passes import ModelReply, UselessAnswer, model_refusal, truncated_answer
from gitmem.compress.models.plan import Request
from gitmem.compress.models.sdk import (
    PATIENCE_SECONDS,
    count_of,
    fit_tries,
    translated_sdk_errors,
)
from gitmem.errors import CompressorFailed
from gitmem.guard.untrusted import clean_line

if TYPE_CHECKING:
    from anthropic import Anthropic
    from anthropic.types import Message


@dataclass(frozen=True)
class MessagesApi:
    """The API and how to ask it.

    ``base_url`` empty is the SDK's own.  ``timeout`` is in seconds for one try, ``retries`` how
    often the SDK tries again after an overload or a broken connection; between tries it waits as
    long as the API says.
    """

    name: ClassVar[str] = "anthropic/3"
    patience: ClassVar[float] = PATIENCE_SECONDS

    model: str
    api_key: str
    base_url: str = ""
    timeout: float = 60.0
    retries: int = 2

    def lack(self) -> str:
        """What keeps anybody from asking, and what to do about it; empty when nothing does."""
        return "" if self.api_key else "ANTHROPIC_API_KEY is not set"

    def send(self, request: Request, before: UselessAnswer | None, seconds: float) -> ModelReply:
        """What the model answers; see :class:`~gitmem.compress.models.passes.Endpoint`.

        Raises:
            CompressorFailed: no key, no answer, or an error for an answer.
        """
        asked = self.parameters(request)
        asked["messages"] += before.turns if before else ()
        with self.client(seconds) as client:
            message: Message = client.messages.create(**asked)
        read, cached, written = tokens_of(message)
        problem = problem_of(message)
        text = "" if problem else text_of(message)
        return ModelReply(text, model_of(message), read, cached, written, problem)

    @contextmanager
    def client(self, seconds: float | None = None) -> Iterator[Anthropic]:
        """A client for requests that may take ``seconds`` with all retries.

        Raises:
            CompressorFailed: no key, or what is done with the client failed.
        """
        if missing := self.lack():
            raise CompressorFailed(missing)
        import anthropic  # over a second to import, and only the worker ever gets here

        timeout, retries = self.timeout, max(0, self.retries)
        if seconds is not None:
            timeout, retries = fit_tries(timeout, retries, seconds)
        with (
            translated_sdk_errors(anthropic, anthropic.AnthropicError, "the API", timeout),
            anthropic.Anthropic(
                api_key=self.api_key,
                base_url=self.base_url or None,
                timeout=timeout,
                max_retries=retries,
            ) as client,
        ):
            yield client

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


def tokens_of(message: Message) -> tuple[int, int, int]:
    """What an answer cost: tokens read (those put into a cache too), from a cache, written."""
    usage = getattr(message, "usage", None)
    read = count_of(usage, "input_tokens") + count_of(usage, "cache_creation_input_tokens")
    return read, count_of(usage, "cache_read_input_tokens"), count_of(usage, "output_tokens")


def text_of(message: Message) -> str:
    """The answer's text.  The SDK checks no form: a proxy may answer with anything.

    Raises:
        CompressorFailed: this is no message.
    """
    content = getattr(message, "content", None)
    if not isinstance(content, list):
        raise unknown_form()
    texts = [getattr(block, "text", "") for block in content if _kind_of(block) == "text"]
    return "".join(text for text in texts if isinstance(text, str))


def unknown_form() -> CompressorFailed:
    """What came is no answer to what was asked."""
    return CompressorFailed("the API's answer has an unknown form")


def model_of(message: Message) -> str:
    """Who answered, as far as it is told."""
    return clean_line(str(getattr(message, "model", None) or ""), 100)


def problem_of(message: Message) -> UselessAnswer | None:
    """Why the answer is of no use: the model refused, or was cut off before it was finished."""
    reason = getattr(message, "stop_reason", None)
    if reason == "refusal":
        return model_refusal()
    if reason in ("max_tokens", "model_context_window_exceeded"):
        return truncated_answer(text_of(message))
    return None


def _kind_of(block: object) -> object:
    return getattr(block, "type", None)
