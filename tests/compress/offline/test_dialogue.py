"""A session taken apart into turns, and what of it may be told at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.compress.offline.cues import can_be_told, cues_of
from gitmem.compress.offline.dialogue import dialogue_of
from gitmem.compress.offline.role_model import StoryRole, parse_model, role_model
from gitmem.compress.offline.statements import select_statements
from gitmem.model.session import Event
from tests.support.evidence import change_of, event, evidence_of


def events_of(*told: Event) -> tuple[Event, ...]:
    return evidence_of(*told).slice.events


def test_turns_change_with_the_speaker_and_know_their_edits() -> None:
    dialogue = dialogue_of(
        events_of(
            event("prompt", "Retry uploads. They fail at night."),
            event("say", "I look at the uploader."),
            event("call", tool="Edit", path="/w/up.py"),
            event("say", "It retries now."),
            event("prompt", "Thanks for that."),
        )
    )

    assert [s.turn for s in dialogue.sentences] == [0, 0, 1, 1, 2]
    assert [dialogue.edits_in_turn(turn) for turn in range(3)] == [0, 1, 0]
    assert dialogue.last_edit_of_turn(1) == 2
    assert dialogue.last_edit_of_turn(2) == -1
    assert [s.behind for s in dialogue.sentences] == ["", "", "", "edit", ""]


def test_of_a_very_long_session_beginning_and_end_are_kept() -> None:
    told = [event("say", f"This is sentence number {n} of them.") for n in range(2_000)]

    found = dialogue_of(events_of(*told)).sentences

    assert len(found) == 1_500
    assert "number 0 " in found[0].text
    assert "number 1999 " in found[-1].text


@pytest.mark.parametrize(
    ("who", "text"),
    [
        ("say", "Let me check whether the proxy hangs up."),
        ("say", "Here's what I changed in the uploader and its tests:"),
        ("say", "All tests pass and the linter is clean."),
        ("say", "Option 1: retry three times instead of ten."),
        ("say", "Should we retry three times instead of ten?"),
        ("say", "Want me to retry three times instead of ten? Say so."),
        ("say", "`TestUpload_Retries` verifies that it stops after three."),
        ("prompt", "➜ app git:(main) git push origin main"),
        ("prompt", "error: failed to push some refs to the remote"),
        ("prompt", "do it"),
    ],
)
def test_plans_reports_options_and_pasted_output_are_never_told(who: str, text: str) -> None:
    sentence = dialogue_of(events_of(event(who, text))).sentences[0]

    assert not can_be_told(sentence)


@given(st.lists(st.tuples(st.sampled_from(["prompt", "say"]), st.text(max_size=80)), max_size=12))
def test_chances_are_chances_whatever_is_said(told: list[tuple[str, str]]) -> None:
    dialogue = dialogue_of(events_of(*(event(who, text) for who, text in told)))

    for cues in cues_of(dialogue, change_of("a.py")):
        assert all(0 < value <= 1 for value in cues.values())
        for role in StoryRole:
            assert 0 <= role_model().chance(role, cues) <= 1


def test_a_cue_with_weight_raises_the_chance() -> None:
    row = '{"bias": -1, "least": 0.5, "weights": {"instead": 2.0}}'
    model = parse_model(f'{{"why": {row}, "decision": {row}, "fact": {row}}}')

    assert model.chance(StoryRole.DECISION, {}) < 0.5
    assert model.chance(StoryRole.DECISION, {"instead": 1.0}) > 0.5
    assert model.chance(StoryRole.DECISION, {"unheard of": 1.0}) < 0.5


@pytest.mark.parametrize(
    "text",
    ["now " * 2_000 + "x", "also " * 400 + "x", "no, " * 300 + "7 of them", "kept " * 1_600,
     "a/" * 4_000, "yes - " * 900 + "right", "can you " * 900, "`" * 5_000,
     "the " * 2_000 + "issue"],
)  # fmt: skip
def test_no_text_keeps_the_expressions_busy(text: str) -> None:
    """Each of these once took a minute and more, or would with one more careless expression."""
    told = [event("prompt", text), event("say", text), event("prompt", text), event("say", text)]

    dialogue = dialogue_of(events_of(*told))

    assert len(cues_of(dialogue, change_of("a.py"))) == len(dialogue.sentences)
    select_statements(dialogue, change_of("a.py"))


def test_the_same_said_a_thousand_times_is_compared_once() -> None:
    sentence = "We keep the retry inside the transport because it knows the quota of the service."
    told = [event("say" if n % 2 else "prompt", sentence) for n in range(1_400)]

    selection = select_statements(dialogue_of(events_of(*told)), change_of("a.py"))

    assert len(selection.decisions) == 1
