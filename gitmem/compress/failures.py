"""The errors in a session: their signatures verbatim, where they occurred, what resolved them.

A signature is the line by which a person would search for the error: a compiler's or linter's
message, a failed test, an assertion, an exception, a shell's complaint.  It counts as resolved
when a file was edited after it was last seen and it did not come back in a later run.

Every line of a tool's output is looked at, so each expression is anchored and bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gitmem.compress.sentences import shorten
from gitmem.model.labels import GONE
from gitmem.model.memory import RecordedError
from gitmem.model.session import Event, EventKind

_MAX_LINE = 400
_MAX_MESSAGE = 200
_MAX_FRAMES = 2
_MAX_PASTE = 4_000
_MAX_RESOLUTION = 140
_MAX_RESOLUTION_FILES = 3
_MAX_SIGNATURES = 400

_EDITS = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit"})
_EDIT_COMMAND = re.compile(r"\bsed -i|\bcat >|\btee |\bgit apply\b|\bpatch -|--fix\b|\bgofmt -w")
_LOOK_COMMANDS = """
    cat grep rg head tail sed ls find git gh wc echo jq awk pwd which mkdir rm cp mv chmod touch
    gitmem git-mem cd export sleep true sort uniq tree stat file diff less printf xargs tee cut tr
"""
_ONLY_LOOKS = frozenset(_LOOK_COMMANDS.split())
_SEGMENT = re.compile(r"&&|\|\||[;|\n]")
_SEARCHING = re.compile(r"&&|\|\||[;\n]")
_SEARCH = re.compile(r"\s{0,8}(?:\w{1,40}=\S{0,200}\s+)?(?:rg|grep|git grep|ag|ack)\s")
_ASSIGNMENT = re.compile(r"\w{1,80}=\S{0,200}\s+")
REFUSALS = (
    *("The user doesn't want to", "Permission for this tool use was denied"),  # Claude Code
    *("The user rejected this tool call", "The tool execution was denied by the user"),  # Copilot
    *("Permission denied because no", "Permission to run this tool was denied"),
)
"""How clients begin to tell the agent that the person, or a rule, would not have a tool run."""

_NOT_RUN = (*REFUSALS, "<tool_use_error>", "[Request interrupted")

_PATH = r"[\w@~+./\\-]{1,200}\.[A-Za-z]{1,6}"
_LOCATION = re.compile(
    rf"(?:vet: |ERROR in |error: )?(?:\./)?({_PATH}):(\d{{1,7}})(?::(\d{{1,7}}))?:\s(?=\S)(.{{4,}})"
)
_TEST_ASSERTION = re.compile(r"\s{2,16}([\w./-]{1,200}\.\w{1,6}):(\d{1,7}): (.{8,})")
_TYPESCRIPT = re.compile(rf"({_PATH})\((\d{{1,7}}),\d{{1,7}}\): (error TS\d{{1,6}}: .{{4,}})")
_TEST = re.compile(
    r"\s{0,16}--- FAIL: (\S{2,200})|FAILED ([^\s(]\S{3,300})|"
    r"(?:FAIL|ERROR): (test\w{1,160} \([\w.]{1,200}\))|"
    r"test (\S{2,200}) \.\.\. FAILED|\s{0,8}[✕✗×] (.{4,160})|not ok \d{1,6} -? ?(.{4,160})"
)
_JEST = re.compile(r"\s{0,4}● (.{4,160})")  # a bullet of any program, but for what else it prints
_EXCEPTION = re.compile(
    r"(?:E\s{1,8})?((?:(?:[A-Za-z_][\w.]{0,120})?(?:Error|Exception)|"
    r"panic|fatal|[Ee]rror|ERROR|\*\* \(\w{1,80}\))"
    r"(?:\[\w{1,12}\])?: .{6,}|npm (?:ERR!|error) .{8,}|thread '[^']{1,80}' panicked at .{4,})"
)
_SHELL = re.compile(
    r"((?:\S{1,80}: )?(?:line \d{1,6}: )?\S.{0,160}: "
    r"(?:command not found|No such file or directory|Permission denied|cannot execute.{0,40}))"
)
# Frames of the language's own library or of a package: true, but seldom where the fault is.
_FOREIGN = re.compile(r"/lib/python\d|/site-packages/|/dist-packages/|/node_modules/|<frozen ")
_FRAME = re.compile(r'\s{2,8}File "([^"]{1,200})", line (\d{1,7})')
_ARROW = re.compile(rf"\s{{0,8}}-->\s({_PATH}:\d{{1,7}})")
_ASSERTS = re.compile(
    r"expect|want|got\b|should|fail|error|unexpected|missing|not |assert|equal|invalid", re.I
)
_NOISE = re.compile(
    r"task failed|exit status \d{1,3}$|Error: Exit code|\d{1,6} issues?:|Command failed|"
    r"ERROR: (?:Failed to run|task)|npm (?:ERR!|error) (?:code|errno|A complete log|path|command)\b"
)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Signature:
    """An error's line.  ``kind`` is build, test, assertion, exception or shell."""

    kind: str
    message: str
    frame: str = ""


