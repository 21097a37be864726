from __future__ import annotations

import pytest

from gitmem.index.identifiers import has_identifier, identifiers_in, names_in
from gitmem.model.memory import Memory


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("colorama", ("colorama",)),
        ("why is parse_args slow", ("parse_args",)),
        ("where is HTTPError raised?", ("httperror",)),
        ("the `retry` option", ("retry",)),
        ("what does --no-verify do", ("--no-verify",)),
        ("src/app.py and render()", ("src/app.py", "render")),
        ("where are sessions stored", ()),
        ("", ()),
    ],
)
def test_identifiers_look_like_code_or_are_the_only_word(
    query: str, found: tuple[str, ...]
) -> None:
    assert identifiers_in(query) == found


def test_an_identifier_stands_as_a_whole_in_any_text_that_is_searched() -> None:
    memory = Memory("change", "Call it", symbols=("parse_args",), files_changed=("src/app.py",))

    assert has_identifier(memory, "parse_args")
    assert has_identifier(memory, "app.py")
    assert not has_identifier(memory, "parse")
    assert not has_identifier(memory, "pp.py")
    assert not has_identifier(memory, "change"), "the kind is not searched"


def test_an_acronym_or_a_bare_stop_word_is_no_answer_by_itself() -> None:
    assert names_in("which PHP host calls send_later") == ("send_later",)
    assert names_in("why") == ()
    assert names_in('"why"') == ("why",)
    assert names_in("src/net/upload.py") == ("src/net/upload.py",)
