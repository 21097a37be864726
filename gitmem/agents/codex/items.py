"""One line of a Codex rollout, as events.

The items of the conversation (``response_item``) are read, and of the client's own book-keeping
what the conversation does not tell: which files a script or a patch changed, what a deleted file
held, which of a script's commands failed.  ``event_msg`` repeats the rest.  Nothing here may fail
on a record of another shape.

**Source:** ``codex-rs/protocol/src/models.rs`` and ``codex-rs/rollout`` of openai/codex, and files
that versions 0.20 to 0.171 wrote (``tests/fixtures/codex``).
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
_PLAN, _WAIT = "update_plan", "wait"
_PATCH_SUFFIX = "#patch"  # the edits of a call that does other things, too, fail by themselves
_ONLY_A_PATCH = re.compile(r"\s*apply_patch\b[^\n;|&]{0,40}\n?\[patch\]\s*[\"']?\w{0,20}\s*")
_SHELL_CALL = re.compile(
    r"""\bcmd["']?\s*:\s*("(?:[^"\\]|\\.){1,4000}"|'[^'\\\n]{1,4000}'|`[^`]*`)"""
)
_CHANGE_FOLDER = re.compile(
    r"""\s*cd[ \t]+(?:"([^"\n]+)"|'([^'\n]+)'|((?:[^\s"';&|\\]|\\ )+))[ \t]*(?:&&|;|\r?\n)"""
)
_MAX_FAILURE = 16_000
_MAX_SHELL_CALLS = 20


@dataclass
class _Call:
    """A call without its answer yet: what its parts came to.

    ``codes`` are the exit codes of the commands that a script ran.
    """

    tool: str
    command: str = ""
    is_script: bool = False
    paths: set[str] = field(default_factory=set)
    are_files_known: bool = False
    failures: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)


class ItemReader:
    """Turns the lines of one rollout into events.  ``cwd`` is where its commands run."""

    def __init__(self, cwd: str = "") -> None:
        self.cwd = cwd
        self._calls: dict[str, _Call] = {}
        self._running: dict[str, str] = {}

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
        given = _arguments(item.get("arguments"), "input" if tool == _PATCH else "cmd")
        if tool in _RUNS:
            yield from self._shell(call_id, given, draft)
        elif tool == _PATCH:
            self._calls[call_id] = _Call("Edit")
            yield from self._patch(call_id, call_id, parse_text(given.get("input")), draft)
        elif tool == "write_stdin":
            typed = parse_text(given.get("chars"))
            command = typed if typed.strip() else self._awaited(given.get("session_id"))
            yield from self._run(call_id, command, draft, "BashOutput")
        elif tool == _WAIT and "cell_id" in given:
            yield from self._run(call_id, self._awaited(given["cell_id"]), draft, "BashOutput")
            self._calls[call_id].is_script = True
        elif tool == "read_file" and isinstance(path := given.get("file_path"), str):
            self._calls[call_id] = _Call("Read")
            yield from draft.call("Read", call_id, path=self._absolute(path))
        elif tool == _PLAN:
            yield from self._call(tool, call_id, _plan_text(given), draft)
        else:
            yield from self._call(tool, call_id, render_input(given), draft)

    def _awaited(self, number: object) -> str:
        """The command that is waited for: it may end, fail or commit meanwhile."""
        return self._running.get(str(number), "") if isinstance(number, (str, int)) else ""

    def _custom(self, item: JsonObject, draft: Draft) -> Iterator[Event]:
        tool, call_id = parse_name(item.get("name")), parse_name(item.get("call_id"))
        given = parse_text(item.get("input"))
        if tool == _PATCH:
            self._calls[call_id] = _Call("Edit")
            yield from self._patch(call_id, call_id, given, draft)
        elif tool == _SCRIPT:
            commands = "\n".join(_shell_commands(given))
            if has_patch(given) and not commands:
                self._calls[call_id] = _Call("Edit", is_script=True)
                yield from self._patch(call_id, call_id, given, draft)
                return
            yield from self._run(call_id, commands or given, draft)
            self._calls[call_id].is_script = True
            yield from self._patch(call_id, call_id + _PATCH_SUFFIX, given, draft)
        else:
            yield from self._call(tool, call_id, given, draft)

    def _call(self, tool: str, call_id: str, text: str, draft: Draft) -> Iterator[Event]:
        self._calls[call_id] = _Call(tool)
        yield from draft.call(tool, call_id, text=text)

    def _run(self, call_id: str, command: str, draft: Draft, tool: str = "Bash") -> Iterator[Event]:
        """A command whose patches, if it has any, are edits of their own."""
        self._calls[call_id] = _Call(tool, command)
        yield from draft.run(tool, call_id, command, is_writing=False)

    def _shell(self, call_id: str, given: JsonObject, draft: Draft) -> Iterator[Event]:
        command = _command(given)
        if not (has_patch(command) and _PATCH in command):
            self._calls[call_id] = _Call("Bash", command)
            yield from draft.run("Bash", call_id, command)
            return
        rest = shorten_patches(command)
        folder = posixpath.join(parse_path(given.get("workdir")), _changed_folder(command))
        if _ONLY_A_PATCH.fullmatch(_CHANGE_FOLDER.sub("", rest, 1)):
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
        code = output.exit_code
        if code is None and len(call.codes) == 1:
            code = call.codes[0]
        if output.still_runs and call.command:
            self._running[output.still_runs] = call.command
        yield from draft.result(call.tool, call_id, text, is_error=has_failed, exit_code=code)

    def _client_event(self, event: JsonObject, draft: Draft) -> Iterator[Event]:
        """What only the client's own events tell; their names and places changed twice."""
        kind, item = event.get("type"), parse_object(event.get("item"))
        if kind == "turn_aborted" and event.get("reason") in (None, "interrupted"):
            yield from draft.interrupt()
        elif kind == "item_completed" and item.get("type") == "CommandExecution":
            yield from self._command_ended(parse_name(item.get("id")), item, draft)
        elif kind == "exec_command_end":
            yield from self._command_ended(parse_name(event.get("call_id")), event, draft)
        elif kind == "item_completed" and item.get("type") == "FileChange":
            has_failed = item.get("status") in ("failed", "declined")
            yield from self._files_changed(parse_name(item.get("id")), item, has_failed, draft)
        elif kind == "patch_apply_end":
            has_failed = event.get("success") is False
            yield from self._files_changed(
                parse_name(event.get("call_id")), event, has_failed, draft
            )

    def _script(self, call_id: str) -> _Call | None:
        """The script that runs while this happens; None where there is none, and when it is a
        call's own.
        """
        if call_id in self._calls:
            return None
        return next((call for call in reversed(self._calls.values()) if call.is_script), None)

    def _command_ended(self, call_id: str, item: JsonObject, draft: Draft) -> Iterator[Event]:
        """Hold how a script's command ended and what it printed when it failed: the script may
        not tell.
        """
        script, code = self._script(call_id), item.get("exit_code")
        output = item.get("aggregated_output")
        if script is not None and isinstance(code, int):
            script.codes.append(code)
        if script is not None and code not in (0, None) and isinstance(output, str):
            held = sum(map(len, script.failures))
            script.failures.append(cut_start(output, max(0, _MAX_FAILURE - held)))
        for parsed in parse_objects(item.get("parsed_cmd")):
            path = parse_path(parsed.get("path"))
            if parsed.get("type") == "read" and path:
                yield from draft.call("Read", "", path=self._absolute(path))

    def _files_changed(
        self, change_id: str, item: JsonObject, has_failed: bool, draft: Draft
    ) -> Iterator[Event]:
        """Files that were changed in a way that no text of a call tells, and whether they could
        be: by a script, or where a patch was found to apply, or what a deleted file held.
        """
        own, script = self._calls.get(change_id), self._script(change_id)
        call = own or script
        if call is None or (own is not None and has_failed):
            return
        call.are_files_known = call.are_files_known or not has_failed
        edit_id = change_id if own is None or own.tool == "Edit" else change_id + _PATCH_SUFFIX
        for path, found in parse_object(item.get("changes")).items():
            change = _flat_change(parse_object(found))
            places = {path, parse_path(change.get("move_path"))} - {""}
            added, removed = _diff_texts(change)
            is_gone = change.get("type") == "delete" and bool(removed)
            for place in sorted(places if is_gone else places - call.paths):
                yield from draft.edit("Edit", edit_id, place, added=added, removed=removed)
        if has_failed and own is None:
            text = parse_text(item.get("stderr"))
            yield from draft.result("Edit", change_id, text, is_error=True)

    def _absolute(self, path: str) -> str:
        return posixpath.join(self.cwd, path) if path else self.cwd


