from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.claude.adapter import read_transcript
from gitmem.agents.claude.hook_payload import parse_payload
from gitmem.agents.claude.projects import find_transcripts, list_copies, list_projects_dirs
from gitmem.errors import TranscriptMissing
from gitmem.model.session import EventKind, Transcript
from tests.support.processes import PEAK_KILOBYTES
from tests.support.session import SESSION, SessionWriter

SAMPLES = Path(str(resources.files("gitmem").joinpath("samples")))


@pytest.fixture
def writer(tmp_path: Path) -> SessionWriter:
    return SessionWriter(tmp_path / f"{SESSION}.jsonl", tmp_path / "work", now=1_000_000.0)


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(event.kind.value, event.text) for event in transcript.events]


def test_a_real_transcript_reads_as_what_was_asked_said_and_done() -> None:
    transcript = read_transcript(SAMPLES / "dates.jsonl")

    kinds = [event.kind for event in transcript.events]
    edits = [event for event in transcript.events if event.tool == "Edit" and event.path]
    assert transcript.agent == "claude-code 2.1.329"
    assert transcript.cwds == ("/home/dev/project",)
    assert transcript.events[0].text == (
        "tests/test_dates.py fails, find out why, fix it and commit"
    )
    assert kinds.count(EventKind.PROMPT) == 1
    assert {event.path for event in edits} == {"/home/dev/project/fetchkit/dates.py"}
    assert any(event.is_error and "ValueError" in event.text for event in transcript.events)
    assert transcript.broken_lines == 0


@pytest.mark.parametrize("client", ["", "client-2.1.197", "client-2.0.77"])
def test_transcripts_of_every_client_version_read_alike(shared: Path, client: str) -> None:
    folder = shared / "claude-code" / "transcripts" / client

    transcript = read_transcript(folder / "feature-one-commit.jsonl")

    prompts = [e.text for e in transcript.events if e.kind is EventKind.PROMPT]
    assert len(prompts) == 1
    assert "rate limiting" in prompts[0]
    assert any("token bucket" in e.text for e in transcript.events if e.kind is EventKind.SAY)


def test_what_was_compacted_away_is_a_summary_and_no_prompt(shared: Path) -> None:
    path = shared / "claude-code" / "transcripts" / "resumed-and-compacted.jsonl"

    kinds = [event.kind for event in read_transcript(path).events]

    assert EventKind.SUMMARY in kinds
    assert EventKind.PROMPT in kinds


def test_memory_that_a_hook_injected_is_no_event(writer: SessionWriter) -> None:
    writer.injected("OLD MEMORY").prompt("hello")

    assert said(read_transcript(writer.path)) == [("prompt", "hello")]


@pytest.mark.parametrize(
    "noise",
    [
        "<command-name>/clear</command-name>",
        "<local-command-stdout>ok</local-command-stdout>",
        "<system-reminder>be good</system-reminder>",
        "<bash-input>ls</bash-input>",
    ],
)
def test_what_the_client_wrote_is_not_the_users_words(writer: SessionWriter, noise: str) -> None:
    writer.prompt(noise).prompt(f"real words {noise}")

    assert said(read_transcript(writer.path)) == [("prompt", "real words")]


def test_reading_ends_at_the_moment(writer: SessionWriter) -> None:
    writer.prompt("before")
    moment = writer.now
    writer.now += 10
    writer.prompt("after")

    transcript = read_transcript(writer.path, until=moment)

    assert said(transcript) == [("prompt", "before")]
    assert transcript.goes_on
    assert not read_transcript(writer.path).goes_on
    assert transcript.end == 1
    assert transcript.end_byte == writer.path.read_bytes().index(b"\n") + 1


def test_reading_goes_on_where_it_ended(writer: SessionWriter) -> None:
    writer.prompt("one").say("two")
    first = read_transcript(writer.path)
    writer.prompt("three")

    by_record = read_transcript(writer.path, first=first.end)
    by_byte = read_transcript(writer.path, first=first.end, first_byte=first.end_byte)
    by_wrong_byte = read_transcript(writer.path, first=first.end, first_byte=7)

    assert said(by_record) == [("prompt", "three")]
    assert by_record == by_byte == by_wrong_byte
    assert (by_record.first, by_record.end) == (2, 3)


def test_a_half_written_last_line_is_left_for_the_next_reading(writer: SessionWriter) -> None:
    writer.prompt("whole").raw(b'{"type":"user","message":{"role":"user","content":"ha')
    transcript = read_transcript(writer.path)
    writer.raw(b'lf"}}\n')

    assert (transcript.end, transcript.broken_lines) == (1, 0)
    assert said(read_transcript(writer.path, first=1)) == [("prompt", "half")]


def test_malformed_lines_are_counted_and_the_others_read(writer: SessionWriter) -> None:
    writer.prompt("one").raw(b"{nonsense\n").raw(b"\xff\xfe\x00\n").raw(b"[1, 2]\n").prompt("two")

    transcript = read_transcript(writer.path)

    assert [text for _, text in said(transcript)] == ["one", "two"]
    assert transcript.broken_lines == 3
    assert transcript.end == 5


