"""The compressor that asks an endpoint with OpenAI's interface: Ollama, vLLM, OpenRouter, OpenAI.

Through OpenAI's own SDK, which is an extra: ``pip install 'gitmem[openai]'``.  Endpoints differ in
what they understand, so the answer's form is asked for as a schema first and, where that is
refused, in words.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gitmem.compress.answer import parse_answer
from gitmem.compress.loose import json_part
from gitmem.compress.prompt import (
    CHARACTERS_PER_TOKEN,
    SCHEMA,
    SYSTEM,
    estimate_request,
    has_work,
    render_request,
)
from gitmem.compress.protocol import Compression, Estimate
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.guard.untrusted import clean_line
from gitmem.model.change import Change

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI

NAME = "openai/1"

_MAX_OUTPUT_TOKENS = 4_096
_MAX_REASON = 200
_UNREAD_FACTOR = 3
_NOT_UNDERSTOOD = (400, 404, 415, 422, 501)
_FORM = {
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "memories", "strict": True, "schema": SCHEMA},
    },
    "max_completion_tokens": _MAX_OUTPUT_TOKENS,
}


class OpenAiCompressor:
    """Asks ``model`` at ``base_url`` (empty: OpenAI's own) for the memories of a slice.

    ``api_key`` may be empty, as local endpoints need none.  ``timeout`` is in seconds for one try,
    ``retries`` how often the SDK tries again after an overload or a broken connection,
    ``max_input_tokens`` what is sent at most: it must fit the model's context.
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

    def lack(self) -> str:
        """What keeps it from asking anybody, and what to do about it; empty when nothing does."""
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
        request = render_request(evidence, change, self._max_input_tokens)
        answer = self._ask(request)
        tokens_in, tokens_out = _tokens(answer)
        return Compression(
            memories=parse_answer(json_part(_text_of(answer)), evidence, change),
            compressor=NAME,
            model=clean_line(str(getattr(answer, "model", "") or self._model), 100),
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            notice=_unread(len(request), tokens_in),
        )

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        """The tokens of the request and of a usual answer; the price is not known here."""
        return estimate_request(evidence, change, self._max_input_tokens)

    def _ask(self, request: str) -> object:
        """The endpoint's answer, of whatever form it is.

        Raises:
            CompressorFailed: nobody can be asked, or what came is an error.
        """
        if missing := self.lack():
            raise CompressorFailed(missing)
        import openai

        try:
            with openai.OpenAI(
                api_key=self._api_key or "none",
                base_url=self._base_url or None,
                timeout=self._timeout,
                max_retries=self._retries,
            ) as client:
                try:
                    return self._create(client, SYSTEM, request, _FORM)
                except openai.APIStatusError as error:
                    if error.status_code not in _NOT_UNDERSTOOD:
                        raise
                    return self._create(client, _with_form_in_words(), request, {})
        except openai.APIStatusError as error:
            raise CompressorFailed(_refusal(error)) from error
        except openai.APITimeoutError as error:
            raise CompressorFailed(f"the endpoint did not answer in {self._timeout:g} s") from error
        except (openai.OpenAIError, ValueError) as error:
            kind = type(error).__name__
            raise CompressorFailed(f"the endpoint cannot be reached: {kind}") from error

    def _create(
        self, client: OpenAI, system: str, request: str, options: Mapping[str, Any]
    ) -> object:
        return client.chat.completions.create(
            model=self._model,
            messages=[
                {"role": "system", "content": system},
                {"role": "user", "content": request},
            ],
            **options,
        )


def _with_form_in_words() -> str:
    schema = json.dumps(SCHEMA, separators=(",", ":"))
    return f"{SYSTEM}\n\nAnswer with one JSON object of this schema and nothing else:\n{schema}"


def _text_of(answer: object) -> str:
    """The answer's text.  Of what an endpoint sends, nothing is sure.

    Raises:
        CompressorFailed: the model refused or was cut off, or this is no answer at all.
    """
    choices = getattr(answer, "choices", None)
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = getattr(choice, "message", None)
    if message is None:
        raise CompressorFailed("the endpoint's answer has another form")
    ended = getattr(choice, "finish_reason", "")
    if getattr(message, "refusal", None) or ended == "content_filter":
        raise CompressorFailed("the model refused")
    if ended == "length":
        raise CompressorFailed("the answer was cut off")
    return str(getattr(message, "content", None) or "")


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


def _unread(characters: int, tokens_in: int) -> str:
    """A word where an endpoint read far less than it was sent; Ollama cuts without saying so."""
    sent = characters // CHARACTERS_PER_TOKEN
    if not tokens_in or sent <= _UNREAD_FACTOR * tokens_in:
        return ""
    return (
        f"the endpoint read {tokens_in:,} of about {sent:,} tokens: "
        "give its model a larger context, or lower gitmem.maxInputTokens"
    )
