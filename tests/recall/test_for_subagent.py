from __future__ import annotations

import subprocess
import sys

from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.for_subagent import context_of_subagent, weigh_subagent
from gitmem.state.context_history import ContextHistory, SessionContext
from gitmem.state.settings import Settings
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared

SESSION = "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2"
REASON = "the gardener waters it by hand"


def remember(git: GitDriver, title: str, path: str, why: str = REASON) -> str:
    commit = git.commit(title, **{path.replace("/", "__"): f"{title}\n"})
    time = git.out("log", "-1", "--format=%aI")
    origin = Provenance(commit=commit, time=time, agent="claude-code", session="earlier")
    memory = Memory("feature", title, why=why, files_changed=(path,), provenance=origin)
    document = document_of(memory)
    NoteStore(git.repo).add({commit: [document]}, "notes: test")
    assert document.memory is not None
    return document.memory.id


@prepared
def orchard(committed: GitDriver) -> GitDriver:
    """Eight files, each with a memory that has a reason, in an index."""
    assert gitmem(committed, "init").returncode == 0
    for number in range(8):
        remember(committed, f"plant tree {number}", f"src/tree{number}.py")
    assert gitmem(committed, "context").returncode == 0
    return committed


def told(git: GitDriver, settings: Settings | None = None, agent: str = "a1") -> str:
    given = settings or Settings()
    return context_of_subagent(git.repo, SESSION, f"{SESSION} {agent}", given).text


def at_work(git: GitDriver, **given: object) -> ContextHistory:
    """A session that is known to work on something."""
    history = ContextHistory(git.repo)
    history.begin(SESSION, SessionContext(**given))  # type: ignore[arg-type]
    return history


def test_a_subagent_is_told_of_the_files_that_its_session_is_likely_to_edit(
    orchard: GitDriver,
) -> None:
    at_work(orchard, likely_files={"src/tree3.py": 0.9, "src/tree5.py": 0.1})

    text = told(orchard)

    assert "plant tree 3" in text
    assert REASON in text
    assert "plant tree 5" not in text


def test_what_the_session_was_told_is_news_to_a_subagent(orchard: GitDriver) -> None:
    known = remember(orchard, "fell tree 9", "src/tree9.py")
    gitmem(orchard, "context")
    at_work(orchard, ids=frozenset({known}), files=frozenset({"src/tree9.py"}))

    assert "fell tree 9" in told(orchard)


def test_it_is_told_once(orchard: GitDriver) -> None:
    at_work(orchard, likely_files={"src/tree3.py": 0.9})

    assert told(orchard)
    assert told(orchard) == ""
    assert told(orchard, agent="a2")


def test_what_it_was_told_is_not_told_again_beside_the_file(orchard: GitDriver) -> None:
    history = at_work(orchard, likely_files={"src/tree3.py": 0.9})
    told(orchard)

    (one,) = weigh_subagent(orchard.repo, SessionContext(likely_files={"src/tree3.py": 0.9})).items
    known = history.of(f"{SESSION} a1")

    assert known is not None
    assert one.memory.id in known.ids


def test_silence_where_nothing_is_sure(orchard: GitDriver) -> None:
    assert told(orchard) == ""  # nothing is known of the session

    at_work(orchard, likely_files={f"src/tree{number}.py": 0.05 for number in range(8)})

    assert told(orchard) == ""


def test_silence_about_a_memory_without_a_reason(orchard: GitDriver) -> None:
    remember(orchard, "move tree 9", "src/tree9.py", why="")
    gitmem(orchard, "context")
    at_work(orchard, likely_files={"src/tree9.py": 0.9})

    assert told(orchard) == ""


def test_silence_about_a_file_that_everybody_touches(orchard: GitDriver) -> None:
    for number in range(8):
        remember(orchard, f"log {number}", "log.md")
    gitmem(orchard, "context")
    at_work(orchard, likely_files={"log.md": 0.9})

    assert told(orchard) == ""


def test_its_tokens_are_its_sessions(orchard: GitDriver) -> None:
    history = at_work(orchard, likely_files={"src/tree3.py": 0.9}, tokens=100)

    size = -(-len(told(orchard).encode()) // 4)

    known = history.of(SESSION)
    assert known is not None
    assert known.tokens == 100 + size


def test_a_session_that_has_spent_its_budget_has_nothing_for_a_subagent(orchard: GitDriver) -> None:
    history = at_work(orchard, likely_files={"src/tree3.py": 0.9}, tokens=4_000)

    assert told(orchard) == ""
    known = history.of(SESSION)
    assert known is not None
    assert known.tokens == 4_000


def test_switched_off_with_what_is_told_beside_files(orchard: GitDriver) -> None:
    at_work(orchard, likely_files={"src/tree3.py": 0.9})

    assert told(orchard, Settings(file_tokens=0)) == ""


_CROWD = """
import sys
from gitmem.git.repo import find_repo
from gitmem.recall.for_subagent import context_of_subagent
from gitmem.state.settings import Settings
session, agent = sys.argv[2:]
sys.stdin.readline()  # so that all start at once
settings = Settings(session_tokens=1_000)
block = context_of_subagent(find_repo(sys.argv[1]), session, f"{session} {agent}", settings)
print(block.tokens)
"""


def test_a_crowd_that_starts_at_once_is_counted_whole_and_leaves_something(
    orchard: GitDriver,
) -> None:
    history = at_work(orchard, likely_files={"src/tree3.py": 0.9})
    crowd = [
        subprocess.Popen(
            [sys.executable, "-I", "-c", _CROWD, str(orchard.path), SESSION, f"a{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(16)
    ]
    for one in crowd:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    spent = [int(one.communicate()[0]) for one in crowd]

    known = history.of(SESSION)
    assert known is not None
    assert known.tokens == sum(spent)
    assert 0 < max(spent) <= 200
    assert sum(spent) < 1_000
    assert any(tokens == 0 for tokens in spent)
