"""Private paths: everything that a session did with them is left out.

A call that names an excluded file goes, and its answer with it, whatever the tool; so do the
lines of other answers that come from one (a search's hits, a file's part of a diff).  What the
agent then says in its own words cannot be told apart and is left to the rules for secrets.

The patterns are those of a ``.gitignore``, by the library that knows them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gitmem.model.change import Change
from gitmem.model.session import Event, EventKind, Slice

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_MAX_WORD = 4_096
_WORD_END = re.compile(r"[\s\"'`;|&<>()\[\]{},=:@\\]+")
_QUOTATION = re.compile(r"\"([^\"\n]{1,400})\"|'([^'\n]{1,400})'")
_WILDCARD = re.compile(r"[*?].*")
_HIT = re.compile(r"(?P<path>[^\s:][^:\n]{0,400}?)[:-]\d+[:-]|(?P<bare>[^\s:][^:\n]{0,400}):")
_DIFF = re.compile(r"diff --git \"?a/(?P<old>.+?)\"? \"?b/(?P<new>.+?)\"?$|==> (?P<shown>.+) <==$")


class Exclusion:
    """Knows which paths are excluded.  ``roots`` are the names of the work tree."""

    def __init__(self, patterns: Sequence[str]) -> None:
        from pathspec import GitIgnoreSpec  # only here: most repositories exclude nothing

        self._spec: GitIgnoreSpec = GitIgnoreSpec.from_lines(patterns)
        self._answers: dict[tuple[str, tuple[str, ...]], bool] = {}

    def covers(self, path: str, roots: tuple[str, ...] = ()) -> bool:
        """Whether the path, absolute or from the work tree's root, is excluded.

        A path outside the work tree is excluded by the patterns that fit at any depth.
        """
        key = path, roots
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = self._covers(path, roots)
        return known

    def _covers(self, path: str, roots: tuple[str, ...]) -> bool:
        if not path or len(path) > _MAX_WORD:
            return False
        normal = posixpath.normpath(path.replace("\\", "/"))
        for root in roots:
            if normal.startswith(root.rstrip("/") + "/"):
                normal = normal[len(root.rstrip("/")) + 1 :]
                break
        inside = normal.lstrip("/").removeprefix("~/")
        while inside.startswith("../"):
            inside = inside[3:]
        if inside in ("", ".", ".."):
            return False
        # A folder's own name is excluded as what is in it: `ls secrets` tells as well.
        return bool(self._spec.match_file(inside) or self._spec.match_file(inside + "/"))

    def has_excluded_path(self, text: str, roots: tuple[str, ...] = ()) -> bool:
        """Whether a command line, or a tool's input, names an excluded file."""
        words = set(_WORD_END.split(text))
        words.update(word for pair in _QUOTATION.findall(text) for word in pair)
        words.update([_WILDCARD.sub("", word) for word in words])
        return any(self.covers(word, roots) for word in words if word)

    def without_lines(self, text: str, roots: tuple[str, ...] = ()) -> str:
        """The text without the lines that come from an excluded file."""
        kept = []
        is_hidden = False
        for line in text.splitlines(keepends=True):
            if part := _DIFF.match(line.rstrip()):
                names = (part["old"], part["new"], part["shown"])
                is_hidden = any(self.covers(name, roots) for name in names if name)
            if is_hidden:
                continue
            hit = _HIT.match(line)
            if hit is None or not self.covers(hit["path"] or hit["bare"], roots):
                kept.append(line)
        return "".join(kept)

    def without(self, whole: Slice) -> Slice:
        """The slice without what concerns an excluded file."""
        hidden = {
            event.call_id
            for event in whole.events
            if event.kind is EventKind.CALL and self._is_hidden_call(event, whole.roots)
        }
        return replace(
            whole,
            events=tuple(self._visible_events(whole.events, hidden, whole.roots)),
            edited_paths=self._visible_paths(whole.edited_paths),
            read_paths=self._visible_paths(whole.read_paths),
        )

    def without_change(self, change: Change) -> Change:
        """The change without its excluded files."""
        files = (file for file in change.files if not self.covers(file.path))
        return replace(change, files=tuple(f for f in files if not self.covers(f.old_path)))

    def _is_hidden_call(self, event: Event, roots: tuple[str, ...]) -> bool:
        """With a path, the text is what was written to it, which may well speak of other files."""
        if event.path:
            return self.covers(event.path, roots)
        return self.has_excluded_path(event.text, roots)

    def _visible_events(
        self, events: Iterable[Event], hidden: set[str], roots: tuple[str, ...]
    ) -> Iterable[Event]:
        for event in events:
            if event.kind is EventKind.CALL and self._is_hidden_call(event, roots):
                continue
            if event.kind is not EventKind.RESULT:
                yield event
            elif event.call_id not in hidden:
                text = self.without_lines(event.text, roots)
                yield event if text == event.text else replace(event, text=text)

    def _visible_paths(self, paths: Iterable[str]) -> tuple[str, ...]:
        return tuple(path for path in paths if not self.covers(path))
