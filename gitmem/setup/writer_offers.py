"""Which models could write the memories here: found without asking anybody anything.

Only what can be taken as it is, is offered; what is there but lacks something is told with what it
lacks.  A key is consent to nothing: it is there for the agent.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from gitmem.capture.compressors import endpoint_of
from gitmem.compress.models.prices import AS_OF, TYPICAL_TOKENS, price_of
from gitmem.guard.untrusted import clean_line
from gitmem.state.settings import Settings

_MAX_CLIENT_FILE = 16 << 20
_LOGIN_VARIABLES = (
    *("CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    *("CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"),
)


@dataclass(frozen=True)
class WriterOffer:
    """A compressor by the name of its setting, the key that chooses it, whom it asks and what a
    commit costs.  ``lack`` is what keeps it from being used as it is, empty where nothing does.
    """

    key: str
    compressor: str
    asks: str
    cost: str
    lack: str = ""


def find_writers(settings: Settings, environ: Mapping[str, str]) -> list[WriterOffer]:
    """What is here: the program and its login, a key, an endpoint.  Nothing is started or sent."""
    return [*_client(settings, environ), *_messages(settings, environ), *_other(settings, environ)]


def _client(settings: Settings, environ: Mapping[str, str]) -> Iterator[WriterOffer]:
    if endpoint_of("claude-cli", settings, environ).lack():
        return
    lack = "" if has_login(environ) else "no login of it was found; start it and type /login"
    asks = f"the program '{settings.claude_command}' with its login, model {settings.claude_model}"
    cost = f"about {sum(TYPICAL_TOKENS):,} tokens a commit, counted against that login's limits"
    yield WriterOffer("c", "claude-cli", asks, cost, lack)


def _messages(settings: Settings, environ: Mapping[str, str]) -> Iterator[WriterOffer]:
    if not environ.get("ANTHROPIC_API_KEY"):
        return
    address = settings.api_base_url or environ.get("ANTHROPIC_BASE_URL", "")
    host = host_of(address) or "api.anthropic.com"
    asks = f"{host} using your ANTHROPIC_API_KEY, model {settings.model}"
    lack = endpoint_of("anthropic", settings, environ).lack()
    yield WriterOffer("a", "anthropic", asks, _cost(settings, settings.model), lack)


def _other(settings: Settings, environ: Mapping[str, str]) -> Iterator[WriterOffer]:
    address = settings.openai_base_url or environ.get("OPENAI_BASE_URL", "")
    if not address and not environ.get("OPENAI_API_KEY"):
        return
    host = host_of(address) or "api.openai.com"
    asks = f"{host}, model {settings.openai_model}" if settings.openai_model else host
    lack = endpoint_of("openai", settings, environ).lack()
    yield WriterOffer("o", "openai", asks, _cost(settings, settings.openai_model), lack)


def _cost(settings: Settings, model: str) -> str:
    tokens_in, tokens_out = TYPICAL_TOKENS
    told = f"about {tokens_in + tokens_out:,} tokens a commit"
    price = price_of(model, settings.price)
    if price is None:
        return f"{told}, at a price that is not known here"
    limit = settings.max_dollars_per_day
    most = f", at most ${limit:g} a day" if limit else ""
    return f"{told}, ${price.dollars(tokens_in, 0, tokens_out):.3f} (prices of {AS_OF}){most}"


def host_of(address: str) -> str:
    """Where an address leads, without the name and password that it may hold."""
    with suppress(ValueError):
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
        return clean_line(f"{parts.hostname or ''}{port}", 100)
    return ""


def has_login(environ: Mapping[str, str]) -> bool:
    """Whether the program ``claude`` has a login, as far as it shows without starting it.

    What a login consists of is not read: only that its file is there, or that the client's own
    notes name an account.
    """
    if any(environ.get(name) for name in _LOGIN_VARIABLES):
        return True
    home = Path(environ.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111
    folder = environ.get("CLAUDE_CONFIG_DIR")
    notes = (Path(folder) if folder else home) / ".claude.json"
    credentials = (Path(folder) if folder else home / ".claude") / ".credentials.json"
    with suppress(OSError):
        if credentials.is_file():
            return True
    with suppress(OSError, ValueError, RecursionError):
        if notes.stat().st_size <= _MAX_CLIENT_FILE:
            known = json.loads(notes.read_bytes())
            return isinstance(known, dict) and bool(known.get("oauthAccount"))
    return False
