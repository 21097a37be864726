from __future__ import annotations

import random
import subprocess
import time

import pytest

from gitmem.model.memory import Memory
from gitmem.model.note import NOTES_REF
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.state.scrub_intent import has_scrub_intent
from tests.support.cli import GITMEM, gitmem
from tests.support.git import GitDriver

pytestmark = pytest.mark.slow

SECRET = "sw0rdfish"
_KILLS = 30


def test_a_scrub_killed_at_any_moment_is_finished_by_the_next(committed: GitDriver) -> None:
    """No memory is lost on the way, and in the end nothing holds the secret."""
    commits = [committed.commit(f"commit {number}") for number in range(30)]
    for number, commit in enumerate(commits):
        why = f"opens with {SECRET}" if number % 3 == 0 else "is green"
        memory = Memory("change", f"title {number}", why=why)
        NoteStore(committed.repo).add({commit: [document_of(memory)]}, "notes: test")
    chance = random.Random(4)
    for _ in range(_KILLS):
        with subprocess.Popen(
            [*GITMEM, "scrub", SECRET],
            cwd=committed.path,
            env=committed.env(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            time.sleep(chance.uniform(0.1, 1.6))
            process.kill()
        titles = {m.title for _, note in NoteStore(committed.repo) for m in note.memories}
        assert titles == {f"title {number}" for number in range(30)}

    if has_scrub_intent(committed.repo):
        done = gitmem(committed, "log")  # whatever comes next
    else:  # it was killed before it had begun
        done = gitmem(committed, "scrub", SECRET)

    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert not has_scrub_intent(committed.repo)
    listed = committed.run("rev-list", "--objects", "--no-object-names", NOTES_REF).stdout
    assert SECRET.encode() not in committed.run("cat-file", "--batch", stdin=listed).stdout
    assert committed.run("fsck", "--no-dangling").stdout == b""
