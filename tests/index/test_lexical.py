from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.index.fields import COLUMNS
from gitmem.index.lexical import (
    MOST_WORDS,
    columns_of,
    match_of,
    query_words,
)
from gitmem.index.rows import storable
from gitmem.model.memory import Decision, Memory, RecordedError
from gitmem.model.text import STOP_WORDS, words_of
from tests.strategies import memories


def found(indexed: str, asked: str) -> bool:
    """Whether FTS5 with the index's tokenizer finds the one text by the other."""
    with sqlite3.connect(":memory:") as database:
        database.execute(
            "CREATE VIRTUAL TABLE w USING fts5(x, content='', tokenize='porter unicode61')"
        )
        database.execute(
            "INSERT INTO w (rowid, x) VALUES (1, ?)", storable([" ".join(words_of(indexed))])
        )
        expression = storable([match_of(asked)])
        if expression == [""]:
            return False
        row = database.execute("SELECT 1 FROM w WHERE w MATCH ?", expression).fetchone()
        return row is not None


@pytest.mark.parametrize("written", ["parse_args", "parseArgs", "ParseArgs", "PARSE_ARGS"])
@pytest.mark.parametrize("asked", ["parseArgs", "parse_args", "parse args", "parseargs", "args"])
def test_an_identifier_is_found_in_any_style(written: str, asked: str) -> None:
    assert found(f"call {written}(x)", asked)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("上传失败时重试", "重试上传"),
        ("アップロードを再試行する", "再試行"),
        ("업로드를 다시 시도합니다", "다시 시도"),
        ("Повторная загрузка счетов", "загрузка"),
        ("ค้นหาใบแจ้งหนี้", "ใบแจ้งหนี้"),
        ("พี่", "พี่"),
        ("Rückgabe der Größe", "größe"),
        ("retry uploads of invoices", "retrying the upload"),
        ("src/client.py", "src/client.py"),
        ("--no-color", "--no-color"),
    ],
)
def test_other_languages_paths_and_options_are_found(written: str, asked: str) -> None:
    assert found(written, asked)


def test_stop_words_are_not_asked_for_unless_there_is_nothing_else() -> None:
    assert query_words("why is the retry not used") == ["retry"]
    assert query_words("what is this") == ["what", "is", "this"]


def test_of_a_pasted_error_both_ends_are_asked_for() -> None:
    frames = "\n".join(f'  File "a{n}.py", line {n}, in frame{n}' for n in range(2_000))
    text = f"Traceback FIRSTWORD\n{frames}\nKeyError: 'LASTWORD'"

    words = query_words(text)

    assert len(words) == MOST_WORDS
    assert "firstword" in words
    assert words[-1] == "lastword"


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "!!!???", '"', "'", "(", ")", "*", ":", "^", "-", "+", "()", '""""', "\0"),
        *("AND", "OR NOT", "NEAR(", "NEAR/2", "title:", "a*b", "{title body}: x", "x AND", "^x"),
        *("a" * 100_000, "(" * 100_000, '"a" OR ' * 15_000, "\ud800", "💥" * 1_000, "́" * 50),
    ],
)
def test_no_query_is_a_syntax_error(text: str) -> None:
    found("some words: title", text)

    assert len(match_of(text)) < 10_000


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_can_be_asked_of_any_text(indexed: str, asked: str) -> None:
    found(indexed, asked)


@given(st.from_regex(r"[a-z]{3,12}", fullmatch=True).filter(lambda w: w not in STOP_WORDS))
def test_a_word_is_found_by_itself(word: str) -> None:
    assert found(f"before {word} behind", word)


@given(memories())
def test_every_column_of_a_memory_has_a_text(memory: Memory) -> None:
    assert len(columns_of(memory)) == len(COLUMNS)


def test_everything_that_is_told_can_be_found() -> None:
    memory = Memory(
        "decision",
        "title0",
        why="why0",
        what=("what0",),
        decisions=(Decision("chose0", "because0", ("rejected0",)),),
        errors=(RecordedError("message0", ("frame0",), "resolution0"),),
        next=("next0",),
        concepts=("concept0",),
        files_changed=("file0",),
        symbols=("symbol0",),
        terms="term0",
    )

    every = " ".join(columns_of(memory))

    for name in (
        *("title", "why", "what", "chose", "because", "rejected", "message", "frame"),
        *("resolution", "next", "concept", "file", "symbol", "term"),
    ):
        assert f"{name}0" in every
