from __future__ import annotations

import pytest

from gitmem.errors import UnknownRevision
from gitmem.upkeep.import_decisions import import_decisions
from tests.support.capture import memories_on, workspace_of
from tests.support.git import GitDriver

LOG = "# Decisions\n\n- Use SQLite for the index, because one file is easy to move\n"


def test_each_decision_goes_to_the_commit_that_brought_its_line(committed: GitDriver) -> None:
    first = committed.commit("log", **{"DECISIONS.md": LOG, "src__index.py": "1"})
    more = LOG + "- Keep `src/index.py` free of threads\n"
    second = committed.commit("more", **{"DECISIONS.md": more})

    found = import_decisions(workspace_of(committed))

    (one,) = memories_on(committed, first)
    (two,) = memories_on(committed, second)
    assert (found.read, found.written) == (2, 2)
    assert (one.kind, one.title) == ("decision", "Use SQLite for the index")
    assert one.decisions[0].because == "one file is easy to move"
    assert two.files_changed == ("DECISIONS.md", "src/index.py")
    assert two.provenance.author == "Ada Author <ada@example.com>"


def test_importing_again_adds_nothing_and_a_revision_replaces(committed: GitDriver) -> None:
    committed.commit("log", **{"DECISIONS.md": LOG})
    import_decisions(workspace_of(committed))

    again = import_decisions(workspace_of(committed))
    text = LOG.replace("one file is easy to move", "it needs no server")
    commit = committed.commit("revised", **{"DECISIONS.md": text})
    third = import_decisions(workspace_of(committed))

    assert (again.written, again.known) == (0, 1)
    assert (third.written, third.known) == (1, 0)
    (memory,) = memories_on(committed, commit)
    assert len(memory.supersedes) == 1


def test_what_is_not_committed_or_excluded_is_left(committed: GitDriver) -> None:
    committed.write("DECISIONS.md", LOG)
    outside = committed.path.parent / "secret.md"
    outside.write_text(LOG)
    (committed.path / "docs").mkdir()
    (committed.path / "docs" / "decisions.md").symlink_to(outside)
    committed.run("add", "docs")
    committed.run("commit", "-q", "-m", "a link")

    assert import_decisions(workspace_of(committed)).read == 0
    with pytest.raises(UnknownRevision):
        import_decisions(workspace_of(committed), ["DECISIONS.md"])
