"""The same caps hold for every agent's texts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gitmem.agents.draft import Draft, render_input
from gitmem.agents.json_values import MAX_PATH
from gitmem.model.line_marks import line_marks
from gitmem.model.session import Event, EventKind

KEY = "ghp_" + "A1b2C3d4" * 5
LONG = "word " * 10_000
MARK = 50  # what says how much was left out may stand over the cap

draft = Draft(7, 1_000.0)


def only(events: Iterator[Event]) -> Event:
    (event,) = events
    return event


@pytest.mark.parametrize(
    ("event", "cap"),
    [
        (only(draft.words(EventKind.PROMPT, LONG)), 24_000),
        (only(draft.words(EventKind.SAY, LONG)), 16_000),
        (only(draft.words(EventKind.THINK, LONG)), 6_000),
        (only(draft.words(EventKind.SUMMARY, LONG)), 16_000),
        (only(draft.edit("Write", "c", "a.py", added=LONG)), 600),
        (only(draft.run("Bash", "c", LONG)), 4_000),
        (only(draft.run("mcp__shell__run", "c", LONG)), 4_000),
        (only(draft.call("Grep", "c", text=LONG)), 400),
        (only(draft.result("Bash", "c", LONG, is_error=False)), 16_000),
        (only(draft.result("Bash", "c", LONG, is_error=True)), 16_000),
        (only(draft.result("Task", "c", LONG, is_error=False)), 6_000),
        (only(draft.result("Read", "c", LONG, is_error=True)), 6_000),
        (only(draft.result("Read", "c", LONG, is_error=False)), 600),
    ],
)
def test_the_kind_of_a_text_decides_how_much_of_it_is_held(event: Event, cap: int) -> None:
    assert cap - 10 <= len(event.text) <= cap + MARK
    assert (event.record, event.time) == (7, 1_000.0)


def test_no_half_of_a_key_is_left_where_an_edit_is_cut() -> None:
    """Of half a key nobody can tell later that it is one."""
    for filled in range(2_340, 2_404, 4):
        text = "w" * (filled - 1) + f" {KEY} " + "x" * 4_000

        event = only(draft.edit("Edit", "c", "a.py", added=text))

        assert KEY[:12] not in event.text or KEY in event.text


def test_an_edit_marks_the_lines_that_it_changed() -> None:
    same, old, new = "a line that stays here", "a line that goes away", "a line that comes in"

    event = only(draft.edit("Edit", "c", "a.py", added=f"{same}\n{new}", removed=f"{same}\n{old}"))

    assert event.added_marks == line_marks([new])
    assert event.removed_marks == line_marks([old])


def test_a_command_may_have_written_the_lines_of_its_here_document() -> None:
    command = "cat > a.md <<'E'\nThe limit is a hundred a minute.\nE"
    marks = line_marks(["The limit is a hundred a minute."])

    assert marks <= only(draft.run("Bash", "c", command)).added_marks
    assert not only(draft.run("Bash", "c", command, is_writing=False)).added_marks
    assert not only(draft.run("Bash", "c", command.replace("<<", "<"))).added_marks


def test_the_prompt_of_a_subagent_is_nobodys_words() -> None:
    subagent = Draft(7, 1_000.0, is_subagent=True)

    assert list(subagent.words(EventKind.PROMPT, "Find it")) == []
    assert only(subagent.words(EventKind.SAY, "Here it is")).is_subagent


@pytest.mark.parametrize("blank", ["", " \n"])
def test_blank_text_is_no_event(blank: str) -> None:
    assert list(draft.words(EventKind.SAY, blank)) == []


def test_a_name_or_path_that_is_too_long_is_cut_or_left_out() -> None:
    event = only(draft.call("t" * 300, "c" * 300, path="p" * (MAX_PATH + 1)))

    assert (len(event.tool), len(event.call_id), event.path) == (200, 200, "")


def test_an_input_is_shown_by_its_plain_values() -> None:
    shown = render_input({"pattern": "é" * 1_000, "limit": 3, "all": True, "edits": [1]})

    assert shown.startswith('{"pattern": "éééé')
    assert shown.endswith('", "limit": 3, "all": true}')
    assert len(shown) < 500
    assert render_input({"edits": []}) == ""
