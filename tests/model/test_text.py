from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.text import (
    BARE_STOP_WORDS,
    CODE_STOP_WORDS,
    OPPOSITES,
    SIDE_OF,
    TITLE_STOP_WORDS,
    beginnings,
    is_latin,
    letter_count,
    plain_words,
    stem,
    weight_of,
    word_count,
    words_of,
)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("HTTPError", ["httperror", "http", "error"]),
        ("utf8", ["utf8", "utf", "8"]),
        ("src/net/upload.py", ["src", "net", "upload", "py"]),
        ("Größe", ["größe"]),
        ("日本語", ["日本", "本語"]),
        ("語", ["語"]),
        ("修正bug", ["修正", "bug"]),
        ("한국어", ["한국", "국어"]),
        ("__init__", ["init"]),
        ("___", []),
    ],
)
def test_words_are_split_where_people_see_them(written: str, words: list[str]) -> None:
    assert words_of(written) == words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("src/net/uploadRetry.py", ["src", "net", "upload", "retry", "py"]),
        ("parse_args", ["parse", "args"]),
        ("HTTPError", ["httperror"]),
        ("utf8", ["utf8"]),
        ("Größe", ["größe"]),
        ("日本語", ["日本", "本語"]),
        ("читатьФайл_2 x", ["читатьфайл", "2", "x"]),
        ("cafe\u0301", ["café"]),
        ("Ｆｕｌｌ", ["full"]),
    ],
)
def test_names_of_files_are_split_at_marks_and_case(written: str, words: list[str]) -> None:
    assert plain_words(written) == words


@given(st.from_regex(r"[a-z]{1,12}( [a-z]{1,12}){0,4}", fullmatch=True))
def test_plain_words_are_split_alike_for_all(text: str) -> None:
    assert words_of(text) == plain_words(text) == text.split()


@pytest.mark.parametrize(
    ("one", "other"),
    [("sessions", "session"), ("caching", "cache"), ("moved", "move"), ("lazily", "lazy")],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_what_says_nothing_has_no_beginning() -> None:
    assert beginnings(["the", "retries", "x", "of", "retry"], BARE_STOP_WORDS) == {
        "retrie",
        "retry",
    }


@pytest.mark.parametrize("word", ["no", "not", "only", "all", "once", "any", "without"])
def test_what_tells_two_memories_apart_is_no_stop_word_between_them(word: str) -> None:
    assert word not in BARE_STOP_WORDS


@pytest.mark.parametrize("word", sorted(TITLE_STOP_WORDS | CODE_STOP_WORDS))
def test_a_stop_word_is_a_word_as_texts_are_split(word: str) -> None:
    """One that splitting never gives would stop nothing."""
    assert words_of(word) == plain_words(word) == [word]


def test_opposites_in_a_title_are_never_on_one_side_in_prose() -> None:
    """The two tables answer two questions, and must not contradict each other."""
    on_sides = {one: other for one, other in OPPOSITES.items() if {one, other} <= SIDE_OF.keys()}

    assert on_sides
    assert [one for one, other in on_sides.items() if SIDE_OF[one] == SIDE_OF[other]] == []


# The same sentence of seven words, or about as many where a script has no spaces.
_ALIKE = {
    "English": "Stop waiting after thirty seconds, they asked.",
    "Russian": "Прекращай ждать через тридцать секунд, операторы просили.",
    "Greek": "Σταμάτα να περιμένεις μετά από τριάντα δευτερόλεπτα.",
    "Chinese": "等待三十秒后停止，运维人员要求。",
    "Japanese": "30秒待ったら中止してください。運用担当者の要求です。",
    "Korean": "삼십 초가 지나면 기다리지 마세요 운영자가 요청했습니다.",
    "Thai": "หยุดรอหลังจากสามสิบวินาที ผู้ดูแลระบบขอ",
    "Arabic": "توقف عن الانتظار بعد ثلاثين ثانية كما طلبوا.",
    "Hebrew": "הפסק לחכות אחרי שלושים שניות המפעילים ביקשו.",
    "Hindi": "तीस सेकंड के बाद प्रतीक्षा बंद करो।",
    "Armenian": "Դադարեցրու սպասելը երեսուն վայրկյանից հետո, նրանք խնդրեցին։",
    "Georgian": "შეწყვიტე ლოდინი ოცდაათი წამის შემდეგ, მათ ითხოვეს.",
    "Tamil": "முப்பது வினாடிகளுக்குப் பிறகு காத்திருப்பதை நிறுத்து, கேட்டனர்.",
    "Amharic": "ከሠላሳ ሰከንድ በኋላ መጠበቅ አቁም፣ ጠይቀዋል።",
}


@pytest.mark.parametrize("text", _ALIKE.values(), ids=_ALIKE)
def test_every_script_counts_about_the_same(text: str) -> None:
    assert 6 <= word_count(text) <= 12
    assert len(set(plain_words(text))) >= 5
    assert len(set(words_of(text))) >= 5
    assert not any("\u0900" <= word <= "\u097f" and len(word) < 2 for word in words_of(text))


@given(st.text(st.characters(max_codepoint=127)))
def test_of_ascii_nothing_changes(text: str) -> None:
    assert word_count(text) == len(text.split())
    assert letter_count(text) == sum(map(str.isalpha, text))
    assert (is_latin(text), weight_of(text)) == (True, len(text))
