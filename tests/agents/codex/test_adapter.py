"""Rollouts that real versions of Codex CLI wrote, and what could be in one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gitmem.agents.adapters import Agents
from gitmem.agents.codex.adapter import Codex
from gitmem.agents.slice import slice_of
from gitmem.errors import TranscriptMissing
from gitmem.model.session import EventKind
from tests.support.agents import codex_session, pack, read, told

WORK = Path("/home/dev/stats")
PROMPT = "prompt stats.py crashes on an empty list. Return 0.0 there; do not "
LAST = "say mean() now returns 0.0 for an empty list, because catching Z"
COMMIT = "call Bash git add -A && git commit -qm 'Return 0.0 for an empty list'"


def edits(refusal: str) -> list[str]:
    return [
        "call Bash cat stats.py && python3 stats.py",
        "result! Bash ZeroDivisionError: division by zero",
        "call Edit stats.py",
        "call Edit tests/test_stats.py",
        "result Edit Success. Updated the following files:",
        "call Bash cat stats.py && python3 stats.py",
        "result Bash def mean(values):",
        "call Edit nowhere.py",
        f"result! Edit {refusal}",
        "call Edit stats.py",
        "call Edit average.py",
        "result Edit Success. Updated the following files:",
        COMMIT,
        "result Bash",
        LAST,
    ]


@pytest.mark.parametrize(
    ("version", "refusal"),
    [
        ("0.34", "error: Failed to read file to update /home/dev/stats/nowhere"),
        ("0.98", "apply_patch verification failed: Failed to read file to upda"),
        ("0.169", "apply_patch verification failed: Failed to read file to upda"),
    ],
)
def test_what_each_version_wrote_is_read_the_same(
    tmp_path: Path, version: str, refusal: str
) -> None:
    """Instructions and surroundings are nobody's words; a patch is an edit for each file."""
    transcript = read(codex_session(tmp_path, WORK, version))
    spoken = [PROMPT, "think **Running the script**", "say I will run it first."]

    assert told(transcript.events)[:18] == spoken + edits(refusal)
    assert transcript.agent == f"codex {version}.0"
    assert (transcript.cwds, transcript.branches) == ((str(WORK),), ("master",))
    assert transcript.broken_lines == 0
    assert slice_of(transcript, str(WORK)).edited_paths == (
        "stats.py",
        "tests/test_stats.py",
        "average.py",
    )


def test_a_model_that_writes_scripts(tmp_path: Path) -> None:
    """The commands in a script are what ran; a patch in it is an edit; a failure is told once."""
    transcript = read(codex_session(tmp_path, WORK, "0.169-script"))

    assert told(transcript.events) == [
        PROMPT,
        "think **Running the script**",
        "call Bash cat stats.py && python3 stats.py",
        "result! Bash ZeroDivisionError: division by zero",
        "call Edit stats.py",
        "call Edit tests/test_stats.py",
        "result Edit {}",
        "call Bash cat stats.py && python3 stats.py",
        "result Bash def mean(values):",
        "call Edit nowhere.py",
        "result! Edit apply_patch verification failed: Failed to read file to upda",
        "call Bash git add -A && git commit -qm 'Return 0.0'",
        "result Bash",
        "say mean() now returns 0.0 for an empty list.",
    ]


def test_a_command_that_is_waited_for(tmp_path: Path) -> None:
    """What ends while it is waited for is that command's; a deleted file's lines are told; a patch
    behind ``cd`` is an edit in that folder.
    """
    events = read(codex_session(tmp_path, WORK, "0.171")).events
    failed = next(event for event in events if event.is_error)
    edited = {event.path: event for event in events if event.path}

    assert told(events)[1:9] == [
        "call Bash sh tests/check.sh",
        "result Bash",
        "call BashOutput sh tests/check.sh",
        "result! BashOutput ZeroDivisionError: division by zero",
        "call Edit stats.py",
        "result Edit Success. Updated the following files:",
        "call Edit tests/check.sh",
        "result Edit Success. Updated the following files:",
    ]
    assert failed.exit_code == 1
    assert set(edited) == {f"{WORK}/{name}" for name in ("stats.py", "tests/check.sh")} | {
        f"{WORK}/old/notes.txt"
    }
    assert len(edited[f"{WORK}/old/notes.txt"].removed_marks) == 3


def test_a_script_that_is_waited_for(tmp_path: Path) -> None:
    """Its one command's exit code is the answer's; what it printed is told without JSON."""
    events = read(codex_session(tmp_path, WORK, "0.171-script")).events
    failed = next(event for event in events if event.is_error)
    gone = [event for event in events if event.path == f"{WORK}/old/notes.txt"]

    assert (failed.tool, failed.exit_code) == ("BashOutput", 1)
    assert failed.text.strip().startswith("Traceback (most recent call last)")
    assert len(gone[-1].removed_marks) == 3


