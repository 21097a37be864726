"""A session that has made its commit, and is over: what people commit then is theirs."""

from __future__ import annotations

import pytest

from gitmem.state.sessions import RegisteredSession, Registry
from tests.support.capture import complete, memories_on, remembered, session_in, workspace_of
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.session import SESSION, SessionWriter

ASKED = "Add a Money type with integer cents, because floats lose cents."
LINES = """\
class Money:
    def __init__(self, cents: int) -> None:
        self.cents = cents
        self.currency = 'EUR'
"""


def finished(git: GitDriver) -> tuple[SessionWriter, str]:
    """Asked, edited and committed within one second, as a fast client does; then the last words."""
    writer = session_in(git, step=0.05)
    Registry(git.repo).add(RegisteredSession(SESSION, str(writer.path), str(git.path)))
    writer.now = float(git.now + 60)
    writer.prompt(ASKED).write("money.py", LINES)
    git.write("money.py", LINES)
    git.now = int(writer.now) - 60
    commit = git.commit("Add Money")
    writer.bash("git add -A && git commit -qm 'Add Money'")
    assert int(writer.now) == git.now
    remembered(git, commit, SESSION)
    writer.now += 1
    writer.say("Done. Money holds integer cents.")
    complete(workspace_of(git), SESSION, str(git.path.resolve()))
    return writer, commit


def by_hand(git: GitDriver, seconds: int = 60) -> str:
    git.write("money.py", LINES.replace("EUR", "USD"))
    git.now += seconds - 60
    return git.commit("Change the currency")


@pytest.mark.parametrize("seconds", [10, 60, 600, 7_200])
@pytest.mark.parametrize("captured", [[], ["HEAD"], ["HEAD~1"], ["HEAD~2", "HEAD~2", "HEAD~1"]])
def test_a_commit_by_hand_of_the_same_file_is_not_the_session_s(
    committed: GitDriver, captured: list[str], seconds: int
) -> None:
    """Whatever older commit was captured meanwhile."""
    committed.commit("Older", **{"old.py": "x\n"})
    _, commit = finished(committed)
    (before,) = memories_on(committed, commit)
    said = [gitmem(committed, "capture", name).stdout for name in captured]

    later = by_hand(committed, seconds)
    remembered(committed, later)

    assert memories_on(committed, later) == ()
    assert memories_on(committed, commit) == (before,)
    assert ASKED in before.why
    assert all(text.startswith("Nothing ") for text in said)


def test_what_it_was_asked_since_is_the_next_commit_s(committed: GitDriver) -> None:
    """The twin: a session that goes on does not lose what it does."""
    writer, _ = finished(committed)
    writer.prompt("Use dollars, because the new shop is in Texas.")
    writer.write("money.py", LINES.replace("EUR", "USD"))

    later = by_hand(committed)
    remembered(committed, later)

    (memory,) = memories_on(committed, later)
    assert "Texas" in str(memory)
    assert ASKED not in str(memory)


@pytest.mark.parametrize("is_by_hand", [False, True])
def test_an_amended_commit_took_what_was_there_when_it_was_amended(
    committed: GitDriver, *, is_by_hand: bool
) -> None:
    """It keeps the date of its first making, which is before the edits that were amended."""
    writer, commit = finished(committed)
    first_date = f"{committed.now} +0000"
    writer.now += 300
    writer.prompt("Name the currency in full, because the bank asks for it.")
    writer.write("money.py", LINES.replace("EUR", "Euro"))
    committed.write("money.py", LINES.replace("EUR", "Euro"))
    committed.now = int(writer.now) + 10
    committed.run("commit", "-qa", "--amend", "--no-edit", "--date", first_date)
    amended = committed.out("rev-parse", "HEAD")
    if not is_by_hand:
        writer.now = committed.now
        writer.bash("git commit -qa --amend --no-edit")
    remembered(committed, amended, "" if is_by_hand else SESSION)
    writer.say("Done.")
    complete(workspace_of(committed), SESSION, str(committed.path.resolve()))

    later = by_hand(committed)
    remembered(committed, later)

    assert commit != amended
    assert "bank" in str(memories_on(committed, amended))
    assert memories_on(committed, later) == ()


def test_a_rebase_takes_nothing_that_waits(committed: GitDriver) -> None:
    """The twin: a commit that was only moved is younger, and holds no more than before."""
    _, commit = finished(committed)
    committed.run("switch", "-q", "-c", "other", "HEAD~1")
    committed.now += 60
    committed.commit("Other", **{"other.py": "x\n"})
    committed.run("switch", "-q", "main")
    writer = session_in(committed, "second")
    writer.prompt("Use dollars, because the new shop is in Texas.")
    writer.write("money.py", LINES.replace("EUR", "USD"))
    committed.now += 600
    committed.run("rebase", "-q", "other")
    assert committed.out("rev-parse", "HEAD") != commit

    later = by_hand(committed)
    remembered(committed, later)

    assert [m.provenance.session for m in memories_on(committed, later)] == ["second"]
