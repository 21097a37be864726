from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.errors import ForeignFile
from gitmem.setup.clients.claude_code import (
    HOOKS,
    TIMEOUTS,
    hook_command,
)
from tests.support.git import GitDriver

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
HOOK = st.fixed_dictionaries({"type": st.just("command"), "command": st.text()})
GROUP = st.fixed_dictionaries(
    {"hooks": st.lists(HOOK, max_size=2)}, optional={"matcher": st.text(max_size=5)}
)
ANY_HOOKS = st.dictionaries(
    st.sampled_from([*TIMEOUTS, "PreToolUse"]), st.lists(GROUP, min_size=1, max_size=2), min_size=1
)
SETTINGS = st.builds(
    lambda others, hooks: {**others, **({"hooks": hooks} if hooks else {})},
    st.dictionaries(st.text().filter(lambda key: key != "hooks"), VALUES, max_size=3),
    st.none() | ANY_HOOKS,
)
FORMS: list[dict[str, Any]] = [{}, {"indent": 2}, {"indent": "\t"}, {"separators": (",", ":")}]


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """Settings as somebody may have written them."""
    text = json.dumps(draw(SETTINGS), **draw(st.sampled_from(FORMS)))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    head = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    return head + text.encode() + draw(st.sampled_from([b"", b"\n", b"  \n\n"]))


@given(texts())
def test_taking_out_is_the_inverse_of_adding(content: bytes) -> None:
    added = HOOKS.with_us(content)

    assert HOOKS.has_us(added)
    if json.loads(content.decode("utf-8-sig")):
        assert HOOKS.without_us(added) == content
    else:
        assert HOOKS.is_same(HOOKS.without_us(added), content)


@given(texts())
def test_adding_twice_is_adding_once(content: bytes) -> None:
    assert HOOKS.with_us(HOOKS.with_us(content)) == HOOKS.with_us(content)


@given(texts())
def test_what_is_there_stays_in_its_place(content: bytes) -> None:
    before = json.loads(content.decode("utf-8-sig"))
    after = json.loads(HOOKS.with_us(content).decode("utf-8-sig"))

    assert [key for key in after if key in before] == list(before)
    assert all(after[key] == value for key, value in before.items() if key != "hooks")
    for event, groups in before.get("hooks", {}).items():
        assert after["hooks"][event][: len(groups)] == groups


def test_a_file_of_our_own_is_pleasant_to_read() -> None:
    lines = HOOKS.with_us(None).decode().splitlines()

    assert lines[:3] == ["{", '  "hooks": {', '    "SessionStart": [']
    assert HOOKS.with_us(None).endswith(b"}\n")


def test_the_manner_of_the_file_is_kept() -> None:
    content = b'{\n\t"model": "opus",\n\t"hooks": {\n\t\t"Stop": []\n\t}\n}'

    added = HOOKS.with_us(content).decode()

    assert added.startswith(
        '{\n\t"model": "opus",\n\t"hooks": {\n\t\t"Stop": [\n\t\t\t{\n\t\t\t\t"hooks'
    )
    assert added.endswith("}")


def test_an_older_command_is_replaced() -> None:
    older = HOOKS.with_us(b"{}").replace(b"2>/dev/null", b"").replace(b": 15", b": 5")

    assert not HOOKS.has_us(older)
    assert HOOKS.has_us(HOOKS.with_us(older))
    assert json.loads(HOOKS.with_us(older)) == json.loads(HOOKS.with_us(b"{}"))


def test_commands_of_the_agent_have_a_hook_of_their_own() -> None:
    groups = json.loads(HOOKS.with_us(None))["hooks"]["PostToolUse"]

    commands = {group["matcher"]: group["hooks"][0]["command"] for group in groups}
    assert set(commands) == {"Read|Edit|Write|MultiEdit|NotebookEdit", "Bash"}
    assert "hook PostToolUse Bash; exit 0" in commands["Bash"]
    assert all(len(group["hooks"]) == 1 for group in groups)


def test_settings_without_the_hook_of_commands_are_old_ones() -> None:
    """What doctor finds in a clone that was set up before, and `gitmem init` mends."""
    value = json.loads(HOOKS.with_us(None))
    del value["hooks"]["PostToolUse"][1]
    older = json.dumps(value, indent=2).encode()

    assert not HOOKS.has_us(older)
    assert json.loads(HOOKS.with_us(older)) == json.loads(HOOKS.with_us(None))
    assert HOOKS.without_us(older) == HOOKS.without_us(HOOKS.with_us(older))


def test_our_hook_in_a_group_of_somebody_else_is_taken_out_alone() -> None:
    ours = {"type": "command", "command": hook_command("Stop"), "timeout": 10}
    groups = [{"matcher": "", "hooks": [{"type": "command", "command": "x"}, ours]}]
    content = json.dumps({"hooks": {"Stop": groups}}, indent=2).encode()

    rest = json.loads(HOOKS.without_us(content))

    assert rest == {
        "hooks": {"Stop": [{"matcher": "", "hooks": [{"type": "command", "command": "x"}]}]}
    }


def test_hooks_of_an_unknown_form_are_not_ours_and_stay() -> None:
    content = b'{"hooks": {"Stop": [1, {"hooks": "x"}, {}], "Later": {"a": 1}}}'

    assert HOOKS.without_us(HOOKS.with_us(content)) == content


@pytest.mark.parametrize(
    "content",
    [
        b"{ // comment\n}",
        b'{"a": 1,}',
        b"[]",
        b"null",
        b'{"hooks": []}',
        b'{"hooks": {"Stop": {}}}',
        b"\xff\xfe{}",
        b"[" * 100_000,
    ],
)
def test_what_cannot_be_understood_is_refused(content: bytes) -> None:
    with pytest.raises(ForeignFile):
        HOOKS.with_us(content)


@given(st.binary())
def test_any_bytes_are_settings_or_refused(content: bytes) -> None:
    try:
        added = HOOKS.with_us(content)
    except ForeignFile:
        return
    assert HOOKS.has_us(added)


def run_hook(event: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """What the client does with our command."""
    path = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
    return subprocess.run(
        ["sh", "-c", hook_command(event)],
        cwd=cwd,
        env={**path, **environ},
        input=b"payload",
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["plain", "with space", "it's", "with\nnewline"])
def test_the_command_starts_gitmem_with_its_event_and_stdin(
    tmp_path: Path, home: Path, name: str
) -> None:
    git = GitDriver(tmp_path / name, home).init()
    run = git.write(".git/gitmem/run", '#!/bin/sh\necho "$@"\ncat\n')
    run.chmod(0o755)
    below = git.path / "below"
    below.mkdir()

    from_project = run_hook("Stop", tmp_path, CLAUDE_PROJECT_DIR=str(git.path))
    from_below = run_hook("Stop", below)

    assert (from_project.returncode, from_project.stdout) == (0, b"hook Stop\npayload")
    assert (from_below.returncode, from_below.stdout) == (0, b"hook Stop\npayload")


def test_the_command_is_silent_where_gitmem_is_not(git: GitDriver, tmp_path: Path) -> None:
    for place in (tmp_path, git.path):
        for environ in ({}, {"CLAUDE_PROJECT_DIR": "/nowhere"}):
            done = run_hook("SessionStart", place, **environ)
            assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
