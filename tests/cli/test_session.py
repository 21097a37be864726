"""What people see of the session behind a memory, and how it is resumed."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

import pytest

from gitmem.agents.adapters import Agents
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.resume import resumption_of
from tests.guard import samples
from tests.support.agents import (
    cline_session,
    codex_session,
    copilot_session,
    gemini_session,
    qwen_session,
)
from tests.support.capture import session_in
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.session import SESSION
from tests.support.writer import written

SECRET = samples.KEYS["github-token"]


def transcript(git: GitDriver) -> Path:
    (path,) = (git.home / ".claude" / "projects").glob("*/*.jsonl")
    return path


@pytest.fixture
def told(committed: GitDriver) -> GitDriver:
    """A commit with a memory of a session that goes on behind it."""
    writer = session_in(committed)
    writer.prompt("Our quota is 5 requests a second. Please add a limiter to the client.")
    writer.say(f"The token {SECRET} was in the log, <private>my plan</private> so.\x1b[2J")
    writer.bash("pytest", "Exit code 1\n" + "\n".join(f"line {n}" for n in range(90)), failed=True)
    writer.write("limiter.py", "x = 1\ny = 2\n").say("Done.")
    committed.write("limiter.py", "x = 1\ny = 2\n")
    committed.now = int(writer.now) - 59
    memory = Memory(
        "feature", "Limiter", why="Our quota is 5 requests a second", files_changed=("limiter.py",)
    )
    written(committed, committed.commit("Add a limiter"), memory)
    writer.now += 3_600
    writer.prompt("Something else entirely, later on.").say("Well.")
    return committed


def test_the_part_behind_a_commit_is_told_in_turns(told: GitDriver) -> None:
    done = gitmem(told, "session")

    assert done.returncode == 0
    assert "Our quota is 5 requests a second. Please add a limiter" in done.stdout
    assert "$ pytest  failed: exit 1" in done.stdout
    assert "wrote limiter.py (2 lines)" in done.stdout
    assert "more lines ..." in done.stdout
    assert "line 45" not in done.stdout
    assert "Something else entirely" not in done.stdout
    assert "(the session goes on behind this)" in done.stdout


def test_secrets_private_words_and_controls_are_not_told(told: GitDriver) -> None:
    for options in ((), ("--json",), ("--all",), ("--full",)):
        done = gitmem(told, "session", *options)

        assert "was in the log" in done.stdout
        assert SECRET not in done.stdout
        assert "my plan" not in done.stdout
        assert "\x1b" not in done.stdout


def test_excluded_paths_are_not_told(told: GitDriver) -> None:
    told.run("config", "gitmem.exclude", "limiter.py")

    done = gitmem(told, "session", "--full")

    assert "pytest" in done.stdout
    assert "limiter.py" not in done.stdout.split("Source:")[1]


def test_edits_and_outputs_unfold(told: GitDriver) -> None:
    assert "+y = 2" not in gitmem(told, "session").stdout
    assert "+y = 2" in gitmem(told, "session", "--edits").stdout
    assert "line 45" in gitmem(told, "session", "--full").stdout


def test_all_tells_the_whole_session_and_records_a_span(told: GitDriver) -> None:
    assert "Something else entirely" in gitmem(told, "session", "--all").stdout
    span = gitmem(told, "session", "--records", "0..1").stdout
    assert "Please add a limiter" in span
    assert "wrote limiter.py" not in span


def test_json_has_the_events_with_their_outcome(told: GitDriver) -> None:
    fields = json.loads(gitmem(told, "session", "HEAD", "--json").stdout)

    (part,) = fields["parts"]
    assert part["session"] == SESSION
    assert [one["title"] for one in part["memories"]] == ["Limiter"]
    (answer,) = (e for e in part["events"] if e["kind"] == "answer" and e["tool"] == "Bash")
    assert (answer["failed"], answer["exit"]) == (True, 1)
    (edit,) = (e for e in part["events"] if e.get("tool") == "Write" and e["kind"] == "call")
    assert (edit["added"], edit["removed"]) == (2, 0)


def test_a_transcript_that_is_not_here_is_said(told: GitDriver) -> None:
    transcript(told).unlink()

    done = gitmem(told, "session")

    assert done.returncode == 0
    assert "is not on this machine" in done.stdout
    assert SESSION in done.stdout
    assert "show --evidence" in done.stdout
    resumed = gitmem(told, "session", "--resume")
    assert resumed.returncode == 30
    assert "not on this machine" in resumed.stderr


def test_a_rewritten_transcript_is_searched_for_what_the_memory_says(told: GitDriver) -> None:
    path = transcript(told)
    lines = path.read_text().splitlines(keepends=True)
    later = {"type": "user", "timestamp": "2020-01-01T00:00:00Z", "sessionId": SESSION}
    other = [
        json.dumps({**later, "message": {"role": "user", "content": f"Unrelated {n}"}}) + "\n"
        for n in range(len(lines))
    ]
    path.write_text("".join([*other, *lines]))

    done = gitmem(told, "session")

    assert "The transcript was rewritten since: this part was found by" in done.stdout
    assert "Please add a limiter" in done.stdout
    assert "Unrelated 1" not in done.stdout


def test_a_transcript_of_other_words_is_not_shown_as_the_memorys(told: GitDriver) -> None:
    path = transcript(told)
    text = path.read_text().replace("Our quota is 5 requests", "Their quota is 9 answers")
    path.write_text("\n" + text)

    done = gitmem(told, "session")

    assert "do not hold its words" in " ".join(done.stdout.split())
    assert "the person," not in done.stdout


def test_a_memory_of_history_has_no_session(committed: GitDriver) -> None:
    origin = Provenance(compressor="history/1")
    memory = Memory("change", "Old", why="Because it was so.", provenance=origin)
    commit = committed.out("rev-parse", "HEAD")
    NoteStore(committed.repo).add({commit: [document_of(memory)]}, "notes: test")

    done = gitmem(committed, "session")

    assert done.returncode == 0
    assert "no agent's session is behind it" in done.stdout
    assert gitmem(committed, "session", "--resume").returncode == 30


def test_an_amended_commit_keeps_its_session(told: GitDriver) -> None:
    gitmem(told, "init", "--no-mcp")
    told.run("commit", "--amend", "-q", "-m", "Add the limiter")

    done = gitmem(told, "session", "HEAD")

    assert "Please add a limiter" in done.stdout


def test_resume_prints_a_command_for_the_shell(told: GitDriver) -> None:
    done = gitmem(told, "session", "--resume")

    words = shlex.split(done.stdout)
    assert words == ["cd", str(told.path.resolve()), "&&", "claude", "--resume", SESSION]


def test_resume_says_that_the_folder_is_gone(told: GitDriver) -> None:
    path = transcript(told)
    here = str(told.path.resolve())
    text = path.read_text().replace(json.dumps(here)[1:-1], "/gone/away")
    path.unlink()
    moved = path.parent.parent / "-gone-away" / path.name
    moved.parent.mkdir()
    moved.write_text(text)

    done = gitmem(told, "session", "--resume")

    assert done.returncode == 30
    assert done.stdout == ""
    assert "/gone/away, which is not there any more" in done.stderr


def test_run_calls_the_agent_in_the_folder_of_the_session(told: GitDriver, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    fake = tools / "claude"
    fake.write_text('#!/bin/sh\necho "$PWD" "$@"\n')
    fake.chmod(0o755)
    below = told.path / "below"
    below.mkdir()

    path = f"PATH={tools}:{os.environ['PATH']}"
    call = ("session", "--resume", "--run")
    done = gitmem(told, *call, place=below, around=("env", path))

    assert done.stdout == f"{told.path.resolve()} --resume {SESSION}\n"


@pytest.mark.parametrize("session", ["$(touch x)", "a;b", "-x", "../../x", "a b", "a\nb", ""])
def test_no_hostile_id_becomes_a_command(session: str, tmp_path: Path) -> None:
    agents = Agents.from_environment({"HOME": str(tmp_path)})
    path = tmp_path / ".claude" / "projects" / "-x" / "s.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("{}\n")

    found = resumption_of(agents, str(path), session)

    assert found.words == ()
    assert found.reason


def test_a_hostile_folder_is_quoted(tmp_path: Path) -> None:
    folder = tmp_path / "a'b $(x); c"
    folder.mkdir()
    slug = "".join(c if c.isascii() and c.isalnum() else "-" for c in str(folder))
    path = tmp_path / ".claude" / "projects" / slug / f"{SESSION}.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"type": "user", "cwd": str(folder)}) + "\n")

    found = resumption_of(Agents.from_environment({"HOME": str(tmp_path)}), str(path), SESSION)

    assert shlex.split(found.line)[:3] == ["cd", str(folder), "&&"]


def test_other_agents_have_commands_of_their_own(committed: GitDriver) -> None:
    here = committed.path.resolve()
    agents = Agents.from_environment({"HOME": str(committed.home)})
    codex = codex_session(committed.home, here, "0.169")
    gemini = gemini_session(committed.home, here, "0.61")
    for path, words in ((codex, ["codex", "resume"]), (gemini, ["gemini", "--resume"])):
        session = agents.read(path).session

        found = resumption_of(agents, str(path), session)

        assert list(found.words) == [*words, session]
        assert found.folder == str(here)
    qwen = qwen_session(committed.home, here, "0.24.4")
    cline = cline_session(committed.home, here, "3.0.65")
    for path, words in ((qwen, ["qwen", "--resume"]), (cline, ["cline", "--id"])):
        session = agents.read(path).session
        assert list(resumption_of(agents, str(path), session).words) == [*words, session]
    copilot = copilot_session(committed.home, here, "1.0.102")
    session = agents.read(copilot).session
    assert resumption_of(agents, str(copilot), session).words == ("copilot", f"--resume={session}")


def test_what_names_nothing_is_refused(told: GitDriver) -> None:
    assert gitmem(told, "session", "nothing").returncode == 23
    assert gitmem(told, "session", "--records", "5..2").returncode == 2
    assert gitmem(told, "session", "--run").returncode == 2
