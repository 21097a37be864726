from __future__ import annotations

import importlib.metadata
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import pytest

from gitmem.mcp import shapes
from gitmem.mcp.offers import KINDS, SERVER, TOOLS
from gitmem.model import memory
from gitmem.model.release import DISTRIBUTION

ANSWERS = {
    "search": shapes.Listing,
    "timeline": shapes.Line,
    "get_observations": shapes.Observations,
    "why": shapes.Reasons,
    "remember": shapes.Kept,
}
PLAIN = {str: "string", int: "integer", bool: "boolean"}


def schema_of(kind: Any) -> dict[str, Any]:
    """The schema of a shape, read from its types."""
    if kind in PLAIN:
        return {"type": PLAIN[kind]}
    if is_dataclass(kind):
        known = typing.get_type_hints(kind)
        required = [
            one.name
            for one in fields(kind)
            if one.default is MISSING and one.default_factory is MISSING
        ]
        properties = {name: schema_of(of) for name, of in known.items()}
        return {"type": "object", "properties": properties, "required": required}
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:  # what is None is left out of an answer
        (kept,) = [one for one in arguments if one is not types.NoneType]
        return schema_of(kept)
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    assert origin is list
    return {"type": "array", "items": schema_of(arguments[0])}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: str(tool["name"]))
def test_what_is_told_of_an_answer_is_its_shape(tool: dict[str, Any]) -> None:
    assert schema_of(ANSWERS[tool["name"]]) == tool["outputSchema"]


def test_the_kinds_are_all_there_are() -> None:
    assert ", ".join(memory.KINDS) == KINDS


def test_the_version_is_this_one() -> None:
    try:
        installed = importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{DISTRIBUTION} is imported from a checkout here, and not installed")

    assert installed == SERVER["version"]
