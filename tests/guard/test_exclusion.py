from __future__ import annotations

import pytest

from gitmem.guard.exclusion import Exclusion
from gitmem.guard.policy import Policy
from gitmem.guard.redact import make_evidence, redact_change
from gitmem.model.session import Event, EventKind, Slice
from tests.support.evidence import change_of

_ROOTS = ("/work/app", "/private/work/app")
_PRIVATE = Policy(excluded_paths=(".env*", "!.env.example", "/secrets/", "*.pem"))


def _kept(*events: Event, edited: tuple[str, ...] = (), read: tuple[str, ...] = ()) -> Slice:
    part = Slice("s", "agent", events, 0, 9, edited, read, _ROOTS)
    return make_evidence(part, _PRIVATE).slice


def _call(tool: str, text: str = "", path: str = "") -> Event:
    return Event(EventKind.CALL, 0, 0.0, text, tool, path, call_id="c1")


def _result(text: str, call_id: str = "c1") -> Event:
    return Event(EventKind.RESULT, 1, 0.0, text, call_id=call_id)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/work/app/.env", True),
        ("/private/work/app/sub/.env.local", True),
        ("/work/app/.env.example", False),
        ("/work/app/secrets/x.txt", True),
        ("secrets/deep/x.txt", True),
        ("/work/app/sub/secrets/x.txt", False),
        ("/work/app/../other/key.pem", True),
        ("~/key.pem", True),
        ("../key.pem", True),
        ("/work/app", False),
        (".", False),
        ("", False),
    ],
)
def test_paths_are_covered_as_a_gitignore_would(path: str, expected: bool) -> None:
    assert expected == Exclusion(_PRIVATE.excluded_paths).covers(path, _ROOTS)


@pytest.mark.parametrize(
    "call",
    [
        _call("Read", path="/work/app/.env"),
        _call("Write", "PIN=1234", "/work/app/secrets/pin"),
        _call("Bash", "cat .env"),
        _call("Bash", "source ./.env && run"),
        _call("Bash", "docker run --env-file=.env image"),
        _call("Bash", "cat .env*"),
        _call("Bash", "cat '/work/app/secrets/my pins.txt'"),
        _call("Bash", "cat > .env <<EOF\nPIN=1234\nEOF"),
        _call("Grep", '{"pattern": "PIN", "path": "/work/app/secrets"}'),
    ],
)
def test_a_call_that_names_an_excluded_file_goes_with_its_answer(call: Event) -> None:
    assert _kept(call, _result("PIN=1234")).events == ()


def test_what_names_none_stays() -> None:
    call = _call("Bash", "cat src/environment.py .env.example")
    edit = _call("Edit", "copy .env to the server", "/work/app/README.md")

    assert len(_kept(call, _result("x = 1"), edit).events) == 3


def test_lines_of_an_answer_that_come_from_an_excluded_file_go() -> None:
    found = "src/a.py:3:pin = 1\n.env:1:PIN=1234\nsecrets/b:\nsrc/b.py-4-pin\n"

    (_, answer) = _kept(_call("Bash", "rg -n pin"), _result(found)).events

    assert answer.text == "src/a.py:3:pin = 1\nsrc/b.py-4-pin\n"


def test_an_excluded_files_part_of_a_diff_goes() -> None:
    diff = (
        "diff --git a/a.py b/a.py\n+x = 1\n"
        "diff --git a/.env b/.env\n--- a/.env\n+++ b/.env\n+PIN=1234\n"
        "diff --git a/b.py b/b.py\n+y = 2\n"
    )

    (_, answer) = _kept(_call("Bash", "git diff"), _result(diff)).events

    assert "PIN" not in answer.text
    assert "+x = 1" in answer.text
    assert "+y = 2" in answer.text


def test_the_names_of_excluded_files_are_not_told() -> None:
    part = _kept(edited=("a.py", "secrets/pin"), read=(".env", "b.py"))

    assert (part.edited_paths, part.read_paths) == (("a.py",), ("b.py",))


def test_a_change_loses_its_excluded_files() -> None:
    assert redact_change(change_of("a.py", ".env", "x.pem"), _PRIVATE).paths == ("a.py",)
