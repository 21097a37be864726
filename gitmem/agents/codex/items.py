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
from collections.abc import Iterator
from dataclasses import dataclass, field

from gitmem.agents.codex.output import parse_output
from gitmem.agents.codex.words import cut_preface, draft_message
from gitmem.agents.draft import Draft, render_input
from gitmem.agents.json_values import (
    JsonObject,
    parse_name,
    parse_object,
    parse_objects,
    parse_path,
    parse_text,
)
from gitmem.agents.patches import has_patch, parse_patches, shorten_patches
from gitmem.agents.text_budget import cut_end, cut_start
from gitmem.model.session import Event, EventKind

_RUNS = frozenset({"shell", "shell_command", "local_shell", "container.exec", "exec_command"})
_SCRIPT = "exec"
_PATCH = "apply_patch"
_PATCH_SUFFIX = "#patch"  # the edits of a call that does other things, too, fail by themselves
_ONLY_A_PATCH = re.compile(r"\s*apply_patch\b[^\n;|&]{0,40}\n?\[patch\]\s*[\"']?\w{0,20}\s*")
_SHELL_CALL = re.compile(
    r"""\bcmd["']?\s*:\s*("(?:[^"\\]|\\.){1,4000}"|'[^'\\\n]{1,4000}'|`[^`]*`)"""
)
_MAX_FAILURE = 16_000
_MAX_SHELL_CALLS = 20


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
        self._calls: dict[str, _Call] = {}

    def draft_events(self, record: JsonObject, draft: Draft) -> Iterator[Event]:
        """The events of one line, in its own order."""
        kind, payload = record.get("type"), parse_object(record.get("payload"))
        if kind == "response_item":
            yield from self._item(payload, draft)
        elif kind == "event_msg":
            yield from self._client_event(payload, draft)
        elif kind == "compacted":
            yield from draft.words(EventKind.SUMMARY, cut_preface(payload.get("message")))
        elif kind == "turn_context":
            self.cwd = parse_path(payload.get("cwd")) or self.cwd
        elif "payload" not in record:  # old versions: no envelope
            yield from self._item(record, draft)

    def _item(self, item: JsonObject, draft: Draft) -> Iterator[Event]:
        kind = item.get("type")
        if kind == "message":
            yield from draft_message(item, draft)
        elif kind == "reasoning":
            for part in (*parse_objects(item.get("summary")), *parse_objects(item.get("content"))):
                yield from draft.words(EventKind.THINK, parse_text([part]).strip())
        elif kind == "function_call":
            yield from self._function(item, draft)
        elif kind == "custom_tool_call":
            yield from self._custom(item, draft)
        elif kind == "local_shell_call":
            given = parse_object(item.get("action"))
            yield from self._shell(parse_name(item.get("call_id") or item.get("id")), given, draft)
        elif kind in ("function_call_output", "custom_tool_call_output"):
            yield from self._output(item, draft)
        elif kind == "web_search_call":
            query = render_input(parse_object(item.get("action")))
            yield from draft.call("WebSearch", parse_name(item.get("id")), text=query)

    def _function(self, item: JsonObject, draft: Draft) -> Iterator[Event]:
        tool, call_id = parse_name(item.get("name")), parse_name(item.get("call_id"))
        given = _arguments(item.get("arguments"))
        if tool in _RUNS:
            yield from self._shell(call_id, given, draft)
        elif tool == _PATCH:
            self._calls[call_id] = _Call("Edit")
            yield from self._patch(call_id, call_id, parse_text(given.get("input")), draft)
        elif tool == "write_stdin":
            yield from self._run(call_id, parse_text(given.get("chars")), draft, "BashOutput")
        elif tool == "read_file" and isinstance(path := given.get("file_path"), str):
            self._calls[call_id] = _Call("Read")
            yield from draft.call("Read", call_id, path=self._absolute(path))
        else:
            yield from self._call(tool, call_id, render_input(given), draft)

    def _custom(self, item: JsonObject, draft: Draft) -> Iterator[Event]:
        tool, call_id = parse_name(item.get("name")), parse_name(item.get("call_id"))
        given = parse_text(item.get("input"))
        if tool == _PATCH:
            self._calls[call_id] = _Call("Edit")
            yield from self._patch(call_id, call_id, given, draft)
        elif tool == _SCRIPT:
            commands = "\n".join(_shell_commands(given))
            if has_patch(given) and not commands:
                self._calls[call_id] = _Call("Edit")
                yield from self._patch(call_id, call_id, given, draft)
                return
            yield from self._run(call_id, commands or given, draft)
            yield from self._patch(call_id, call_id + _PATCH_SUFFIX, given, draft)
        else:
            yield from self._call(tool, call_id, given, draft)

    def _call(self, tool: str, call_id: str, text: str, draft: Draft) -> Iterator[Event]:
        self._calls[call_id] = _Call(tool)
        yield from draft.call(tool, call_id, text=text)

    def _run(self, call_id: str, command: str, draft: Draft, tool: str = "Bash") -> Iterator[Event]:
        """A command whose patches, if it has any, are edits of their own."""
        self._calls[call_id] = _Call(tool)
        yield from draft.run(tool, call_id, command, is_writing=False)

    def _shell(self, call_id: str, given: JsonObject, draft: Draft) -> Iterator[Event]:
        command = _command(given)
        if not (has_patch(command) and _PATCH in command):
            self._calls[call_id] = _Call("Bash")
            yield from draft.run("Bash", call_id, command)
            return
        folder, rest = parse_path(given.get("workdir")), shorten_patches(command)
        if _ONLY_A_PATCH.fullmatch(rest):
            self._calls[call_id] = _Call("Edit")
            yield from self._patch(call_id, call_id, command, draft, folder)
            return
        yield from self._run(call_id, rest, draft)
        yield from self._patch(call_id, call_id + _PATCH_SUFFIX, command, draft, folder)

    def _patch(
        self, call_id: str, edit_id: str, text: str, draft: Draft, folder: str = ""
    ) -> Iterator[Event]:
        for file in parse_patches(text):
            path = posixpath.join(self.cwd, folder, file.path)
            self._calls[call_id].paths.add(posixpath.normpath(path))
            yield from draft.edit("Edit", edit_id, path, added=file.added, removed=file.removed)

    def _output(self, item: JsonObject, draft: Draft) -> Iterator[Event]:
        call_id = parse_name(item.get("call_id"))
        call = self._calls.pop(call_id, _Call(""))
        output = parse_output(item.get("output"))
        has_failed = output.has_failed or bool(call.failures)
        is_patched = output.is_patched or call.are_files_known
        if call.paths and call.tool != "Edit" and output.has_failed and not is_patched:
            text = cut_end(output.text, _MAX_FAILURE)
            yield from draft.result("Edit", call_id + _PATCH_SUFFIX, text, is_error=True)
        missing = [text for text in call.failures if text.strip() not in output.text]
        text = "\n".join([output.text, *missing])
        yield from draft.result(
            call.tool, call_id, text, is_error=has_failed, exit_code=output.exit_code
        )

    def _client_event(self, event: JsonObject, draft: Draft) -> Iterator[Event]:
        """What only the client's own events tell."""
        kind, item = event.get("type"), parse_object(event.get("item"))
        if kind == "turn_aborted" and event.get("reason") in (None, "interrupted"):
            yield from draft.interrupt()
        elif kind == "item_completed" and item.get("type") == "CommandExecution":
            self._hold_failure(item)
            yield from self._reads(item, draft)
        elif kind == "item_completed" and item.get("type") == "FileChange":
            yield from self._file_changes(item, draft)

    def _script(self, item: JsonObject) -> _Call | None:
        """The script that runs while this happens; None when the item is a call's own."""
        if parse_name(item.get("id")) in self._calls or not self._calls:
            return None
        return self._calls[next(reversed(self._calls))]

    def _hold_failure(self, item: JsonObject) -> None:
        """Hold what a script's failed command printed: the script may not tell."""
        script, code = self._script(item), item.get("exit_code")
        output = item.get("aggregated_output")
        if script is not None and code not in (0, None) and isinstance(output, str):
            held = sum(map(len, script.failures))
            script.failures.append(cut_start(output, max(0, _MAX_FAILURE - held)))

    def _reads(self, item: JsonObject, draft: Draft) -> Iterator[Event]:
        for parsed in parse_objects(item.get("parsed_cmd")):
            path = parse_path(parsed.get("path"))
            if parsed.get("type") == "read" and path:
                yield from draft.call("Read", "", path=self._absolute(path))

    def _file_changes(self, item: JsonObject, draft: Draft) -> Iterator[Event]:
        """Files that a script changed in a way its text does not tell, and whether it could."""
        call_id, script = parse_name(item.get("id")), self._script(item)
        has_failed = item.get("status") in ("failed", "declined")
        if script is None:
            return
        script.are_files_known = script.are_files_known or not has_failed
        for path, change in parse_object(item.get("changes")).items():
            places = {path, parse_path(parse_object(change).get("move_path"))} - {""}
            added, removed = _diff_texts(parse_object(change))
            for place in sorted(places - script.paths):
                yield from draft.edit("Edit", call_id, place, added=added, removed=removed)
        if has_failed:
            text = parse_text(item.get("stderr"))
            yield from draft.result("Edit", call_id, text, is_error=True)

    def _absolute(self, path: str) -> str:
        return posixpath.join(self.cwd, path) if path else self.cwd


