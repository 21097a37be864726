"""Parts of any shape: what a database of a hostile or newer client may hold stops nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.opencode.parts import PartReader
from gitmem.agents.opencode.rows import MessageRow, PartRow, SessionRow, time_in_id
from tests.agents.test_hostile import values

KEYS = ["type", "text", "tool", "callID", "state", "time", "synthetic", "ignored", "metadata"]
INNER = ["status", "input", "output", "error", "metadata", "time", "title"]
GIVEN = ["filePath", "oldString", "newString", "content", "command", "edits", "patchText", "path"]
TYPES = st.sampled_from(["text", "tool", "reasoning", "patch", "step-start", "compaction", "file"])
TOOLS = st.sampled_from(["edit", "write", "apply_patch", "multiedit", "bash", "read", "task", "x"])
STATES = st.sampled_from(["pending", "running", "completed", "error", "?"])
STATE = st.builds(
    lambda some, status, given: {**some, "status": status, "input": given},
    st.dictionaries(st.sampled_from(INNER), values, max_size=5),
    STATES,
    st.one_of(values, st.dictionaries(st.sampled_from(GIVEN), values, max_size=5)),
)
PARTS = st.builds(
    lambda some, kind, tool, state: {**some, "type": kind, "tool": tool, "state": state},
    st.dictionaries(st.sampled_from(KEYS), values, max_size=6),
    TYPES,
    TOOLS,
    st.one_of(values, STATE),
)
MESSAGES = st.dictionaries(
    st.sampled_from(["role", "time", "error", "summary", "path"]), values, max_size=5
)


@given(
    parts=st.lists(st.one_of(st.none(), PARTS), max_size=5),
    message=MESSAGES,
    times=st.integers(min_value=0, max_value=1 << 45),
)
def test_parts_of_any_shape_are_read(
    parts: list[dict[str, Any] | None], message: dict[str, Any], times: int
) -> None:
    session = SessionRow("ses_1", Path("opencode.db/ses_1"), directory="/w", created=1_000)
    rows = [PartRow(f"prt_{number}", times, data) for number, data in enumerate(parts)]
    reader = PartReader(session)

    records = list(reader.records([MessageRow("msg_1", times, message, iter(rows))]))

    for record in records:
        assert record.number >= 0
        for event in record.events:
            assert event.record == record.number
            event.text.encode()
            event.path.encode("utf-8", "surrogatepass")


def test_the_time_in_an_id_starts_again_every_two_years() -> None:
    """What 1.18.33 wrote: a row made at 1795944713115 with the id prt_226a58b9a001…"""
    made = 1_795_944_713_114
    later = made + (1 << 36)

    assert time_in_id("prt_226a58b9a0017ryMflUSGrGZsG", made - 5_000) == made
    assert time_in_id("prt_226a58b9a0017ryMflUSGrGZsG", later - 5_000) == later
    assert time_in_id("prt-sql-001", made) == 0
    assert time_in_id("prt_226a58b9a001", 0) == 0