def test_a_command_that_fails_later_blames_no_patch(tmp_path: Path) -> None:
    """What was left running ends beside another call, which is none of its script."""
    ended = {"type": "CommandExecution", "id": "c", "exit_code": 1, "aggregated_output": "E: no"}
    patch = "*** Begin Patch\n*** Update File: a.py\n+x\n*** End Patch\n"
    path = rollout(
        tmp_path,
        call("exec_command", cmd="make watch"),
        output("Wall time: 1 seconds\nProcess running with session ID 7\nOutput:\n"),
        {"type": "custom_tool_call", "name": "apply_patch", "call_id": "d", "input": patch},
        {"type": "event_msg", "payload": {"type": "item_completed", "item": ended}},
        {"type": "custom_tool_call_output", "call_id": "d", "output": "Exit code: 0\nOutput:\n"},
    )

    assert not any(event.is_error for event in read(path).events)


@pytest.mark.parametrize(
    ("typed", "text"), [("", "make watch"), ("\n", "make watch"), ("q\n", "q\n"), ("\x03", "\x03")]
)
def test_what_is_typed_into_a_running_command(tmp_path: Path, typed: str, text: str) -> None:
    path = rollout(
        tmp_path,
        call("exec_command", cmd="make watch"),
        output("Wall time: 1 seconds\nProcess running with session ID 7\nOutput:\n"),
        call("write_stdin", "d", session_id=7, chars=typed),
        output("Wall time: 1 seconds\nProcess exited with code 0\nOutput:\n", "d"),
    )

    assert next(event.text for event in read(path).events if event.tool == "BashOutput") == text


@pytest.mark.parametrize("arguments", ["git status", '"git status"', '["git", "status"]'])
def test_arguments_that_are_no_object(tmp_path: Path, arguments: str) -> None:
    given = {"type": "function_call", "name": "exec_command", "call_id": "c"}
    ran = read(rollout(tmp_path, {**given, "arguments": arguments})).events

    assert [event.text for event in ran] == ["git status"]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "delete", "content": "a line that is long enough\n"},
        {"delete": {"content": "a line that is long enough\n"}},
        {"update": {"unified_diff": "@@\n-a line that is long enough\n", "move_path": None}},
    ],
)
def test_changes_as_older_versions_told_them(tmp_path: Path, change: dict[str, Any]) -> None:
    """``patch_apply_end`` says what a patch's text does not; a failed one changed nothing."""
    ran = call("exec_command", cmd="sh patch.sh")

    def ended(success: bool) -> dict[str, Any]:
        told = {"type": "patch_apply_end", "call_id": "c", "changes": {"/w/b.py": change}}
        return {"type": "event_msg", "payload": {**told, "success": success}}

    applied = read(rollout(tmp_path, ran, ended(True), output("ok")))
    failed = read(rollout(tmp_path, ran, ended(False), output("Exit code: 1\nOutput:\nno")))

    edits = [event for event in applied.events if event.tool == "Edit"]

    assert [(event.path, len(event.removed_marks)) for event in edits] == [("/w/b.py", 1)]
    assert slice_of(applied, "/w").edited_paths == ("b.py",)
    assert slice_of(failed, "/w").edited_paths == ()


def test_a_plan_is_its_steps(tmp_path: Path) -> None:
    steps = [{"step": "Read it", "status": "completed"}, {"step": "Mend it", "status": "pending"}]
    event = read(rollout(tmp_path, call("update_plan", explanation="Why", plan=steps))).events[0]

    assert event.text == "Why\ncompleted: Read it\npending: Mend it"


def test_a_session_that_was_packed(tmp_path: Path) -> None:
    """It is found and read as before, by its old name, too, from the record and byte of before."""
    path = codex_session(tmp_path, WORK, "0.171")
    codex = Codex({"HOME": str(tmp_path)})
    whole = codex.read(path)
    part = codex.read(path, until=whole.events[4].time)
    packed = pack(path)

    assert [file.path for file in codex.transcripts_for(WORK, 0.0)] == [packed]
    assert codex.copies(whole.session) == [packed]
    assert codex.owns(packed)
    assert codex.started_in(packed) == str(WORK)
    assert codex.read(packed) == codex.read(path) == whole
    rest = codex.read(packed, first=part.end, first_byte=part.end_byte)
    assert (*part.events, *rest.events) == whole.events


