"""What a tool returned to Codex: the text, and whether it failed.

The client has told the exit code in three ways: JSON with metadata, a few lines of head before
``Output:``, or not at all where the tool itself refused.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from gitmem.agents.json_values import parse_object, parse_objects, parse_text

_HEAD_CHARACTERS = 600
_BODY = "Output:\n"
_HEAD = re.compile(r"(?:Chunk ID|Wall time|Exit code|Process exited|Process running|Script )")
_EXIT_CODE = re.compile(r"^(?:Exit code: |Process exited with code )(-?\d{1,10})\s*$", re.MULTILINE)
_RUNNING = re.compile(
    r"^(?:Process running with session ID|Script running with cell ID) (\w{1,40})\s*$", re.MULTILINE
)
_REFUSAL = re.compile(
    r"(?:(?:error: )?failed to |apply_patch verification failed|unsupported (?:custom tool )?call|"
    r"exec_command failed|execution error|exec command rejected|patch rejected|rejected by |"
    r"aborted|command timed out|failed in sandbox|sandbox |Script failed|err: )",
    re.IGNORECASE,
)
_PATCH_NOTICE = "Success. Updated the following files"


@dataclass(frozen=True)
class Output:
    """An answer.  ``is_patched`` when it says that a patch was applied; ``still_runs`` numbers a
    command or script that goes on, which a later call may wait for.
    """

    text: str
    has_failed: bool
    is_patched: bool
    exit_code: int | None = None
    still_runs: str = ""


def parse_output(value: object) -> Output:
    """Read an answer of any version; of another shape it is empty."""
    given = parse_object(value)
    if given:  # the oldest versions wrote what the model was sent
        text, has_failed = parse_text(given.get("content")), given.get("success") is False
    else:
        text, has_failed = _join_parts(value), False
    found = _RUNNING.search(text, 0, _HEAD_CHARACTERS)
    text, code = _unwrap_json(text)
    if code is None:
        text, code = _cut_heads(text)
    has_failed = has_failed or bool(code) or (code is None and bool(_REFUSAL.match(text)))
    return Output(text, has_failed, _PATCH_NOTICE in text, code, found[1] if found else "")


def _join_parts(value: object) -> str:
    """The text; of a script's answers, which are JSON, what the commands printed."""
    if not isinstance(value, list):
        return parse_text(value)
    return "\n".join(_printed(parse_text([part])) for part in parse_objects(value))


def _printed(text: str) -> str:
    if not text.startswith('{"chunk_id"'):
        return text
    try:
        output = parse_object(json.loads(text)).get("output")
    except (ValueError, RecursionError):
        return text
    return output if isinstance(output, str) else text


def _unwrap_json(text: str) -> tuple[str, int | None]:
    if not text.startswith('{"output"'):
        return text, None
    try:
        value = parse_object(json.loads(text))
    except (ValueError, RecursionError):
        return text, None
    code = parse_object(value.get("metadata")).get("exit_code")
    return parse_text(value.get("output")), code if isinstance(code, int) else None


def _cut_heads(text: str) -> tuple[str, int | None]:
    """Take the heads off, of which there can be two; the last exit code told counts."""
    code: int | None = None
    for _ in range(2):
        end = text.find(_BODY, 0, _HEAD_CHARACTERS)
        head = text[:end]
        if end < 0 or not _HEAD.match(head):
            break
        if found := _EXIT_CODE.search(head):
            code = int(found[1])
        elif head.startswith("Script failed"):
            code = 1
        text = text[end + len(_BODY) :]
    return text, code
