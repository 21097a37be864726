"""An id that an agent gives twice stands for two calls."""

from __future__ import annotations

from gitmem.agents.call_ids import CallIds


def test_an_answer_is_to_the_last_call_of_its_id() -> None:
    ids = CallIds()

    first = (ids.call("c"), ids.answer("c"))
    second = (ids.call("c"), ids.answer("c"))

    assert first[0] == first[1] == "c"
    assert second[0] == second[1] != "c"
    assert CallIds("a subagent").call("c") not in (*first, *second)
