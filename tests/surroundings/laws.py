"""What must be true of the side with gitmem, whatever its surroundings.

- Each word that an agent was told stands in one memory, and goes on standing there.
- Each living commit that carries a change has its memory in its note, once; no other has.
- Nothing secret is in any note.
- ``gitmem log`` ends with 0 and shows what living commits remember.
- The repository is sound.

Which commit carries a change, git says, by the lines that the commit adds.  It is left open where a
change was ever taken out again, or where a commit holds none of its lines.
"""

from __future__ import annotations

import io
import json
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from gitmem.model.memory import to_fields
from gitmem.notes.codec import parse_note
from tests.surroundings.contents import LINES
from tests.surroundings.people import secret_of, word_of
from tests.surroundings.twins import Broken, Outcome, Side, Twins

GITMEM = [sys.executable, "-I", "-m", "gitmem"]
NOTES_REF = "refs/notes/claude-mem"
_ADDED = re.compile(rb"^([+-])change (\d+) line (\d+)", re.MULTILINE)
_SETTLED_SECONDS = 30


@dataclass
class Made:
    """What is known of the changes made so far.

    ``alone`` are those whose lines no commit holds; ``loose`` those that may be anywhere.
    ``held`` says what each holds.
    """

    told: set[int] = field(default_factory=set)
    held: dict[int, str] = field(default_factory=dict)
    alone: set[int] = field(default_factory=set)
    loose: set[int] = field(default_factory=set)
    known: set[str] = field(default_factory=set)


def gitmem(twins: Twins, *arguments: str) -> Outcome:
    """Run gitmem as the person, whose home is known when it is asked."""
    side = twins.ours
    home = side.environ(twins.now).get("HOME", str(side.home))
    return side.run([*GITMEM, *arguments], twins.now, extra={"HOME": home})


def settle(twins: Twins) -> bytes:
    """Ask for the log until the worker has nothing left to do; returns the log.

    Raises:
        Broken: it does not come to an end, or a command fails.
    """
    state = twins.ours.common / "gitmem"
    deadline = time.monotonic() + _SETTLED_SECONDS
    while True:
        done = gitmem(twins, "log", "--all", "--json")
        expect_success("gitmem log --all --json", done)
        if not (waiting := _waiting(state)):
            return done.out
        while waiting and time.monotonic() < deadline:
            time.sleep(0.1)
            waiting = _waiting(state)
        if waiting:
            raise Broken(f"work is left undone: {[path.name for path in waiting]}\n{log(twins)}")


def _waiting(state: Path) -> list[Path]:
    return [*(state / "queue").glob("*.job"), *state.glob("worker.pid")]


def expect_success(told: str, done: Outcome) -> None:
    """Fail unless the command ended with 0 and nothing of a bug."""
    if done.code != 0 or b"a bug" in done.err:
        shown = (done.out[-300:] + done.err[-1500:]).decode(errors="replace")
        raise Broken(f"{told}: exit {done.code}: {shown}")


def log(twins: Twins) -> str:
    """The end of gitmem's own log."""
    path = twins.ours.common / "gitmem/log"
    return path.read_text(errors="replace")[-1500:] if path.exists() else "(no log)"


def check(twins: Twins, made: Made) -> None:
    """Look at every law but the last.

    Raises:
        Broken: one does not hold.
    """
    printed = settle(twins)
    notes = _notes_at(twins.ours, twins.ours.common)
    ids = _check_words(twins, made, notes)
    lost = made.known - ids
    if lost:
        raise Broken(f"lost: {sorted(lost)}")
    made.known |= ids
    living = _carried(twins.twin, made)
    for number in sorted(made.told - made.loose - made.alone):
        _check_places(number, living, notes)
    _check_log(printed, made, living)


def check_sound(twins: Twins) -> None:
    """git finds nothing wrong with the repository that is not wrong in the twin, too."""
    asked = ("fsck", "--no-dangling", "--no-progress")
    wanted, found = (side.plumb(*asked, check=False) for side in (twins.twin, twins.ours))
    if wanted != found:
        raise Broken(f"fsck: {found.decode(errors='replace')}")


def check_remote(twins: Twins, made: Made) -> None:
    """The remote has all memories that a push and a sync were asked to bring there."""
    place = twins.ours.root / "remote.git"
    notes = _notes_at(twins.ours, place)
    text = "".join(whole for found in notes.values() for _, whole in found)
    gone = [number for number in made.told if word_of(number) not in text]
    if gone:
        raise Broken(f"not at the remote: {gone}\n{log(twins)}")


