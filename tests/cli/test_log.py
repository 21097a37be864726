from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from dataclasses import replace

import pytest

from gitmem.model.memory import Decision, Memory, Provenance, Tombstone
from gitmem.notes.codec import document_of, tombstone_document
from gitmem.notes.store import NoteStore
from gitmem.state.pending import Pending, PendingStore
from tests.docs.generate import DOCS
from tests.support.cli import GITMEM, gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared


def remember(git: GitDriver, commit: str, title: str, kind: str = "decision") -> Memory:
    memory = Memory(kind, title, why=f"why {title}", provenance=Provenance(commit=commit))
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")
    return memory


@prepared
def story(git: GitDriver) -> GitDriver:
    """Three commits on main: two remembered, one not."""
    git.commit("start", **{"README.md": "x\n"})
    remember(git, git.commit("exact prices", **{"src__price.py": "1\n"}), "Cents are integers")
    git.run("tag", "middle")
    git.commit("typo", **{"README.md": "y\n"})
    remember(
        git, git.commit("mend tax", **{"src__tax.py": "1\n"}), "Tax rounds half even", "bugfix"
    )
    return git


def titles(output: str) -> list[str]:
    known = ("Cents are integers", "Tax rounds half even")
    found = [(output.index(title), title) for title in known if title in output]
    return [title for _, title in sorted(found)]


def test_commits_with_memories_are_shown_newest_first(story: GitDriver) -> None:
    done = gitmem(story, "log")

    assert done.returncode == 0
    assert titles(done.stdout) == ["Tax rounds half even", "Cents are integers"]
    assert "typo" not in done.stdout
    assert "why Cents are integers" in done.stdout


def test_without_a_terminal_there_are_no_colours(story: GitDriver) -> None:
    assert "\x1b" not in gitmem(story, "log").stdout
    assert "\x1b" in gitmem(story, "log", "--color=always").stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-n", "1"], ["Tax rounds half even"]),
        (["-n", "0"], []),
        (["middle"], ["Cents are integers"]),
        (["middle..HEAD"], ["Tax rounds half even"]),
        (["--kind", "bugfix"], ["Tax rounds half even"]),
        (["--", "src/price.py"], ["Cents are integers"]),
        (["src/price.py"], ["Cents are integers"]),
        (["--author", "nobody"], []),
        (["--author", "Ada"], ["Tax rounds half even", "Cents are integers"]),
        (["--since", "2030-01-01"], []),
        (["--all"], ["Tax rounds half even", "Cents are integers"]),
    ],
)
def test_selection_is_gits(story: GitDriver, arguments: list[str], expected: list[str]) -> None:
    done = gitmem(story, "log", *arguments)

    assert done.returncode == 0, done.stderr
    assert titles(done.stdout) == expected


def test_paths_are_relative_to_where_one_stands(story: GitDriver) -> None:
    done = gitmem(story, "log", "price.py", place=story.path / "src")

    assert titles(done.stdout) == ["Cents are integers"]


def test_oneline_is_one_line_a_memory(story: GitDriver) -> None:
    lines = gitmem(story, "log", "--oneline").stdout.splitlines()

    assert len(lines) == 2
    assert lines[0].startswith(story.out("rev-parse", "--short=7", "HEAD"))
    assert "Tax rounds half even" in lines[0]


def test_json_is_one_object_a_commit(story: GitDriver) -> None:
    lines = gitmem(story, "log", "--json").stdout.splitlines()

    first = json.loads(lines[0])
    assert len(lines) == 2
    assert first["commit"] == story.out("rev-parse", "HEAD")
    assert first["memories"][0]["title"] == "Tax rounds half even"
    assert first["memories"][0]["id"].startswith("m")


