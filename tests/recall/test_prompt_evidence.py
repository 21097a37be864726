from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gitmem.index.cache import Index
from gitmem.model.memory import Memory
from gitmem.model.note import Note
from gitmem.notes.codec import document_of
from gitmem.recall.prompt_evidence import PromptEvidence, weigh_words

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "prompts"
TITLES = (
    "retry uploads with full jitter because the server throttles bursts",
    "parse ISO timestamps without a zone as UTC",
    "read the lockfile through parse_lockfile and reject duplicates",
    "upload chunks in parallel, four at a time",
    "draw the harvest calendar by moon phase",
    "keep the greenhouse sensors awake during frost",
    "water seedlings by the humidity of their own tray",
    "归档传感器的湿度读数，以便比较温室",
    "merge the orchard map from two surveys",
    "print labels for the seed bank with barcodes",
    "run the irrigation pump at night tariff",
    "commit sensor firmware only after its checksum matches",
)


@pytest.fixture
def index() -> Iterator[Index]:
    """An index of a repository about a garden."""
    with closing(Index.in_memory()) as index:
        notes = [
            (f"{number:040x}", Note((document_of(Memory("feature", title)),)))
            for number, title in enumerate(TITLES, 1)
        ]
        assert index.rebuild(notes, "tip")
        yield index


def called(index: Index, prompt: str) -> list[str]:
    evidence = weigh_words(index, prompt)
    return [title for place, title in enumerate(TITLES, 1) if evidence.fit(place) >= 1.0]


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("why do uploads retry with jitter?", 0),
        ("the irrigation pump doesn't stop at night", 10),
        ("温室的传感器湿度读数不对", 7),
        ("warum verwirft parse_lockfile meine Datei?", 2),
    ],
)
def test_words_of_a_memory_call_for_it_and_for_no_other(
    index: Index, prompt: str, place: int
) -> None:
    assert called(index, prompt) == [TITLES[place]]


def silent_prompts() -> list[str]:
    lines = (FIXTURES / "silent.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["prompt"] for line in lines]


def test_nods_orders_thanks_chatter_and_other_matters_call_for_nothing(index: Index) -> None:
    called_for = [prompt for prompt in silent_prompts() if weigh_words(index, prompt).calls]

    assert called_for == []


def test_one_word_calls_for_nothing_unless_only_code_writes_it(index: Index) -> None:
    assert not weigh_words(index, "barcodes?").calls
    assert weigh_words(index, "parse_lockfile?").calls


def test_what_nothing_here_knows_speaks_against(index: Index) -> None:
    alone = weigh_words(index, "the seed labels and their barcodes")
    among = weigh_words(
        index,
        "translate my essay on medieval lute music, labels, courtly poetry, barcodes, troubadours,"
        " Occitan manuscripts, parchment, illumination, vellum, monasteries and scriptoria, seed",
    )

    assert alone.calls
    assert among.strength_of == pytest.approx(alone.strength_of)
    assert not among.calls


def test_a_longer_prompt_about_the_same_is_answered_as_well(index: Index) -> None:
    prompt = "uploads retry with full jitter, yes? the server still throttles our bursts. " * 3

    assert called(index, prompt) == [TITLES[0]]


@pytest.mark.parametrize(
    "prompt", ["", "  \n", "the and of", "\"'()*:^-{}", "NEAR( AND OR NOT", "_"]
)
def test_nothing_said_is_no_evidence(index: Index, prompt: str) -> None:
    evidence = weigh_words(index, prompt)

    assert not evidence.calls
    assert not evidence.hints(is_trunk=False)


def test_an_empty_index_has_no_evidence() -> None:
    with closing(Index.in_memory()) as index:
        assert weigh_words(index, "why do uploads retry with jitter?") == PromptEvidence()


def test_the_prompts_that_are_measured_are_many_and_of_many_languages() -> None:
    rows = [
        json.loads(line)
        for line in (FIXTURES / "silent.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    answers = [
        json.loads(line)
        for path in sorted(FIXTURES.glob("answers-*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    later = [
        json.loads(line)
        for line in (FIXTURES / "sessions.jsonl").read_text(encoding="utf-8").splitlines()
    ]

    assert len(rows) >= 150
    assert len({row["language"] for row in rows}) >= 10
    assert len({row["prompt"] for row in rows}) == len(rows)
    assert len(answers) + sum(row["group"] == "answer" for row in later) >= 150
    assert all("prompt" not in row for row in later)
