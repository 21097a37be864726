from __future__ import annotations

import json
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Memory, Provenance, from_fields
from gitmem.render.terminal import entry_fields, palette, render_log, render_oneline, render_show
from tests.render import stories
from tests.render.screens import ENTRY, PENDING, PLAIN
from tests.strategies import memories, texts

_COLOUR = re.compile(r"\x1b\[\d+m")


def hostile_entries() -> st.SearchStrategy[LogEntry]:
    return st.builds(
        LogEntry,
        commit=texts(),
        author=texts(),
        time=st.integers(-(1 << 70), 1 << 70),
        subject=texts(),
        refs=texts(),
        memories=st.lists(memories() | st.just(stories.HOSTILE), max_size=2).map(tuple),
        problems=st.lists(texts(), max_size=2).map(tuple),
        is_pending=st.booleans(),
    )


@given(hostile_entries(), st.integers(-5, 120))
def test_no_control_sequence_reaches_the_terminal(entry: LogEntry, width: int) -> None:
    screens = [
        render_log(entry, PLAIN, width),
        render_show(entry, PLAIN, width),
        render_oneline(entry, PLAIN),
    ]

    assert not [c for screen in screens for c in screen if c < " " and c not in "\n\t"]
    assert not re.search("[\x7f-\x9f\u200b\u202e\ud800-\udfff]", "".join(screens))


@given(hostile_entries())
def test_colours_change_nothing_else(entry: LogEntry) -> None:
    coloured = _COLOUR.sub("", render_show(entry, palette(True), 80))

    assert [line.rstrip() for line in coloured.splitlines()] == (
        render_show(entry, PLAIN, 80).splitlines()
    )


def test_a_memory_cannot_forge_lines_of_the_log() -> None:
    entry = LogEntry(commit="a" * 40, memories=(stories.HOSTILE,))

    lines = render_log(entry, PLAIN, 80).splitlines()

    assert [line for line in lines if line.lstrip().startswith("forged")] == []
    assert len(render_oneline(entry, PLAIN).splitlines()) == 1


def test_show_tells_all_that_a_memory_holds() -> None:
    text = " ".join(render_show(ENTRY, PLAIN, 80).split())

    def leaves(value: object) -> list[str]:
        if isinstance(value, dict):
            return [leaf for item in value.values() for leaf in leaves(item)]
        if isinstance(value, list):
            return [leaf for item in value for leaf in leaves(item)]
        return [" ".join(str(value).split())]

    fields = entry_fields(ENTRY)["memories"]
    assert [leaf for leaf in leaves(fields) if leaf not in text and leaf != "1"] == []


def test_json_holds_the_whole_memory() -> None:
    told = json.loads(json.dumps(entry_fields(ENTRY)))

    (memory,) = told["memories"]
    assert memory.pop("id") == stories.FULL.id
    assert from_fields(memory) == stories.FULL


def test_json_holds_no_control_sequence() -> None:
    text = json.dumps(entry_fields(LogEntry(memories=(stories.HOSTILE,))))

    assert "\\u001b" not in text
    assert "\\u202e" not in text


def test_json_of_a_pending_memory_has_no_commit() -> None:
    fields = entry_fields(PENDING)

    assert fields["commit"] is None
    assert fields["time"] is None
    assert fields["pending"] is True


def test_a_time_no_calendar_has_is_shown_as_the_epoch() -> None:
    assert "1970-01-01" in render_log(LogEntry(commit="a" * 40, time=1 << 70), PLAIN, 80)


def test_whose_own_agent_told_it_is_said_behind_the_id() -> None:
    origin = Provenance(compressor="agent/1")
    told = Memory("change", "Keep prices in cents", provenance=origin)
    noted = replace(told, provenance=replace(origin, compressor="agent-note/1"))

    assert ", told by its agent)" in render_log(LogEntry(memories=(told,)), PLAIN, 80)
    assert "told by" not in render_log(LogEntry(memories=(noted,)), PLAIN, 80)