def test_a_session_while_it_is_packed(tmp_path: Path) -> None:
    """The plain file counts as long as it is there."""
    path = codex_session(tmp_path, WORK, "0.171")
    text = path.read_bytes()
    packed = pack(path)
    path.write_bytes(text)
    packed.write_bytes(packed.read_bytes()[:-40])
    codex = Codex({"HOME": str(tmp_path)})

    assert [file.path for file in codex.transcripts_since(0.0)] == [path]
    assert codex.read(packed) == codex.read(path)


def test_a_packed_session_that_breaks_off(tmp_path: Path) -> None:
    """What can be unpacked is read; what cannot is missing, in words."""
    packed = pack(codex_session(tmp_path, WORK, "0.171"))
    content = packed.read_bytes()
    codex = Codex({"HOME": str(tmp_path)})
    packed.write_bytes(content[:-40])
    broken = codex.read(packed)
    packed.write_bytes(b"no zstd" + content)

    assert broken.broken_lines == 0
    assert codex.transcripts_for(WORK, 0.0) == []
    with pytest.raises(TranscriptMissing, match="cannot be unpacked"):
        codex.read(packed)


def test_more_than_may_be_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file may hold any number of bytes."""
    packed = pack(codex_session(tmp_path, WORK, "0.171"))
    monkeypatch.setattr("gitmem.agents.codex.packed._MAX_BYTES", 1_000)

    with pytest.raises(TranscriptMissing, match="holds too much"):
        Codex({"HOME": str(tmp_path)}).read(packed)


def test_a_session_in_two_files(tmp_path: Path) -> None:
    """An archived copy and the one that was taken up again: what was written last counts."""
    path = codex_session(tmp_path, WORK, "0.171")
    archived = tmp_path / ".codex" / "archived_sessions" / path.name
    archived.parent.mkdir()
    archived.write_text("".join(path.read_text().splitlines(keepends=True)[:9]))
    agents = Agents.from_environment({"HOME": str(tmp_path)})
    session = agents.read(path).session

    assert Codex({"HOME": str(tmp_path)}).copies(session) == [archived, path]
    assert agents.find(session) == path


def test_the_form_without_an_envelope(tmp_path: Path) -> None:
    """No line has a time or a folder: the session's beginning stands for all of them."""
    transcript = read(codex_session(tmp_path, WORK, "0.20"))

    assert told(transcript.events)[-2:] == edits("")[:2]
    assert {event.time for event in transcript.events} == {1795225219.396}
    assert transcript.session == "6b45c00e-29d6-478a-9a42-048883d72b1a"


def test_a_slice_begins_where_the_last_ended(tmp_path: Path) -> None:
    path = codex_session(tmp_path, WORK, "0.169")
    whole = read(path)
    resumed = next(e for e in whole.events if e.text.startswith("And this"))

    before = read(path, until=resumed.time - 1)
    after = read(path, first=before.end, first_byte=before.end_byte)

    assert before.events + after.events == whole.events
    assert (before.goes_on, after.goes_on, whole.goes_on) == (True, False, False)
    assert (after.first, after.end) == (before.end, whole.end)
    assert read(path, first=before.end, first_byte=7) == after
    assert after.agent == whole.agent


def test_a_fork_is_told_by_its_own_turns(tmp_path: Path) -> None:
    """Older versions copy the other session's lines into the fork's file."""
    path = codex_session(tmp_path, WORK, "0.169-fork")
    before, head, *rest = "", *path.read_text().splitlines(keepends=True)
    for line in codex_session(tmp_path, WORK, "0.169").read_text().splitlines():
        if "T02:03" in line:
            break  # the session went on after the fork
        before += json.dumps({**json.loads(line), "timestamp": "2026-11-21T02:03:13.000Z"}) + "\n"
    alone = told(read(path).events)

    path.write_text(head + before + "".join(rest))

    assert told(read(path).events) == alone == ["prompt Now explain it once more.", LAST]


def test_sessions_of_a_work_tree(tmp_path: Path) -> None:
    here, below = tmp_path / "work", tmp_path / "work" / "sub"
    below.mkdir(parents=True)
    other = tmp_path / "work er"
    found = [codex_session(tmp_path, here, "0.98"), codex_session(tmp_path, below, "0.34")]
    codex_session(tmp_path, other, "0.169")
    codex = Codex({"HOME": str(tmp_path)})

    assert {file.path for file in codex.transcripts_for(here, 0.0)} == set(found)
    assert codex.transcripts_for(here, 9e12) == []
    assert codex.copies("01a1fbd6-ec03-7260-aea4-4b35109260da") == [found[0]]
    assert codex.copies("../sessions") == []
    assert Codex({"CODEX_HOME": str(tmp_path / ".codex")}).copies(found[0].stem[-36:]) == [found[0]]
    assert Codex({}).transcripts_for(here, 0.0) == []


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(TranscriptMissing):
        read(tmp_path / "rollout-2026-11-21T00-00-00-none.jsonl")