@dataclass
class _Sighting:
    """Where a signature was seen last, and at which places in the code."""

    signature: Signature
    at: int
    is_pasted: bool
    frames: dict[str, None]


@dataclass(frozen=True)
class Failure:
    """An error in a session; ``at`` is the index of the event that last showed it."""

    kind: str
    error: RecordedError
    at: int
    is_resolved: bool


def failures_of(events: Sequence[Event], paths: Sequence[str] = ()) -> list[Failure]:
    """The errors of a session in the order they were last seen.

    A frame in one of ``paths`` (of the work tree) is told by that path, any other absolute one
    by its last two names: where somebody's home folder lies is nobody's business.
    """
    sightings = _sightings(events)
    edits = [i for i, event in enumerate(events) if _is_edit(event)]
    runs = [i for i, event in enumerate(events) if _is_run_result(event)]
    proofs = _Proofs(events, runs)
    found = []
    for seen in sorted(sightings.values(), key=lambda sighting: sighting.at):
        edited = bool(edits) and edits[-1] > seen.at
        verified = seen.is_pasted or (bool(runs) and runs[-1] > seen.at)
        is_resolved = edited and verified
        proof = proofs.after(seen.at, edits) if is_resolved else None
        resolution = _resolution(events, seen.at, proof, edits) if proof is not None else ""
        frames = tuple(_shorten_frame(frame, paths) for frame in seen.frames)[:_MAX_FRAMES]
        error = RecordedError(seen.signature.message, frames, resolution)
        found.append(Failure(seen.signature.kind, error, seen.at, is_resolved))
    return found


def signatures(output: str) -> Iterator[Signature]:
    """The signatures in what a command printed (or a person pasted), in order."""
    has_failed_test = "FAIL" in output
    frame = ""
    for line in output.split("\n"):
        if not line or len(line) > _MAX_LINE:
            continue
        if match := _FRAME.match(line):
            if not frame or not _FOREIGN.search(match[1]):
                frame = f"{match[1]}:{match[2]}"
            continue
        signature = _signature(line.rstrip(), has_failed_test, frame)
        if signature is not None and len(signature.message) >= 6:
            yield signature
            frame = ""


def _shorten_frame(frame: str, paths: Sequence[str]) -> str:
    name, _, line = frame.rpartition(":")
    if not name.startswith(("/", "\\")) and name[1:2] != ":":
        return frame
    slashed = name.replace("\\", "/")
    ours = next((path for path in paths if slashed.endswith("/" + path)), "")
    return f"{ours or '/'.join(slashed.split('/')[-2:])}:{line}"


def _signature(line: str, has_failed_test: bool, frame: str) -> Signature | None:
    if _NOISE.search(line):
        return None
    if match := _LOCATION.match(line):
        if match[4].startswith(("#", "//", ": #")):
            return None
        return Signature("build", _squash_spaces(match[4]), f"{match[1]}:{match[2]}")
    if match := _TYPESCRIPT.match(line):
        return Signature("build", _squash_spaces(match[3]), f"{match[1]}:{match[2]}")
    if match := _TEST.match(line):
        name = next(group for group in match.groups() if group)
        return Signature("test", _squash_spaces(name))
    if has_failed_test and (match := _JEST.match(line)):
        return Signature("test", _squash_spaces(match[1]))
    if has_failed_test and (match := _TEST_ASSERTION.match(line)) and _ASSERTS.search(match[3]):
        return Signature("assertion", _squash_spaces(match[3]), f"{match[1]}:{match[2]}")
    stripped = line.strip()
    if match := _EXCEPTION.match(stripped):
        return Signature("exception", _squash_spaces(match[1]), frame)
    if match := _SHELL.fullmatch(stripped):
        return Signature("shell", _squash_spaces(match[1]))
    return None


def _squash_spaces(text: str) -> str:
    return _SPACES.sub(" ", text).strip()[:_MAX_MESSAGE].rstrip()


