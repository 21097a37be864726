"""The encoder that the settings choose."""

from __future__ import annotations

from gitmem.index.encoder import Encoder, StaticEncoder
from gitmem.store.settings import Settings


def encoder_of(settings: Settings) -> Encoder | None:
    """The encoder that ``gitmem.embedding`` names; None for search by words alone."""
    return StaticEncoder()
