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
    from gitmem.compress.models.claude_cli import ClaudeCliCompressor
    from gitmem.compress.models.messages_api import Endpoint, MessagesApiCompressor
    from gitmem.compress.models.openai_api import OpenAiCompressor


def choose_compressor(
    settings: Settings, environ: Mapping[str, str], allowance: Allowance | None = None
) -> Compressor:
    """The compressors that ``gitmem.compressor`` names; the offline one always comes last."""
    names = [name for name in settings.compressor if name != "extractive"]
    return chain_compressors([*names, "extractive"], settings, environ, allowance)


def bettering_compressor(
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
    allowance = allowance_of(repo, settings)
    chosen = names or models or ["extractive"]
    return chain_compressors(chosen, settings, surroundings, allowance)


def lacking(settings: Settings, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Each configured compressor that cannot be used here, with what it lacks."""
    surroundings = os.environ if environ is None else environ
    found = {name: _lack(name, settings, surroundings) for name in settings.compressor}
    return {name: lack for name, lack in found.items() if lack}


def _lack(name: str, settings: Settings, environ: Mapping[str, str]) -> str:
    if name == "anthropic":
        return _endpoint(settings, environ).lack()
    if name == "claude-cli":
        return _claude_cli(settings, environ).lack()
    return _openai(settings, environ).lack() if name == "openai" else ""


def chain_compressors(
    names: Sequence[str],
    settings: Settings,
    environ: Mapping[str, str],
    allowance: Allowance | None = None,
) -> Compressor:
    """These compressors, each used if the one before it fails; at least one is named.

    Those that cost something keep to the allowance, where one is given.
    """
    from gitmem.compress.fallback import FallbackCompressor

    *before, last = (_limited(name, settings, environ, allowance) for name in names)
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


def asked_model(
    settings: Settings, environ: Mapping[str, str], allowance: Allowance | None = None
) -> MessagesApiCompressor:
    """The model that ``anthropic`` asks, for a question of another kind.

    Raises:
        CompressorFailed: it lacks what it needs.
    """
    from gitmem.compress.models.messages_api import MessagesApiCompressor

    endpoint = _endpoint(settings, environ)
    if lack := endpoint.lack():
        raise CompressorFailed(f"no model can be used: {lack}", "Nothing was changed")
    return MessagesApiCompressor(
        endpoint, price=price_of(settings.model, settings.price), allowance=allowance
    )


def batches_of(settings: Settings, environ: Mapping[str, str]) -> MessageBatches:
    """Batches of the model that ``anthropic`` asks."""
    from gitmem.compress.models.batches import MessageBatches

    return MessageBatches(
        _endpoint(settings, environ),
        max_input_tokens=settings.max_input_tokens,
        price=price_of(settings.model, settings.price),
    )


def _limited(
    name: str, settings: Settings, environ: Mapping[str, str], allowance: Allowance | None
) -> Compressor:
    compressor = _compressor(name, settings, environ, allowance)
    if name == "extractive" or allowance is None:
        return compressor
    return LimitedCompressor(compressor, allowance, counts_itself=True)


def _compressor(
    name: str, settings: Settings, environ: Mapping[str, str], allowance: Allowance | None
) -> Compressor:
    """One compressor; it reports what it lacks only when it is used."""
    if name == "anthropic":
        from gitmem.compress.models.messages_api import MessagesApiCompressor

        return MessagesApiCompressor(
            _endpoint(settings, environ),
            max_input_tokens=settings.max_input_tokens,
            price=price_of(settings.model, settings.price),
            allowance=allowance,
        )
    if name == "claude-cli":
        return _claude_cli(settings, environ, allowance)
    if name == "openai":
        return _openai(settings, environ, allowance)
    from gitmem.compress.offline.extractive import ExtractiveCompressor

    return ExtractiveCompressor()


def _endpoint(settings: Settings, environ: Mapping[str, str]) -> Endpoint:
    from gitmem.compress.models.messages_api import Endpoint

    return Endpoint(
        model=settings.model,
        api_key=environ.get("ANTHROPIC_API_KEY", ""),
        base_url=settings.api_base_url or environ.get("ANTHROPIC_BASE_URL", ""),
        timeout=settings.api_timeout,
        retries=settings.api_retries,
    )


def _claude_cli(
    settings: Settings, environ: Mapping[str, str], allowance: Allowance | None = None
) -> ClaudeCliCompressor:
    from gitmem.compress.models.claude_cli import ClaudeCliCompressor

    return ClaudeCliCompressor(
        environ=environ,
        command=settings.claude_command,
        model=settings.claude_model,
        timeout=settings.claude_timeout,
        retries=settings.api_retries,
        max_input_tokens=settings.max_input_tokens,
        price=price_of(settings.claude_model, settings.price),
        allowance=allowance,
    )


def _openai(
    settings: Settings, environ: Mapping[str, str], allowance: Allowance | None = None
) -> OpenAiCompressor:
    from gitmem.compress.models.openai_api import OpenAiCompressor

    return OpenAiCompressor(
        model=settings.openai_model,
        api_key=environ.get("OPENAI_API_KEY", ""),
        base_url=settings.openai_base_url or environ.get("OPENAI_BASE_URL", ""),
        timeout=settings.api_timeout,
        retries=settings.api_retries,
        max_input_tokens=settings.max_input_tokens,
        price=price_of(settings.openai_model, settings.price),
        allowance=allowance,
    )