def _arguments(value: object, only: str) -> JsonObject:
    """A function's arguments: JSON in a text.  A text that is none is its ``only`` argument."""
    if not isinstance(value, str):
        return {only: value} if isinstance(value, list) else parse_object(value)
    try:
        parsed: object = json.loads(value)
    except (ValueError, RecursionError):
        parsed = value
    return {only: parsed} if isinstance(parsed, (str, list)) else parse_object(parsed)


def _plan_text(given: JsonObject) -> str:
    """The steps of a plan, a line each, and how far they are."""
    steps = [
        f"{parse_name(step.get('status'))}: {parse_text(step.get('step'))}"
        for step in parse_objects(given.get("plan"))
    ]
    return "\n".join([parse_text(given.get("explanation")), *steps]).strip()


def _changed_folder(command: str) -> str:
    """Where a patch in a command line is applied, when the line begins with ``cd``."""
    match = _CHANGE_FOLDER.match(command)
    return parse_path((match[1] or match[2] or match[3]).replace("\\ ", " ")) if match else ""


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


def _flat_change(change: JsonObject) -> JsonObject:
    """What became of a file: ``{"type": "add", …}``, or in older versions ``{"add": {…}}``."""
    for kind in ("add", "delete", "update"):
        if "type" not in change and isinstance(change.get(kind), dict):
            return {"type": kind, **parse_object(change[kind])}
    return change


def _diff_texts(change: JsonObject) -> tuple[str, str]:
    """The lines that a file gained and lost."""
    content, diff = change.get("content"), change.get("unified_diff")
    if isinstance(content, str):
        return ("", content) if change.get("type") == "delete" else (content, "")
    lines = diff.splitlines() if isinstance(diff, str) else []
    added = [line[1:] for line in lines if line.startswith("+")]
    return "\n".join(added), "\n".join(line[1:] for line in lines if line.startswith("-"))