def test_pending_work_comes_first_when_asked_for(story: GitDriver) -> None:
    memory = Memory("session", "half done", provenance=Provenance(session="s"))
    PendingStore(story.repo).put(Pending(memory, str(story.path)))

    assert "half done" not in gitmem(story, "log").stdout
    output = gitmem(story, "log", "--pending").stdout
    assert output.index("half done") < output.index("Tax rounds half even")


def test_show_takes_a_commit_and_an_id(story: GitDriver) -> None:
    memory = Memory("gotcha", "Mind the gap", provenance=Provenance(commit="x"))
    commit = story.out("rev-parse", "middle")
    NoteStore(story.repo).add({commit: [document_of(memory)]}, "notes: test")

    assert "Mind the gap" in gitmem(story, "show", "middle").stdout
    by_id = gitmem(story, "show", memory.id[:9]).stdout
    assert "Mind the gap" in by_id
    assert "Cents are integers" not in by_id


def test_a_terminal_gets_colours_and_gits_pager(story: GitDriver) -> None:
    environ = {**story.env(), "GIT_PAGER": "cat", "TERM": "xterm-256color", "COLUMNS": "80"}
    ours, theirs = pty.openpty()
    with subprocess.Popen([*GITMEM, "log"], cwd=story.path, env=environ, stdout=theirs) as process:
        os.close(theirs)
        seen = b""
        try:
            while chunk := os.read(ours, 4096):
                seen += chunk
        except OSError:
            pass  # the other side is closed: that is how a pty ends
    os.close(ours)

    assert process.returncode == 0
    assert b"\x1b[" in seen
    assert b"Cents are integers" in seen


def test_a_reader_who_has_enough_is_no_failure(story: GitDriver) -> None:
    command = (
        " ".join([*GITMEM, "log", "--json"]) + " | head -n 1 >/dev/null; echo ${PIPESTATUS[0]}"
    )
    done = subprocess.run(
        ["bash", "-c", command], cwd=story.path, env=story.env(), capture_output=True, check=True
    )

    assert done.stdout.strip() == b"0"
    assert done.stderr == b""


def test_the_text_of_a_pull_request(story: GitDriver) -> None:
    told = gitmem(story, "log", "middle~..HEAD", "--format", "markdown").stdout
    turned = gitmem(story, "log", "middle~..HEAD", "--reverse", "--format", "markdown").stdout

    assert titles(told) == ["Cents are integers", "Tax rounds half even"]
    assert turned == told
    assert told.count("\n\n### ") == 1
    assert "\n\nwhy Tax rounds half even\n" in told


@pytest.mark.parametrize(("form", "flag"), [("oneline", "--oneline"), ("json", "--json")])
def test_each_form_has_its_name(story: GitDriver, form: str, flag: str) -> None:
    assert gitmem(story, "log", "--format", form).stdout == gitmem(story, "log", flag).stdout
    assert gitmem(story, "log", "--format", "full").stdout == gitmem(story, "log").stdout


def test_two_forms_at_once_are_refused(story: GitDriver) -> None:
    done = gitmem(story, "log", "--format", "markdown", "--json")

    assert done.returncode == 2
    assert "cannot be used together" in done.stderr


def test_the_oldest_first_of_the_newest(story: GitDriver) -> None:
    assert titles(gitmem(story, "log", "--reverse").stdout) == [
        "Cents are integers",
        "Tax rounds half even",
    ]
    assert titles(gitmem(story, "log", "--reverse", "-n", "1").stdout) == ["Tax rounds half even"]


