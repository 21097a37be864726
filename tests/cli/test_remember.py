"""``gitmem remember``: what an agent calls from its shell."""

from __future__ import annotations

import subprocess
import time

import pytest

from gitmem.capture.agent_note import NOT_SET_UP
from gitmem.errors import UsageError
from gitmem.state.pending import PendingStore
from tests.capture.test_agent_answer import SAID, WHY, commit, writer
from tests.journeys.test_commit import wait_until
from tests.support.capture import memories_on
from tests.support.cli import GITMEM, gitmem
from tests.support.git import GitDriver
from tests.support.session import SESSION

__all__ = ["commit", "writer"]

LINES = f"""\
why: {WHY}
decision: integer cents
rejected: floats
quote: {SAID[:40]}
decision: the decimal module
quote: everybody uses the decimal module
next: convert the old orders
"""


def remember(
    git: GitDriver, *arguments: str, stdin: str = "", session: str = SESSION
) -> subprocess.CompletedProcess[str]:
    environ = {**git.env(), "CLAUDE_CODE_SESSION_ID": session, "AI_AGENT": "claude-code_2_agent"}
    return subprocess.run(
        [*GITMEM, "remember", *arguments],
        cwd=git.path,
        env=environ,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def test_lines_on_standard_input_are_kept_and_what_was_not_is_told(
    committed: GitDriver, commit: str
) -> None:
    done = remember(committed, "--commit", commit[:7], stdin=LINES)

    (pending,) = PendingStore(committed.repo).newest_first()
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        f"kept {pending.memory.id[:12]}: the memory of commit {commit[:10]}\n"
        "left out: decision 'the decimal module': its quote is not in the session\n"
    )
    assert pending.memory.why == WHY
    assert [d.chose for d in pending.memory.decisions] == ["integer cents"]
    assert pending.commit == commit


def test_a_json_object_does_as_well(committed: GitDriver, commit: str) -> None:
    done = remember(committed, "--commit", "HEAD", stdin=f'{{"why": "{WHY}"}}')

    assert done.stdout.startswith("kept m")


def test_a_message_is_the_reason(committed: GitDriver, commit: str) -> None:
    remember(committed, "--commit", "HEAD", "-m", WHY)

    (pending,) = PendingStore(committed.repo).newest_first()
    assert pending.memory.why == WHY


def test_a_message_alone_is_a_note_for_the_next_commit(committed: GitDriver) -> None:
    done = remember(committed, "-m", "Floats cannot hold 0.1.", "--path", "price.py")

    (pending,) = PendingStore(committed.repo).newest_first()
    assert done.stdout == (
        f"kept {pending.memory.id[:12]}, for the next commit of price.py\n{NOT_SET_UP}\n"
    )
    assert pending.session == SESSION
    assert pending.memory.files_changed == ("price.py",)
    assert pending.memory.provenance.agent == "claude-code"
    assert not pending.commit


@pytest.mark.parametrize("session", ["", SESSION])
@pytest.mark.parametrize("paths", [("price.py",), ("a.py", "b.py", "c.py", "price.py", "e.py"), ()])
def test_a_commit_by_hand_takes_the_note_where_gitmem_is_set_up(
    committed: GitDriver, paths: tuple[str, ...], session: str
) -> None:
    assert gitmem(committed, "init").returncode == 0
    given = [part for path in paths for part in ("--path", path)]
    done = remember(committed, "-m", "Floats cannot hold 0.1.", *given, session=session)
    committed.now = int(time.time())

    other = committed.commit("Other", **{"other.py": "x\n"}) if paths else ""
    commit = committed.commit("Exact prices", **{"price.py": "x\n"})
    wait_until(lambda: not PendingStore(committed.repo).newest_first())

    shown = {0: "", 1: " of price.py", 5: " of a.py or b.py or c.py or 2 more"}[len(paths)]
    assert done.stdout.partition(", ")[2] == f"for the next commit{shown}\n"
    assert [m.title for m in memories_on(committed, commit)] == ["Floats cannot hold 0.1."]
    assert not other or memories_on(committed, other) == ()


@pytest.mark.parametrize("by", ["init", "capture"])
def test_without_set_up_it_is_said_what_takes_the_note(committed: GitDriver, by: str) -> None:
    done = remember(committed, "-m", "Floats cannot hold 0.1.", "--path", "price.py", session="")
    committed.now = int(time.time())
    if by == "init":
        assert gitmem(committed, "init").returncode == 0
    commit = committed.commit("Exact prices", **{"price.py": "x\n"})
    if by == "init":
        wait_until(lambda: not PendingStore(committed.repo).newest_first())
    else:
        assert memories_on(committed, commit) == ()
        gitmem(committed, "capture")

    assert f"gitmem {by}" in done.stdout
    assert [m.title for m in memories_on(committed, commit)] == ["Floats cannot hold 0.1."]


@pytest.mark.parametrize(
    ("arguments", "stdin", "complaint"),
    [
        ((), "", "there is nothing to remember"),
        (("--commit", "HEAD"), "", "nothing was kept"),
        (("--commit", "HEAD"), "why: asdf", "it is too short to be understood alone"),
        (("--commit", "HEAD"), "why: asdf", "The existing memory stays"),
        (("--commit", "HEAD"), "why: see the diff", "it says nothing"),
        (("--commit", "HEAD"), "I chose cents", "begins with none of why:"),
        (("--commit", "HEAD"), "{", "no JSON"),
        (("--commit", "nowhere"), f"why: {WHY}", "does not name a commit"),
        (("--commit", "HEAD~1"), f"why: {WHY}", "took no part"),
    ],
)
def test_what_cannot_be_kept_is_told_and_nothing_is(
    committed: GitDriver, commit: str, arguments: tuple[str, ...], stdin: str, complaint: str
) -> None:
    done = remember(committed, *arguments, stdin=stdin)

    assert done.returncode not in (0, 3)
    assert complaint in done.stderr
    assert done.stdout == ""
    assert PendingStore(committed.repo).newest_first() == []


def test_wrong_usage_is_told_by_its_own_status(committed: GitDriver) -> None:
    assert remember(committed).returncode == UsageError.exit_code


@pytest.mark.parametrize("where", [("--mine",), ()])
@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_text_opens_no_editor(
    committed: GitDriver, where: tuple[str, ...], text: str
) -> None:
    committed.environ["GIT_EDITOR"] = "touch opened; false"
    done = gitmem(committed, "remember", *where, "-m", text)

    assert done.returncode == UsageError.exit_code
    assert "The text is empty; nothing was kept" in done.stderr
    assert not (committed.path / "opened").exists()
