"""How what the agent ran ended: passed, failed, failed and then gone, or never ran.  Pure.

An edit tool that did not find its place, a search without a hit, a command that was interrupted
and a tool that the person refused have not failed: nothing about the project is known from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from gitmem.compress.failures import REFUSALS, failures_of, is_run, signatures
from gitmem.model.session import RUN_TOOLS, Event, EventKind

_TOOL_MISMATCH = "<tool_use_error>"
_USER_SAID = re.compile(r"(?:the user said|User feedback):\s*(.+)", re.DOTALL)
_UNANSWERED = "The user wants to clarify these questions."
_STATUS = re.compile(r"Exit code (\d{1,3})\s*")
_INTERRUPTED = (130, 143)
"""Exit codes of a command that SIGINT or SIGTERM ended."""

_CHANGES_HISTORY = re.compile(
    r"\bgit\b[^|;&\n]{0,200}\b(?:commit|merge|rebase|cherry-pick|revert|am|apply|push)\b"
)
_MADE = re.compile(r"^\[([^\[\]\n]{1,200}) ([0-9a-f]{7,40})\] (.{0,300})$", re.MULTILINE)
_PRINTS_A_FILE = re.compile(r"(^|[;&|\n]) ?(?:nl|bat|tac|od|xxd|hexdump|cmp|column)\b")
_MAX_COMMAND = 2_000
_MAKES_COMMIT = re.compile(r"\b(?:git|jj|commit)\b")
_PLUMBING = re.compile(r" ?2>&1| ?\| ?(?:head|tail)(?: -\w{1,12}){0,3}(?: \d{1,9})? ?$")
_QUOTED = re.compile(r"'[^']*'|\"(?:\\.|[^\"\\]){0,600}\"")
_HERE_DOCUMENT = re.compile(r"<<-?\s*\S+.*", re.DOTALL)
_ASSIGNMENT = re.compile(r"(?:^|(?<=[;&|\n])) {0,8}\w{1,80}=(?:\$\()?")


class Ending(Enum):
    """How a command ended."""

    PASSED = "passed"
    FAILED = "failed"
    GONE = "failed, and what it showed was gone later"
    UNKNOWN = "nothing can be told from it"


@dataclass(frozen=True)
class MadeCommit:
    """A commit that git printed: an abbreviated id, in hexadecimal, and its subject."""

    branch: str
    oid: str
    subject: str


def is_output(event: Event) -> bool:
    """Whether it is what a command printed; of a call in an earlier part the tool is not known."""
    if event.kind is not EventKind.RESULT:
        return False
    return event.tool in RUN_TOOLS or (not event.tool and event.is_error)


def is_refusal(result: Event) -> bool:
    """Whether the person would not have the tool run."""
    return result.text.startswith(REFUSALS)


def words_of_refusal(result: Event) -> str:
    """What the person said in place of an approval; empty where nothing was said."""
    match = _USER_SAID.search(result.text) if is_refusal(result) else None
    return match[1].strip() if match and not match[1].startswith(_UNANSWERED) else ""


def never_ran(result: Event) -> bool:
    """Whether the tool did nothing: refused, or used in a way that it does not understand."""
    return is_refusal(result) or result.text.startswith(_TOOL_MISMATCH)


def commits_printed(result: Event, command: str) -> list[MadeCommit]:
    """The commits that a command made, as git prints them: ``[branch abc1234] subject``."""
    if result.tool not in RUN_TOOLS or not _MAKES_COMMIT.search(command):
        return []
    return [MadeCommit(*found.groups()) for found in _MADE.finditer(result.text)]


def endings_of(events: Sequence[Event], commands: dict[str, str]) -> dict[int, Ending]:
    """How each command ended, by the index of its result.

    ``commands`` are command lines by call id.  A failure is gone when a later run of the same
    command passed, or when all errors that it printed were followed by an edit and a run in which
    they did not come again.
    """
    plain = {
        index: _plain_ending(event, commands.get(event.call_id, ""))
        for index, event in enumerate(events)
        if is_output(event)
    }
    gone = {failure.error.message for failure in failures_of(events) if failure.is_resolved}
    later: set[str] = set()
    found: dict[int, Ending] = {}
    for index in reversed(plain):
        ending, event = plain[index], events[index]
        command = bare_command(commands.get(event.call_id, ""))
        if ending is Ending.PASSED:
            later.add(command)
        elif ending is Ending.FAILED:
            shown = {signature.message for signature in signatures(event.text)}
            if command in later or (shown and shown <= gone):
                ending = Ending.GONE
        found[index] = ending
    return found


def _plain_ending(result: Event, command: str) -> Ending:
    """By itself, whatever was run later."""
    if never_ran(result) or result.text.startswith("[Request interrupted"):
        return Ending.UNKNOWN
    if command and not runs_something(command):
        return Ending.UNKNOWN
    status = _STATUS.match(result.text)
    if status and int(status[1]) in _INTERRUPTED:
        return Ending.UNKNOWN
    shown = result.text[status.end() :] if status else result.text
    if result.is_error:
        return Ending.FAILED if shown.strip() else Ending.UNKNOWN
    return Ending.FAILED if any(True for _ in _certain_signatures(shown)) else Ending.PASSED


def _certain_signatures(output: str) -> Iterator[str]:
    """What a command that ended in ``| tail`` printed of its failure: its exit code is tail's."""
    for signature in signatures(output):
        if signature.kind in ("build", "test"):
            yield signature.message


def runs_something(command: str) -> bool:
    """Whether the outcome of a command tells of the project, and not only of a look at it.

    What stands in quotation marks or in a here-document is no command.
    """
    words = _HERE_DOCUMENT.sub("", _QUOTED.sub("", command[:_MAX_COMMAND]))
    words = _PRINTS_A_FILE.sub(r"\1cat", _ASSIGNMENT.sub(" ", words))
    return is_run(words) or _CHANGES_HISTORY.search(words) is not None


def bare_command(command: str) -> str:
    """A command line by which a later run of the same thing is known, without where output goes."""
    return _PLUMBING.sub("", command).strip()
