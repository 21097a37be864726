from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gitmem.model.memory import Citation, Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.guard import samples
from tests.support.capture import memories_on, session_in
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.writer import written

SECRET = samples.KEYS["github-token"]


@pytest.fixture
def told(committed: GitDriver) -> GitDriver:
    """A commit with a memory, its transcript here, and a secret in it."""
    writer = session_in(committed)
    writer.prompt("Our quota is 5 requests a second. Please add a limiter to the client.")
    writer.say(f"The token {SECRET} was in the log, therefore it is rotated.\x1b[2J")
    writer.write("limiter.py", "x = 1\n").say("Done.")
    committed.write("limiter.py", "x = 1\n")
    committed.now = int(writer.now) - 59
    memory = Memory(
        "feature", "Limiter", why="Our quota is 5 requests", files_changed=("limiter.py",)
    )
    written(committed, committed.commit("Add a limiter"), memory)
    return committed


def forge(git: GitDriver, *citations: Citation) -> Memory:
    """HEAD's memory, changed to cite this."""
    commit = git.out("rev-parse", "HEAD")
    (memory,) = memories_on(git, commit)
    changed = replace(memory, citations=citations)
    NoteStore(git.repo).add({commit: [document_of(changed)]}, "notes: test", without={memory.id})
    return changed


def test_what_is_right_ends_well(told: GitDriver) -> None:
    done = gitmem(told, "verify")

    assert done.returncode == 0
    assert "checked: id, commit, files, why" in done.stdout
    assert "wrong:" not in done.stdout
    assert done.stdout.splitlines()[-1].startswith("1 memory: ")
    assert ", 0 wrong, " in done.stdout


def test_what_is_wrong_is_named_and_fails(told: GitDriver) -> None:
    forge(told, Citation("why", (0,), "Our quota is 500 requests"))

    done = gitmem(told, "verify", "HEAD")

    assert done.returncode == 1
    assert "wrong: why: the quotation does not stand in record 0" in done.stdout


def test_json_is_an_object_for_each_memory(told: GitDriver) -> None:
    memory = forge(told, Citation("why", (0,), "Our quota is 500 requests"))

    done = gitmem(told, "verify", memory.id[:9], "--json")

    (line,) = done.stdout.splitlines()
    fields = json.loads(line)
    assert done.returncode == 1
    assert fields["id"] == memory.id
    found = {check["subject"]: check["verdict"] for check in fields["checks"]}
    assert (found["commit"], found["why"]) == ("right", "wrong")


def test_a_range_without_memories_is_fine(told: GitDriver) -> None:
    done = gitmem(told, "verify", "HEAD..HEAD")

    assert (done.returncode, done.stdout) == (
        0,
        "0 memories: 0 checks right, 0 wrong, 0 not checkable\n",
    )


def test_an_unknown_name_is_refused(told: GitDriver) -> None:
    assert gitmem(told, "verify", "nowhere").returncode == 13


def test_evidence_stands_beside_the_claim(told: GitDriver) -> None:
    done = gitmem(told, "show", "--evidence")

    assert done.returncode == 0
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("    why: Our quota")]
    _, said = line.split(" | ")
    assert said.startswith("right: it stands")
    assert "a person:" in done.stdout
    assert str(session_in(told).path.name)[:20] in done.stdout


def test_no_secret_and_no_escape_is_shown(told: GitDriver) -> None:
    forge(told, Citation("why", (1,), "was in the log, therefore it is rotated"))

    for options in ((), ("--json",)):
        done = gitmem(told, "show", "--evidence", *options)
        assert "[masked:" in done.stdout
        assert "therefore it is rotated" in done.stdout
        assert SECRET not in done.stdout
        assert "\x1b" not in done.stdout


def test_evidence_as_json_has_the_records_by_name(told: GitDriver) -> None:
    fields = json.loads(gitmem(told, "show", "HEAD", "--evidence", "--json").stdout)

    (memory,) = fields["evidence"]
    why = next(item for item in memory["items"] if item["subject"] == "why")
    assert why["verdict"] == "right"
    assert why["records"][0]["speaker"] == "a person"
    assert fields["memories"][0]["id"] == memory["id"]


def test_without_the_transcript_it_is_said_where_to_look(told: GitDriver) -> None:
    session_in(told).path.unlink()

    done = gitmem(told, "show", "--evidence")

    assert done.returncode == 0
    assert "is not on this machine" in done.stdout
    assert "~/.claude/projects/*/" in done.stdout
    assert "cannot be checked: its transcript is not here" in done.stdout


def test_what_history_tells_is_looked_up_in_the_message(committed: GitDriver) -> None:
    commit = committed.commit("Use a limiter\n\nThe quota is 5 requests a second.", a="1\n")
    origin = Provenance(commit=commit, compressor="history/1")
    memory = Memory("change", "t", why="The quota is 5 requests a second.", what=("Redis",))
    document = document_of(replace(memory, provenance=origin))
    NoteStore(committed.repo).add({commit: [document]}, "notes: test")

    shown = gitmem(committed, "show", "--evidence").stdout
    checked = gitmem(committed, "verify").stdout

    assert "right: it stands in the commit's message" in shown
    assert "checked: id, commit, why" in checked
    assert "what/0: it is not word for word in the commit's message" in checked


def test_a_hostile_note_drives_no_terminal(committed: GitDriver) -> None:
    commit = committed.out("rev-parse", "HEAD")
    hostile = "\x1b]0;owned\x07\x1b[2J\u202e"
    memory = Memory(
        "change",
        f"t{hostile}",
        why=f"w{hostile}",
        supersedes=(f"m{hostile}",),
        files_changed=(f"f{hostile}",),
        citations=(Citation(f"what/9{hostile}", (1,), f"q{hostile}"),),
        provenance=Provenance(commit=commit, session=f"s{hostile}", agent=f"claude-code{hostile}"),
    )
    NoteStore(committed.repo).add({commit: [document_of(memory)]}, "notes: test")

    for arguments in (
        ("verify",),
        ("show", "--evidence"),
        ("verify", "--json"),
        ("show", "--evidence", "--json"),
    ):
        done = gitmem(committed, *arguments)
        assert done.returncode in (0, 1)
        assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout + done.stderr)
