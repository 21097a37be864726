from __future__ import annotations

from gitmem.compress.citations import cite_verbatim, sentences_of
from gitmem.model.memory import Citation, Decision, Memory, RecordedError
from gitmem.model.session import Event, EventKind

EVENTS = (
    Event(EventKind.PROMPT, 2, 1.0, "Our quota is 5 requests a second. Please add a limiter."),
    Event(EventKind.SAY, 4, 2.0, "I decided to use a token bucket, because it allows bursts."),
    Event(EventKind.CALL, 5, 3.0, "echo KeyError: 'limiter is missing'", tool="Bash"),
    Event(EventKind.RESULT, 6, 4.0, "Traceback\n  File x\nKeyError: 'limiter is missing'\n"),
    Event(EventKind.SAY, 7, 5.0, "It failed with KeyError: 'limiter is missing'."),
)


def cited(memory: Memory) -> list[tuple[str, tuple[int, ...]]]:
    (made,) = cite_verbatim([memory], EVENTS)
    return [(citation.item, citation.records) for citation in made.citations]


def test_what_stands_word_for_word_is_cited() -> None:
    decision = Decision("I decided to use a token bucket", "it allows bursts")

    assert cited(Memory("change", "t", decisions=(decision,))) == [("decisions/0", (4,))]


def test_sentences_of_several_records_are_cited_together() -> None:
    why = "Our quota is 5 requests a second. Then: it allows bursts."

    assert cited(Memory("change", "t", why=why)) == [("why", (2, 4))]


def test_an_error_is_cited_where_it_was_printed() -> None:
    error = RecordedError("Traceback\nKeyError: 'limiter is missing'")

    assert cited(Memory("bugfix", "t", errors=(error,))) == [("errors/0", (6,))]


def test_what_nobody_said_is_not_cited() -> None:
    memory = Memory(
        "change",
        "t",
        why="Our quota is 5 requests a second. It is raised on Monday.",
        what=("a leaky bucket", "ok"),
        decisions=(Decision("use a token bucket", "it is fair to all"),),
        errors=(RecordedError("echo KeyError: 'limiter'"),),
    )

    assert cited(memory) == []


def test_a_writer_s_own_citation_stays() -> None:
    own = Citation("why", (3,), "quota is 5 requests")
    memory = Memory("change", "t", why="Our quota is 5 requests a second", citations=(own,))

    assert cite_verbatim([memory], EVENTS) == [memory]


def test_sentences_too_short_to_be_known_are_no_proof() -> None:
    assert sentences_of("No. Yes. The quota is five; it is raised") == [
        "The quota is five",
        "it is raised",
    ]
    assert sentences_of("No. Yes.") == ["No. Yes."]
