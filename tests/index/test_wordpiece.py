from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.index.encoder import TABLE, StaticEncoder
from gitmem.index.wordpiece import UNKNOWN, plain_tokens

FILE = TABLE / "tokenizer.json"
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

    found = plain_tokens(FILE, text)

    assert found == expected or (found is None and ("[UNK]" in text or "[PAD]" in text))


@pytest.mark.parametrize("text", ["café", "naïve retry", "日本", "a [PAD] b", "[UNK]"])
def test_other_texts_are_left_to_the_library(text: str) -> None:
    assert plain_tokens(FILE, text) is None


def test_the_number_of_what_is_unknown() -> None:
    assert library().token_to_id("[UNK]") == UNKNOWN
    assert plain_tokens(FILE, "y" * 101) == [UNKNOWN]


def test_a_question_has_the_same_vector_either_way() -> None:
    text = "why do we retry in the transport, e.g. HTTP/2 (GOAWAY)?"
    loaded = StaticEncoder()
    both = loaded.encode([text, "another"])

    alone = StaticEncoder()
    assert alone.encode([text])[0].tolist() == both[0].tolist()
    assert "_tokenizer" not in vars(alone)
    assert loaded.encode(["naïve"])[0].tolist() == alone.encode(["naïve"])[0].tolist()
