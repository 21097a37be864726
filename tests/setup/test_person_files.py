"""Our part in files of the person's own: put in, taken out, and what stays."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitmem.setup.client_files import mentions_us, user_files
from gitmem.setup.clients.client_setup import ClientFile
from gitmem.setup.clients.clients import CLIENTS
from gitmem.setup.install import InstallReport
from gitmem.setup.person_files import (
    add_to_person_file,
    take_from_person_file,
)

OF_JSON = [
    (client.name, file)
    for client in CLIENTS
    for file in client.files
    if file.user_path is not None and file.path.endswith(".json")
]
EVENTS = ["Stop", "SessionStart", "stop", "agentStop", "Other"]
FREE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
HOOK = st.fixed_dictionaries({"type": st.just("command"), "command": st.text(max_size=5)})
GROUP = st.fixed_dictionaries({"hooks": st.lists(HOOK, max_size=2)})
HOOKS = st.dictionaries(st.sampled_from(EVENTS), st.lists(HOOK | GROUP, max_size=2))
OBJECTS = st.builds(
    lambda rest, hooks: {**rest, **hooks},
    st.dictionaries(st.text(max_size=5).filter(lambda key: key != "hooks"), FREE, max_size=3),
    st.fixed_dictionaries({}, optional={"hooks": HOOKS, "version": st.just(1)}),
)
TEXTS = st.builds(
    lambda value, indent, head, tail: head + json.dumps(value, indent=indent) + tail,
    OBJECTS,
    st.sampled_from([None, 2, "\t"]),
    st.sampled_from(["", "\n", "  "]),
    st.sampled_from(["", "\n", "\r\n\n"]),
)


def person_files(environ: Mapping[str, str]) -> list[tuple[Path, ClientFile]]:
    home = Path(environ["HOME"])
    return list(user_files(environ, CLIENTS, home / ".claude/settings.json"))


def put(environ: Mapping[str, str], path: Path, file: ClientFile) -> None:
    add_to_person_file(environ, path, file, InstallReport())


@given(text=TEXTS, named=st.sampled_from(OF_JSON))
@settings(max_examples=60, deadline=None)
def test_any_settings_come_back_to_the_byte(text: str, named: tuple[str, ClientFile]) -> None:
    _, file = named
    with tempfile.TemporaryDirectory() as home:
        environ, path = {"HOME": home}, Path(home, "settings.json")
        path.write_bytes(text.encode())
        put(environ, path, file)
        assert file.has_us(path.read_bytes())
        put(environ, path, file)

        assert take_from_person_file(environ, path, file)
        assert path.read_bytes() == text.encode()
        assert sorted(Path(home).iterdir()) == [Path(home, ".local"), path]
        assert not list(Path(home, ".local").rglob("*.*"))


@pytest.mark.parametrize("named", OF_JSON, ids=lambda named: named[0])
@pytest.mark.parametrize("text", ['{"hooks": {}}', '{"version":1,"hooks":{}}', "{ }", "{\n\n}\n"])
def test_what_was_empty_stays(text: str, named: tuple[str, ClientFile], tmp_path: Path) -> None:
    environ, path = {"HOME": str(tmp_path)}, tmp_path / "hooks.json"
    path.write_text(text)
    put(environ, path, named[1])
    take_from_person_file(environ, path, named[1])

    assert path.read_text() == text


@pytest.mark.parametrize(
    "before",
    [
        {"hooks": {"Stop": []}},
        {"hooks": {}},
        {},
        {"hooks": {"Stop": [], "Other": [], "PostToolUse": [{"hooks": [{"command": "mine"}]}]}},
    ],
)
def test_an_edit_in_between_stays_and_so_does_what_was_empty(
    before: dict[str, Any], tmp_path: Path
) -> None:
    file = dict(OF_JSON)["claude-code"]
    environ, path = {"HOME": str(tmp_path)}, tmp_path / "settings.json"
    path.write_text(json.dumps(before))
    put(environ, path, file)
    value = json.loads(path.read_text())
    path.write_text(json.dumps({**value, "model": "opus"}))
    put(environ, path, file)
    take_from_person_file(environ, path, file)

    assert json.loads(path.read_text()) == {**before, "model": "opus"}


def test_what_was_not_there_is_not_there_again(tmp_path: Path) -> None:
    home = tmp_path / "person"
    environ = {"HOME": str(home)}
    (home / ".cursor").mkdir(parents=True)
    for path, file in person_files(environ):
        put(environ, path, file)
    assert all(mentions_us(path, file) for path, file in person_files(environ))

    for path, file in person_files(environ):
        assert take_from_person_file(environ, path, file)
    left = set(home.rglob("*"))
    assert left == {home / ".cursor", home / ".local", home / ".local/state"}


def test_what_is_noted_holds_no_words_of_the_settings(tmp_path: Path) -> None:
    environ, path = {"HOME": str(tmp_path)}, tmp_path / "settings.json"
    path.write_text(json.dumps({"env": {"KEY": "swordfish"}, "hooks": {}, "x": "marlin"}, indent=2))
    put(environ, path, dict(OF_JSON)["claude-code"])
    notes = [note for note in (tmp_path / ".local").rglob("*") if note.is_file()]

    assert len(notes) == 1
    assert notes[0].stat().st_mode & 0o077 == 0
    assert not any(word in notes[0].read_bytes() for word in (b"swordfish", b"marlin"))


def test_a_file_of_ours_alone_goes_also_where_nothing_was_noted(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    own = [(path, file) for path, file in person_files(environ) if path.stem == "gitmem"]
    for path, file in own:
        path.parent.mkdir(parents=True)
        path.write_bytes(file.with_us(None))
        assert take_from_person_file(environ, path, file)
        assert not path.exists()
    assert len(own) == 2


@pytest.mark.parametrize("content", ["", '{"x": 1}'])
def test_without_a_state_folder_our_part_still_comes_and_goes(tmp_path: Path, content: str) -> None:
    (tmp_path / "state").write_bytes(b"")
    environ = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    path, file = tmp_path / "settings.json", dict(OF_JSON)["claude-code"]
    if content:
        path.write_text(content)
    report = InstallReport()

    add_to_person_file(environ, path, file, report)

    assert file.has_us(path.read_bytes())
    assert str(path) in report.notices[0]
    assert str(tmp_path / "state") in report.notices[0]
    assert take_from_person_file(environ, path, file)
    assert not file.has_us(path.read_bytes())
    assert json.loads(path.read_bytes()) == json.loads(content or "{}")
