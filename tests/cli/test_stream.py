from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from gitmem.cli.stream import harmless
from gitmem.guard.frames import HIDDEN


@given(st.text(st.characters(exclude_categories=())), st.booleans())
def test_nothing_but_colours_is_left_that_drives_a_terminal(text: str, is_terminal: bool) -> None:
    shown = harmless(text, is_terminal=is_terminal)

    rest = re.sub("\x1b\\[(?:[0-9;]*m|\\?25[lh])", "", shown)
    assert not re.search(HIDDEN, rest.replace("\r", "") if is_terminal else rest)


def test_words_colours_and_a_progress_bar_stay() -> None:
    line = "\x1b[31mred\x1b[0m größe 漢字 🎉\n"
    bar = "\r\x1b[?25l  [####]  50%"

    assert harmless(line, is_terminal=False) == line
    assert harmless(bar, is_terminal=True) == bar
    assert harmless("a\x1b]0;title\x07b\x9b2Jc\u202ed", is_terminal=True) == "abcd"
