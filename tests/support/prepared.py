"""Fixtures whose repositories are made once a session, and copied for each test that wants them.

Making a repository with a few commits and memories takes up to a second, copying it a few
milliseconds.  ``@prepared`` stands in for ``@pytest.fixture`` where a fixture does nothing but make
repositories below ``tmp_path``, from others that are prepared::

    @prepared
    def story(git: GitDriver) -> GitDriver: ...

The state of the most that a test asks for is copied, once; what is prepared besides is run on top.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import inspect
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gitmem.git.repo import find_repo
from gitmem.state.known_repos import KnownRepos
from tests.support.git import GitDriver

Make = Callable[..., Any]

_MAKERS: dict[str, dict[str, Make]] = {}
"""The functions behind prepared fixtures, by module and by name."""

_MAKER_OF: dict[Any, Make] = {}
"""The same, by the fixture."""

_KNOWN = Path("home/.local/state/gitmem/repositories")
"""Where gitmem lists the repositories of a home, in files named after their places."""


def prepared(make: Make) -> Any:
    """The fixture that is what ``make`` returns, and leaves on the disk.

    It may ask for prepared fixtures, ``tmp_path`` and ``home``.  Its hooks do not wake a worker.
    """

    @pytest.fixture(name=make.__name__)
    def fixture(request: pytest.FixtureRequest, scene: Scene) -> Any:
        return scene.value(request, make)

    _MAKERS.setdefault(make.__module__, {})[make.__name__] = make
    _MAKER_OF[fixture] = make
    return fixture


class Scene:
    """The folder of one test, and the values of the prepared fixtures that are in it."""

    def __init__(self, folder: Path, templates: Templates) -> None:
        self._folder = folder
        self._templates = templates
        self._values: dict[Make, Any] = {}

    def value(self, request: pytest.FixtureRequest, make: Make) -> Any:
        """What the fixture behind ``make`` is in this test."""
        if not self._values:
            largest = max(_asked(request, make), key=lambda one: len(_all_behind(one)))
            self._values = self._templates.of(largest).copy_to(self._folder)
        if make not in self._values:
            given = {name: request.getfixturevalue(name) for name in _names(make)}
            self._values[make] = make(**given)
        return self._values[make]


class Templates:
    """The states of one session, in folders below ``base``; each is made when first asked for."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._made: dict[Make, _Template] = {}

    def of(self, make: Make) -> _Template:
        """The state that ``make`` and all that it asks for leave."""
        if make not in self._made:
            self._made[make] = _make_template(self._base / f"{len(self._made)}", make)
        return self._made[make]


@dataclass(frozen=True)
class _Template:
    """A test's folder after the fixtures, with their values; ``placed`` are files that name it."""

    folder: Path
    values: dict[Make, Any]
    placed: tuple[Path, ...]
    indexed: tuple[Path, ...]
    """Work trees with an index."""

    def copy_to(self, folder: Path) -> dict[Make, Any]:
        """Have it all there; the values, as they are there."""
        _copy_tree(os.fspath(self.folder), os.fspath(folder))
        _rewrite(self, folder)
        for name in self.indexed:  # what git noted of the files' inodes is of others
            GitDriver(folder / name, folder / "home").run(
                "update-index", "-q", "--refresh", check=False
            )
        move = _Move(self.folder, folder)
        return {make: move(value) for make, value in self.values.items()}


@dataclass
class _Move:
    """Values of a template as they are in another folder; one driver there for one here."""

    old: Path
    new: Path
    drivers: dict[int, GitDriver] = field(default_factory=dict)

    def __call__(self, value: Any) -> Any:
        if isinstance(value, GitDriver):
            return self._driver(value)
        if isinstance(value, str):
            return value.replace(os.fspath(self.old), os.fspath(self.new))
        if isinstance(value, Path):
            return Path(self(os.fspath(value)))
        if isinstance(value, (tuple, list)):
            return type(value)(map(self, value))
        if isinstance(value, dict):
            return {self(key): self(one) for key, one in value.items()}
        return copy.deepcopy(value)

    def _driver(self, driver: GitDriver) -> GitDriver:
        if id(driver) not in self.drivers:
            moved = GitDriver(self(driver.path), self(driver.home))
            moved.now, moved.environ = driver.now, self(driver.environ)
            self.drivers[id(driver)] = moved
        return self.drivers[id(driver)]


