"""The patches that OpenCode's models write for it, and those that it tells of having applied.

Only which file gains and loses which lines is read; nothing is applied here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitmem.agents.json_values import JsonObject, parse_objects, parse_path, parse_text
from gitmem.agents.patches import FilePatch, patch_of, patches_in

_HUNK = re.compile(r"^@@", re.MULTILINE)
_MAX_FILES = 500


def patches_of(inputs: JsonObject, metadata: JsonObject) -> list[FilePatch]:
    """The files of a call of ``apply_patch``: as the client told them, else as they were asked."""
    told = list(_applied(metadata))
    text = parse_text(inputs.get("patchText") or inputs.get("input"))
    return (told or list(patches_in(text.splitlines())))[:_MAX_FILES]


def _applied(metadata: JsonObject) -> Iterator[FilePatch]:
    for file in parse_objects(metadata.get("files")):
        diff = parse_text(file.get("patch") or file.get("diff"))
        start = _HUNK.search(diff)
        lines = diff[start.start() :].splitlines() if start else []
        path, moved = parse_path(file.get("filePath")), parse_path(file.get("movePath"))
        if path:
            yield patch_of(path, lines)
        if moved and moved != path:
            yield patch_of(moved, lines)