def test_two_objects_on_one_line_are_both_read(writer: SessionWriter) -> None:
    """Seen in real transcripts of resumed sessions."""
    writer.prompt("one")
    line = writer.path.read_bytes().rstrip(b"\n")
    writer.raw(line.replace(b"one", b"two") + line.replace(b"one", b"three") + b"\n")

    assert [text for _, text in said(read_transcript(writer.path))] == ["one", "two", "three"]


def test_unknown_records_are_passed_over(writer: SessionWriter) -> None:
    writer.raw(b'{"type":"quantum-state","content":{"a":[1]}}\n').prompt("one")

    transcript = read_transcript(writer.path)

    assert (said(transcript), transcript.broken_lines) == ([("prompt", "one")], 0)


@given(lines=st.lists(st.binary(max_size=60), max_size=8))
def test_no_bytes_make_it_fail(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("any") / "t.jsonl"
    path.write_bytes(b"\n".join(lines))

    transcript = read_transcript(path)

    assert 0 <= transcript.end_byte <= path.stat().st_size


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "content", "input", "id", "name"]), inner
        )
    ),
    max_leaves=12,
)


@given(message=_values, kind=st.sampled_from(["user", "assistant", "system", "progress"]))
def test_no_shape_of_a_record_makes_it_fail(
    tmp_path_factory: pytest.TempPathFactory, message: object, kind: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "t.jsonl"
    path.write_text(json.dumps({"type": kind, "message": message, "timestamp": message}) + "\n")

    assert read_transcript(path).end == 1


def test_a_transcript_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(TranscriptMissing):
        read_transcript(tmp_path / "gone.jsonl")


_MEMORY = f"""
import sys
from pathlib import Path
from gitmem.agents.claude.adapter import read_transcript
{PEAK_KILOBYTES}
before = peak_kilobytes()
transcript = read_transcript(Path(sys.argv[1]))
assert transcript.events
print(peak_kilobytes() - before)
"""


def test_a_large_transcript_is_never_held_whole(writer: SessionWriter) -> None:
    """Of 120 MB at most 80 MB more than before are in memory; the largest line is passed over."""
    writer.prompt("begin")
    with writer.path.open("ab") as file:
        for number in range(1_100):
            block = {"type": "tool_result", "tool_use_id": str(number), "content": "x y " * 20_000}
            record = {"type": "user", "message": {"role": "user", "content": [block]}}
            file.write(json.dumps(record).encode() + b"\n")
        file.write(b'{"type":"user","x":"' + b"z" * (34 << 20) + b'"}\n')
    writer.say("end")

    done = subprocess.run(
        [sys.executable, "-c", _MEMORY, str(writer.path)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert int(done.stdout) < 80 * 1024
    assert writer.path.stat().st_size > 120_000_000


def test_transcripts_are_found_by_session_and_by_work_tree(tmp_path: Path, home: Path) -> None:
    projects = list_projects_dirs({"HOME": str(home)})[0]
    work = tmp_path / "my work"
    work.mkdir()
    slug = "".join(c if c.isalnum() else "-" for c in str(work.resolve()))
    inside = SessionWriter(projects / slug / "inside.jsonl", work.resolve(), now=1.0).prompt("hi")
    below = SessionWriter(projects / f"{slug}-sub" / "below.jsonl", work / "sub", now=1.0)
    below.prompt("hi")
    other = SessionWriter(projects / f"{slug}-er" / "other.jsonl", tmp_path / "my work er", now=1.0)
    other.prompt("hi")

    assert list_copies("inside", [projects]) == [inside.path]
    assert list_copies("../inside", [projects]) == []
    assert list_copies("nobody", [projects]) == []
    found = {file.path for file in find_transcripts(work, [projects], 0.0)}
    assert found == {inside.path, below.path}
    assert find_transcripts(work, [projects], 9e12) == []


@given(st.binary(max_size=200))
def test_no_payload_makes_it_fail(data: bytes) -> None:
    parse_payload(data)


def test_a_payload_of_the_client_is_read(shared: Path) -> None:
    data = (shared / "claude-code" / "hook-payloads" / "SessionStart.resume.json").read_bytes()

    payload = parse_payload(data)

    assert (payload.event, payload.source) == ("SessionStart", "resume")
    assert payload.transcript_path.endswith(f"{payload.session}.jsonl")


def test_no_half_of_a_key_is_left_where_a_long_text_is_cut(writer: SessionWriter) -> None:
    """Of half a key nobody can tell later that it is one."""
    key = "ghp_" + "A1b2C3d4" * 5
    for filled in range(2_340, 2_404, 4):
        writer.write("a.py", "w" * (filled - 1) + f" {key} " + "x" * 4_000)

    texts = [event.text for event in read_transcript(writer.path).events]

    assert not any(key[:12] in text for text in texts if key not in text)
