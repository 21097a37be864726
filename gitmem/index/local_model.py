"""A larger model on this machine, through sentence-transformers: an extra.

``pip install 'gitmem-cli[local-model]'``.  The model is fetched, or read from a folder, by that
library; nothing of it is ours.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gitmem.errors import EncoderUnavailable
from gitmem.index.encoder import normalise
from gitmem.process.installation import install_command

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BATCH = 64


class LocalModelEncoder:
    """``model`` is a name that sentence-transformers knows, or a folder."""

    def __init__(self, model: str) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """The model's own name."""
        return f"sentence-transformers:{self._model}"

    @property
    def dimensions(self) -> int:
        """As the model reports it."""
        return int(self.encode(["a"]).shape[1])

    def encode(self, texts: Sequence[str]) -> NDArray[Any]:
        """The texts' vectors.

        Raises:
            EncoderUnavailable: the library or the model is not there.
        """
        import numpy as np

        made = self._transformer.encode(list(texts), batch_size=_BATCH, show_progress_bar=False)
        return normalise(np.asarray(made, dtype=np.float32))

    @cached_property
    def _transformer(self) -> Any:
        if importlib.util.find_spec("sentence_transformers") is None:
            raise EncoderUnavailable(
                "gitmem.embedding names a model of sentence-transformers, which is not installed",
                f"Run: {install_command('local-model')}, or: git config gitmem.embedding static",
            )
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(self._model)
        except (OSError, ValueError) as error:
            raise EncoderUnavailable(
                f"the model '{self._model}' cannot be loaded: {str(error).splitlines()[0]}",
                "Nothing was changed. Until then, search uses words only",
            ) from error
