from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.claude.adapter import read_transcript
from gitmem.agents.slice import slice_of
from gitmem.compress.failures import failures_of, is_run
from gitmem.compress.offline.decisions import ChoiceSentence, decision_of
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.compress.offline.outcomes import closing_facts
from gitmem.guard.redact import Evidence, make_evidence
from gitmem.model.change import Change
from gitmem.model.memory import Decision, Memory
from gitmem.model.session import Event, EventKind
from gitmem.notes.codec import document_of
from tests.support.evidence import change_of, event, evidence_of

SAMPLES = Path(str(resources.files("gitmem").joinpath("samples")))


def sample(name: str) -> Evidence:
    return make_evidence(slice_of(read_transcript(SAMPLES / name), "/home/dev/project"))


def compressed(evidence: Evidence, change: Change | None) -> Memory:
    (memory,) = ExtractiveCompressor().compress(evidence, change).memories
    return memory


def test_a_mended_bug_keeps_its_errors_verbatim_with_place_and_repair() -> None:
    change = change_of("fetchkit/dates.py", subject="Parse time stamps with a zone")

    memory = compressed(sample("dates.jsonl"), change)

    first = memory.errors[0]
    assert memory.kind == "bugfix"
    assert first.message == "ValueError: unconverted data remains: Z"
    assert first.frames == ("fetchkit/dates.py:5",)
    assert "the format knows no zone" in first.resolution
    assert any("fromisoformat" in fact for fact in memory.what)
    assert all("errors=2" not in error.message for error in memory.errors)


def test_a_feature_keeps_its_decision_and_the_users_constraint() -> None:
    change = change_of("fetchkit/ratelimit.py", subject="Add token-bucket rate limiting")

    memory = compressed(sample("ratelimit.jsonl"), change)

    assert memory.kind == "feature"
    assert "5 requests a second" in memory.why
    assert any("fixed window" in rejected for d in memory.decisions for rejected in d.rejected)
    assert "No new dependencies" in str(memory)


def test_the_same_evidence_gives_the_same_memory() -> None:
    change = change_of("fetchkit/dates.py")

    assert compressed(sample("dates.jsonl"), change) == compressed(sample("dates.jsonl"), change)


def test_nothing_said_or_done_is_no_memory() -> None:
    assert ExtractiveCompressor().compress(evidence_of(), change_of("a.py")).memories == ()


def test_work_without_a_commit_is_titled_by_the_request() -> None:
    memory = compressed(evidence_of(event("prompt", "Please find the slow import.")), None)

    assert (memory.kind, memory.title) == ("session", "Find the slow import")


def test_a_trivial_commit_gives_a_short_memory() -> None:
    memory = compressed(evidence_of(event("prompt", "fix the typo")), change_of("README.md"))

    assert len(document_of(memory).text) < 400


def test_every_file_of_the_commit_is_named() -> None:
    paths = [f"src/module_{n}.py" for n in range(40)]

    memory = compressed(evidence_of(event("prompt", "Rename everything.")), change_of(*paths))

    assert set(memory.files_changed) == set(paths)


_words = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=300)
_events = st.lists(
    st.builds(
        event,
        st.sampled_from([kind.value for kind in EventKind]),
        _words | st.just("panic: boom at x\n  File \"a.py\", line 3\nE  KeyError: 'x y z'"),
        tool=st.sampled_from(["", "Bash", "Edit"]),
        path=st.sampled_from(["", "/w/a.py"]),
        is_error=st.booleans(),
    ),
    max_size=40,
)


@given(events=_events)
def test_any_session_gives_a_memory_that_fits_a_note(events: list[Event]) -> None:
    """Bounded by budgets, and always writable."""
    for memory in ExtractiveCompressor().compress(evidence_of(*events), change_of("a.py")).memories:
        assert len(document_of(memory).text) < 16_000
        assert memory.title


def run_then(*answers: tuple[str, bool], edits_after: int) -> list[Event]:
    """Runs of the tests with these answers; an edit comes after so many of them."""
    events = []
    for number, (text, failed) in enumerate(answers):
        call = f"c{number}"
        events.append(event("call", "pytest -q", tool="Bash", call_id=call))
        events.append(event("result", text, tool="Bash", call_id=call, is_error=failed))
        if number + 1 == edits_after:
            events.append(event("say", "The key is spelled wrong in the table, so I correct it."))
            events.append(event("call", tool="Edit", path="/w/table.py", call_id=f"e{number}"))
    return events


def test_an_error_is_resolved_when_an_edit_and_a_run_follow_and_it_is_gone() -> None:
    events = run_then(("E   KeyError: 'prize'", True), ("1 passed", False), edits_after=1)

    (failure,) = failures_of(events)

    assert failure.is_resolved
    assert failure.error.message == "KeyError: 'prize'"
    assert "spelled wrong" in failure.error.resolution


