"""Conversations that were rewound: only the one that was living in the end is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gitmem.agents.claude.adapter import read_transcript

SESSION = "11111111-2222-4333-8444-555555555555"


class Conversation:
    """Writes a transcript; each record follows the one before, or the one that it is told."""

    def __init__(self, path: Path) -> None:
        self.path = path / f"{SESSION}.jsonl"
        self.records: list[dict[str, Any]] = []
        self._last: str | None = None

    def add(self, kind: str, content: object, *, after: str | None = "", **more: object) -> str:
        number = len(self.records)
        name = f"00000000-0000-4000-8000-{number:012d}"
        parent = self._last if after == "" else after
        stamp = f"2026-11-28T10:{number // 60:02d}:{number % 60:02d}.000Z"
        record = {"parentUuid": parent, "uuid": name, "type": kind, "timestamp": stamp}
        message = {"role": kind, "content": content}
        self.records.append({**record, "message": message, "sessionId": SESSION, **more})
        self._last = name
        return name

    def say(self, text: str, *, after: str | None = "", **more: object) -> str:
        return self.add("assistant", [{"type": "text", "text": text}], after=after, **more)

    def told(self, **how: Any) -> list[str]:
        lines = (json.dumps(record, separators=(",", ":")) + "\n" for record in self.records)
        self.path.write_text("".join(lines), encoding="utf-8")
        return [event.text for event in read_transcript(self.path, **how).events if event.text]


def test_what_was_rewound_away_is_not_told(tmp_path: Path) -> None:
    talk = Conversation(tmp_path)
    first = talk.add("user", "Add caching.")
    talk.say("I chose Redis.")
    talk.add("user", "Keep it in memory instead.", after=first)
    talk.say("I chose lru_cache.")

    assert talk.told() == ["Add caching.", "Keep it in memory instead.", "I chose lru_cache."]


def test_the_first_prompt_said_in_other_words(tmp_path: Path) -> None:
    talk = Conversation(tmp_path)
    talk.add("user", "Add caching.", after=None)
    talk.say("I chose Redis.")
    talk.add("user", "Cache in memory.", after=None)
    talk.say("I chose lru_cache.")

    assert talk.told() == ["Cache in memory.", "I chose lru_cache."]


def test_a_commit_before_the_rewind_keeps_its_words(tmp_path: Path) -> None:
    """Read up to a moment, the conversation is the one that was living then."""
    talk = Conversation(tmp_path)
    first = talk.add("user", "Add caching.")
    talk.say("I chose Redis.")
    committed = 1_795_860_001.0  # 10:00:01
    talk.add("user", "Keep it in memory instead.", after=first)

    assert talk.told(until=committed) == ["Add caching.", "I chose Redis."]


def test_a_slice_that_begins_behind_where_the_person_went_back_to(tmp_path: Path) -> None:
    talk = Conversation(tmp_path)
    talk.add("user", "Add caching.")
    first = talk.say("Done.")
    talk.add("user", "Use Redis.")
    talk.say("Redis it is.")
    talk.add("user", "No, lru_cache.", after=first)
    talk.told()

    assert talk.told(first=2) == ["No, lru_cache."]


def test_a_compacted_conversation_was_not_rewound(tmp_path: Path) -> None:
    talk = Conversation(tmp_path)
    talk.add("user", "Add caching.")
    before = talk.say("I chose Redis.")
    talk.add("system", "", after=None, subtype="compact_boundary", logicalParentUuid=before)
    talk.add("user", "This session is being continued from a previous one", isCompactSummary=True)
    talk.add("user", "Go on with the tests.")

    assert talk.told()[:2] == ["Add caching.", "I chose Redis."]


def test_a_context_that_was_cleared_for_a_plan_was_not_rewound(tmp_path: Path) -> None:
    talk = Conversation(tmp_path)
    talk.add("user", "Plan the caching.", after=None)
    talk.say("I would take Redis.")
    talk.add("user", "Implement the following plan: Redis", after=None)

    assert "I would take Redis." in talk.told()


def test_parallel_calls_and_their_answers_all_stay(tmp_path: Path) -> None:
    talk = Conversation(tmp_path)
    talk.add("user", "Read both files.")
    calls = [
        talk.add("assistant", [{"type": "tool_use", "id": n, "name": "Read", "input": {}}])
        for n in ("a", "b")
    ]
    answers = [
        talk.add("user", [{"type": "tool_result", "tool_use_id": n, "content": n}], after=call)
        for n, call in zip("ab", calls, strict=True)
    ]
    talk.say("Both are read.", after=answers[0])
    talk.add("user", "Thanks.")

    assert talk.told() == ["Read both files.", "a", "b", "Both are read.", "Thanks."]


def test_a_prompt_whose_forerunner_nobody_saw_leaves_nothing(tmp_path: Path) -> None:
    """A line that could not be read is no rewind."""
    talk = Conversation(tmp_path)
    talk.add("user", "Add caching.")
    talk.say("I chose Redis.")
    talk.add("user", "Go on.", after="99999999-0000-4000-8000-000000000000")

    assert talk.told() == ["Add caching.", "I chose Redis.", "Go on."]


def test_what_a_hook_said_may_stand_in_front_of_the_prompt(tmp_path: Path) -> None:
    talk = Conversation(tmp_path)
    talk.add("user", "Add caching.")
    first = talk.say("Looking.")
    talk.add("user", "Use Redis.")
    talk.say("I chose Redis.")
    talk.add("attachment", "x", after=first)
    talk.add("system", "y")
    talk.add("user", "No, lru_cache.")
    talk.say("I chose lru_cache.")

    assert talk.told() == ["Add caching.", "Looking.", "No, lru_cache.", "I chose lru_cache."]


def test_a_late_attachment_leaves_no_answer_behind(tmp_path: Path) -> None:
    """Nobody rewinds to the middle of an answer."""
    talk = Conversation(tmp_path)
    talk.add("user", "Add caching.")
    first = talk.say("Looking.")
    talk.say("I chose Redis.")
    talk.add("attachment", "x", after=first)
    talk.add("user", "Thanks.")

    assert talk.told() == ["Add caching.", "Looking.", "I chose Redis.", "Thanks."]
