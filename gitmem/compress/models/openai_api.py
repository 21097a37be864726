"""An endpoint with OpenAI's interface: Ollama, vLLM, OpenRouter, OpenAI.

Through OpenAI's own SDK, which is an extra: ``pip install 'gitmem-cli[openai]'``.  Endpoints differ
in what they understand, so the answer's form is asked for as a schema first and, where that is
refused, in words.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from gitmem.compress.models.json_salvage import json_part
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
from gitmem.process.installation import install_command

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.chat import ChatCompletionMessageParam

_MAX_REASON = 200
_UNREAD_FACTOR = 3
_NOT_UNDERSTOOD = (400, 404, 415, 422, 501)


@dataclass(frozen=True)
class OpenAiApi:
    """``model`` at ``base_url`` (empty: OpenAI's own) and how to ask it.

    ``api_key`` may be empty, as local endpoints need none.  ``timeout`` is in seconds for one try,
    ``retries`` how often the SDK tries again after an overload or a broken connection.
    """

    name: ClassVar[str] = "openai/2"
    patience: ClassVar[float] = PATIENCE_SECONDS

    model: str
    api_key: str = ""
    base_url: str = ""
    timeout: float = 60.0
    retries: int = 2

    def lack(self) -> str:
        """What keeps anybody from asking, and what to do about it; empty when nothing does."""
        if not self.model:
            return "no model is chosen; set gitmem.openaiModel to its name"
        if not self.api_key and not self.base_url:
            return (
                "OPENAI_API_KEY is not set, nor is gitmem.openaiBaseUrl for an endpoint without one"
            )
        if importlib.util.find_spec("openai") is None:
            return f"OpenAI's SDK is not installed; run: {install_command('openai')}"
        return ""

    def send(self, request: Request, before: UselessAnswer | None, seconds: float) -> ModelReply:
        """What the model answers; see :class:`~gitmem.compress.models.passes.Endpoint`.

        Raises:
            CompressorFailed: the SDK or a setting is missing, no answer, or an error for one.
        """
        answer = self._ask(request, before, seconds)
        tokens_in, tokens_out = _tokens(answer)
        choice = _choice(answer)
        return ModelReply(
            json_part(_text_of(choice)),
            clean_line(str(getattr(answer, "model", "") or self.model), 100),
            tokens_in,
            tokens_out=tokens_out,
            problem=_problem_of(choice),
            notice=_unread(request.size, tokens_in),
        )

    def _ask(self, request: Request, before: UselessAnswer | None, seconds: float) -> object:
        """The endpoint's answer, of whatever form it is.

        Raises:
            CompressorFailed: nobody can be asked, or what came is an error.
        """
        if missing := self.lack():
            raise CompressorFailed(missing)
        import openai

        timeout, retries = fit_tries(self.timeout, self.retries, seconds)
        with (
            translated_sdk_errors(
                openai, openai.OpenAIError, "the endpoint", self.timeout, _first_words
            ),
            openai.OpenAI(
                api_key=self.api_key or "none",
                base_url=self.base_url or None,
                timeout=timeout,
                max_retries=retries,
            ) as client,
        ):
            try:
                return self._create(client, request, before, _form(request))
            except openai.APIStatusError as error:
                if error.status_code not in _NOT_UNDERSTOOD:
                    raise
                plain = replace(request, system=_with_form_in_words(request))
                return self._create(client, plain, before, {})

    def _create(
        self,
        client: OpenAI,
        request: Request,
        before: UselessAnswer | None,
        options: Mapping[str, Any],
    ) -> object:
        turns = [
            {"role": "system", "content": request.system},
            {"role": "user", "content": f"{request.shared}{request.own}"},
            *(before.turns if before else ()),
        ]
        messages = cast("list[ChatCompletionMessageParam]", turns)
        return client.chat.completions.create(model=self.model, messages=messages, **options)


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


def _choice(answer: object) -> object:
    """The one answer in what an endpoint sent, of which nothing is sure.

    Raises:
        CompressorFailed: this is no answer at all.
    """
    choices = getattr(answer, "choices", None)
    choice = choices[0] if isinstance(choices, list) and choices else None
    if getattr(choice, "message", None) is None:
        raise CompressorFailed("the endpoint's answer has an unknown form")
    return choice


def _text_of(choice: Any) -> str:
    return str(getattr(choice.message, "content", None) or "")


def _problem_of(choice: Any) -> UselessAnswer | None:
    """Why the answer is of no use: the model refused, or was cut off before it was finished."""
    ended = getattr(choice, "finish_reason", "")
    if getattr(choice.message, "refusal", None) or ended == "content_filter":
        return model_refusal()
    return truncated_answer(_text_of(choice)) if ended == "length" else None


def _first_words(body: object) -> str:
    """An error's own first words: they name a missing model or a bad key."""
    said = body.get("message") if isinstance(body, Mapping) else body
    words = clean_line(said, _MAX_REASON) if isinstance(said, str) else ""
    return f": {words}" if words else ""


def _tokens(answer: object) -> tuple[int, int]:
    usage = getattr(answer, "usage", None)
    return count_of(usage, "prompt_tokens"), count_of(usage, "completion_tokens")


def _unread(sent: int, tokens_in: int) -> str:
    """A word where an endpoint read far less than it was sent; Ollama cuts without saying so."""
    if not tokens_in or sent <= _UNREAD_FACTOR * tokens_in:
        return ""
    return (
        f"the endpoint read {tokens_in:,} of about {sent:,} tokens: "
        "give its model a larger context, or lower gitmem.maxInputTokens"
    )
