"""Which model answered in which record of a transcript, as far as its lines name one.

Claude Code names it in each of the model's messages, Codex when a turn begins, Copilot CLI with a
message or a change of model, Gemini CLI in each message: always under the key ``model``, in the
record or in the part of it that holds the rest.  Files that are no lines of JSON tell nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gitmem.agents.json_values import JsonObject, parse_line, parse_object
from gitmem.agents.lines import read_lines
from gitmem.git.regular_file import open_regular

_PARTS = ("message", "payload", "data")
_KEYS = ("model", "newModel")
_MOST_CHARACTERS = 120
_PROVIDERS = (
    *(("claude", "anthropic"), ("gpt", "openai"), ("o1", "openai"), ("o3", "openai")),
    *(("o4", "openai"), ("codex", "openai"), ("chatgpt", "openai"), ("gemini", "google")),
    *(("grok", "xai"), ("mistral", "mistral"), ("codestral", "mistral"), ("devstral", "mistral")),
    *(("deepseek", "deepseek"), ("qwen", "alibaba"), ("kimi", "moonshotai"), ("glm", "zai")),
)


def models_used(path: Path, first: int, end: int) -> dict[int, str]:
    """The model of each record (by number, from 0) in the half-open range that names one or comes
    behind one that does; empty where the file cannot be read.
    """
    found: dict[int, str] = {}
    current = ""
    with suppress(OSError):
        for number, record in _records(path):
            if number >= end:
                break
            current = _model_in(record) or current
            if number >= first and current:
                found[number] = current
    return found


def model_id(model: str) -> str:
    """The model's name as models.dev has it, ``provider/model``; empty where its maker is unknown.

    What clients write behind a name to say how they use it (``[1m]``) is left out.
    """
    name = model.partition("[")[0].strip()
    if "/" in name:
        return name
    maker = next((maker for start, maker in _PROVIDERS if name.lower().startswith(start)), "")
    return f"{maker}/{name}" if maker else ""


def _records(path: Path) -> Iterator[tuple[int, JsonObject]]:
    with open_regular(path) as file:
        for number, line in enumerate(read_lines(file)):
            yield number, parse_line(line.data) or {}


def _model_in(record: JsonObject) -> str:
    for part in (record, *(parse_object(record.get(name)) for name in _PARTS)):
        for key in _KEYS:
            model = part.get(key)
            if isinstance(model, str) and model and not model.startswith("<"):
                return model[:_MOST_CHARACTERS]
    return ""
