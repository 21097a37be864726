"""Whatever others do to the notes, in whatever order: no memory is lost, none is doubled, none
that was forgotten or replaced comes back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitmem.model.memory import Memory, Provenance, Tombstone
from gitmem.model.note import NOTES_REF
from gitmem.notes.codec import document_of, parse_note, tombstone_document
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh
from tests.strategies import scaled
from tests.support.git import GitDriver

_OURS = ("add", "add", "forget", "replace", "look")
_THEIRS = ("remove", "prune", "older", "unrelated", "delete", "overwrite", "merge", "branch", "gc")
_STRATEGIES = ("ours", "theirs", "union", "cat_sort_uniq")


@dataclass
class Story:
    """A repository, and the titles that each commit ought to have."""

    git: GitDriver
    commits: list[str]
    expected: dict[str, dict[str, str]] = field(default_factory=dict)
    states: list[str] = field(default_factory=list)
    count: int = 0

    @property
    def store(self) -> NoteStore:
        return NoteStore(self.git.repo)

    def tip(self) -> str:
        return self.git.out("rev-parse", "--verify", "-q", NOTES_REF)

    def memory(self, commit: str, **fields: object) -> Memory:
        self.count += 1
        origin = Provenance(commit=commit, time=f"2026-01-01T00:00:{self.count % 60:02}Z")
        memory = Memory("change", f"m{self.count}", provenance=origin, **fields)  # type: ignore[arg-type]
        self.expected.setdefault(commit, {})[memory.id] = memory.title
        return memory

    def add(self, commit: str) -> None:
        memory = self.memory(commit)
        self.store.add({commit: [document_of(memory)]}, "notes: add")
        self.states.append(self.tip())

    def forget(self, commit: str) -> None:
        if known := self.expected.get(commit):
            name = next(iter(known))
            del known[name]
            stone = tombstone_document(Tombstone(name, "2026-11-20"))
            self.store.add({commit: [stone]}, "notes: forget")

    def replace(self, commit: str) -> None:
        """As a capture does when its turn has ended, of a memory that is there."""
        self.look()
        if known := self.expected.get(commit):
            name = list(known)[-1]
            del known[name]
            final = document_of(self.memory(commit, supersedes=(name,)))
            self.store.add({commit: [final]}, "notes: complete", without=[name])
            # A union with an older state would rightly hold both.
            self.states = [self.tip()]
            self.git.run("update-ref", "-d", "refs/notes/other")

    def look(self) -> None:
        refresh(self.git.repo).close()

    def found(self) -> dict[str, list[str]]:
        """What git itself reads, parsed; foreign documents and plain words apart."""
        notes = {}
        for line in self.git.out("notes", "--ref", "claude-mem", "list").splitlines():
            blob, commit = line.split()
            note = parse_note(self.git.run("cat-file", "blob", blob).stdout)
            ours = (one for one in note.documents if one.memory and not one.is_plain)
            if titles := sorted(one.memory.title for one in ours if one.memory):
                notes[commit] = titles
        return notes

    def clobber(self, what: str, data: st.DataObject) -> None:
        run, notes = self.git.run, ("notes", "--ref", "claude-mem")
        commit = data.draw(st.sampled_from(self.commits))
        if what == "remove":
            run(*notes, "remove", "--ignore-missing", commit)
        elif what == "prune":
            run(*notes, "prune")
        elif what == "older" and self.states:
            run("update-ref", NOTES_REF, data.draw(st.sampled_from(self.states)))
        elif what == "unrelated":
            run("update-ref", NOTES_REF, self.commits[0])
        elif what == "delete":
            run("update-ref", "-d", NOTES_REF)
        elif what == "overwrite":
            run(*notes, "add", "-f", "-m", "by a person", commit)
        elif what == "branch" and self.tip_is_there():
            run("update-ref", "refs/notes/other", NOTES_REF)
        elif what == "merge" and self.tip_is_there():
            if run("rev-parse", "--verify", "-q", "refs/notes/other", check=False).returncode == 0:
                strategy = data.draw(st.sampled_from(_STRATEGIES))
                run(*notes, "merge", "-q", "-s", strategy, "other")
        elif what == "gc":
            run("reflog", "expire", "--expire=now", "--all")
            run("gc", "-q", "--prune=now")
            reachable = set(self.git.out("rev-list", "--all").split())
            self.states = [state for state in self.states if state in reachable]

    def tip_is_there(self) -> bool:
        return bool(self.git.run("rev-parse", "-q", "--verify", NOTES_REF, check=False).stdout)


@settings(max_examples=scaled(30))
@given(data=st.data())
def test_no_memory_is_lost_doubled_or_brought_back(
    tmp_path_factory: pytest.TempPathFactory, home: Path, data: st.DataObject
) -> None:
    git = GitDriver(tmp_path_factory.mktemp("laws") / "repo", home).init()
    git.run("config", "user.name", "Ada Author")
    git.run("config", "user.email", "ada@example.com")
    story = Story(git, [git.commit(f"c{n}") for n in range(2)])
    story.add(story.commits[0])
    story.look()
    for _ in range(data.draw(st.integers(1, 9), "steps")):
        step = data.draw(st.sampled_from(_OURS + _THEIRS))
        if step == "look":
            story.look()
        elif step in _OURS:
            getattr(story, step)(data.draw(st.sampled_from(story.commits)))
        else:
            story.look()  # what nobody has looked at since it was written, nobody can miss
            story.clobber(step, data)
    story.look()

    wanted = {commit: sorted(known.values()) for commit, known in story.expected.items() if known}
    assert wanted == story.found()
    assert not git.run("fsck", "--strict").stderr.replace(b"notice: HEAD points", b"")
