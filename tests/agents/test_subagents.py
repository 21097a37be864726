from __future__ import annotations

import pytest

from gitmem.agents.subagents import add_subagents, weave
from gitmem.agents.text_budget import EVENT_WEIGHT, MAX_WEIGHT
from gitmem.model.session import Event, EventKind, Transcript


def said(record: int, time: float, text: str = "") -> Event:
    return Event(EventKind.SAY, record, time, text or f"{record}@{time}")


def transcript(*events: Event) -> Transcript:
    return Transcript("s", "agent", events, first=0, end=len(events), end_byte=0)


def test_weaving_keeps_the_session_s_own_order() -> None:
    own = [said(4, 10.0), said(5, 10.0), said(6, 20.0)]
    side = [said(0, 25.0), said(1, 5.0), said(2, 15.0)]

    found = [(event.text, event.record) for event in weave(own, side)]

    assert found == [
        ("1@5.0", 4), ("4@10.0", 4), ("5@10.0", 5), ("2@15.0", 5), ("6@20.0", 6), ("0@25.0", 6),
    ]  # fmt: skip
    assert [event.text for event in weave([], side[:1])] == ["0@25.0"]


def test_what_a_subagent_did_is_marked_as_its_own_and_what_came_before_is_left_out() -> None:
    whole = add_subagents(
        transcript(said(0, 1.0), said(1, 9.0)),
        [transcript(said(0, 2.0), said(1, 3.0)), transcript(said(0, 4.0))],
        since=2.0,
    )

    assert [(event.time, event.is_subagent) for event in whole.events] == [
        (1.0, False),
        (3.0, True),
        (4.0, True),
        (9.0, False),
    ]
    assert (whole.first, whole.end) == (0, 2)


@pytest.mark.parametrize("count", [1, 40])
def test_subagents_together_weigh_at_most_a_third_of_a_session(count: int) -> None:
    long = transcript(*(said(number, 2.0, "x" * 16_000) for number in range(400)))

    whole = add_subagents(transcript(said(0, 1.0)), [long] * count, since=0.0)

    added = [event for event in whole.events if event.is_subagent]
    assert sum(len(event.text) + EVENT_WEIGHT for event in added) <= MAX_WEIGHT // 3
