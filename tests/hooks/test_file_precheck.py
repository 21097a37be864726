from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gitmem.hooks.file_precheck import may_tell
from gitmem.state.context_history import ContextHistory, SessionContext
from tests.hooks.test_agent import SESSION, orchard, ready, tool_use
from tests.hooks.test_imports import loaded_packages
from tests.support.cli import gitmem
from tests.support.git import GitDriver

__all__ = ["orchard", "ready"]


def glance(git: GitDriver, path: str, **fields: Any) -> bool:
    return may_tell(tool_use(git, path, **fields), {"CLAUDE_PROJECT_DIR": str(git.path)})


def test_only_a_file_that_something_is_remembered_of_is_worth_a_look(orchard: GitDriver) -> None:
    assert glance(orchard, "src/tree3.py")
    assert not glance(orchard, "src/new.py")
    assert not glance(orchard, "src/tree3.py/below")


def test_a_file_told_before_is_not_worth_a_look(orchard: GitDriver) -> None:
    ContextHistory(orchard.repo).add(SESSION, SessionContext(files=frozenset({"src/tree3.py"})))

    assert not glance(orchard, "src/tree3.py")
    assert glance(orchard, "src/tree4.py")
    assert glance(orchard, "src/tree3.py", agent_id="a1")


def test_lines_told_before_are_not_worth_a_look_and_others_are(orchard: GitDriver) -> None:
    given = SessionContext(lines={"src/tree3.py": ((10, 40), (60, 80))})
    ContextHistory(orchard.repo).add(SESSION, given)
    ContextHistory(orchard.repo).add(SESSION, SessionContext(lines={"src/tree3.py": ((41, 50),)}))

    def look(first: int, last: int, path: str = "src/tree3.py", **fields: Any) -> bool:
        lines = {"offset": first, "limit": last - first + 1}
        asked = {"file_path": str(orchard.path / path), **lines, **fields}
        return glance(orchard, "", tool_input=asked, tool_response={})

    assert not look(12, 50)
    assert look(12, 51)
    assert look(55, 60)
    assert look(12, 50, "src/tree4.py")
    assert glance(orchard, "src/tree3.py")  # all of it
    assert look(12, 50, old_string="x", new_string="y")  # an edit tells its lines elsewhere


def test_the_lines_that_were_really_read_count(orchard: GitDriver) -> None:
    ContextHistory(orchard.repo).add(SESSION, SessionContext(lines={"src/tree3.py": ((10, 40),)}))
    told = {"file": {"startLine": 10, "numLines": 31, "totalLines": 40}}
    asked = {"file_path": str(orchard.path / "src/tree3.py"), "offset": 10}

    assert not glance(orchard, "", tool_input=asked, tool_response=told)
    assert glance(orchard, "", tool_input=asked, tool_response={})


def test_a_file_of_which_nothing_is_left_to_tell_is_not_worth_a_look(orchard: GitDriver) -> None:
    ContextHistory(orchard.repo).add(SESSION, SessionContext(spent=frozenset({"src/tree3.py"})))

    for fields in ({}, {"offset": 3}, {"old_string": "x", "new_string": "y"}):
        asked = {"file_path": str(orchard.path / "src/tree3.py"), **fields}
        assert not glance(orchard, "", tool_input=asked)


@pytest.mark.parametrize(
    ("session", "agent", "parent", "asked"),
    [
        ("session_id", "agent_id", "parent_agent_id", "tool_input"),
        ("sessionId", "agentId", "parentAgentId", "toolArgs"),
    ],
)
def test_copilot_clis_own_keys(
    orchard: GitDriver, session: str, agent: str, parent: str, asked: str
) -> None:
    def look(path: str, **fields: Any) -> bool:
        given = {"path": str(orchard.path / path), **fields.pop("given", {})}
        payload = {session: SESSION, "cwd": str(orchard.path), **fields, asked: given}
        return may_tell(json.dumps(payload).encode(), {"CLAUDE_PROJECT_DIR": str(orchard.path)})

    assert look("src/tree3.py")
    assert not look("src/new.py")
    ContextHistory(orchard.repo).add(SESSION, SessionContext(files=frozenset({"src/tree3.py"})))

    assert not look("src/tree3.py")
    assert look("src/tree3.py", given={"old_str": "x", "new_str": "y"})
    assert look("src/tree3.py", given={"file_text": "x"})
    assert look("src/tree3.py", **{session: "a1", agent: "a1", parent: SESSION})


