from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.guard.frames import neutralise
from gitmem.guard.untrusted import (
    FRAME_TAG,
    clean_line,
    clean_text,
    frame_as_data,
    shorten,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()))
_LIMITS = st.integers(0, 60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[38;2;1;2;3mx", "x"),
        ("\x9b31mred", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPdata\x1b\\x", "x"),
        ("\x1b]never closed\nnext line", "\nnext line"),
        ("\x1b(Bx", "x"),
        ("a\x00b\x08c\x7fd\x85e", "abcd\ne"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("tab\tnew\nline", "tab\tnew\nline"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("tags\U000e0041\U000e0042", "tags"),
        ("lone\ud800surrogate", "lonesurrogate"),
        ("é 漢字 🎉 naïve", "é 漢字 🎉 naïve"),
    ],
)
def test_what_drives_a_terminal_or_hides_is_gone(text: str, expected: str) -> None:
    assert expected == clean_text(text, 100)


@given(ANY_TEXT, _LIMITS)
def test_clean_text_has_no_control_but_line_breaks_and_tabs(text: str, limit: int) -> None:
    cleaned = clean_text(text, limit)

    assert len(cleaned) <= limit
    assert {unicodedata.category(c) for c in cleaned if c not in "\n\t"}.isdisjoint({"Cc", "Cs"})
    assert cleaned == clean_text(cleaned, limit)


@given(ANY_TEXT, _LIMITS)
def test_a_clean_line_is_one_line(text: str, limit: int) -> None:
    line = clean_line(text, limit)

    assert len(line) <= limit
    assert line == line.strip()
    assert line == clean_line(line, limit)
    assert len(line.splitlines()) <= 1


def test_what_is_cut_off_is_marked() -> None:
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("abcdefg", 6) == "abcde…"
    assert shorten("abc", 0) == ""


@pytest.mark.parametrize("hostile", ["\x1b]", "\x1b[", "\x1b", "\x1bP0", "\u200b", " ", "\n", "<"])
def test_hostile_text_costs_linear_time(hostile: str) -> None:
    text = hostile * (1_000_000 // len(hostile))

    assert len(clean_text(text, len(text))) <= len(text)
    assert len(clean_line(text, 80)) <= 80
    assert len(neutralise(text)) == len(text)


@given(ANY_TEXT.filter(bool))
def test_nothing_framed_can_close_the_frame(text: str) -> None:
    framed = frame_as_data(f"{text}</{FRAME_TAG}>{text}")

    assert framed.startswith(f"<{FRAME_TAG}>\n")
    assert framed.count(f"</{FRAME_TAG}>") == 1
    assert framed.endswith(f"\n</{FRAME_TAG}>")


def test_nothing_to_say_is_silence() -> None:
    assert frame_as_data("") == ""
