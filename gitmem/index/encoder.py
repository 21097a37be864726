"""Meaning: a text as a vector, so that the same thing said in other words is found, too.

The table that comes with gitmem is a static one: a text's vector is the sum of its tokens' rows.
There is no model to run, and nothing to download; see ``gitmem/embedding/NOTICE``.  Others fit
the same seam: :class:`Encoder`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from gitmem.index.fields import FIELDS, MEANING_WEIGHTS
from gitmem.index.wordpiece import UNKNOWN, PlainTokens
from gitmem.model.memory import Memory
from gitmem.model.text_roles import texts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

TABLE = Path(__file__).resolve().parent.parent / "embedding"

_MAX_CHARACTERS = 8_000
_MAX_TOKENS = 512


class Encoder(Protocol):
    """Turns texts into vectors of length one (or zero, for a text that says nothing)."""

    @property
    def name(self) -> str:
        """Tells one encoder's vectors from another's: under another name they are recomputed."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[Any]:
        """The texts' vectors, as float32 of shape (texts, dimensions).

        Raises:
            EncoderUnavailable: the model is not there, or does not answer.
        """
        ...


class StaticEncoder:
    """The table in the package: 29,525 rows of 256 numbers, mapped into memory as needed."""

    name = "minilm-static-256-int8"
    dimensions = 256

    def encode(self, texts: Sequence[str]) -> NDArray[Any]:
        """The normalised sum of each text's token rows; ``[UNK]`` does not count."""
        import numpy as np

        rows, scale, unknown = self._table
        found = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for place, tokens in enumerate(self._tokens([text[:_MAX_CHARACTERS] for text in texts])):
            ids = [number for number in tokens[:_MAX_TOKENS] if number != unknown]
            if ids:
                found[place] = scale[ids] @ rows[ids].astype(np.float32)
        return normalise(found)

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The numbers of each text's tokens."""
        found = [self._plain.tokens_of(text) for text in texts]
        left = [_whole(text) for text, plain in zip(texts, found, strict=True) if plain is None]
        if not left:
            return [tokens for tokens in found if tokens is not None]
        encoded = iter(self._tokenizer.encode_batch_fast(left, add_special_tokens=False))
        return [next(encoded).ids if tokens is None else tokens for tokens in found]

    @cached_property
    def _plain(self) -> PlainTokens:
        return PlainTokens(TABLE / "tokenizer.json")

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(TABLE / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    @cached_property
    def _table(self) -> tuple[Any, Any, int]:
        import numpy as np

        # As a plain array: to pick rows of a memmap takes thrice as long.
        rows = np.asarray(np.load(TABLE / "embeddings.npy", mmap_mode="r"))
        scale = np.load(TABLE / "scale.npy").astype(np.float32)
        return rows, scale, UNKNOWN


def shared_directions(encoder: Encoder) -> NDArray[Any]:
    """The directions, ``(k, dim)`` and orthonormal, that the memories of every repository share.

    They tell that a text is of a change to a program, not of which: search leaves them out.  Of
    other encoders than the table none are known.

    **Source:** Mu and Viswanath, "All-but-the-Top", ICLR 2018; measured over ten repositories by
    ``tests/bench/shared_directions.py``.
    """
    import numpy as np

    if isinstance(encoder, StaticEncoder):
        return np.asarray(np.load(TABLE / "shared.npy"), dtype=np.float32)
    return np.zeros((0, encoder.dimensions), dtype=np.float32)


def _whole(text: str) -> str:
    """The text without lone surrogates, which are no Unicode."""
    return text.encode("utf-8", "replace").decode()


def normalise(vectors: NDArray[Any]) -> NDArray[Any]:
    """The rows with length one; a row of nothing stays one."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def fields_of(memory: Memory) -> tuple[str, ...]:
    """The texts that are encoded apart, one for each of :data:`.fields.MEANING_WEIGHTS`."""
    return tuple(
        "\n".join(texts_of(memory, field.embed_roles))
        for field in FIELDS
        if field.meaning is not None
    )


def encode_memories(encoder: Encoder, memories: Sequence[Memory]) -> NDArray[Any]:
    """The memories' vectors: the weighted sum of their fields' vectors, of length one."""
    import numpy as np

    texts = [text for memory in memories for text in fields_of(memory)]
    filled = [place for place, text in enumerate(texts) if text.strip()]
    vectors = np.zeros((len(texts), encoder.dimensions), dtype=np.float32)
    if filled:
        vectors[filled] = encoder.encode([texts[place] for place in filled])
    weights = np.asarray(MEANING_WEIGHTS, dtype=np.float32)
    shaped = vectors.reshape(len(memories), len(MEANING_WEIGHTS), encoder.dimensions)
    return normalise(np.einsum("mfd,f->md", shaped, weights))
