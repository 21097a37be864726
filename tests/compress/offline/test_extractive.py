from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.claude.adapter import read_transcript
from gitmem.agents.slice import slice_of
from gitmem.compress.failures import failures_of, is_run
from gitmem.compress.offline.dialogue import dialogue_of
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.guard.redact import Evidence, make_evidence
from gitmem.model.change import Change
from gitmem.model.memory import Citation, Memory
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
    assert first.resolution == "gone after edits to dates.py"
    assert all("errors=2" not in error.message for error in memory.errors)


def test_a_feature_keeps_its_decision_and_the_users_constraint() -> None:
    change = change_of("fetchkit/ratelimit.py", subject="Add token-bucket rate limiting")

    memory = compressed(sample("ratelimit.jsonl"), change)

    assert memory.kind == "feature"
    assert "5 requests a second" in memory.why
    assert memory.decisions[0].rejected == ("a fixed window",)
    assert "No new dependencies" in str(memory)
    assert Citation("decisions/0", (8,)) in memory.citations


def test_the_same_evidence_gives_the_same_memory() -> None:
    change = change_of("fetchkit/dates.py")

    assert compressed(sample("dates.jsonl"), change) == compressed(sample("dates.jsonl"), change)


def test_nothing_said_or_done_is_no_memory() -> None:
    assert ExtractiveCompressor().compress(evidence_of(), change_of("a.py")).memories == ()


def test_work_without_a_commit_is_titled_by_the_request() -> None:
    memory = compressed(evidence_of(event("prompt", "Please find the slow import.")), None)

    assert (memory.kind, memory.title) == ("session", "Find the slow import")


def test_a_trivial_commit_that_nobody_gave_a_reason_for_has_no_memory() -> None:
    told = evidence_of(event("prompt", "fix the typo"), event("say", "Done."))

    assert ExtractiveCompressor().compress(told, change_of("README.md")).memories == ()


def test_every_file_of_the_commit_is_named() -> None:
    paths = [f"src/module_{n}.py" for n in range(40)]

    change = change_of(*paths, subject="Call a module what it is")
    memory = compressed(evidence_of(event("prompt", "Rename everything.")), change)

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
    assert failure.error.resolution == "gone after edits to table.py"


def test_an_error_that_comes_back_is_not_resolved() -> None:
    error = ("E   KeyError: 'prize'", True)

    (failure,) = failures_of(run_then(error, error, edits_after=1))

    assert not failure.is_resolved


def test_what_a_command_is_known_to_have_read_is_no_step_of_its_own() -> None:
    """Codex tells the files that a command read as well: the conversation is the same."""
    events = [
        event("prompt", "Make the search case-insensitive, please."),
        event("say", "I use casefold instead of lower, because of the German sharp s."),
        event("call", "cat search.py", tool="Bash", call_id="c"),
        event("result", "def search(): ...", tool="Bash", call_id="c"),
        event("call", tool="Edit", path="/w/search.py", call_id="e"),
    ]
    read = event("call", tool="Read", path="/w/search.py")

    assert dialogue_of([*events[:3], read, *events[3:]]) == dialogue_of(events)


@pytest.mark.parametrize("command", ["cat log.txt", "grep -rn Error .", "cd x && ls", "git diff"])
def test_looking_at_errors_is_not_meeting_them(command: str) -> None:
    assert not is_run(command)


@pytest.mark.parametrize("command", ["pytest", "cd x && go test ./...", "A=1 make", "./run.sh"])
def test_running_something_is(command: str) -> None:
    assert is_run(command)


@pytest.mark.parametrize(
    ("command", "is_met"),
    [
        ("npm pack skills && rg -n name package", False),
        ("make; git grep -n name", False),
        ("tsc --noEmit", True),
        ("tsc --noEmit | grep -v node_modules", True),
        ("tsc --noEmit && cat a.ts", True),
    ],
)
def test_what_a_search_beside_a_run_finds_is_no_error(command: str, is_met: bool) -> None:
    """It is printed in the form of a compiler's message; a filter behind a pipe finds no more."""
    printed = "src/a.ts:12: const name = options.name;"
    events = [
        event("call", command, tool="Bash", call_id="c"),
        event("result", printed, tool="Bash", call_id="c"),
    ]

    assert bool(failures_of(events)) == is_met


def test_a_bullet_is_no_failed_test_unless_something_failed() -> None:
    """Jest marks a failed test as many programs mark any line."""

    def met(printed: str) -> list[str]:
        events = [
            event("call", "npx tool", tool="Bash", call_id="c"),
            event("result", printed, tool="Bash", call_id="c"),
        ]
        return [failure.error.message for failure in failures_of(events)]

    assert met("● Skill: What Happened") == []
    assert met("FAIL src/a.test.ts\n  ● adds the numbers") == ["adds the numbers"]


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


