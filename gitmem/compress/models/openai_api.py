"""The compressor that asks an endpoint with OpenAI's interface: Ollama, vLLM, OpenRouter, OpenAI.

Through OpenAI's own SDK, which is an extra: ``pip install 'gitmem[openai]'``.  Endpoints differ in
what they understand, so the answer's form is asked for as a schema first and, where that is
refused, in words.
"""

from __future__ import annotations

import importlib.util
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gitmem.compress.compressor import Compression, Estimate
from gitmem.compress.models.allowance import Allowance
from gitmem.compress.models.json_salvage import json_part
from gitmem.compress.models.passes import Asker, ModelReply, UselessAnswer, cut_off, refused
from gitmem.compress.models.plan import Request, estimate_of
from gitmem.compress.models.prices import Price
from gitmem.compress.models.prompt import has_work
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.guard.untrusted import clean_line
from gitmem.model.change import Change

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI
    from openai.types.chat import ChatCompletionMessageParam

NAME = "openai/1"

_DEADLINE_SECONDS = 420.0
_MAX_REASON = 200
_UNREAD_FACTOR = 3
_NOT_UNDERSTOOD = (400, 404, 415, 422, 501)


class OpenAiCompressor:
    """Asks ``model`` at ``base_url`` (empty: OpenAI's own) for the memories of a slice.

    ``api_key`` may be empty, as local endpoints need none.  ``timeout`` is in seconds for one try,
    ``retries`` how often the SDK tries again after an overload or a broken connection,
    ``max_input_tokens`` what of a session is read at most.  ``price`` is for estimates;
    ``allowance`` is asked before each request and told after it.
    """

    def __init__(
        self,
        *,
        model: str,
        api_key: str = "",
        base_url: str = "",
        timeout: float = 60.0,
        retries: int = 2,
        max_input_tokens: int = 60_000,
        price: Price | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        self._model = model
        self._api_key = api_key
        self._base_url = base_url
        self._timeout = timeout
        self._retries = retries
        self._max_input_tokens = max_input_tokens
        self._price = price
        self._allowance = allowance
        self._notice = ""

    @property
    def name(self) -> str:
        """Name and version, as recorded in a memory."""
        return NAME

    def lack(self) -> str:
        """What keeps it from asking, and what to do about it; empty if nothing does."""
        if not self._model:
            return "no model is chosen; set gitmem.openaiModel to its name"
        if not self._api_key and not self._base_url:
            return (
                "OPENAI_API_KEY is not set, nor is gitmem.openaiBaseUrl for an endpoint without one"
            )
        if importlib.util.find_spec("openai") is None:
            return "OpenAI's SDK is not installed; run: pip install 'gitmem[openai]'"
        return ""

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        """The memories the model writes; none, and no request, where nothing was said or done.

        Raises:
            CompressorFailed: the SDK or a setting is missing, no answer in time, a refusal, a
                truncated or invalid answer.
        """
        if not has_work(evidence):
            return Compression((), NAME)
        asker = Asker(
            NAME,
            self._model,
            self._send,
            seconds=_DEADLINE_SECONDS,
            clock=time.monotonic,
            price=self._price,
            allowance=self._allowance,
        )
        self._notice = ""
        made = asker.compress(evidence, change, self._max_input_tokens)
        return replace(made, notice=self._notice)

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        """What :meth:`compress` would cost; no request is made."""
        if not has_work(evidence):
            return Estimate()
        return estimate_of(evidence, change, self._max_input_tokens, self._model, self._price)

    def _send(self, request: Request, before: UselessAnswer | None, seconds: float) -> ModelReply:
        answer = self._ask(request, before, seconds)
        tokens_in, tokens_out = _tokens(answer)
        self._notice = _unread(request.size, tokens_in) or self._notice
        try:
            said, problem = json_part(_text_of(answer)), None
        except UselessAnswer as useless:
            said, problem = useless.said, useless
        model = clean_line(str(getattr(answer, "model", "") or self._model), 100)
        return ModelReply(said, model, tokens_in, 0, tokens_out, problem)

    def _ask(self, request: Request, before: UselessAnswer | None, seconds: float) -> object:
        """The endpoint's answer, of whatever form it is.

        Raises:
            CompressorFailed: nobody can be asked, or what came is an error.
        """
        if missing := self.lack():
            raise CompressorFailed(missing)
        import openai

        timeout = min(self._timeout, seconds)
        tries = int(seconds // max(timeout, 0.001))
        try:
            with openai.OpenAI(
                api_key=self._api_key or "none",
                base_url=self._base_url or None,
                timeout=timeout,
                max_retries=max(0, min(self._retries, tries - 1)),
            ) as client:
                try:
                    return self._create(client, request, before, _form(request))
                except openai.APIStatusError as error:
                    if error.status_code not in _NOT_UNDERSTOOD:
                        raise
                    plain = replace(request, system=_with_form_in_words(request))
                    return self._create(client, plain, before, {})
        except openai.APIStatusError as error:
            raise CompressorFailed(_refusal(error)) from error
        except openai.APITimeoutError as error:
            raise CompressorFailed(f"the endpoint did not answer in {self._timeout:g} s") from error
        except (openai.OpenAIError, ValueError) as error:
            kind = type(error).__name__
            raise CompressorFailed(f"the endpoint cannot be reached: {kind}") from error

    def _create(
        self,
        client: OpenAI,
        request: Request,
        before: UselessAnswer | None,
        options: Mapping[str, Any],
    ) -> object:
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": request.system},
            {"role": "user", "content": f"{request.shared}{request.own}"},
        ]
        if before:
            messages.append({"role": "assistant", "content": before.quoted})
            messages.append({"role": "user", "content": before.repair})
        return client.chat.completions.create(model=self._model, messages=messages, **options)


def _form(request: Request) -> dict[str, Any]:
    schema = {"name": "answer", "strict": True, "schema": request.schema}
    return {
        "response_format": {"type": "json_schema", "json_schema": schema},
        "max_completion_tokens": request.max_tokens,
    }


def _with_form_in_words(request: Request) -> str:
    schema = json.dumps(request.schema, separators=(",", ":"))
    words = "Answer with one JSON object of this schema and nothing else:"
    return f"{request.system}\n\n{words}\n{schema}"


def _text_of(answer: object) -> str:
    """The answer's text.  Nothing about what an endpoint sends is certain.

    Raises:
        UselessAnswer: the model refused or was cut off.
        CompressorFailed: this is not an answer at all.
    """
    choices = getattr(answer, "choices", None)
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = getattr(choice, "message", None)
    if message is None:
        raise CompressorFailed("the endpoint's answer has an unknown form")
    ended = getattr(choice, "finish_reason", "")
    if getattr(message, "refusal", None) or ended == "content_filter":
        raise refused()
    text = str(getattr(message, "content", None) or "")
    if ended == "length":
        raise cut_off(text)
    return text


def _refusal(error: APIStatusError) -> str:
    """An endpoint's error with its own first words: they name a missing model or a bad key."""
    body = error.body
    said = body.get("message") if isinstance(body, Mapping) else body
    words = clean_line(said, _MAX_REASON) if isinstance(said, str) else ""
    return f"the endpoint answered {error.status_code}" + (f": {words}" if words else "")


def _tokens(answer: object) -> tuple[int, int]:
    usage = getattr(answer, "usage", None)
    counts = (getattr(usage, name, 0) for name in ("prompt_tokens", "completion_tokens"))
    ins, outs = (n if isinstance(n, int) and n > 0 else 0 for n in counts)
    return ins, outs


def _unread(sent: int, tokens_in: int) -> str:
    """A word where an endpoint read far less than it was sent; Ollama cuts without saying so."""
    if not tokens_in or sent <= _UNREAD_FACTOR * tokens_in:
        return ""
    return (
        f"the endpoint read {tokens_in:,} of about {sent:,} tokens: "
        "give its model a larger context, or lower gitmem.maxInputTokens"
    )
