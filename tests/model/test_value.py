"""Frozen values are what ``dataclasses`` would have made of the same class, made sooner."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.model import value
from gitmem.model.value import is_dataclass, metadata_of, replace, values_of


def _source(module: Any) -> Any:
    @module.dataclass(frozen=True)
    class Place:
        """Of either making."""

        kind: ClassVar[str] = "place"
        name: str
        line: int = 1
        marks: Mapping[str, int] = module.field(default_factory=dict, metadata={"role": "label"})
        note: str = module.field(default="", metadata={"role": "prose"})
        remark: str = module.field(default="", compare=False)

        @property
        def where(self) -> str:
            return f"{self.name}:{self.line}"

    return Place


Ours, Standard = _source(value), _source(dataclasses)
Place = Ours
Place.__qualname__ = "Place"  # so that pickle finds it

_FIELDS = st.fixed_dictionaries(
    {"name": st.text(max_size=3)},
    optional={
        "line": st.integers(),
        "marks": st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
        "note": st.text(max_size=3),
        "remark": st.text(max_size=3),
    },
)


@given(_FIELDS, _FIELDS)
def test_values_are_those_of_the_standard_dataclass(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """Fields, equality and what is shown agree for every way to fill the fields."""
    ours, standard = Ours(**one), Standard(**one)

    assert dataclasses.asdict(standard) == dataclasses.asdict(ours) == values_of(ours)
    for more in (other, {**one, "remark": "other"}):
        assert (Standard(**one) == Standard(**more)) == (ours == Ours(**more))
        assert (Standard(**one) != Standard(**more)) == (ours != Ours(**more))
    assert repr(standard).rpartition(".")[2] == repr(ours).rpartition(".")[2]
    assert standard.where == ours.where


@given(_FIELDS)
def test_equal_values_have_equal_hashes(fields: dict[str, Any]) -> None:
    fields["marks"] = ()

    assert hash(Standard(**fields)) == hash(Ours(**fields)) == hash(Ours(**fields))


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((), {}),
        (("a", 1, {}, "", "", "more"), {}),
        (("a",), {"name": "b"}),
        (("a", 1), {"line": 1}),
        (("a",), {"colour": "red"}),
        ((), {"line": 2}),
        ((), {"line": 2, "colour": "red"}),
        ((), {"name": "a", "kind": "other"}),
    ],
)
def test_wrong_fields_are_refused(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Both refuse the same calls."""
    for make in (Standard, Ours):
        with pytest.raises(TypeError):
            make(*values, **named)


def test_a_value_cannot_be_changed() -> None:
    ours = Ours("a")

    with pytest.raises(dataclasses.FrozenInstanceError):
        ours.line = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del ours.line
    assert ours == Ours("a", 1)


def test_values_do_not_share_what_a_factory_makes() -> None:
    assert Ours("a").marks is not Ours("a").marks


def test_values_are_replaced_copied_and_pickled() -> None:
    ours = Ours("a", marks={"x": 1})

    assert Ours("a", 7, {"x": 1}) == replace(ours, line=7) == dataclasses.replace(ours, line=7)
    assert ours == copy.copy(ours) == copy.deepcopy(ours) == pickle.loads(pickle.dumps(ours))
    with pytest.raises(TypeError):
        replace(ours, colour="red")


def test_a_value_of_another_class_is_another_value() -> None:
    assert Ours("a") != Standard("a")


def test_the_standard_functions_know_the_fields() -> None:
    """What asks ``dataclasses`` (a command's JSON, a subclass in a test) is answered."""
    ours = [(f.name, f.default, f.metadata) for f in dataclasses.fields(Ours)]

    assert [(f.name, f.default, f.metadata) for f in dataclasses.fields(Standard)] == ours
    assert is_dataclass(Ours("a"))
    assert is_dataclass(Standard("a"))
    assert not is_dataclass("a")
    expected = {"name": {}, "line": {}, "marks": {"role": "label"}, "note": {"role": "prose"}}
    expected["remark"] = {}
    assert expected == metadata_of(Ours) == {k: dict(v) for k, v in metadata_of(Standard).items()}

    @dataclasses.dataclass(frozen=True)
    class More(Ours):  # type: ignore[misc, valid-type]
        colour: str = "red"

    assert More("a", colour="blue").where == "a:1"
    assert [f.name for f in dataclasses.fields(More)] == [
        "name",
        "line",
        "marks",
        "note",
        "remark",
        "colour",
    ]


def test_the_standard_class_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[type] = []
    standard = dataclasses.dataclass

    def counted(**options: Any) -> Any:
        def make(cls: Any) -> Any:
            made.append(cls)
            return standard(**options)(cls)

        return make

    @value.dataclass(frozen=True)
    class Place:
        line: int
        path: str = ""

    monkeypatch.setattr(dataclasses, "dataclass", counted)
    places = [dataclasses.replace(Place(1), line=line) for line in range(50)]

    assert places[-1] == Place(49)
    assert len(made) <= 2  # its fields and its parameters


def test_only_frozen_values_are_made() -> None:
    with pytest.raises(TypeError):
        value.dataclass(frozen=False)
    with pytest.raises(TypeError):
        value.field(kw_only=True)


def test_a_class_costs_no_module() -> None:
    """Its point: neither ``dataclasses`` nor what that loads is there afterwards."""
    code = inspect.cleandoc(
        """
        import sys
        from gitmem.model.value import dataclass, replace, values_of

        @dataclass(frozen=True)
        class Place:
            name: str

        values_of(replace(Place("a"), name="b"))
        print(sorted({"dataclasses", "inspect", "typing"} & sys.modules.keys()))
        """
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], env={}, capture_output=True, text=True
    )

    assert (done.stdout, done.stderr) == ("[]\n", "")