def rollout(tmp_path: Path, *items: dict[str, Any], source: object = "cli") -> Path:
    meta = {"id": "s-1", "cwd": "/w", "cli_version": "0.1.0", "source": source}
    lines: list[dict[str, Any]] = [{"type": "session_meta", "payload": meta}]
    lines += [i if "payload" in i else {"type": "response_item", "payload": i} for i in items]
    path = tmp_path / "rollout-x.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def message(text: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": text}],
    } | more


def call(name: str, call_id: str = "c", **given: Any) -> dict[str, Any]:
    return {
        "type": "function_call",
        "name": name,
        "call_id": call_id,
        "arguments": json.dumps(given),
    }


def output(text: object, call_id: str = "c") -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": text}


@pytest.mark.parametrize(
    "text",
    [
        "<environment_context>\n<cwd>/w</cwd></environment_context>",
        "<user_instructions>\nBe terse.\n</user_instructions>",
        "# AGENTS.md instructions for /w\n\n<INSTRUCTIONS>\nBe terse.\n</INSTRUCTIONS>",
        "<turn_aborted>\nThe user interrupted the previous turn.\n</turn_aborted>",
        "<user_shell_command>\n<command>ls</command>\n</user_shell_command>",
        "<gitmem-context>\nWhat was remembered.\n</gitmem-context>",
    ],
)
def test_what_the_client_put_in_is_not_the_users_words(tmp_path: Path, text: str) -> None:
    assert read(rollout(tmp_path, message(text))).events == ()


def test_the_client_says_which_parts_were_typed(tmp_path: Path) -> None:
    kinds = {"content_item_kinds": ["skills.body", "user.text"]}
    content = [{"type": "input_text", "text": text} for text in ("Long rules", "Fix it")]
    item = message("", content=content, internal_chat_message_metadata_passthrough=kinds)

    assert [e.text for e in read(rollout(tmp_path, item)).events] == ["Fix it"]


def test_an_editors_context_is_cut_from_the_request(tmp_path: Path) -> None:
    text = (
        "# Context from my IDE setup:\n\n## Active file: a.py\n\n## My request for Codex:\nFix it"
    )

    assert [e.text for e in read(rollout(tmp_path, message(text))).events] == ["Fix it"]


def test_a_subagent_has_no_user(tmp_path: Path) -> None:
    source = {"subagent": {"thread_spawn": {"parent_thread_id": "s-0", "depth": 1}}}
    path = rollout(tmp_path, message("Look for it."), call("shell", command=["ls"]), source=source)

    (event,) = read(path).events

    assert (event.kind, event.is_subagent) == (EventKind.CALL, True)


def test_a_subagents_work_is_its_sessions(tmp_path: Path) -> None:
    """Among the session's events by time; never a session of its own."""
    path = codex_session(tmp_path, WORK, "0.169-parent")
    alone = read(path)
    below = codex_session(tmp_path, WORK, "0.169-subagent")
    whole = read(path)
    added = [event for event in whole.events if event.is_subagent]

    assert told(tuple(added)) == [
        "call Bash cat > helper.py <<'E'",
        "result Bash",
        "say Wrote helper.py.",
    ]
    assert [e for e in whole.events if not e.is_subagent] == list(alone.events)
    assert [e.time for e in whole.events] == sorted(e.time for e in whole.events)
    codex = Codex({"HOME": str(tmp_path)})
    assert [file.path for file in codex.transcripts_for(WORK, 0.0)] == [path]
    assert codex.copies(below.stem[-36:]) == []

    cut = read(path, until=alone.events[-1].time - 0.001)
    rest = read(path, first=cut.end, first_byte=cut.end_byte)

    assert told(cut.events + rest.events) == told(whole.events)


def test_a_compacted_session(tmp_path: Path) -> None:
    transcript = read(codex_session(tmp_path, WORK, "0.169-compacted"))

    assert "summary Summary: mean() was found to fail on an empty list." in told(transcript.events)
    assert sum(event.kind is EventKind.PROMPT for event in transcript.events) == 1


