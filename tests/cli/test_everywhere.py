from __future__ import annotations

import json
import shutil
from pathlib import Path

from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared
from tests.support.snapshot import snapshot


def make_repo(path: Path, home: Path, title: str, *, is_open: bool) -> GitDriver:
    git = GitDriver(path, home).init()
    commit = git.commit("work", **{"a.py": f"# {title}\n"})
    memory = Memory("decision", title, provenance=Provenance(commit=commit, time="2026"))
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")
    assert gitmem(git, "init").returncode == 0
    if is_open:
        git.run("config", "gitmem.everywhere", "true")
    return git


@prepared
def three(tmp_path: Path, home: Path) -> dict[str, GitDriver]:
    return {
        "here": make_repo(tmp_path / "here", home, "Backoff doubles here", is_open=False),
        "open": make_repo(tmp_path / "open", home, "Backoff doubles there", is_open=True),
        "closed": make_repo(tmp_path / "closed", home, "Backoff doubles in secret", is_open=False),
    }


def names(git: GitDriver, *arguments: str, place: Path | None = None) -> list[str]:
    done = gitmem(git, "search", "--everywhere", "--json", *arguments, place=place)
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["repository"]["name"] for line in done.stdout.splitlines()]


def test_this_repository_and_those_that_allow_it_are_searched(three: dict[str, GitDriver]) -> None:
    assert sorted(names(three["here"], "backoff doubles")) == ["here", "open"]
    assert sorted(names(three["closed"], "backoff doubles")) == ["closed", "open"]
    assert names(three["here"], "backoff there")[0] == "open"


def test_results_name_their_repository_for_people(three: dict[str, GitDriver]) -> None:
    output = gitmem(three["here"], "search", "--everywhere", "backoff").stdout

    assert "open  " in output
    assert "secret" not in output


def test_outside_of_any_repository_those_that_allow_it_are_searched(
    three: dict[str, GitDriver], tmp_path: Path
) -> None:
    assert names(three["here"], "backoff", place=tmp_path) == ["open"]
    assert gitmem(three["here"], "search", "backoff", place=tmp_path).returncode == 10


def test_a_repository_that_is_gone_is_no_error(three: dict[str, GitDriver]) -> None:
    shutil.rmtree(three["open"].path)

    assert names(three["here"], "backoff") == ["here"]


def test_nothing_is_copied_between_repositories(three: dict[str, GitDriver]) -> None:
    gitmem(three["open"], "search", "backoff")  # makes up its own vectors once
    before = snapshot(three["open"].path)
    names(three["here"], "backoff")
    after = snapshot(three["open"].path)

    assert {name for name in before if "index/" not in name} == {
        name for name in after if "index/" not in name
    }
    everything = b"".join(content for _, content in snapshot(three["here"].path).values())
    assert b"Backoff doubles there" not in everything


def test_uninstall_strikes_the_repository_off(three: dict[str, GitDriver]) -> None:
    assert gitmem(three["open"], "uninstall").returncode == 0
    assert names(three["here"], "backoff") == ["here"]

    for git in (three["here"], three["closed"]):
        gitmem(git, "uninstall")
    assert not (three["here"].home / ".local" / "state" / "gitmem").exists()


def test_the_count_is_that_of_all_together(three: dict[str, GitDriver]) -> None:
    assert len(names(three["here"], "-n", "1", "backoff")) == 1