def test_a_linked_work_tree_is_left_to_who_knows_more(orchard: GitDriver) -> None:
    orchard.run("worktree", "add", "-q", "-b", "side", "../linked")
    file = orchard.path.parent / "linked" / "src/new.py"

    assert glance(orchard, "", tool_input={"file_path": str(file)})


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'{"tool_input": 3}',
        b'{"tool_input": {"file_path": 3}}',
        b"[" * 9999,
        b'{"tool_input": {"file_path": null}}',
        b'{"tool_input": {"file_path": "a\\u0000b"}}',
        b'{"tool_input": {"file_path": "/\xff"}}',
        b'{"tool_input": {"file_path": "/a"}, "cwd": 7}',
    ],
)
def test_what_is_not_understood_is_left_to_who_knows_more(tmp_path: Path, given: bytes) -> None:
    assert may_tell(given, {"CLAUDE_PROJECT_DIR": str(tmp_path)})


def test_a_damaged_index_is_left_to_who_repairs_it(orchard: GitDriver) -> None:
    (orchard.repo.state_dir / "index" / "memories.sqlite3").write_bytes(b"no database" * 500)

    assert glance(orchard, "src/new.py")


def test_where_gitmem_is_not_set_up_nothing_is_made(committed: GitDriver) -> None:
    before = sorted((committed.path / ".git").rglob("*"))

    glance(committed, "README.md")

    assert sorted((committed.path / ".git").rglob("*")) == before


def test_a_look_loads_hardly_anything(committed: GitDriver) -> None:
    """Of a file that nothing is remembered of, in a repository that has an index."""
    gitmem(committed, "init")
    gitmem(committed, "context")

    names = loaded_packages(committed, "hook", "PostToolUse")

    assert not names & ({"dataclasses", "subprocess", "pathlib", "hashlib"} - _always())
    assert _loaded(committed) & {"json", "re", "typing"} == set()


def _loaded(git: GitDriver) -> set[str]:
    """What the look itself loads beyond the interpreter's own."""
    import subprocess

    payload = tool_use(git, "src/new.py")
    code = (
        "import sys; before = set(sys.modules); from gitmem.hooks.file_precheck import may_tell; "
        f"assert not may_tell({payload!r}, {{}}); print(' '.join(set(sys.modules) - before))"
    )
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, capture_output=True, check=True, env=git.env())
    return set(done.stdout.decode().split())


def test_a_path_in_any_script_is_read_as_json_writes_it(orchard: GitDriver) -> None:
    """With escapes, quotes and characters beyond the first plane, told or not told."""
    name = 'src/б"a\\um 🌳.py'
    assert not glance(orchard, name)

    ContextHistory(orchard.repo).add(SESSION, SessionContext(files=frozenset({name})))
    shown = json.dumps(name, ensure_ascii=False)
    orchard.add_note("HEAD", f"---\nkind: fix\ntitle: Trees\nfiles: {{changed: [{shown}]}}\n")
    gitmem(orchard, "context")

    assert not glance(orchard, name)
    assert glance(orchard, name, session_id="00000000-0000-4000-8000-000000000000")


def _always() -> set[str]:
    """What the probe itself, or this Python, loads before anything of ours."""
    import subprocess

    code = "import runpy, sqlite3, json, sys; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True)
    return set(done.stdout.decode().split())
