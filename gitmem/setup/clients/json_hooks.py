"""Hooks of ours in a client's JSON file, next to whatever is there.

Two forms are in use.  Claude Code, Codex and Gemini CLI group them:
``{"hooks": {EVENT: [{"matcher": …, "hooks": [{"type": "command", "command": …}]}]}}``; Copilot CLI
and Cursor do not: ``{"version": 1, "hooks": {EVENT: [{"command": …}]}}``.  Ours are known by the
launcher in their command.  Pure: bytes in, bytes out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gitmem.errors import ForeignFile
from gitmem.setup import json_edit
from gitmem.setup.launcher_line import LAUNCHER

_NEW = "{\n}\n"


@dataclass(frozen=True)
class JsonHooks:
    """What we add to a file of hooks.

    ``plural`` is what a person calls the file, in the plural (``the agent's settings``).
    ``entries`` are what we add to each event's list: groups of hooks, or hooks.  ``head`` is what
    else the client wants at the top of the file, such as its version.
    """

    plural: str
    entries: Mapping[str, Sequence[Mapping[str, Any]]]
    head: Mapping[str, Any] = field(default_factory=dict)

    def with_us(self, content: bytes | None) -> bytes:
        """The file with our hooks; the same bytes when all of them are there.

        Raises:
            ForeignFile: the content is no JSON, or its hooks have a form we do not know.
        """
        if content is not None and self.has_us(content):
            return content
        mark, text = self._decode(content)
        text = _without(text) if text.strip() else _NEW
        for key, value in self.head.items():
            if json_edit.member(text, json_edit.root(text), key) is None:
                text = json_edit.append(text, json_edit.root(text), value, key)
        for event, entries in self.entries.items():
            for entry in entries:
                text = _add(text, event, entry)
        return mark + text.encode("utf-8", "surrogatepass")

    def without_us(self, content: bytes) -> bytes:
        """The file without our hooks, and without what held nothing else.

        Raises:
            ForeignFile: as above.
        """
        mark, text = self._decode(content)
        return mark + _without(text).encode("utf-8", "surrogatepass") if text.strip() else content

    def has_us(self, content: bytes) -> bool:
        """Whether every event has exactly our present hooks, once.

        Raises:
            ForeignFile: as above.
        """
        text = self._decode(content)[1]
        if not text.strip():
            return False
        found = json_edit.member(text, json_edit.root(text), "hooks")
        there = dict(found.value) if found else {}
        return all(
            _our_hooks(there.get(event)) == _our_hooks(self.entries.get(event))
            for event in {*there, *self.entries}
        )

    def is_same(self, one: bytes, other: bytes) -> bool:
        """Whether both say the same to the client, but for what we put at the top."""
        try:
            values = [json.loads(content or b"{}") for content in (one, other)]
        except ValueError:
            return False
        return bool(values[0] == values[1] or self._rest(values[0]) == self._rest(values[1]))

    def is_nothing(self, content: bytes) -> bool:
        """Whether it says nothing to the client."""
        return self.is_same(content, b"{}")

    def _rest(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            key: held
            for key, held in value.items()
            if key not in self.head or held != self.head[key]
        }

    def _decode(self, content: bytes | None) -> tuple[bytes, str]:
        """The byte order mark, if any, and the text behind it, which is known to be sound.

        What we add to must have the form we know; what else is there may have any.
        """
        mark, text, value = json_edit.decode_object(content, self.plural)
        hooks = value.get("hooks", {})
        if not isinstance(hooks, dict):
            raise ForeignFile(f"'hooks' in {self.plural} is not an object")
        for event in self.entries:
            if not isinstance(hooks.get(event, []), list):
                raise ForeignFile(f"'hooks.{event}' in {self.plural} is not a list")
        return mark, text


def empty_holders(content: bytes) -> tuple[tuple[str, ...], ...]:
    """The keys that lead to what could hold hooks and holds nothing: ``hooks``, or an event's list;
    none in what is no JSON object.
    """
    try:
        hooks = json_edit.decode_object(content, "hooks")[2].get("hooks")
    except ForeignFile:
        return ()
    if not isinstance(hooks, dict):
        return ()
    events = tuple(("hooks", event) for event, held in hooks.items() if held == [])
    return events if hooks else (("hooks",),)


def with_holders(content: bytes, holders: Sequence[Sequence[str]]) -> bytes:
    """The file with these, each empty, where it lacks them; the same bytes where it has them."""
    if not holders:
        return content
    try:
        mark, text, _ = json_edit.decode_object(content, "hooks")
    except ForeignFile:
        return content
    text = text if text.strip() else _NEW
    for keys in holders:
        top = json_edit.root(text)
        if json_edit.member(text, top, "hooks") is None:
            text = json_edit.append(text, top, {}, "hooks")
        hooks = json_edit.member(text, top, "hooks")
        for event in keys[1:]:
            if hooks and isinstance(hooks.value, dict) and event not in hooks.value:
                text = json_edit.append(text, hooks.value_at, [], event)
    return mark + text.encode("utf-8", "surrogatepass")


def is_ours(hook: Any) -> bool:
    """Whether it is one hook whose command, however its key is called, starts the launcher."""
    if not isinstance(hook, Mapping) or "hooks" in hook:
        return False
    return any(LAUNCHER in value for value in hook.values() if isinstance(value, str))


def _our_hooks(entries: Any) -> list[Any]:
    """The hooks of ours among an event's entries, in groups or not."""
    found: list[Any] = []
    for entry in entries if isinstance(entries, (list, tuple)) else ():
        held = entry.get("hooks") if isinstance(entry, Mapping) else None
        found += filter(is_ours, held if isinstance(held, (list, tuple)) else [entry])
    return found


def _add(text: str, event: str, entry: Mapping[str, Any]) -> str:
    top = json_edit.root(text)
    hooks = json_edit.member(text, top, "hooks")
    if hooks is None:
        return json_edit.append(text, top, {event: [entry]}, "hooks")
    entries = json_edit.member(text, hooks.value_at, event)
    if entries is None:
        return json_edit.append(text, hooks.value_at, [entry], event)
    return json_edit.append(text, entries.value_at, entry)


def _without(text: str) -> str:
    """Take our hooks out one at a time: each removal moves the positions of the others."""
    while (shorter := _without_one(text)) is not None:
        text = shorter
    return text


def _without_one(text: str) -> str | None:
    top = json_edit.root(text)
    hooks = json_edit.member(text, top, "hooks")
    for event in _items(text, hooks, dict):
        for entry in _items(text, event, list):
            if is_ours(entry.value):
                return _remove_with_empty_holders(text, top, hooks, event, entry)
            inner = next((i for i in _items(text, entry, dict) if i.key == "hooks"), None)
            for hook in _items(text, inner, list):
                if is_ours(hook.value):
                    return _remove_with_empty_holders(text, top, hooks, event, entry, inner, hook)
    return None


def _items(text: str, holder: json_edit.Item | None, form: type) -> list[json_edit.Item]:
    """The items of a holder of that form; none of anything else."""
    if holder is None or not isinstance(holder.value, form):
        return []
    return json_edit.items(text, holder.value_at)


def _remove_with_empty_holders(text: str, top: int, *chain: json_edit.Item | None) -> str:
    """Remove the last of the chain, and upwards every holder that held only it.

    A group goes with its last hook whatever its matcher says.
    """
    items = [item for item in chain if item is not None]
    while len(items) > 1:
        *_, holder, item = items
        if len(holder.value) > 1 and not (item.key == "hooks" and len(items) > 2):
            return json_edit.remove(text, holder.value_at, item)
        items.pop()
    return json_edit.remove(text, top, items[0])
