from __future__ import annotations

from gitmem.git.pack import pack_since
from gitmem.model.note import NOTES_REF
from tests.support.git import GitDriver


def test_what_was_written_since_is_one_pack(committed: GitDriver) -> None:
    commit = committed.out("rev-parse", "HEAD")
    committed.add_note(commit, b"kind: change\ntitle: before\n")
    base = committed.out("rev-parse", NOTES_REF)
    loose = committed.out("count-objects")
    committed.add_note(commit, b"kind: change\ntitle: after\n")

    assert pack_since(committed.repo, NOTES_REF, base)

    assert committed.out("count-objects") == loose
    assert "packs: 1" in committed.out("count-objects", "-v").split("\n")
    assert b"after" in committed.show_note(commit)
    committed.run("fsck", "--strict")


def test_nothing_new_makes_no_pack(committed: GitDriver) -> None:
    committed.add_note(committed.out("rev-parse", "HEAD"), b"kind: change\ntitle: before\n")

    assert not pack_since(committed.repo, NOTES_REF, committed.out("rev-parse", NOTES_REF))
    assert not pack_since(committed.repo, "refs/notes/nothing", None)
