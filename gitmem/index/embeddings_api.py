"""Vectors from an endpoint with OpenAI's interface, through its own SDK: an extra.

``pip install 'gitmem-cli[openai]'``.  What is sent are memories, which are masked before they are
written, and the words of searches.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gitmem.errors import EncoderUnavailable
from gitmem.guard.untrusted import clean_line
from gitmem.index.encoder import normalise
from gitmem.process.installation import install_command

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from openai import OpenAI

_BATCH = 128
_MAX_CHARACTERS = 8_000
_MAX_REASON = 200
_NO_KEY = "none"  # the SDK demands one, local endpoints do not look at it


class ApiEncoder:
    """Asks ``model`` at ``base_url`` (empty: OpenAI's own); ``timeout`` is in seconds a request."""

    def __init__(
        self, model: str, *, api_key: str = "", base_url: str = "", timeout: float = 60.0
    ) -> None:
        self._model = model
        self._api_key = api_key
        self._base_url = base_url
        self._timeout = timeout

    @property
    def name(self) -> str:
        """The endpoint's model."""
        return f"openai:{self._model}"

    @cached_property
    def dimensions(self) -> int:
        """Found by asking once."""
        return int(self.encode(["a"]).shape[1])

    def encode(self, texts: Sequence[str]) -> NDArray[Any]:
        """The texts' vectors.

        Raises:
            EncoderUnavailable: the SDK is not there, or the endpoint does not answer as it should.
        """
        import numpy as np

        client = self._client
        from openai import OpenAIError

        made: list[list[float]] = []
        try:
            for first in range(0, len(texts), _BATCH):
                some = [text[:_MAX_CHARACTERS] or " " for text in texts[first : first + _BATCH]]
                answer = client.embeddings.create(
                    model=self._model, input=some, encoding_format="float"
                )
                rows = sorted(answer.data, key=lambda row: row.index)
                made += [list(row.embedding) for row in rows]
            vectors = np.asarray(made, dtype=np.float32)
        except (OpenAIError, ValueError, TypeError, AttributeError) as error:
            raise self._error(str(error)) from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise self._error("its answer is not one vector for each text")
        return normalise(vectors)

    def _error(self, reason: str) -> EncoderUnavailable:
        return EncoderUnavailable(
            f"the model '{self._model}' gave no vectors: {clean_line(reason, _MAX_REASON)}",
            "Nothing was changed. Until then, search uses words only",
        )

    @cached_property
    def _client(self) -> OpenAI:
        if importlib.util.find_spec("openai") is None:
            raise EncoderUnavailable(
                "gitmem.embedding names an endpoint's model, but the SDK is not installed",
                f"Run: {install_command('openai')}, or: git config gitmem.embedding static",
            )
        from openai import OpenAI

        return OpenAI(
            api_key=self._api_key or _NO_KEY,
            base_url=self._base_url or None,
            timeout=self._timeout,
        )
