"""Stories: session slices that were read whole and labelled, as sentences with roles.

The labels are numbers of sentences (``tests/fixtures/stories/labels.jsonl`` and, where the
workplace has it, ``../shared/gold``); the words lie in the real sessions beside them.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from gitmem.agents.claude.adapter import read_transcript
from gitmem.agents.codex.adapter import Codex
from gitmem.agents.slice import slice_of
from gitmem.compress.offline.cues import Cues, can_be_told, cues_of
from gitmem.compress.offline.dialogue import Sentence, dialogue_of
from gitmem.compress.offline.role_model import StoryRole
from gitmem.model.change import Change
from gitmem.model.instant import parse_iso_time
from gitmem.model.session import Slice, Transcript
from tests.bench.real_sessions import FOLDER, change_of, worktrees_of

LABELS = Path(__file__).resolve().parents[1] / "fixtures" / "stories" / "labels.jsonl"
GOLD = FOLDER.parent / "gold" / "gold.jsonl"
_FOLDERS = {
    "entireio/cli": "sessions",
    "entireio/skills": "sessions-skills",
    "EntityProcess/agentv": "sessions-agentv",
}
_START = 60  # characters by which a sentence is found again


@dataclass(frozen=True)
class Story:
    """A labelled slice and the commit it led to."""

    name: str
    source: str
    part: Slice
    change: Change | None
    labels: Mapping[str, Any]


@dataclass(frozen=True)
class Example:
    """A sentence of a story with its cues and its roles."""

    story: str
    source: str
    sentence: Sentence
    cues: Cues
    roles: frozenset[StoryRole]


def require_stories() -> None:
    """End with a clear word where the sessions are not at hand."""
    if not (FOLDER / "manifest.jsonl").is_file():
        raise SystemExit("../shared/sessions is not here: the labelled stories have no words")


def gold_stories() -> Iterator[Story]:
    """The stories of ``../shared/gold``."""
    for line in GOLD.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield _story(row, row["labels"])


def labelled_stories() -> Iterator[Story]:
    """The stories that this project labelled itself."""
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield _story(row, row)


def examples_of(story: Story) -> list[Example]:
    """The sentences that may be told at all; one said twice has the roles of both places."""
    dialogue = dialogue_of(story.part.events)
    numbered = dict(enumerate(dialogue.sentences, 1))
    roles: dict[frozenset[str], set[StoryRole]] = {}
    for role, numbers in _numbers(story.labels).items():
        for number in numbers:
            if number in numbered and numbered[number].stems:
                roles.setdefault(numbered[number].stems, set()).add(role)
    return [
        Example(story.name, story.source, sentence, cues, frozenset(roles.get(sentence.stems, ())))
        for sentence, cues in zip(dialogue.sentences, cues_of(dialogue, story.change), strict=True)
        if can_be_told(sentence)
    ]


def _numbers(labels: Mapping[str, Any]) -> dict[StoryRole, list[int]]:
    return {
        StoryRole.WHY: labels["why"],
        StoryRole.FACT: labels["facts"],
        StoryRole.DECISION: [n for decision in labels["decisions"] for n in decision["n"]],
    }


def _story(row: Mapping[str, Any], labels: Mapping[str, Any]) -> Story:
    transcript = _read(row)
    part = slice_of(transcript, "/nowhere", worktrees_of(transcript, _known_paths(row["source"])))
    story = Story(
        f"{row['source']} {row['commit'][:10]} {row['session'][:8]}",
        row["source"],
        part,
        _change(row),
        {**labels, "commit": row["commit"], "session": row["session"]},
    )
    return _renumber(story, row["sentences"]) if "sentences" in row else story


def _renumber(story: Story, told: list[list[str]]) -> Story:
    """The labels by the numbers of our own sentences: the gold leaves out some short ones."""
    ours = dialogue_of(story.part.events).sentences
    numbers: dict[int, int] = {}
    place = 0
    for number, (_, text) in enumerate(told, 1):
        for at in range(place, len(ours)):
            if ours[at].text[:_START] == text[:_START]:
                numbers[number], place = at + 1, at + 1
                break
    labels = story.labels
    moved = {
        **labels,
        "why": [numbers[n] for n in labels["why"] if n in numbers],
        "facts": [numbers[n] for n in labels["facts"] if n in numbers],
        "decisions": [
            {**decision, "n": [numbers[n] for n in decision["n"] if n in numbers]}
            for decision in labels["decisions"]
        ],
    }
    return Story(story.name, story.source, story.part, story.change, moved)


def _read(row: Mapping[str, Any]) -> Transcript:
    packed = FOLDER.parent / _FOLDERS[row["source"]] / row["transcript"]
    lines = gzip.decompress(packed.read_bytes()).splitlines(keepends=True)
    first, end = row["lines"]
    is_codex = b'"session_meta"' in lines[0] or b'"response_item"' in b"".join(lines[:5])
    head = lines[:1] if is_codex and first else []
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"{row['session']}.jsonl"
        path.write_bytes(b"".join([*head, *lines[first:end]]))
        return Codex({"HOME": scratch}).read(path) if is_codex else read_transcript(path)


@lru_cache(maxsize=8)
def _manifest(source: str) -> dict[str, dict[str, Any]]:
    path = FOLDER.parent / _FOLDERS[source] / "manifest.jsonl"
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row["commit"], row)
    return found


@lru_cache(maxsize=8)
def _known_paths(source: str) -> frozenset[str]:
    return frozenset(path for row in _manifest(source).values() for path in row["files"])


def _change(row: Mapping[str, Any]) -> Change | None:
    commit = _manifest(row["source"]).get(row["commit"])
    if commit is None:
        return None
    moment = parse_iso_time(commit["commit_time"])
    assert moment is not None, commit["commit_time"]
    return change_of({**commit, "t": moment.timestamp()}, commit["subject"])