Notes = dict[str, list[tuple[str, str]]]
"""Commit → its memories: id, and everything in them as text."""


def _notes_at(side: Side, place: Path) -> Notes:
    git_dir = f"--git-dir={place}"
    listed = side.git.run(side.root, git_dir, "ls-tree", "-r", "-z", NOTES_REF, check=False)
    names = [entry.split()[2:] for entry in listed.decode().split("\0")[:-1]]
    asked = "".join(f"{blob}\n" for blob, _ in names).encode()
    printed = io.BytesIO(side.git.run(side.root, git_dir, "cat-file", "--batch", stdin=asked))
    notes: Notes = {}
    for _, path in names:
        content = printed.read(int(printed.readline().split()[2]))
        printed.readline()
        note = parse_note(content)
        if note.problems:
            raise Broken(f"the note of {path} cannot be read: {note.problems}")
        notes[path.replace("/", "")] = [
            (memory.id, json.dumps(to_fields(memory), ensure_ascii=False))
            for memory in note.memories
        ]
    return notes


def _check_words(twins: Twins, made: Made, notes: Notes) -> set[str]:
    """Each word in one memory, no secret in any; returns the ids of all memories."""
    texts = {name: text for found in notes.values() for name, text in found}
    for commit, found in notes.items():
        if len({name for name, _ in found}) < len(found):
            raise Broken(f"the note of {commit[:9]} holds a memory twice")
    for number in sorted(made.told):
        holders = [name for name, text in texts.items() if word_of(number) in text]
        if not holders:
            raise Broken(
                f"change {number}: its word is in no note\n({made.held[number]})\n{log(twins)}"
            )
        if len(holders) > 1 and number not in made.loose:
            at = {c[:9]: [n for n, _ in kept] for c, kept in notes.items()}
            raise Broken(f"change {number}: its word is told by {holders}: {at}\n{log(twins)}")
        if any(secret_of(number) in text for text in texts.values()):
            raise Broken(f"change {number}: its secret is not masked")
    return set(texts)


def _carried(side: Side, made: Made) -> dict[str, set[int]]:
    """Living commit → the changes all of whose lines it adds; merges carry none."""
    commits = side.plumb("rev-list", "--no-merges", side.head().decode(), "--branches")
    options = ("-r", "-p", "-U0", "--text", "--no-renames", "--root", "--no-ext-diff")
    printed = side.plumb("diff-tree", "--stdin", *options, stdin=commits)
    carried: dict[str, set[int]] = {}
    for part in re.split(rb"^(?=[0-9a-f]{40}$)", printed, flags=re.MULTILINE)[1:]:
        commit, lines = part[:40].decode(), dict[int, set[int]]()
        for sign, change, line in _ADDED.findall(part):
            if sign == b"+":
                lines.setdefault(int(change), set()).add(int(line))
            else:
                made.loose.add(int(change))
        carried[commit] = {number for number, found in lines.items() if len(found) == LINES}
    for commit in commits.decode().split():
        carried.setdefault(commit, set())
    return carried


def _check_places(number: int, living: dict[str, set[int]], notes: Notes) -> None:
    carriers = {commit for commit, changes in living.items() if number in changes}
    for commit in carriers:
        found = [name for name, text in notes.get(commit, []) if word_of(number) in text]
        if not found:
            at = [c for c, kept in notes.items() if any(word_of(number) in t for _, t in kept)]
            titles = [json.loads(t)["title"] for c in at for _, t in notes[c]]
            raise Broken(
                f"change {number} is carried by {commit[:9]} and remembered at"
                f" {[c[:9] for c in at]}, as {titles}"
            )
    for commit in living.keys() - carriers:
        if any(word_of(number) in text for _, text in notes.get(commit, [])):
            raise Broken(f"change {number} is remembered at {commit[:9]}, which does not carry it")


def _check_log(printed: bytes, made: Made, living: dict[str, set[int]]) -> None:
    for commit, changes in living.items():
        for number in changes & made.told - made.loose - made.alone:
            if word_of(number).encode() not in printed:
                raise Broken(f"gitmem log shows nothing of change {number} at {commit[:9]}")
