"""One line of a Codex rollout, as events.

The items of the conversation (``response_item``) are read, and of the client's own book-keeping
what the conversation does not tell: which files a script changed and which of its commands
failed.  ``event_msg`` repeats the rest.  Nothing here may fail on a record of another shape.

**Source:** ``codex-rs/protocol/src/models.rs`` and ``codex-rs/rollout`` of openai/codex, and files
that versions 0.20 to 0.169 wrote (``tests/fixtures/codex``).
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gitmem.agents.codex.output import parse_output
from gitmem.agents.codex.patches import has_patch, parse_patches, without_patches
from gitmem.agents.codex.words import message_events, summary_of
from gitmem.agents.draft import (
    Draft,
    mapping_of,
    mappings_of,
    name_of,
    short_input,
    text_of,
)
from gitmem.agents.text_budget import cut_end
from gitmem.model.session import Event, EventKind

Record = Mapping[str, Any]

_RUNS = frozenset({"shell", "shell_command", "local_shell", "container.exec", "exec_command"})
_SCRIPT = "exec"
_PATCH = "apply_patch"
_PATCHES = "#patch"  # the edits of a call that does other things, too, fail by themselves
_ONLY_A_PATCH = re.compile(r"\s*apply_patch\b[^\n;|&]{0,40}\n?\[patch\]\s*[\"']?\w{0,20}\s*")
_SCRIPTED = re.compile(
    r"""\bcmd["']?\s*:\s*("(?:[^"\\]|\\.){1,4000}"|'[^'\\\n]{1,4000}'|`[^`]*`)"""
)
_MAX_HELD = 16_000
_MAX_SCRIPTED = 20


@dataclass
class _Call:
    """A call without its answer yet: what its parts came to."""

    tool: str
    paths: set[str] = field(default_factory=set)
    are_files_known: bool = False
    failures: list[str] = field(default_factory=list)


class ItemReader:
    """Turns the lines of one rollout into events.  ``cwd`` is where its commands run."""

    def __init__(self, cwd: str = "") -> None:
        self.cwd = cwd
        self._open: dict[str, _Call] = {}

    def events_of(self, record: Record, draft: Draft) -> Iterator[Event]:
        """The events of one line, in its own order."""
        kind, payload = record.get("type"), mapping_of(record.get("payload"))
        if kind == "response_item":
            yield from self._item(payload, draft)
        elif kind == "event_msg":
            yield from self._happened(payload, draft)
        elif kind == "compacted":
            yield from draft.spoken(EventKind.SUMMARY, summary_of(payload.get("message")))
        elif kind == "turn_context":
            self.cwd = name_of_folder(payload.get("cwd")) or self.cwd
        elif "payload" not in record:  # old versions: no envelope
            yield from self._item(record, draft)

    def _item(self, item: Record, draft: Draft) -> Iterator[Event]:
        kind = item.get("type")
        if kind == "message":
            yield from message_events(item, draft)
        elif kind == "reasoning":
            for part in (*mappings_of(item.get("summary")), *mappings_of(item.get("content"))):
                yield from draft.spoken(EventKind.THINK, part.get("text"))
        elif kind == "function_call":
            yield from self._function(item, draft)
        elif kind == "custom_tool_call":
            yield from self._custom(item, draft)
        elif kind == "local_shell_call":
            given = mapping_of(item.get("action"))
            yield from self._run(name_of(item.get("call_id") or item.get("id")), given, draft)
        elif kind in ("function_call_output", "custom_tool_call_output"):
            yield from self._output(item, draft)
        elif kind == "web_search_call":
            query = short_input(mapping_of(item.get("action")))
            yield from draft.call("WebSearch", name_of(item.get("id")), text=query)

    def _function(self, item: Record, draft: Draft) -> Iterator[Event]:
        tool, call_id = name_of(item.get("name")), name_of(item.get("call_id"))
        given = _arguments(item.get("arguments"))
        if tool in _RUNS:
            yield from self._run(call_id, given, draft)
        elif tool == _PATCH:
            self._open[call_id] = _Call("Edit")
            yield from self._patch(call_id, call_id, text_of(given.get("input")), draft)
        elif tool == "write_stdin":
            yield from self._call("BashOutput", call_id, text_of(given.get("chars")), draft)
        elif tool == "read_file" and isinstance(path := given.get("file_path"), str):
            self._open[call_id] = _Call("Read")
            yield from draft.call("Read", call_id, path=self._absolute(path))
        else:
            yield from self._call(tool, call_id, short_input(given), draft)

    def _custom(self, item: Record, draft: Draft) -> Iterator[Event]:
        tool, call_id = name_of(item.get("name")), name_of(item.get("call_id"))
        given = text_of(item.get("input"))
        if tool == _PATCH:
            self._open[call_id] = _Call("Edit")
            yield from self._patch(call_id, call_id, given, draft)
        elif tool == _SCRIPT:
            commands = "\n".join(_scripted(given))
            if has_patch(given) and not commands:
                self._open[call_id] = _Call("Edit")
                yield from self._patch(call_id, call_id, given, draft)
                return
            yield from self._call("Bash", call_id, commands or given, draft)
            yield from self._patch(call_id, call_id + _PATCHES, given, draft)
        else:
            yield from self._call(tool, call_id, given, draft)

    def _call(self, tool: str, call_id: str, text: str, draft: Draft) -> Iterator[Event]:
        self._open[call_id] = _Call(tool)
        yield from draft.call(tool, call_id, text=text)

    def _run(self, call_id: str, given: Record, draft: Draft) -> Iterator[Event]:
        command = _command(given)
        if not (has_patch(command) and _PATCH in command):
            self._open[call_id] = _Call("Bash")
            written = command if "<<" in command else ""
            yield from draft.call("Bash", call_id, text=command, added=written)
            return
        folder, rest = name_of_folder(given.get("workdir")), without_patches(command)
        if _ONLY_A_PATCH.fullmatch(rest):
            self._open[call_id] = _Call("Edit")
            yield from self._patch(call_id, call_id, command, draft, folder)
            return
        yield from self._call("Bash", call_id, rest, draft)
        yield from self._patch(call_id, call_id + _PATCHES, command, draft, folder)

    def _patch(
        self, call_id: str, edit_id: str, text: str, draft: Draft, folder: str = ""
    ) -> Iterator[Event]:
        for file in parse_patches(text):
            path = posixpath.join(self.cwd, folder, file.path)
            self._open[call_id].paths.add(posixpath.normpath(path))
            yield from draft.call(
                "Edit",
                edit_id,
                text=file.added,
                path=path,
                added=file.added,
                removed=file.removed,
            )

    def _output(self, item: Record, draft: Draft) -> Iterator[Event]:
        call_id = name_of(item.get("call_id"))
        call = self._open.pop(call_id, _Call(""))
        output = parse_output(item.get("output"))
        has_failed = output.has_failed or bool(call.failures)
        is_patched = output.is_patched or call.are_files_known
        if call.paths and call.tool != "Edit" and output.has_failed and not is_patched:
            text = cut_end(output.text, _MAX_HELD)
            yield from draft.result("Edit", call_id + _PATCHES, text, is_error=True)
        missing = [text for text in call.failures if text.strip() not in output.text]
        text = "\n".join([output.text, *missing])
        yield from draft.result(call.tool, call_id, text, is_error=has_failed)

    def _happened(self, event: Record, draft: Draft) -> Iterator[Event]:
        """What only the client's own events say."""
        kind, item = event.get("type"), mapping_of(event.get("item"))
        if kind == "turn_aborted" and event.get("reason") in (None, "interrupted"):
            yield from draft.interrupt()
        elif kind == "item_completed" and item.get("type") == "CommandExecution":
            self._ran(item)
            yield from self._seen_files(item, draft)
        elif kind == "item_completed" and item.get("type") == "FileChange":
            yield from self._changed(item, draft)

    def _script(self, item: Record) -> _Call | None:
        """The script that runs while this happens; None when the item is a call's own."""
        if name_of(item.get("id")) in self._open or not self._open:
            return None
        return self._open[next(reversed(self._open))]

    def _ran(self, item: Record) -> None:
        """Keep what a script's failed command printed: the script may not report it."""
        script, code = self._script(item), item.get("exit_code")
        output = item.get("aggregated_output")
        if script is not None and code not in (0, None) and isinstance(output, str):
            held = sum(map(len, script.failures))
            script.failures.append(output[-max(0, _MAX_HELD - held) :] if held < _MAX_HELD else "")

    def _seen_files(self, item: Record, draft: Draft) -> Iterator[Event]:
        for parsed in mappings_of(item.get("parsed_cmd")):
            path = name_of_folder(parsed.get("path"))
            if parsed.get("type") == "read" and path:
                yield from draft.call("Read", "", path=self._absolute(path))

    def _changed(self, item: Record, draft: Draft) -> Iterator[Event]:
        """Files that a script changed in a way its text does not show, and whether it could."""
        call_id, script = name_of(item.get("id")), self._script(item)
        has_failed = item.get("status") in ("failed", "declined")
        if script is None:
            return
        script.are_files_known = script.are_files_known or not has_failed
        for path, change in mapping_of(item.get("changes")).items():
            places = {path, name_of_folder(mapping_of(change).get("move_path"))} - {""}
            added, removed = _diff_of(mapping_of(change))
            for place in sorted(places - script.paths):
                yield from draft.call(
                    "Edit", call_id, text=added, path=place, added=added, removed=removed
                )
        if has_failed:
            text = text_of(item.get("stderr"))
            yield from draft.result("Edit", call_id, text, is_error=True)

    def _absolute(self, path: str) -> str:
        return posixpath.join(self.cwd, path) if path else self.cwd


def name_of_folder(value: object) -> str:
    """A path from a record, if it can be one."""
    return value if isinstance(value, str) and len(value) <= 4_096 and "\0" not in value else ""


def _arguments(value: object) -> Record:
    """A function's arguments: JSON in a text."""
    if isinstance(value, str):
        try:
            return mapping_of(json.loads(value))
        except (ValueError, RecursionError):
            return {}
    return mapping_of(value)


def _command(given: Record) -> str:
    """The command line; for ``bash -lc …``, what bash is given."""
    command = given.get("command", given.get("cmd", ""))
    if isinstance(command, str):
        return command
    words = [word for word in command if isinstance(word, str)] if isinstance(command, list) else []
    is_shell = len(words) == 3 and words[1] in ("-c", "-lc")
    return words[2] if is_shell else " ".join(words)


def _scripted(script: str) -> Iterator[str]:
    """The command lines that a script gives to the shell, as far as it spells them out."""
    for number, match in enumerate(_SCRIPTED.finditer(script)):
        if number >= _MAX_SCRIPTED:
            return
        quoted = match[1]
        try:
            yield str(json.loads(quoted)) if quoted[0] == '"' else quoted[1:-1]
        except ValueError:
            yield quoted[1:-1]


def _diff_of(change: Record) -> tuple[str, str]:
    """The lines that a file gained and lost."""
    content, diff = change.get("content"), change.get("unified_diff")
    if isinstance(content, str):
        return ("", content) if change.get("type") == "delete" else (content, "")
    lines = diff.splitlines() if isinstance(diff, str) else []
    added = [line[1:] for line in lines if line.startswith("+")]
    return "\n".join(added), "\n".join(line[1:] for line in lines if line.startswith("-"))