def _arguments(value: object) -> JsonObject:
    """A function's arguments: JSON in a text."""
    if isinstance(value, str):
        try:
            return parse_object(json.loads(value))
        except (ValueError, RecursionError):
            return {}
    return parse_object(value)


def _command(given: JsonObject) -> str:
    """The command line; of ``bash -lc …`` what bash is told."""
    command = given.get("command", given.get("cmd", ""))
    if isinstance(command, str):
        return command
    words = [word for word in command if isinstance(word, str)] if isinstance(command, list) else []
    is_shell = len(words) == 3 and words[1] in ("-c", "-lc")
    return words[2] if is_shell else " ".join(words)


def _shell_commands(script: str) -> Iterator[str]:
    """The command lines that a script gives to the shell, as far as it spells them out."""
    for number, match in enumerate(_SHELL_CALL.finditer(script)):
        if number >= _MAX_SHELL_CALLS:
            return
        quoted = match[1]
        try:
            yield str(json.loads(quoted)) if quoted[0] == '"' else quoted[1:-1]
        except ValueError:
            yield quoted[1:-1]


def _diff_texts(change: JsonObject) -> tuple[str, str]:
    """The lines that a file gained and lost."""
    content, diff = change.get("content"), change.get("unified_diff")
    if isinstance(content, str):
        return ("", content) if change.get("type") == "delete" else (content, "")
    lines = diff.splitlines() if isinstance(diff, str) else []
    added = [line[1:] for line in lines if line.startswith("+")]
    return "\n".join(added), "\n".join(line[1:] for line in lines if line.startswith("-"))
