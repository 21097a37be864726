"""Two machines of one person: what either has is on both afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitmem.errors import RemoteUnavailable
from gitmem.follow.sync_preferences import sync_preferences
from gitmem.git.own_folder import make_own_folder
from gitmem.git.repo import Repo
from gitmem.state.preferences import read_preferences
from gitmem.upkeep.keep_preferences import edit_preference, forget_preferences, keep_preference
from tests.support.git import GitDriver


class Machine:
    """A folder of preferences with the common remote."""

    def __init__(self, folder: Path, remote: GitDriver) -> None:
        self.folder = folder
        self.repo: Repo = make_own_folder(folder)
        driver = GitDriver(folder, remote.home)
        driver.run("remote", "add", "origin", str(remote.path))
        self.git = driver

    def texts(self) -> set[str]:
        return {one.text for one in read_preferences(self.folder)}

    def sync(self) -> None:
        assert sync_preferences(self.repo) is not None


@pytest.fixture
def machines(tmp_path: Path, remote: GitDriver) -> tuple[Machine, Machine]:
    return Machine(tmp_path / "one", remote), Machine(tmp_path / "two", remote)


def test_what_was_begun_apart_is_joined(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    keep_preference(one.folder, "both", now=2.0)
    keep_preference(two.folder, "both", now=1.0)
    keep_preference(one.folder, "of one")
    keep_preference(two.folder, "of two")
    one.sync()
    two.sync()
    one.sync()

    assert one.texts() == two.texts() == {"both", "of one", "of two"}
    assert one.git.out("rev-parse", "HEAD") == two.git.out("rev-parse", "HEAD")
    assert one.git.out("status", "--porcelain") == ""


def test_what_was_forgotten_stays_so_and_edits_do_not_meet(
    machines: tuple[Machine, Machine],
) -> None:
    one, two = machines
    first, _ = keep_preference(one.folder, "first")
    second, _ = keep_preference(one.folder, "second")
    one.sync()
    two.sync()
    forget_preferences(one.folder, [first.id])
    edit_preference(one.folder, second.id, "as one says")
    edit_preference(two.folder, second.id, "as two says")
    one.sync()
    two.sync()
    one.sync()

    assert one.texts() == two.texts() == {"as one says", "as two says"}


def test_what_both_changed_by_hand_is_there_twice(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    kept, _ = keep_preference(one.folder, "as it was")
    one.sync()
    two.sync()
    for machine, text in ((one, "by hand here"), (two, "by hand there")):
        (machine.folder / f"{kept.id}.yaml").write_text(f"text: {text}\n")
    one.sync()
    two.sync()
    one.sync()

    assert one.texts() == two.texts() == {"by hand here", "by hand there"}


def test_a_change_wins_over_a_removal(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    kept, _ = keep_preference(one.folder, "as it was")
    one.sync()
    two.sync()
    forget_preferences(one.folder, [kept.id])
    (two.folder / f"{kept.id}.yaml").write_text("text: changed\n")
    one.sync()
    two.sync()
    one.sync()

    assert one.texts() == two.texts() == {"changed"}


def test_a_remote_that_is_not_there_loses_nothing(machines: tuple[Machine, Machine]) -> None:
    one, _ = machines
    keep_preference(one.folder, "kept")
    one.git.run("remote", "set-url", "origin", "/nowhere/at/all")

    with pytest.raises(RemoteUnavailable):
        sync_preferences(one.repo)
    assert one.texts() == {"kept"}


_ACTS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 3), st.booleans()), max_size=8)


@given(_ACTS)
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
def test_in_the_end_both_are_equal(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[int, int, bool]]
) -> None:
    """What is kept and never forgotten is on both, whoever syncs when."""
    place = tmp_path_factory.mktemp("lives")
    remote = GitDriver(place / "remote.git", place).init(bare=True)
    both = Machine(place / "one", remote), Machine(place / "two", remote)
    for who, what, is_synced in acts:
        keep_preference(both[who].folder, f"thing {what}")
        if is_synced:
            both[who].sync()
    for machine in (*both, both[0]):
        machine.sync()

    assert both[0].texts() == both[1].texts() == {f"thing {what}" for _, what, _ in acts}
