from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitmem.index.cache import Index
from gitmem.index.stems import stems_of


def test_forms_of_a_word_share_a_stem_and_keep_their_order() -> None:
    assert stems_of(["versions", "retry", "versioned", "retries"]) == [
        "version",
        "retri",
        "version",
        "retri",
    ]


def test_what_the_tokenizer_leaves_nothing_of_is_its_own_stem() -> None:
    assert stems_of(["_", "运行", "größe"]) == ["_", "运行", "groß"]


@given(st.lists(st.from_regex(r"[a-z]{1,12}", fullmatch=True), max_size=5))
def test_each_word_gets_one_stem(words: list[str]) -> None:
    stems = stems_of(words)

    assert len(stems) == len(words)
    assert stems == [stems_of([word])[0] for word in words]


def test_the_index_splits_words_by_the_same_tokenizer() -> None:
    with Index.in_memory().reader() as database:
        (sql,) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'words'").fetchone()

    assert "tokenize='porter unicode61'" in sql