def test_an_error_that_comes_back_is_not_resolved() -> None:
    error = ("E   KeyError: 'prize'", True)

    (failure,) = failures_of(run_then(error, error, edits_after=1))

    assert not failure.is_resolved


@pytest.mark.parametrize("command", ["cat log.txt", "grep -rn Error .", "cd x && ls", "git diff"])
def test_looking_at_errors_is_not_meeting_them(command: str) -> None:
    assert not is_run(command)


@pytest.mark.parametrize("command", ["pytest", "cd x && go test ./...", "A=1 make", "./run.sh"])
def test_running_something_is(command: str) -> None:
    assert is_run(command)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "I chose a token bucket over a fixed window because a window doubles the rate",
            Decision("a token bucket", "a window doubles the rate", ("a fixed window",)),
        ),
        (
            "A queue fits better than a thread: it survives a crash",
            Decision("A queue", "it survives a crash", ("a thread",)),
        ),
        (
            "Use integers instead of floats because cents must add up",
            Decision("Use integers", "cents must add up", ("floats",)),
        ),
        ("We keep it as it is", Decision("We keep it as it is")),
    ],
)
def test_a_choice_is_taken_apart(text: str, expected: Decision) -> None:
    assert decision_of(ChoiceSentence(text, False, True, 1.0, 0)) == expected


def test_words_that_only_lead_into_a_decision_are_left_out() -> None:
    told = evidence_of(
        event("prompt", "Make the upload robust."),
        event("say", "You're right - let me retry three times instead of failing at once."),
    )

    (memory,) = ExtractiveCompressor().compress(told, change_of("up.py")).memories

    (decision,) = memory.decisions
    assert decision.chose == "Retry three times"
    assert decision.rejected == ("failing at once",)


def test_what_a_test_expects_is_no_decision() -> None:
    told = evidence_of(
        event("prompt", "Make the upload robust."),
        event("say", "Updated tests: `TestUpload` now expects a retry instead of an error."),
    )

    (memory,) = ExtractiveCompressor().compress(told, change_of("up.py")).memories

    assert memory.decisions == ()


def test_brackets_that_were_opened_elsewhere_end_a_part() -> None:
    told = evidence_of(
        event("prompt", "Make the upload robust."),
        event("say", "We keep the old numbers (use the suffix instead of counting up) for now."),
    )

    (memory,) = ExtractiveCompressor().compress(told, change_of("up.py")).memories

    rejected = [text for decision in memory.decisions for text in decision.rejected]
    assert rejected == ["counting up"]


def test_what_the_diff_shows_is_not_said_again() -> None:
    said = (
        "Added `retries` to the `Uploader` struct in up.py for the new behaviour.\n"
        "The proxy hangs up after ten seconds, whatever the size of the file may be.\n"
        "Added a delay before each retry so that the proxy can recover from the load.\n"
    )
    told = evidence_of(event("prompt", "Retry uploads."), event("say", said))

    facts = closing_facts(told.slice.events, 5)

    assert len(facts) == 2
    assert "ten seconds" in facts[0]
    assert "can recover" in facts[1]


def test_what_was_printed_comes_before_the_names_of_failing_tests() -> None:
    output = "--- FAIL: TestUpload (0.00s)\n    up_test.go:12: expected 3 retries, got 1\nFAIL"
    told = evidence_of(
        event("prompt", "Retry uploads."),
        event("call", "go test ./...", tool="Bash", call_id="1"),
        event("result", output, tool="Bash", call_id="1", is_error=True),
        event("say", "The counter was reset between the tries, which is why it stopped."),
        event("call", "x", tool="Edit", path="/w/up.go", call_id="2"),
        event("result", "ok", tool="Edit", call_id="2"),
        event("call", "go test ./...", tool="Bash", call_id="3"),
        event("result", "ok  up 0.1s", tool="Bash", call_id="3"),
    )

    (memory,) = ExtractiveCompressor().compress(told, change_of("up.go")).memories

    assert "expected 3 retries" in memory.errors[0].message


def test_what_the_agent_is_about_to_find_out_is_no_finding() -> None:
    told = evidence_of(
        event("prompt", "Why does the upload stop?"),
        event("say", "Let me check if the issue is the proxy between us and the server."),
        event("say", "I've found the root cause."),
        event("say", "It stops because the proxy between us hangs up after ten seconds."),
    )

    (memory,) = ExtractiveCompressor().compress(told, change_of("up.py")).memories

    assert memory.what == ("It stops because the proxy between us hangs up after ten seconds.",)


def test_what_only_a_subagent_said_is_kept() -> None:
    reason = "Integer cents instead of floats, because a tenth is not exact in binary."
    told = evidence_of(
        event("prompt", "Make prices exact."),
        event("say", reason, is_subagent=True),
        event("say", "It is done; have a look at it."),
    )

    (memory,) = ExtractiveCompressor().compress(told, change_of("price.py")).memories

    assert memory.decisions[0].rejected == ("floats",)
