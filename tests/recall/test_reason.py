"""One rule for what gives a reason, at a start, with a prompt and beside lines."""

from __future__ import annotations

import pytest

from gitmem.model.memory import Decision, Memory, Provenance, RecordedError
from gitmem.model.reason import gives_reason
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.at_start import context_for
from gitmem.recall.beside_file import context_of_file
from gitmem.recall.beside_lines import Passage
from gitmem.recall.with_prompt import context_of_prompt
from gitmem.refresh.refresh import refresh
from gitmem.state.settings import Settings
from tests.support.git import GitDriver

FILE = "src/notes.py"
TITLE = "Use `__future__.annotations`"
WORDS = ("Add the import", "Quote no names")
HISTORY = Provenance(compressor="history/3")
SESSION = Provenance(session="s0")
PERSON = Provenance(compressor="person/1")


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        (Memory("change", TITLE, provenance=HISTORY), False),
        (Memory("change", TITLE, what=("See #12",), provenance=HISTORY), False),
        (Memory("change", TITLE, what=WORDS, provenance=HISTORY), False),
        (Memory("change", TITLE, "It breaks on 3.9.", provenance=HISTORY), True),
        (Memory("change", TITLE, decisions=(Decision("quote"),), provenance=HISTORY), True),
        (Memory("change", TITLE, errors=(RecordedError("NameError"),), provenance=HISTORY), True),
        (Memory("change", TITLE, provenance=SESSION), False),
        (Memory("change", TITLE, what=(f"{TITLE.upper()}.",), provenance=SESSION), False),
        (Memory("change", TITLE, what=WORDS, provenance=SESSION), True),
        (Memory("change", TITLE, "It breaks on 3.9.", provenance=SESSION), True),
        (Memory("change", TITLE, next=("Do it in tests.",), provenance=SESSION), False),
        (Memory("gotcha", "Never sleep here: the loop hangs", provenance=PERSON), True),
    ],
)
def test_what_gives_a_reason(memory: Memory, expected: bool) -> None:
    assert gives_reason(memory) == expected


def everywhere(git: GitDriver, *, why: str = "", compressor: str) -> dict[str, bool]:
    """Where a memory with facts, of HEAD and its one file, is told."""
    text = "".join(f"import annotations_{number}\n" for number in range(6))
    commit = git.commit(TITLE, **{FILE.replace("/", "__"): text})
    origin = Provenance(
        commit=commit,
        time=git.out("log", "-1", "--format=%aI"),
        session="" if compressor.startswith("history/") else "s0",
        compressor=compressor,
    )
    memory = Memory("change", TITLE, why, WORDS, files_changed=(FILE,), provenance=origin)
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")
    refresh(git.repo).close()
    prompt, passage = f"what is {FILE} for?", Passage(((1, 6),))
    texts = {
        "at a start": context_for(git.repo, 450).text,
        "with a prompt": context_of_prompt(git.repo, "a", prompt, Settings()).text,
        "beside lines": context_of_file(git.repo, "b", "b", FILE, Settings(), passage).text,
        "beside a file": context_of_file(git.repo, "c", "c", FILE, Settings()).text,
    }
    return {name: "annotations" in text for name, text in texts.items()}


@pytest.mark.parametrize(
    ("compressor", "why", "expected"),
    [
        ("history/3", "", False),
        ("history/3", "It breaks on 3.9.", True),
        ("extractive/5", "", True),
    ],
)
def test_each_occasion_asks_for_the_same_reason(
    git: GitDriver, compressor: str, why: str, expected: bool
) -> None:
    told = everywhere(git, why=why, compressor=compressor)

    assert told == dict.fromkeys(told, expected)