def _names(make: Make) -> list[str]:
    return list(inspect.signature(make).parameters)


def _behind(make: Make, name: str) -> Make | None:
    """The maker that ``make`` means by a name of its arguments; None for ``tmp_path`` and so on."""
    return _MAKERS[make.__module__].get(name) or _MAKERS["tests.conftest"].get(name)


def _all_behind(make: Make) -> dict[Make, None]:
    """It and all that it asks for, in the order in which they are made."""
    found: dict[Make, None] = {}
    for name in _names(make):
        other = _behind(make, name)
        if other is not None and other is not make:
            found.update(_all_behind(other))
    return {**found, make: None}


def _asked(request: pytest.FixtureRequest, make: Make) -> list[Make]:
    """The makers of the prepared fixtures that the test asks for; ``make`` is one."""
    here, common = vars(request.module), _MAKERS["tests.conftest"]
    found = [
        _MAKER_OF.get(here[name]) if name in here else common.get(name)
        for name in request.fixturenames
    ]
    return [make, *(one for one in found if one is not None)]


def _make_template(folder: Path, make: Make) -> _Template:
    home = folder / "home"
    home.mkdir(parents=True)
    values: dict[Make, Any] = {}
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("HOME", str(home))
        surroundings.setenv("XDG_CONFIG_HOME", str(home / ".config"))
        surroundings.setattr(GitDriver, "common", {"GITMEM_SKIP": "1"})
        for one in _all_behind(make):
            given: dict[str, Any] = {"tmp_path": folder, "home": home}
            others = {name: _behind(one, name) for name in _names(one)}
            given |= {name: values[other] for name, other in others.items() if other is not None}
            values[one] = one(**{name: given[name] for name in _names(one)})
    indexes = [*folder.glob("*/.git/index"), *folder.glob("*/*/.git/index")]
    indexed = tuple(index.parents[1].relative_to(folder) for index in indexes)
    return _Template(folder, values, tuple(_placed(folder)), indexed)


def _copy_tree(source: str, target: str) -> None:
    """As ``shutil.copytree`` with links and times, into what is there, in half of the time."""
    with suppress(FileExistsError):
        os.mkdir(target)
    with os.scandir(source) as entries:
        for entry in entries:
            place = f"{target}/{entry.name}"
            if entry.is_symlink():
                os.symlink(os.readlink(entry.path), place)
            elif entry.is_dir():
                _copy_tree(entry.path, place)
            else:
                with open(entry.path, "rb") as file, open(place, "wb") as copied:
                    copied.write(file.read())
                status = entry.stat()
                os.chmod(place, status.st_mode)
                os.utime(place, ns=(status.st_atime_ns, status.st_mtime_ns))


def _placed(folder: Path) -> list[Path]:
    mark = os.fsencode(folder)
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and mark in path.read_bytes():
            assert path.suffix != ".sqlite3", f"'{path}' cannot be rewritten"
            found.append(path.relative_to(folder))
    return found


def _rewrite(template: _Template, folder: Path) -> None:
    old, new = os.fsencode(template.folder), os.fsencode(folder)
    for name in template.placed:
        path = folder / name
        path.write_bytes(path.read_bytes().replace(old, new))
    if template.placed:
        for manifest in folder.glob("*/.git/gitmem/install.json"):
            _rewrite_manifest(manifest, template.folder, folder)
    if (known := folder / _KNOWN).is_dir():
        places = [Path(os.fsdecode(file.read_bytes())) for file in known.iterdir()]
        shutil.rmtree(known)
        for place in places:
            KnownRepos(known).add(find_repo(place))


def _rewrite_manifest(path: Path, old: Path, new: Path) -> None:
    """What gitmem keeps of files that name their place: their content, and a digest of it."""
    manifest = json.loads(path.read_bytes())
    for kept in manifest["files"]:
        moved = Path(os.path.normpath(path.parent.parent / kept["path"]))
        before = old / os.path.relpath(moved, new)
        if before.is_file() and kept["left"] == _digest(before):
            kept["left"] = _digest(moved)
        if kept["content"]:
            content = base64.b64decode(kept["content"])
            content = content.replace(os.fsencode(old), os.fsencode(new))
            kept["content"] = base64.b64encode(content).decode()
    path.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
