from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from gitmem.guard.frames import HIDDEN
from gitmem.guard.json_text import json_text

_TEXT = st.text(st.characters(exclude_categories=()))


@given(st.recursive(_TEXT, lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner)))
def test_the_value_is_the_same_and_nothing_hidden_is_raw(value: object) -> None:
    text = json_text(value)

    # As any reader of JSON does, halves of a pair that stand side by side become one.
    assert json.loads(text) == json.loads(json.dumps(value))
    assert not re.search(HIDDEN, text)
    assert text.isprintable()


def test_what_people_read_stays_legible() -> None:
    assert json_text({"größe": "漢字 🎉"}) == '{"größe": "漢字 🎉"}'
    assert json_text("\x9b\u202e\U000e0041\x7f") == '"\\u009b\\u202e\\udb40\\udc41\\u007f"'
    assert json_text({"a": 1}, indent=2) == '{\n  "a": 1\n}'
