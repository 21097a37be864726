from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitmem.index.encoder import TABLE, StaticEncoder, encode_memories, shared_directions
from gitmem.model.memory import Memory
from tests.strategies import scaled

ENCODER = StaticEncoder()


def test_a_vector_is_the_normalised_sum_of_its_tokens_rows() -> None:
    """As the table's own description has it, done here the plain way."""
    from tokenizers import Tokenizer

    text = "The retry queue drops unsent messages"
    rows = np.load(TABLE / "embeddings.npy").astype(np.float32)
    scale = np.load(TABLE / "scale.npy").astype(np.float32)
    tokenizer = Tokenizer.from_file(str(TABLE / "tokenizer.json"))
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    wanted = (rows[ids] * scale[ids][:, None]).sum(axis=0)

    assert np.allclose(ENCODER.encode([text])[0], wanted / np.linalg.norm(wanted), atol=1e-5)


def test_like_meaning_is_nearer_than_like_nothing() -> None:
    query, near, far = ENCODER.encode(
        ["delete the temporary file", "remove temp files afterwards", "parse the user's locale"]
    )

    assert query @ near > query @ far + 0.2


@settings(max_examples=scaled(50))
@given(st.lists(st.text(st.characters(), max_size=300), max_size=5))
def test_any_text_has_a_vector_of_length_one_or_none(texts: list[str]) -> None:
    made = ENCODER.encode(texts)

    assert made.shape == (len(texts), ENCODER.dimensions)
    lengths = np.linalg.norm(made, axis=1)
    assert all(length == pytest.approx(1, abs=1e-4) or length == 0 for length in lengths)


def test_a_text_without_end_is_read_in_part() -> None:
    assert np.allclose(
        ENCODER.encode(["word " * 100_000]), ENCODER.encode(["word " * 512]), atol=1e-3
    )


def test_the_fields_of_a_memory_count_apart() -> None:
    titled = Memory("change", "Retry uploads", why="The proxy hangs up after a minute.")
    swapped = Memory("change", "The proxy hangs up after a minute.", why="Retry uploads")
    first, second = encode_memories(ENCODER, [titled, swapped])
    title = ENCODER.encode(["Retry uploads"])[0]

    assert first @ title > second @ title
    assert np.linalg.norm(first) == pytest.approx(1, abs=1e-4)


def test_the_notice_comes_with_the_table() -> None:
    notice = (TABLE / "NOTICE").read_text(encoding="utf-8")

    assert "all-MiniLM-L6-v2" in notice
    assert "Apache License" in notice


def test_the_shared_directions_are_orthonormal() -> None:
    shared = shared_directions(ENCODER)

    assert shared.shape == (8, ENCODER.dimensions)
    assert np.allclose(shared @ shared.T, np.eye(8), atol=1e-3)
