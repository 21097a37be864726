"""Documents with every known field in every odd form: one that somebody else wrote must not keep
what all others wrote from being found, and no command may fail for it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from contextlib import closing

import pytest

from gitmem.index.memories import live_memories
from gitmem.model.memory import FieldError, Json, content_id, from_fields, to_fields
from gitmem.refresh.refresh import refresh
from tests.cli.test_processes import WAYS
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.memories import NOTES_REF, remember
from tests.support.prepared import prepared

_ODD: list[Json] = [
    None, True, False, 0, -1, 7, 10**17, 1.5, -0.0, 1e300, "", "x", "\x1b[31m", "m" + "0" * 20,
    "2026-01-01T00:00:00Z", [], [None], ["a", 5], [[]], [{}], [{"chose": []}], {}, {"a": {"b": []}},
    {"changed": 5}, {"message": None}, [{"message": {}, "frames": "x"}], [3, 1], ["x"] * 50,
]  # fmt: skip
_FIELDS = (
    "id", "schema", "kind", "title", "why", "what", "decisions", "errors", "next", "concepts",
    "tags", "files", "symbols", "terms", "supersedes", "citations", "provenance", "forgotten",
    "abandoned", "by", "x-unknown",
)  # fmt: skip
_OF_PROVENANCE = (
    "commit", "patch-id", "change-id", "picked-from", "branch", "author", "time", "agent",
    "session", "records", "compressor", "model", "links", "tokens", "source",
)  # fmt: skip


def documents(count: int, seed: int) -> list[dict[str, Json]]:
    """Memories of this schema and of later ones, most with some field of another form."""
    draw = random.Random(seed)
    found = []
    for number in range(count):
        fields: dict[str, Json] = {"kind": "gotcha", "title": f"odd {number}"}
        fields["schema"] = draw.choice([1, 2, 2, 2, 3, 10**17, 2, -1])
        for name in draw.sample(_FIELDS, draw.randint(1, 4)):
            if name not in ("kind", "title") or draw.random() < 0.1:
                fields[name] = draw.choice(_ODD)
        if draw.random() < 0.5:
            chosen = draw.sample(_OF_PROVENANCE, draw.randint(1, 4))
            fields["provenance"] = {name: draw.choice(_ODD) for name in chosen}
        if draw.random() < 0.2:
            fields["files"] = {"changed": draw.choice(_ODD), "read": draw.choice(_ODD)}
        found.append(fields)
    return found


def render(all_fields: list[dict[str, Json]]) -> str:
    return "".join(f"---\n{json.dumps(fields)}\n" for fields in all_fields)


@prepared
def beside(git: GitDriver) -> GitDriver:
    """Set up, with a memory of ours at each of two commits."""
    for number in range(2):
        git.commit(f"c{number}", **{"price.py": f"cents = {number}\n"})
        remember(git, f"ours {number}")
    assert gitmem(git, "init").returncode == 0
    return git


def add_odd(git: GitDriver, found: list[dict[str, Json]]) -> None:
    """Some beside a memory of ours, and some at a commit of their own."""
    half = len(found) // 2
    head = git.out("rev-parse", "HEAD")
    git.add_note(head, git.show_note(head).decode() + render(found[:half]))
    commit = git.commit("odd")
    git.add_note(commit, render(found[half:]))


@pytest.mark.parametrize("seed", range(4))
def test_what_is_read_is_read_again_and_keeps_its_id(seed: int) -> None:
    read = 0
    for fields in documents(500, seed):
        try:
            memory = from_fields(fields)
        except FieldError:
            continue
        read += 1
        stored: Mapping[str, Json] = json.loads(json.dumps(to_fields(memory)))
        assert from_fields(stored) == memory
        assert from_fields(stored).id == memory.id == content_id(fields)
    assert read > 150


@pytest.mark.parametrize("seed", range(2))
def test_every_command_goes_on_and_ours_are_shown(beside: GitDriver, seed: int) -> None:
    add_odd(beside, documents(200, seed))
    wrong = []
    for name, arguments in WAYS.items():
        if name in ("uninstall", "init", "scrub", "import"):
            continue
        done = gitmem(beside, name, *arguments)
        if (
            done.returncode not in (0, 1, 2, 23)
            or "Traceback" in done.stderr
            or "bug" in done.stderr
        ):
            wrong.append((name, done.returncode, done.stderr[-500:]))

    assert wrong == []
    shown = gitmem(beside, "log").stdout
    assert "ours 0" in shown
    assert "ours 1" in shown
    assert "ours" in gitmem(beside, "search", "ours").stdout
    with closing(refresh(beside.repo)) as index:
        later = [stored.memory for stored in live_memories(index) if stored.memory.schema > 1]
    assert len(later) > 20  # those of a later schema are shown as far as they go


def test_scrubbing_beside_them_works(beside: GitDriver) -> None:
    add_odd(
        beside,
        [*documents(100, 9), {"kind": "gotcha", "title": "hunter22", "schema": 2, "why": []}],
    )

    done = gitmem(beside, "scrub", "hunter22")

    assert done.returncode == 0, done.stderr
    assert "hunter22" not in beside.out("grep", "-h", "title", NOTES_REF)
    assert "ours 1" in gitmem(beside, "log").stdout


def test_two_without_an_id_are_two(beside: GitDriver) -> None:
    """An edit that takes one away is no replacement by the other: it comes back."""
    head = beside.out("rev-parse", "HEAD")
    one: dict[str, Json] = {"kind": "gotcha", "title": "without id 1"}
    two: dict[str, Json] = {"kind": "gotcha", "title": "without id 2"}
    beside.add_note(head, render([one]))
    gitmem(beside, "log")
    beside.add_note(head, render([two]))

    shown = gitmem(beside, "log").stdout

    assert "without id 1" in shown
    assert "without id 2" in shown
