"""What a person trusts by the environment, as git reads it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from gitmem.errors import UntrustedRepository
from gitmem.git.libgit2 import open_objects
from gitmem.git.repo import find_repo, git_environment
from gitmem.git.trusted_folders import trusted_folders
from tests.support.git import GitDriver


@pytest.mark.parametrize(
    ("environ", "values"),
    [
        ({}, []),
        ({"GIT_CONFIG_COUNT": "1"}, ["safe.directory=*"]),
        ({"GIT_CONFIG_COUNT": "3"}, ["user.name=x", "Safe.Directory=*", "safe.directory="]),
        ({"GIT_CONFIG_COUNT": "many"}, ["safe.directory=*"]),
        ({"GIT_CONFIG_COUNT": "1"}, ["core.hooksPath=/dev/null"]),
    ],
)
def test_of_configuration_in_the_environment_only_trust_is_kept(
    environ: dict[str, str], values: list[str]
) -> None:
    given = dict(environ)
    for number, value in enumerate(values):
        name, _, rest = value.partition("=")
        given.update({f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": rest})
    kept = trusted_folders(given)
    wanted = [value.partition("=")[2] for value in values if value.lower().startswith("safe.")]
    count = int(kept.get("GIT_CONFIG_COUNT", "0"))
    assert [kept[f"GIT_CONFIG_VALUE_{number}"] for number in range(count)] == (
        wanted if environ.get("GIT_CONFIG_COUNT", "x").isdecimal() else []
    )
    assert {kept[f"GIT_CONFIG_KEY_{number}"] for number in range(count)} <= {"safe.directory"}


@pytest.mark.parametrize(
    "parameters",
    [
        "'safe.directory=/a b'",
        "'core.x=1' 'safe.directory'='/a b'",
        "'core.editor'='it'\\''s' 'SAFE.directory'='/a b'",
    ],
)
def test_the_options_of_the_command_that_runs_us_are_read(parameters: str) -> None:
    kept = git_environment({"GIT_CONFIG_PARAMETERS": parameters})
    assert kept["GIT_CONFIG_VALUE_0"] == "/a b"
    assert "GIT_CONFIG_PARAMETERS" not in kept


def test_a_broken_quotation_names_nothing() -> None:
    assert trusted_folders({"GIT_CONFIG_PARAMETERS": "'safe.directory=/a"}) == {}


@pytest.fixture
def foreign(committed: GitDriver, tmp_path: Path) -> Path:
    """A repository of another person."""
    if os.geteuid() != 0:
        pytest.skip("needs root: a folder of another person")
    place = tmp_path / "foreign"
    shutil.copytree(committed.path, place)
    for path in (place, *place.rglob("*")):
        os.lchown(path, 12345, 12345)
    return place


def test_git_s_own_remedy_is_given(foreign: Path) -> None:
    with pytest.raises(UntrustedRepository, match="dubious ownership") as refused:
        find_repo(foreign)
    assert refused.value.exit_code == 18
    assert f"git config --global --add safe.directory {foreign}" in refused.value.hint
    assert "git init" not in refused.value.hint


@pytest.mark.parametrize("how", ["environment", "global file", "home", "sudo"])
def test_what_git_trusts_libgit2_reads(
    foreign: Path, home: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "environment":
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", "*")
    elif how == "sudo":
        monkeypatch.setenv("SUDO_UID", "12345")
    else:
        name = foreign
        file = home.parent / "elsewhere"
        if how == "home":
            name, file = Path("~") / ".." / "foreign", home / ".gitconfig"
        else:
            monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(file))
        file.write_text(f"[safe]\n\tdirectory = {foreign if how != 'home' else name}\n")
        if how == "home":
            file.write_text(f"[safe]\n\tdirectory = {foreign}\n")
    repo = find_repo(foreign)
    assert open_objects(repo).head.target


def test_without_git_s_word_libgit2_is_not_asked_to_look_away(
    foreign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_UID", "12345")
    repo = find_repo(foreign)
    monkeypatch.delenv("SUDO_UID")
    with pytest.raises(Exception, match="owned"):
        open_objects(repo)