def test_a_reader_who_is_gone_is_no_failure(story: GitDriver) -> None:
    command = [*GITMEM, "log", "--format", "json"]
    process = subprocess.Popen(
        command, cwd=story.path, env=story.env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()

    assert process.wait() == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""


def test_a_decision_is_a_numbered_record_written_once(story: GitDriver) -> None:
    decision = Decision("Round half to even", "the law says so", ("round half up",))
    memory = Memory("decision", "How to round", why="Cents were lost.", decisions=(decision,))
    note = {story.out("rev-parse", "HEAD"): [document_of(memory)]}
    NoteStore(story.repo).add(note, "notes: test")
    story.write("docs/adr/007-an-old-one.md", "# 7. An old one\n")
    done = gitmem(story, "log", "--format", "adr", "-o", "docs/adr")
    again = gitmem(story, "log", "--format", "adr", "-o", "docs/adr")

    names = sorted(path.name for path in (story.path / "docs/adr").iterdir())
    assert names == [
        "007-an-old-one.md",
        "008-cents-are-integers.md",
        "009-round-half-to-even.md",
    ], done.stderr
    page = (story.path / "docs/adr/009-round-half-to-even.md").read_text("utf-8")
    assert page.startswith("# 9. Round half to even\n")
    assert "## Considered options\n\n- Round half to even (chosen)\n- round half up\n" in page
    assert "Because: the law says so\n" in page
    assert (again.stdout, "Nothing was written" in again.stderr) == ("", True)
    assert "# Round half to even" in gitmem(story, "log", "--format", "adr").stdout


def test_a_folder_goes_with_records_alone(story: GitDriver) -> None:
    assert gitmem(story, "log", "--format", "html", "-o", "x").returncode == 2
    assert gitmem(story, "log", "-o", "x").returncode == 2
    assert gitmem(story, "log", "--format", "html").stdout.startswith("<article>\n<h3>")


@pytest.mark.parametrize(
    "arguments", [["-odocs/adr"], ["--output", "docs/adr"], ["--output=docs/adr"]]
)
def test_the_folder_of_records_may_be_written_like_gits(
    story: GitDriver, arguments: list[str]
) -> None:
    gitmem(story, "log", "--format=adr", *arguments)

    assert [path.name for path in (story.path / "docs/adr").iterdir()] == [
        "0001-cents-are-integers.md"
    ]


@pytest.mark.parametrize("form", ["markdown", "html", "adr", "json"])
@pytest.mark.parametrize("state", ["corrected", "superseded", "forgotten", "abandoned"])
def test_what_no_longer_holds_is_in_no_document(story: GitDriver, form: str, state: str) -> None:
    wrong = remember(story, story.commit("more", **{"a.txt": "1\n"}), "Round every line up")
    assert "Round every line up" in gitmem(story, "log", "--format", form).stdout
    head = story.out("rev-parse", "HEAD")
    if state == "abandoned":
        story.run("reset", "-q", "--hard", "HEAD~1")
    elif state == "forgotten":
        note = {head: [tombstone_document(Tombstone(wrong.id, "2026-01-01"))]}
        NoteStore(story.repo).add(note, "notes: test")
    else:
        later = Memory("correction", "Round the sum")
        if state == "corrected":
            later = replace(later, corrects=(wrong.id,))
        else:
            later = replace(later, supersedes=(wrong.id,))
        NoteStore(story.repo).add({head: [document_of(later)]}, "notes: test")

    told = gitmem(story, "log", "--format", form).stdout
    assert "Round every line up" not in told
    assert "Cents are integers" in told


@pytest.mark.parametrize("form", ["markdown", "html", "adr"])
def test_dropped_work_is_no_part_of_a_pull_request(story: GitDriver, form: str) -> None:
    done = gitmem(story, "log", "--abandoned", "--format", form)

    assert (done.returncode, done.stdout) == (2, "")
    assert "dropped" in done.stderr


def test_the_json_is_as_it_is_described(story: GitDriver) -> None:
    page = (
        (DOCS / "format.md").read_text("utf-8").partition("## What `gitmem log --json` prints")[2]
    )
    described = set(re.findall(r"^\| `(\w+)` \|", page.partition("\n## ")[0], re.MULTILINE))
    for line in gitmem(story, "log", "--format", "json").stdout.splitlines():
        told = json.loads(line)
        assert set(told) == described
        assert [next(iter(memory)) for memory in told["memories"]] == ["id"]
