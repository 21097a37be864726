from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.index.encoder import TABLE, StaticEncoder
from gitmem.index.wordpiece import UNKNOWN, PlainTokens

PLAIN = PlainTokens(TABLE / "tokenizer.json")
ASCII = st.characters(max_codepoint=127)
WORDS = st.sampled_from(
    ["retry", "HttpTransport", "parse_args", "unbelievably", "x" * 100, "x" * 101, "0x1f", "don't"]
)


@cache
def library() -> Any:
    return StaticEncoder()._tokenizer


@given(st.lists(WORDS | st.text(ASCII, max_size=12), max_size=8).map(" ".join))
def test_the_tokens_are_those_of_the_library(text: str) -> None:
    expected = library().encode(text, add_special_tokens=False).ids

    found = PLAIN.tokens_of(text)

    assert found == expected or (found is None and ("[UNK]" in text or "[PAD]" in text))


@pytest.mark.parametrize("text", ["café", "naïve retry", "日本", "a [PAD] b", "[UNK]"])
def test_other_texts_are_left_to_the_library(text: str) -> None:
    assert PLAIN.tokens_of(text) is None


def test_the_number_of_what_is_unknown() -> None:
    assert library().token_to_id("[UNK]") == UNKNOWN
    assert PLAIN.tokens_of("y" * 101) == [UNKNOWN]


def test_what_is_remembered_of_words_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gitmem.index.wordpiece._MOST_WORDS", 2)
    small, text = PlainTokens(TABLE / "tokenizer.json"), "retry the transport and retry it again"

    assert small.tokens_of(text) == PLAIN.tokens_of(text)
    assert len(small._known) <= 2


def test_a_text_has_the_same_vector_whoever_splits_it() -> None:
    texts = ["why do we retry, e.g. HTTP/2 (GOAWAY)?", "naïve", "another one", "日本 and x"]

    alone = StaticEncoder()
    assert "_tokenizer" not in vars(alone)
    one = alone.encode(texts[:1])
    assert "_tokenizer" not in vars(alone)
    assert np.array_equal(one[0], alone.encode(texts)[0])
    for text, vector in zip(texts, alone.encode(texts), strict=True):
        assert alone._tokens([text]) == [library().encode(text, add_special_tokens=False).ids]
        assert np.array_equal(alone.encode([text])[0], vector)
