"""Hooks of ours in both forms that clients have, and back to the byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.errors import ForeignFile
from gitmem.setup.clients.json_hooks import JsonHooks
from gitmem.setup.launcher_line import native_command

START, STOP = native_command("SessionStart", "one"), native_command("Stop", "one")
FLAT = JsonHooks(
    "the hooks",
    {
        "sessionStart": [{"command": START, "timeout": 10}],
        "stop": [{"type": "command", "bash": STOP}],
    },
    {"version": 1},
)
NESTED = JsonHooks(
    "the hooks",
    {
        "SessionStart": [{"hooks": [{"type": "command", "command": START}]}],
        "Stop": [{"matcher": "a", "hooks": [{"type": "command", "command": STOP}]}],
    },
)
FORMS = [FLAT, NESTED]
THEIRS = st.dictionaries(
    st.sampled_from(["sessionStart", "SessionStart", "stop", "Stop", "preToolUse"]),
    st.lists(
        st.fixed_dictionaries({"command": st.text(max_size=5)})
        | st.fixed_dictionaries(
            {"hooks": st.lists(st.fixed_dictionaries({"command": st.text()}), max_size=2)}
        ),
        min_size=1,
        max_size=2,
    ),
)
FILES = st.fixed_dictionaries(
    {}, optional={"version": st.just(1), "hooks": THEIRS, "other": st.integers()}
)


@given(st.sampled_from(FORMS), FILES, st.sampled_from([None, 2, "\t"]))
def test_ours_come_beside_theirs_once_and_go_again(
    form: JsonHooks, file: dict[str, Any], indent: Any
) -> None:
    content = json.dumps(file, indent=indent).encode()
    added = form.with_us(content)

    assert form.has_us(added)
    assert form.with_us(added) == added
    assert not form.has_us(content)
    assert form.is_same(form.without_us(added), _without_empty(file))
    for event, entries in file.get("hooks", {}).items():
        assert json.loads(added)["hooks"][event][: len(entries)] == entries


def _without_empty(file: dict[str, Any]) -> bytes:
    kept = {key: value for key, value in file.items() if key != "hooks" or value}
    return json.dumps(kept).encode()


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_ours_alone_says_nothing_without_us(form: JsonHooks) -> None:
    made = form.with_us(None)

    assert form.has_us(made)
    assert form.is_nothing(form.without_us(made))
    assert not form.is_nothing(made)


def test_what_the_client_wants_at_the_top_is_put_there() -> None:
    assert json.loads(FLAT.with_us(None))["version"] == 1
    assert json.loads(FLAT.with_us(b'{"version": 2}'))["version"] == 2


@pytest.mark.parametrize("form", FORMS)
def test_an_older_form_is_replaced(form: JsonHooks) -> None:
    older = form.with_us(None).replace(b"2>/dev/null", b"")

    assert not form.has_us(older)
    assert json.loads(form.with_us(older)) == json.loads(form.with_us(None))


@pytest.mark.parametrize(
    "content", [b"[]", b"nonsense", b'{"hooks": []}', b'{"hooks": {"stop": {}, "Stop": {}}}']
)
@pytest.mark.parametrize("form", FORMS)
def test_what_is_not_understood_is_left_alone(form: JsonHooks, content: bytes) -> None:
    with pytest.raises(ForeignFile):
        form.with_us(content)
