from __future__ import annotations

from hypothesis import given

from gitmem.model.items import items_of, shown_title, without_items
from gitmem.model.memory import Decision, Memory, RecordedError
from gitmem.model.text_roles import Role, texts_of
from tests.strategies import memories

_MEMORY = Memory(
    "decision",
    "title",
    why="the API throttles",
    what=("a fact", " "),
    decisions=(Decision("one table", "it is small", ("two tables", "a file")),),
    errors=(RecordedError("E: x", ("a.py:1", "b.py:2"), "pin it"),),
    next=("watch it",),
)


def test_every_word_comes_with_its_label_and_every_item_with_its_name() -> None:
    told = {item.name: [words.line for words in item.words] for item in items_of(_MEMORY)}

    assert told == {
        "why": ["why: the API throttles"],
        "what/0": ["a fact"],
        "decisions/0": [
            "decided: one table",
            "because: it is small",
            "rejected: two tables",
            "rejected: a file",
        ],
        "errors/0": ["error: E: x", "frames: a.py:1\nb.py:2", "resolved: pin it"],
        "next/0": ["next: watch it"],
    }


@given(memories())
def test_no_prose_is_forgotten(memory: Memory) -> None:
    """A field of prose that no item has is shown by nobody."""
    prose = list(texts_of(memory, (Role.PROSE, Role.FRAME)))
    told = "\n".join(words.text for item in items_of(memory) for words in item.words)

    assert all(text.strip()[-3:] in told for text in prose)


def test_shown_in_part_it_is_still_the_same_memory() -> None:
    part = without_items(_MEMORY, {"why", "decisions/0"})

    assert [item.name for item in items_of(part)] == ["what/0", "errors/0", "next/0"]
    assert part.id == _MEMORY.id
    assert without_items(_MEMORY, ()) is _MEMORY


def test_the_title_of_a_decision_does_not_say_so_again() -> None:
    assert shown_title(Memory("decision", "Decision: one table")) == "one table"
    assert shown_title(Memory("feature", "Decision: tables")) == "Decision: tables"
