"""A labelled sample: pairs of memories that read alike, and whether they say the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gitmem.model.memory import Decision, Memory, RecordedError


@dataclass(frozen=True)
class Pair:
    """Two memories, whether they are one, and what the sample tests with them."""

    one: Memory
    other: Memory
    is_same: bool
    about: str


# Of the two files each line is a pair: what it is about :: title | why :: title | why.
_FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "alike"
_MEMORY_PAIRS = (
    Pair(
        Memory("decision", "How to retry", decisions=(Decision("retry in the transport"),)),
        Memory("decision", "How to retry", decisions=(Decision("retry in the caller"),)),
        False,
        "decision",
    ),
    Pair(
        Memory("bugfix", "The import crashes", errors=(RecordedError("KeyError: 'name'"),)),
        Memory("bugfix", "The import crashes", errors=(RecordedError("KeyError: 'id'"),)),
        False,
        "error",
    ),
    Pair(
        Memory("feature", "Log each request", why="Support asked."),
        Memory("bugfix", "Log each request", why="Support asked."),
        False,
        "kind",
    ),
    Pair(
        Memory("change", "Tidy up the module", why="It grew.", files_changed=("src/a.py",)),
        Memory("change", "Tidy up the module", why="It grew.", files_changed=("src/b.py",)),
        False,
        "files",
    ),
)


def alike_pairs() -> list[Pair]:
    """The whole sample."""
    return [*_parsed("same", True), *_parsed("different", False), *_MEMORY_PAIRS]


def _parsed(name: str, is_same: bool) -> list[Pair]:
    pairs = []
    for line in (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        about, one, other = line.split(" :: ")
        pairs.append(Pair(_memory(one), _memory(other), is_same, about))
    return pairs


def _memory(text: str) -> Memory:
    title, why = text.split(" | ")
    return Memory("change", title, why=why, files_changed=("src/part.py",))
