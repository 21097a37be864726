"""What a person typed is published as far as ``gitmem.prompts`` says, and no further."""

from __future__ import annotations

import pytest

from gitmem.guard.prompts import limit_prompts, spoken_in
from gitmem.model.memory import Citation, Decision, Memory, RecordedError
from gitmem.model.session import Event, EventKind
from gitmem.model.user_words import quote_user, with_request

ASKED = "My boss Hugo hates the slow importer, so please cache the parsed rows. No pickle, ever."
EVENTS = [
    Event(EventKind.PROMPT, 0, 0.0, ASKED),
    Event(EventKind.SAY, 1, 0.0, "I cache rows as JSON. Hugo hates the slow importer, you say."),
    Event(EventKind.RESULT, 2, 0.0, "ValueError: no rows in the file to read"),
]
MEMORY = Memory(
    kind="feature",
    title="Cache parsed rows",
    why=quote_user(ASKED),
    what=("I cache rows as JSON. Boss Hugo hates the slow importer, you say.",),
    decisions=(
        Decision(with_request("JSON is read anywhere", "No pickle, ever"), rejected=("pickle",)),
        Decision(quote_user("please cache the parsed rows")),
    ),
    errors=(RecordedError("ValueError: no rows in the file to read"),),
    next=("please cache the parsed rows again",),
    concepts=("importer",),
    terms="hugo boss json rows",
    citations=(
        Citation("why", (0,)),
        Citation("what/0", (0,), "the slow importer, so please cache"),
        Citation("decisions/0", (1,), "I cache rows as JSON"),
        Citation("errors/0", (2,)),
    ),
)


def test_in_full_nothing_changes() -> None:
    assert limit_prompts(MEMORY, "full", spoken_in(EVENTS)) == MEMORY


def test_none_leaves_the_agents_words_and_what_was_printed() -> None:
    limited = limit_prompts(MEMORY, "none", spoken_in(EVENTS))

    assert limited.title == MEMORY.title
    assert limited.why == ""
    assert limited.what == ("I cache rows as JSON.",)
    assert limited.decisions == (Decision("JSON is read anywhere", rejected=("pickle",)),)
    assert limited.errors == MEMORY.errors
    assert limited.next == ()
    assert limited.terms == "hugo json rows"  # the agent says these words, too
    assert [citation.item for citation in limited.citations] == ["decisions/0", "errors/0"]


def test_short_leaves_one_sentence() -> None:
    limited = limit_prompts(MEMORY, "short", spoken_in(EVENTS))

    assert limited.why == quote_user(ASKED.split(". ")[0] + ".")
    assert limited.decisions == (Decision("JSON is read anywhere", rejected=("pickle",)),)


def test_short_cuts_a_sentence_without_an_end() -> None:
    limited = limit_prompts(Memory("change", "x", why=quote_user("word " * 90)), "short")

    assert len(limited.why) < 140


def test_what_the_commit_says_is_public() -> None:
    message = "Cache the parsed rows, so please cache the parsed rows"
    memory = Memory("change", "so please cache the parsed rows", files_changed=("a.py",))

    assert limit_prompts(memory, "none", spoken_in(EVENTS, [message])) == memory
    assert limit_prompts(memory, "none", spoken_in(EVENTS)).title == "Work on a.py"


def test_without_the_session_what_is_told_as_the_persons_goes() -> None:
    limited = limit_prompts(MEMORY, "none")

    assert limited.why == ""
    assert len(limited.decisions) == 1
    assert '"' not in limited.decisions[0].chose


@pytest.mark.parametrize(
    "words",
    [
        "используй кэш вместо повторного разбора файла",
        "请把解析后的行缓存起来不要用别的格式",
        "파싱한 행을 반드시 메모리에 캐시해 주세요",
    ],
)
def test_every_script_has_words(words: str) -> None:
    events = [Event(EventKind.PROMPT, 0, 0.0, f"{words}!")]
    memory = Memory("change", "x", what=(f"OK: {words}", "другое дело совсем"))

    assert limit_prompts(memory, "none", spoken_in(events)).what == ("другое дело совсем",)


@pytest.mark.parametrize("mode", ["short", "none"])
def test_limiting_twice_is_limiting_once(mode: str) -> None:
    once = limit_prompts(MEMORY, mode, spoken_in(EVENTS))

    assert limit_prompts(once, mode, spoken_in(EVENTS)) == once
