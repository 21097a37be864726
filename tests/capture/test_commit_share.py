"""Commits that take a part of what a session did."""

from __future__ import annotations

import pytest

from gitmem.state.pending import PendingStore
from gitmem.upkeep.scrub import scrub
from gitmem.upkeep.scrub_plan import find_target
from tests.support.capture import capture_pending, memories_on, remembered, session_in, workspace_of
from tests.support.git import GitDriver
from tests.support.session import SESSION, SessionWriter

PRICE = "We take integer cents, because floats cannot hold a tenth exactly."
TAX = "We keep the tax table in a file of its own, because the office edits it by hand."
PRICE_LINES = "PRICE_IN_CENTS = 1999\nPRICE_OF_SHIPPING = 499\nPRICE_OF_WRAPPING = 250\n"
TAX_LINES = "TAX_PERCENT_REDUCED = 7\nTAX_PERCENT_USUAL = 19\nTAX_IS_INCLUDED = True\n"


@pytest.fixture
def writer(committed: GitDriver) -> SessionWriter:
    """Two turns, each about a file of its own; nothing is committed yet."""
    found = session_in(committed)
    found.prompt("Make prices exact.").write("price.py", PRICE_LINES).say(PRICE)
    found.now += 60
    found.prompt("Now the taxes.").write("tax.py", TAX_LINES).say(TAX)
    committed.write("price.py", PRICE_LINES)
    committed.write("tax.py", TAX_LINES)
    return found


def commit(git: GitDriver, writer: SessionWriter, *names: str) -> str:
    """Commit only these files, a minute after the session's last word, and remember it."""
    git.now = int(max(writer.now, git.now)) + 60
    git.run("add", "--", *names)
    git.run("commit", "-q", "-m", f"Take {' and '.join(names)}")
    made = git.out("rev-parse", "HEAD")
    remembered(git, made)
    return made


def said(git: GitDriver, commit: str) -> tuple[bool, bool]:
    """Whether the commit's memories tell of prices, and of taxes."""
    text = str(memories_on(git, commit))
    return "hold a tenth" in text, "office edits" in text


@pytest.mark.parametrize("order", [("price.py", "tax.py"), ("tax.py", "price.py")])
def test_each_commit_takes_the_turns_of_its_files(
    committed: GitDriver, writer: SessionWriter, order: tuple[str, str]
) -> None:
    first, second = (commit(committed, writer, name) for name in order)

    expected = [(name == "price.py", name == "tax.py") for name in order]
    assert [said(committed, first), said(committed, second)] == expected


def test_what_waits_is_pending_and_the_next_slice_begins_there(
    committed: GitDriver, writer: SessionWriter
) -> None:
    capture_pending(workspace_of(committed), SESSION, str(committed.path.resolve()))

    commit(committed, writer, "price.py")

    (pending,) = PendingStore(committed.repo).newest_first()
    assert pending.memory.files_changed == ("tax.py",)
    assert "office edits" in str(pending.memory)


def test_a_part_of_one_file_that_was_left_still_has_its_reason(committed: GitDriver) -> None:
    """``git add -p``: both parts were written in one turn, and both commits come of it."""
    found = session_in(committed)
    found.prompt("Prices and taxes.").write("shop.py", PRICE_LINES + TAX_LINES).say(PRICE)
    committed.write("shop.py", PRICE_LINES)
    first = commit(committed, found, "shop.py")
    committed.write("shop.py", PRICE_LINES + TAX_LINES)
    second = commit(committed, found, "shop.py")

    assert said(committed, first) == said(committed, second) == (True, False)
    ids = {memory.id for c in (first, second) for memory in memories_on(committed, c)}
    assert len(ids) == 2


def test_remembering_a_part_twice_writes_once(committed: GitDriver, writer: SessionWriter) -> None:
    commit(committed, writer, "tax.py")
    second = commit(committed, writer, "price.py")
    before = memories_on(committed, second)

    remembered(committed, second)

    assert memories_on(committed, second) == before


def test_what_was_forgotten_does_not_come_back_with_the_rest(committed: GitDriver) -> None:
    found = session_in(committed)
    found.prompt("Prices and taxes.").write("shop.py", PRICE_LINES + TAX_LINES).say(PRICE)
    committed.write("shop.py", PRICE_LINES)
    first = commit(committed, found, "shop.py")
    (memory,) = memories_on(committed, first)
    scrub(committed.repo, find_target(committed.repo, memory.id, is_regex=False))
    committed.write("shop.py", PRICE_LINES + TAX_LINES)

    second = commit(committed, found, "shop.py")

    assert said(committed, second) == (False, False)


def test_what_was_tried_and_thrown_away_stays_with_the_commit(committed: GitDriver) -> None:
    """A file that is back as it was waits for nothing: the attempt is part of the story."""
    found = session_in(committed)
    found.prompt("Try it with a table.").write("table.py", TAX_LINES).say(TAX)
    found.now += 60
    found.prompt("No, make prices exact.").write("price.py", PRICE_LINES).say(PRICE)
    committed.write("price.py", PRICE_LINES)

    made = commit(committed, found, "price.py")

    assert said(committed, made) == (True, True)


def test_a_commit_of_everything_takes_everything(
    committed: GitDriver, writer: SessionWriter
) -> None:
    made = commit(committed, writer, "price.py", "tax.py")

    assert said(committed, made) == (True, True)
    assert PendingStore(committed.repo).newest_first() == []
