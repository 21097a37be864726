"""One walk over the texts of a value, shared by everything that masks, scrubs, indexes or embeds.

What a text is for stands beside its field: ``metadata={Role: Role.LABEL}``.  A field that says
nothing is prose: it is masked, indexed and embedded, so that none can be forgotten.
Standard library only: agent hooks import this.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar

from gitmem.model.value import is_dataclass, metadata_of, replace

_Value = TypeVar("_Value")


class Role(Enum):
    """What a text is for.  All but the last two are searched; all but the last are masked."""

    TITLE = "title"
    PROSE = "prose"
    FRAME = "frame"
    """A line of a stack trace, verbatim: found by its words, but without a meaning of its own."""
    CONCEPT = "concept"
    FILE = "file"
    SYMBOL = "symbol"
    TERM = "term"
    LABEL = "label"
    """Shown or filtered by, never searched."""
    IDENTITY = "identity"
    """An id, or who did it: told by git or by us, not by a transcript, and so never masked."""


def texts_of(value: Any, roles: Collection[Role]) -> list[str]:
    """The texts in a dataclass that have one of the roles, in the order of its fields; none empty.

    A field of dataclasses is walked into, whatever its own role; a mapping is walked in whole,
    names as well as values.
    """
    found: list[str] = []
    _add_fields(value, roles, found)
    return found


def map_texts(
    value: _Value,
    on_text: Callable[[str], str],
    on_mapping: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    *,
    spare: Collection[Role] = (Role.IDENTITY,),
) -> _Value:
    """The same dataclass with every text changed, but for those with a role to ``spare``.

    ``on_mapping`` is given each mapping whole: what a value means can depend on its name.
    """
    changed: dict[str, Any] = {}
    for name, role in _roles(_class(value)):
        before = getattr(value, name)
        after = _map_value(before, role in spare, on_text, on_mapping, spare)
        if after is not before:
            changed[name] = after
    return replace(value, **changed) if changed else value  # type: ignore[type-var]


def describe_roles(*classes: Any) -> str:
    """Which field of these dataclasses has which role, as a text to tell two states apart by."""
    rows = ((cls.__name__, name, role.value) for cls in classes for name, role in _roles(cls))
    return " ".join(".".join(row) for row in rows)


def _class(value: Any) -> Any:
    return type(value)


@lru_cache(maxsize=64)
def _roles(cls: Any) -> tuple[tuple[str, Role], ...]:
    return tuple((name, known.get(Role, Role.PROSE)) for name, known in metadata_of(cls).items())


def _add_fields(value: Any, roles: Collection[Role], found: list[str]) -> None:
    for name, role in _roles(_class(value)):
        held = getattr(value, name)
        if held:  # most fields of most memories are empty, and an index walks all of them
            _add(held, role in roles, roles, found)


def _add(value: Any, is_wanted: bool, roles: Collection[Role], found: list[str]) -> None:
    if isinstance(value, str):
        if is_wanted and value:
            found.append(value)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _add(item, is_wanted, roles, found)
    elif is_dataclass(value):
        _add_fields(value, roles, found)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            _add(name, is_wanted, roles, found)
            _add(item, is_wanted, roles, found)


def _map_value(
    value: Any,
    is_spared: bool,
    on_text: Callable[[str], str],
    on_mapping: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    spare: Collection[Role],
) -> Any:
    if is_dataclass(value):
        return map_texts(value, on_text, on_mapping, spare=spare)
    if is_spared:
        return value
    if isinstance(value, str):
        return on_text(value)
    if isinstance(value, Mapping):
        return on_mapping(value)
    if isinstance(value, (list, tuple)):
        return tuple(_map_value(item, is_spared, on_text, on_mapping, spare) for item in value)
    return value
