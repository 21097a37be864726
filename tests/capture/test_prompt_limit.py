"""Memories keep to ``gitmem.prompts``, whichever way they came about."""

from __future__ import annotations

import pytest

from gitmem.capture.prompt_limit import limit_to_policy
from gitmem.guard.policy import Policy
from gitmem.guard.redact import redact
from gitmem.model.memory import Memory
from gitmem.model.session import Event, EventKind
from gitmem.model.user_words import quote_user

SECRET = "ghp_" + "a1B2" * 9
ASKED = (
    f"Please stop the nightly job. It has been mailing my boss with the key {SECRET} as always,"
    " and he wants to hear nothing more of it"
)
EVENTS = (
    Event(EventKind.PROMPT, 0, 1.0, text=ASKED),
    Event(EventKind.SAY, 1, 2.0, text="The cron entry sends a report; I will disable it."),
)


def limited(mode: str, memory: Memory) -> Memory:
    return limit_to_policy(memory, Policy(prompts=mode), EVENTS)


def test_full_leaves_a_memory_as_it_is() -> None:
    memory = Memory("feature", "x", why=ASKED)

    assert limited("full", memory) is memory


@pytest.mark.parametrize("mode", ["short", "none"])
def test_a_prompt_is_not_repeated(mode: str) -> None:
    memory = Memory("feature", "Disable the report", why=ASKED, what=("disabled the cron entry",))

    told = limited(mode, memory)

    assert "mailing my boss" not in told.why
    assert told.what == ("disabled the cron entry",)


def test_short_leaves_the_first_sentence_that_is_quoted_as_the_persons() -> None:
    memory = Memory("feature", "Disable the report", why=quote_user(redact(ASKED, Policy())))

    told = limited("short", memory)

    assert told.why == quote_user("Please stop the nightly job.")


def test_a_prompt_is_not_repeated_though_a_secret_in_it_is_masked() -> None:
    masked = redact(ASKED, Policy())
    memory = Memory("feature", "Disable the report", why=masked)
    assert SECRET not in masked

    assert "my boss" not in limited("none", memory).why


def test_the_agents_own_words_stay() -> None:
    memory = Memory("feature", "Disable the report", why="The cron entry sends a report")

    assert limited("none", memory).why == "The cron entry sends a report"
