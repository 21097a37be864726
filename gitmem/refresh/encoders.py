"""The encoder that the settings choose."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gitmem.index.encoder import Encoder, StaticEncoder
from gitmem.state.settings import Settings


def encoder_of(settings: Settings, environ: Mapping[str, str] | None = None) -> Encoder | None:
    """The encoder that ``gitmem.embedding`` names; None for search by words alone."""
    surroundings = os.environ if environ is None else environ
    kind, _, model = settings.embedding.partition(":")
    if kind == "none":
        return None
    if kind == "sentence-transformers":
        from gitmem.index.local_model import LocalModelEncoder

        return LocalModelEncoder(model)
    if kind == "openai":
        from gitmem.index.embeddings_api import ApiEncoder

        return ApiEncoder(
            model,
            api_key=surroundings.get("OPENAI_API_KEY", ""),
            base_url=settings.openai_base_url or surroundings.get("OPENAI_BASE_URL", ""),
            timeout=settings.api_timeout,
        )
    return StaticEncoder()
