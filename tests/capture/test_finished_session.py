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
