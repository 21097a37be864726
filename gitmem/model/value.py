"""Frozen dataclasses at a tenth of their price, for the modules that hooks import.

``dataclasses`` writes, compiles and runs the source of every class, half a millisecond each, and
loads ``inspect``, ``ast`` and ``tokenize`` for it: with some fifty classes on a hook's path that
is a third of what the hook takes.  Here the methods are written once and read a class's fields.
To a type checker these are dataclasses, and to ``dataclasses`` itself as well: its ``fields``,
``replace`` and ``asdict`` take them, for it makes the fields when it first asks for them.

Only ``@dataclass(frozen=True)`` without a base that has fields: whoever needs more takes the
standard one.  Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

TYPE_CHECKING = False  # to import it would load typing, a quarter of what an interpreter takes

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace
    from typing import Any
else:

    def dataclass(*, frozen):
        """Make the class a frozen value: equal, hashed and shown by its fields."""
        if not frozen:
            raise TypeError("only frozen values")
        return _make_value

    def field(**options):
        """A field's options, as of ``dataclasses``, as far as they are known here."""
        if unknown := options.keys() - _OPTIONS:
            raise TypeError(f"unknown options of a field: {', '.join(sorted(unknown))}")
        return _Field(options)

    def replace(value, /, **changes):
        """The same value with these fields changed."""
        return type(value)(**values_of(value) | changes)


def is_dataclass(value: object) -> bool:
    """Whether this is such a value, or one of ``dataclasses``."""
    return "__dataclass_fields__" in vars(type(value))


def values_of(value: Any) -> dict[str, Any]:
    """The value's fields, in their order; what is in them is not changed."""
    return {name: getattr(value, name) for name in value.__match_args__}


def metadata_of(cls: Any) -> dict[str, Mapping[Any, Any]]:
    """What is said beside each field of the class, in their order."""
    ours = vars(cls)["__dataclass_fields__"]
    if isinstance(ours, _Standard):
        return {name: ours.metadata_of(name) for name in cls.__match_args__}
    import dataclasses

    return {field.name: field.metadata for field in dataclasses.fields(cls)}


_OPTIONS = {"default", "default_factory", "metadata", "compare"}


class _Field:
    """What a class says of a field beyond its type."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options


class _Standard:
    """What ``dataclasses`` itself knows of a class, made when it asks: most are never asked for."""

    def __init__(self, attribute: str, given: Mapping[str, _Field]) -> None:
        self._attribute = attribute
        self._given = given
        self._made: dict[Any, Any] = {}  # once a class: it takes milliseconds

    def metadata_of(self, name: str) -> Mapping[Any, Any]:
        """What the class says beside the field."""
        given = self._given.get(name)
        found: Mapping[Any, Any] = given.options.get("metadata", {}) if given else {}
        return found

    def __get__(self, value: object, owner: Any) -> Any:
        if owner not in self._made:
            self._made[owner] = self._make(owner)
        return self._made[owner]

    def _make(self, owner: Any) -> Any:
        import dataclasses

        body = {name: vars(owner)[name] for name in owner.__match_args__ if name in vars(owner)}
        body |= {name: dataclasses.field(**given.options) for name, given in self._given.items()}
        body |= {"__annotations__": owner.__annotations__, "__module__": owner.__module__}
        standard: Any = dataclasses.dataclass(frozen=True)(type(owner.__name__, (), body))
        return getattr(standard, self._attribute)


def _make_value(cls: Any) -> Any:
    body = vars(cls)
    names = tuple(
        name for name, kind in body["__annotations__"].items() if "ClassVar" not in str(kind)
    )
    given = {name: body[name] for name in names if isinstance(body.get(name), _Field)}
    for name, known in given.items():
        delattr(cls, name)
        if "default" in known.options:
            setattr(cls, name, known.options["default"])
    cls.__init__ = _initialiser(
        names,
        {name: body[name] for name in names if name in body},
        {
            name: known.options["default_factory"]
            for name, known in given.items()
            if "default_factory" in known.options
        },
    )
    compared = tuple(
        name for name in names if name not in given or given[name].options.get("compare", True)
    )
    cls.__eq__, cls.__hash__ = _comparison(compared)
    cls.__repr__ = _show
    cls.__setattr__ = cls.__delattr__ = _refuse
    cls.__match_args__ = names  # type: ignore[misc]
    for attribute in ("__dataclass_fields__", "__dataclass_params__"):
        setattr(cls, attribute, _Standard(attribute, given))
    return cls


def _initialiser(
    names: tuple[str, ...],
    defaults: Mapping[str, Any],
    factories: Mapping[str, Callable[[], Any]],
) -> Callable[..., None]:
    known = frozenset(names)

    def initialise(self: object, *values: Any, **named: Any) -> None:
        state = self.__dict__
        state.update(defaults)
        for name, make in factories.items():
            state[name] = make()
        state.update(zip(names, values))  # noqa: B905 - too many are refused below
        state.update(named)
        if (
            len(state) != len(known)
            or not named.keys() <= known  # one that is unknown would stand for one that is missing
            or (values and not _fit(names, values, named))
        ):
            given = ", ".join([*map(repr, values), *named])
            raise TypeError(f"{type(self).__name__} takes {', '.join(names)}; it was given {given}")

    return initialise


def _fit(names: tuple[str, ...], values: tuple[Any, ...], named: Mapping[str, Any]) -> bool:
    """Whether the values are no more than there are fields, and name none twice."""
    return len(values) <= len(names) and named.keys().isdisjoint(names[: len(values)])


def _comparison(
    names: tuple[str, ...],
) -> tuple[Callable[[Any, object], Any], Callable[[Any], int]]:
    def is_equal(self: object, other: object) -> Any:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def hash_of(self: object) -> int:
        return hash(tuple([getattr(self, name) for name in names]))

    return is_equal, hash_of


def _show(self: object) -> str:
    shown = ", ".join(f"{name}={one!r}" for name, one in values_of(self).items())
    return f"{type(self).__qualname__}({shown})"


def _refuse(self: object, name: str, *value: object) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change field {name!r}")