def test_what_the_agent_is_about_to_do_and_what_it_guesses_is_not_told() -> None:
    told = evidence_of(
        event("prompt", "Why does the upload stop?"),
        event("say", "Let me check if the issue is the proxy instead of the server."),
        event("say", "I'll use a longer timeout because the proxy might hang up."),
        event("say", "Option 1: retry instead of failing. Option 2: wait. Which do you prefer?"),
    )

    made = ExtractiveCompressor().compress(told, change_of("up.py", subject="Retry uploads"))

    (memory,) = made.memories
    assert (memory.decisions, memory.what, memory.next) == ((), (), ())


def test_what_a_person_said_is_told_as_what_a_person_said() -> None:
    told = evidence_of(
        event("prompt", "The upload fails three times in a row: the proxy hangs up on us."),
        event("call", "x", tool="Edit", path="/w/up.py", call_id="1"),
        event("say", "I keep three retries instead of ten because the proxy counts them."),
    )

    (memory,) = ExtractiveCompressor().compress(told, change_of("up.py")).memories

    assert memory.why == (
        'the user: "The upload fails three times in a row: the proxy hangs up on us."'
    )
    assert memory.decisions[0].rejected == ("ten",)


def test_what_is_taken_back_later_is_not_told() -> None:
    choice = "We keep the session in a cookie instead of the database, because it is simple."
    told = [
        event("prompt", "Keep the session somewhere."),
        event("say", choice),
        event("call", "x", tool="Edit", path="/w/up.py", call_id="1"),
    ]
    back = event("prompt", "No, revert that: the session belongs in the database, not a cookie.")
    change = change_of("up.py", subject="Keep the session")

    (before,) = ExtractiveCompressor().compress(evidence_of(*told), change).memories
    (after,) = ExtractiveCompressor().compress(evidence_of(*told, back), change).memories

    assert "in a cookie" in str(before.decisions)
    assert "We keep the session in a cookie" not in str(after.decisions)


def test_of_a_subagents_words_a_plain_choice_is_told() -> None:
    reason = "We keep integer cents instead of floats, because a tenth is not exact in binary."
    change = change_of("a.py", subject="Exact prices")
    told = [
        event("prompt", "Make prices exact."),
        event("say", f"The table only has floats. {reason}", is_subagent=True),
        event("say", "It is done; have a look at it."),
    ]
    again = event("say", reason)

    (memory,) = ExtractiveCompressor().compress(evidence_of(*told), change).memories
    (both,) = ExtractiveCompressor().compress(evidence_of(*told, again), change).memories

    assert [decision.rejected for decision in memory.decisions] == [("floats",)]
    assert memory.what == ()
    assert len(both.decisions) == 1


@given(events=_events)
def test_every_item_cites_a_record_that_holds_its_words(events: list[Event]) -> None:
    told = evidence_of(*events)
    texts = {e.record: e.text for e in told.slice.events}

    for memory in ExtractiveCompressor().compress(told, change_of("a.py")).memories:
        items = ["why"] if memory.why else []
        for name in ("what", "decisions", "errors"):
            items += [f"{name}/{n}" for n in range(len(getattr(memory, name)))]
        assert [citation.item for citation in memory.citations] == items
        assert all(texts.get(n) for citation in memory.citations for n in citation.records)


def test_no_sentence_is_told_in_two_roles() -> None:
    reason = "We keep integer cents instead of floats because a tenth is not exact in binary."
    told = evidence_of(
        event("prompt", reason),
        event("call", "x", tool="Edit", path="/w/price.py", call_id="1"),
        event("say", "Done with that."),
    )

    made = ExtractiveCompressor().compress(told, change_of("price.py", subject="Exact prices"))

    (memory,) = made.memories
    assert str(memory).count("not exact in binary") == 1


@pytest.mark.parametrize(
    "order",
    [
        "Use integer cents, because 0.1 + 0.2 is not 0.3 in binary.",
        "Please keep the old names since the plugins import them by hand.",
        "Do not retry a refused payment, because the bank counts each attempt.",
    ],
)
def test_a_persons_order_with_its_reason_is_told_behind_what_was_wrong(order: str) -> None:
    memory = compressed(
        evidence_of(
            event("prompt", f"price.py gives floats. {order}"),
            event("call", tool="Write", path="price.py", call_id="1"),
            event("result", "ok", tool="Write", call_id="1"),
        ),
        change_of("price.py", subject="Exact prices"),
    )

    assert order.rstrip(".") in str(memory)


@pytest.mark.parametrize(
    "words",
    [
        "Should we use integer cents, because 0.1 + 0.2 is not 0.3 in binary?",
        "Don't mend anything, but see whether it works, because somebody said that it hangs.",
        "Maybe use integer cents, because 0.1 + 0.2 is not 0.3 in binary.",
    ],
)
def test_a_question_a_doubt_and_another_order_are_no_choice(words: str) -> None:
    memory = compressed(
        evidence_of(
            event("prompt", f"price.py gives floats. {words}"),
            event("call", tool="Write", path="price.py", call_id="1"),
            event("result", "ok", tool="Write", call_id="1"),
        ),
        change_of("price.py", subject="Exact prices"),
    )

    assert memory.decisions == ()