def _sightings(events: Sequence[Event]) -> dict[str, _Sighting]:
    """Every signature, with its last sighting."""
    found: dict[str, _Sighting] = {}
    commands = _commands(events)
    for index, event in enumerate(events):
        is_pasted = event.kind is EventKind.PROMPT
        if is_pasted:
            output = event.text[:_MAX_PASTE]
        elif event.kind is EventKind.RESULT and _shows_errors(event, commands):
            output = event.text
        else:
            continue
        is_searched = not event.is_error and has_search(commands.get(event.call_id, ""))
        for signature in signatures(output):
            if not (is_searched and signature.kind == "build"):
                _note(found, signature, index, is_pasted)
    return found


def _note(found: dict[str, _Sighting], signature: Signature, index: int, is_pasted: bool) -> None:
    seen = found.pop(signature.message, None)
    if seen is None:
        if len(found) >= _MAX_SIGNATURES:
            return
        seen = _Sighting(signature, index, is_pasted, {})
    seen.at, seen.is_pasted = index, is_pasted
    if signature.frame:
        seen.frames.setdefault(signature.frame)
    found[signature.message] = seen


def _commands(events: Sequence[Event]) -> dict[str, str]:
    return {
        event.call_id: event.text
        for event in events
        if event.kind is EventKind.CALL and not event.path and event.tool not in _EDITS
    }


def _shows_errors(event: Event, commands: dict[str, str]) -> bool:
    """Whether an answer is the output of something that ran, not of a look at a file."""
    if event.tool not in ("Bash", "BashOutput", "TaskOutput", "PowerShell"):
        return False
    if event.text.startswith(_NOT_RUN):
        return False
    return event.is_error or is_run(commands.get(event.call_id, ""))


def has_search(command: str) -> bool:
    """Whether a command line searches files, besides whatever it runs: what is found is printed in
    the form of a compiler's messages.  A filter behind a pipe is none.
    """
    parts = _SEARCHING.split(command[:2_000])
    return any(_SEARCH.match(part) for part in parts)


def is_run(command: str) -> bool:
    """Whether a command line runs something whose outcome shows if the code works."""
    return bool(programs_in(command))


def programs_in(command: str) -> frozenset[str]:
    """The programs of a command line whose outcome shows if the code works."""
    found = (
        _ASSIGNMENT.sub("", segment.strip()).split(None, 1)
        for segment in _SEGMENT.split(command[:2_000])
    )
    return frozenset(
        words[0]
        for words in found
        if words and words[0] not in _ONLY_LOOKS and not words[0].startswith(("-", "#", ">", "<"))
    )


def _is_run_result(event: Event) -> bool:
    return event.kind is EventKind.CALL and event.tool == "Bash" and is_run(event.text)


def is_edit_command(command: str) -> bool:
    """Whether a command line changes files, as far as its words tell."""
    return _EDIT_COMMAND.search(command) is not None


def _is_edit(event: Event) -> bool:
    if event.kind is not EventKind.CALL:
        return False
    return event.tool in _EDITS or (event.tool == "Bash" and is_edit_command(event.text))


class _Proofs:
    """Which later run shows that what an earlier one printed is gone."""

    def __init__(self, events: Sequence[Event], runs: Sequence[int]) -> None:
        self._commands = _commands(events)
        self._calls = [event.call_id for event in events]
        failed = {event.call_id for event in events if event.is_error}
        self._passed = [i for i in runs if events[i].call_id not in failed]
        self._programs = {i: programs_in(events[i].text) for i in self._passed}

    def after(self, at: int, edits: Sequence[int]) -> int | None:
        """The first run of the same program that passed behind an edit; None without one."""
        edit = next((index for index in edits if index > at), None)
        programs = programs_in(self._commands.get(self._calls[at], ""))
        if edit is None:
            return None
        return next((i for i in self._passed if i > edit and programs & self._programs[i]), None)


def _resolution(events: Sequence[Event], at: int, proof: int, edits: Sequence[int]) -> str:
    """Which files were edited between an error's last sighting and the run that passed.

    What was said about it then is a plan or a guess, and often dropped two sentences later.
    """
    paths = (events[index].path for index in edits if at < index < proof)
    names = dict.fromkeys(path.replace("\\", "/").rpartition("/")[2] for path in paths if path)
    if not names:
        return ""
    shown = ", ".join(list(names)[:_MAX_RESOLUTION_FILES])
    more = " and others" if len(names) > _MAX_RESOLUTION_FILES else ""
    return shorten(f"{GONE}{shown}{more}", _MAX_RESOLUTION)
