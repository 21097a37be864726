"""The compressors that the settings name, with their limits, each backing up the one before."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from gitmem.compress.compressor import Compressor
from gitmem.compress.models.allowance import Allowance, Expense, LimitedCompressor, Limits, Payment
from gitmem.compress.models.prices import price_of
from gitmem.errors import CompressorFailed
from gitmem.git.repo import Repo
from gitmem.state.ledger import Ledger, LedgerEntry, today
from gitmem.state.settings import Settings

if TYPE_CHECKING:
    from gitmem.compress.models.batches import MessageBatches
    from gitmem.compress.models.messages_api import MessagesApi
    from gitmem.compress.models.model_compressor import ModelCompressor
    from gitmem.compress.models.passes import Endpoint


def choose_compressor(
    settings: Settings, environ: Mapping[str, str], repo: Repo | None = None
) -> Compressor:
    """The compressors that ``gitmem.compressor`` names; the offline one always comes last.

    In a repository they keep to its limits, and how they fared is recorded there.
    """
    names = [name for name in settings.compressor if name != "extractive"]
    return chain_compressors([*names, "extractive"], settings, environ, repo)


def compressor_without_fallback(
    repo: Repo,
    settings: Settings,
    names: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Compressor:
    """The named compressors, or the configured ones, without a stand-in.

    What they fail at is to stay as it is, so the offline one joins only where it is the only one
    or named itself.
    """
    surroundings = os.environ if environ is None else environ
    models = [name for name in settings.compressor if name != "extractive"]
    chosen = names or models or ["extractive"]
    return chain_compressors(chosen, settings, surroundings, repo)


def unusable_compressors(
    settings: Settings, environ: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Each configured compressor that cannot be used here, with what it lacks."""
    surroundings = os.environ if environ is None else environ
    models = [name for name in settings.compressor if name != "extractive"]
    found = {name: endpoint_of(name, settings, surroundings).lack() for name in models}
    return {name: lack for name, lack in found.items() if lack}


def chain_compressors(
    names: Sequence[str],
    settings: Settings,
    environ: Mapping[str, str],
    repo: Repo | None = None,
) -> Compressor:
    """These compressors, each used if the one before it fails; at least one is named.

    In a repository those that cost something share its allowance, and are recorded.
    """
    from gitmem.compress.fallback import FallbackCompressor

    allowance = allowance_of(repo, settings) if repo is not None else None
    *before, last = (_one(name, settings, environ, allowance, repo) for name in names)
    for compressor in reversed(before):
        last = FallbackCompressor(compressor, last)
    return last


def allowance_of(repo: Repo, settings: Settings) -> Allowance:
    """The configured limits, with the ledger of what was spent."""
    ledger = Ledger(repo)

    def spent_today() -> Expense:
        paid = list(ledger.since(today()))
        return Expense(sum(p.tokens for p in paid), sum(p.dollars or 0.0 for p in paid))

    def record(payment: Payment) -> None:
        ledger.add(LedgerEntry(day=today(), **asdict(payment)))

    limits = Limits(
        settings.max_tokens_per_commit,
        settings.max_tokens_per_day,
        settings.max_dollars_per_commit,
        settings.max_dollars_per_day,
    )

    def dollars(model: str, tokens_in: int, tokens_cached: int, tokens_out: int) -> float | None:
        price = price_of(model, settings.price)
        return price.dollars(tokens_in, tokens_cached, tokens_out) if price else None

    return Allowance(limits, spent_today, record, dollars)


def messages_api_of(
    settings: Settings, environ: Mapping[str, str], allowance: Allowance | None = None
) -> ModelCompressor:
    """The model that ``anthropic`` asks, for a question of another kind.

    Raises:
        CompressorFailed: it lacks what it needs.
    """
    from gitmem.compress.models.model_compressor import ModelCompressor

    endpoint = _messages_api(settings, environ)
    if lack := endpoint.lack():
        raise CompressorFailed(f"no model can be used: {lack}", "Nothing was changed")
    price = price_of(endpoint.model, settings.price)
    return ModelCompressor(endpoint, price=price, allowance=allowance)


def batches_of(settings: Settings, environ: Mapping[str, str]) -> MessageBatches:
    """Batches of the model that ``anthropic`` asks."""
    from gitmem.compress.models.batches import MessageBatches

    return MessageBatches(
        _messages_api(settings, environ),
        max_input_tokens=settings.max_input_tokens,
        price=price_of(settings.model, settings.price),
    )


def _one(
    name: str,
    settings: Settings,
    environ: Mapping[str, str],
    allowance: Allowance | None,
    repo: Repo | None,
) -> Compressor:
    """One compressor; it says itself, when it is asked, what it lacks."""
    if name == "extractive":
        from gitmem.compress.offline.extractive import ExtractiveCompressor

        return ExtractiveCompressor()
    from gitmem.compress.models.model_compressor import ModelCompressor

    endpoint = endpoint_of(name, settings, environ)
    compressor = ModelCompressor(
        endpoint,
        max_input_tokens=settings.max_input_tokens,
        price=price_of(endpoint.model, settings.price),
        allowance=allowance,
    )
    if allowance is None or repo is None:
        return compressor
    from gitmem.capture.recorded_compressor import RecordedCompressor

    limited = LimitedCompressor(compressor, allowance, counts_itself=True)
    return RecordedCompressor(limited, repo, name)


def endpoint_of(name: str, settings: Settings, environ: Mapping[str, str]) -> Endpoint:
    """The model that a compressor of this name asks, and how it is reached; nobody is asked."""
    if name == "anthropic":
        return _messages_api(settings, environ)
    if name == "claude-cli":
        from gitmem.compress.models.claude_cli import ClaudeCli

        return ClaudeCli(
            environ,
            command=settings.claude_command,
            model=settings.claude_model,
            timeout=settings.claude_timeout,
            retries=settings.api_retries,
        )
    if name != "openai":
        raise ValueError(f"no compressor of the name '{name}' asks a model")
    from gitmem.compress.models.openai_api import OpenAiApi

    return OpenAiApi(
        model=settings.openai_model,
        api_key=environ.get("OPENAI_API_KEY", ""),
        base_url=settings.openai_base_url or environ.get("OPENAI_BASE_URL", ""),
        timeout=settings.api_timeout,
        retries=settings.api_retries,
    )


def _messages_api(settings: Settings, environ: Mapping[str, str]) -> MessagesApi:
    from gitmem.compress.models.messages_api import MessagesApi

    return MessagesApi(
        model=settings.model,
        api_key=environ.get("ANTHROPIC_API_KEY", ""),
        base_url=settings.api_base_url or environ.get("ANTHROPIC_BASE_URL", ""),
        timeout=settings.api_timeout,
        retries=settings.api_retries,
    )