def test_compaction_and_interruption(tmp_path: Path) -> None:
    path = rollout(
        tmp_path,
        {"type": "compacted", "payload": {"message": "So far we fixed mean()."}},
        {"type": "event_msg", "payload": {"type": "turn_aborted", "reason": "interrupted"}},
        {"type": "compacted", "payload": {"message": "", "replacement_history": []}},
    )

    assert told(read(path).events) == ["summary So far we fixed mean().", "interrupt"]


def test_a_patch_beside_other_commands_fails_by_itself(tmp_path: Path) -> None:
    """The tests behind a patch may fail; the patch was applied all the same."""
    patch = "*** Begin Patch\n*** Update File: a.py\n+x\n*** End Patch\n"
    command = f"apply_patch <<'E'\n{patch}E\npytest -q"
    answer = "Exit code: 1\nWall time: 1 seconds\nOutput:\n"
    applied = answer + "Success. Updated the following files:\nM a.py\nFAILED test_a"
    path = rollout(
        tmp_path,
        call("shell_command", command=command, workdir="sub"),
        output(applied),
        call("shell_command", "d", command=command),
        output(answer + "no such file", "d"),
    )

    assert slice_of(read(path), "/w").edited_paths == ("sub/a.py",)


def test_a_scripts_own_items_tell_what_its_text_does_not(tmp_path: Path) -> None:
    def happened(**item: Any) -> dict[str, Any]:
        return {"type": "event_msg", "payload": {"type": "item_completed", "item": item}}

    script = 'const patch = make(); await tools.exec_command({cmd: "make\\ttest"})'
    path = rollout(
        tmp_path,
        {"type": "custom_tool_call", "name": "exec", "call_id": "c", "input": script},
        happened(
            type="FileChange",
            id="exec-1",
            status="completed",
            changes={
                "/w/a.py": {
                    "type": "update",
                    "unified_diff": "@@\n-old\n+new\n",
                    "move_path": "/w/b.py",
                }
            },
        ),
        happened(type="FileChange", id="exec-2", status="declined", changes={"/w/c.py": {}}),
        happened(
            type="CommandExecution",
            id="exec-3",
            exit_code=2,
            aggregated_output="E: broken\n",
            parsed_cmd=[{"type": "read", "path": "Makefile"}],
        ),
        {
            "type": "custom_tool_call_output",
            "call_id": "c",
            "output": "Script completed\nOutput:\nok",
        },
    )

    transcript = read(path)
    part = slice_of(transcript, "/w")

    assert (part.edited_paths, part.read_paths) == (("a.py", "b.py"), ("Makefile",))
    assert told(transcript.events)[-1] == "result! Bash E: broken"
    assert "call Bash make\ttest" in told(transcript.events)


@pytest.mark.parametrize(
    ("answer", "has_failed", "text"),
    [
        ("Exit code: 0\nWall time: 0 seconds\nOutput:\nfine", False, "fine"),
        (
            "Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code 3\nOutput:\nno",
            True,
            "no",
        ),
        ('{"output":"no","metadata":{"exit_code":127,"duration_seconds":0.1}}', True, "no"),
        ({"content": "no", "success": False}, True, "no"),
        (
            [{"type": "input_text", "text": "Script failed\nWall time 0 seconds\nOutput:\nx"}],
            True,
            "x",
        ),
        ("exec command rejected by user", True, "exec command rejected by user"),
        ("Exit code: not one\nOutput:\nExit code: 4", False, "Exit code: 4"),
        ("a line\nOutput:\nof a program", False, "a line\nOutput:\nof a program"),
        (None, False, ""),
    ],
)
def test_whether_a_command_failed(
    tmp_path: Path, answer: object, has_failed: bool, text: str
) -> None:
    path = rollout(tmp_path, call("shell", command=["bash", "-lc", "run it"]), output(answer))

    ran, answered = read(path).events

    assert ran.text == "run it"
    assert (answered.is_error, answered.text) == (has_failed, text)


def test_prompts_that_were_taken_back_are_not_told(tmp_path: Path) -> None:
    back = {"type": "event_msg", "payload": {"type": "thread_rolled_back", "num_turns": 1}}
    said = [message("Add caching."), message("Use Redis."), back, message("Use lru_cache.")]

    events = read(rollout(tmp_path, *said)).events

    assert [e.text for e in events] == ["Add caching.", "Use lru_cache."]


@pytest.mark.parametrize("turns", [5, "x", -1, None])
def test_any_number_of_turns_that_are_taken_back(tmp_path: Path, turns: object) -> None:
    back = {"type": "event_msg", "payload": {"type": "thread_rolled_back", "num_turns": turns}}

    events = read(rollout(tmp_path, message("Add caching."), back, message("Go."))).events

    assert [e.text for e in events] == (["Go."] if turns == 5 else ["Add caching.", "Go."])
