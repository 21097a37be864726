"""A commit that was picked elsewhere is told once, and one without a body never unasked."""

from __future__ import annotations

from contextlib import closing

import pytest

from gitmem.index.cache import Index
from gitmem.index.memories import memory_count
from gitmem.model.memory import Memory, Provenance
from gitmem.model.query import Query
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.at_start import context_of_session
from gitmem.recall.beside_file import context_of_file, weigh_file
from gitmem.recall.search import recall
from gitmem.recall.why import CodePlace, why
from gitmem.recall.with_prompt import context_of_prompt
from gitmem.refresh.refresh import refresh
from gitmem.state.settings import Settings
from gitmem.upkeep.backfill import backfill
from gitmem.upkeep.backfill_plan import BackfillSelection, plan_backfill
from tests.support.capture import memories_on, workspace_of
from tests.support.git import GitDriver

SUBJECT = "fix: retry uploads that the proxy cut off"
REASON = "The proxy hangs up after a minute, so that long uploads failed."
BODY = f"{SUBJECT}\n\n{REASON}\n"
SESSION = "11111111-2222-4333-8444-555555555555"


def fill_in(git: GitDriver) -> None:
    workspace = workspace_of(git)
    backfill(workspace, plan_backfill(workspace, BackfillSelection()), lambda count: None)


def picked_and_merged(git: GitDriver, *options: str, conflict: bool = False) -> tuple[str, str]:
    """A fix and its pick on a release branch, both reached by HEAD."""
    git.commit("a base", up="one\n\n\n\ntwo\n")
    git.run("branch", "release")
    fix = git.commit(BODY, up="one\nretry()\n\n\ntwo\n")
    git.run("checkout", "-q", "release")
    git.commit("the release", other="release\n")
    git.run("cherry-pick", *options, fix)
    if conflict:
        git.write("up", "one\nretry(2)\n\n\ntwo\n")
        git.run("commit", "-q", "--amend", "--no-edit", "-a")
    pick = git.out("rev-parse", "HEAD")
    git.run("checkout", "-q", "main")
    git.run("merge", "-q", "-s", "ours", "-m", "merge the release", "release")
    return fix, pick


def add_session_memory(git: GitDriver, commit: str, title: str) -> None:
    """What a session left at a commit, made of the same patch."""
    (of_history,) = memories_on(git, commit)
    origin = Provenance(
        commit=commit,
        patch_id=of_history.provenance.patch_id,
        author=of_history.provenance.author,
        time=of_history.provenance.time,
        agent="claude-code 2.1",
        session=SESSION,
        compressor="extractive/2",
    )
    memory = Memory("bugfix", title, "Said in a session.", files_changed=("up",), provenance=origin)
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")
    refresh(git.repo).close()


@pytest.mark.parametrize("conflict", [False, True])
@pytest.mark.parametrize("options", [(), ("-x",)])
def test_a_picked_commit_is_found_once(
    git: GitDriver, options: tuple[str, ...], conflict: bool
) -> None:
    """By its patch, or where that differs by its author, time and subject; both stay in notes."""
    fix, pick = picked_and_merged(git, *options, conflict=conflict)
    fill_in(git)

    hits = recall(git.repo, Query("proxy uploads"))
    newest = recall(git.repo, Query(limit=50))

    assert memories_on(git, fix) != memories_on(git, pick) != ()
    with closing(Index.open(git.repo.state_dir)) as index:
        assert memory_count(index) >= 2
    assert [hit.memory.why for hit in hits].count(REASON) == 1
    assert [hit.memory.why for hit in newest].count(REASON) == 1


def test_a_backport_by_another_author_with_its_own_subject_is_found_once(git: GitDriver) -> None:
    """As forges squash it: only the trailer tells."""
    git.commit("a base", up="one\n")
    fix = git.commit(BODY, up="one\nretry()\n")
    body = (
        f"[7.0.x] Uploads survive proxies (#12)\n\n{REASON}\n\n(cherry picked from commit {fix})\n"
    )
    git.commit(body, other="retry()\n")
    fill_in(git)

    hits = recall(git.repo, Query("proxy uploads"))

    assert [hit.memory.why for hit in hits].count(REASON) == 1


def test_a_session_is_given_a_picked_commit_once(git: GitDriver) -> None:
    picked_and_merged(git)
    fill_in(git)

    at_start = context_of_session(git.repo, SESSION, 2_000, is_resumed=False).text
    later = [
        context_of_prompt(git.repo, SESSION, "make uploads survive the proxy", Settings()).text,
        context_of_file(git.repo, SESSION, SESSION, "up", Settings()).text,
    ]

    assert (at_start + "".join(later)).count(REASON) == 1


def test_a_file_is_explained_by_a_picked_commit_once(git: GitDriver) -> None:
    git.commit("a base", up="one\n")
    fix = git.commit(BODY, up="one\nretry()\n")
    trailer = f"(cherry picked from commit {fix})"
    git.commit(f"{BODY}\n{trailer}\n", up="one\nretry()\nagain()\n")
    fill_in(git)

    weighed = weigh_file(git.repo, "up", explain=True)

    given = [one.item.memory.why for one in weighed.candidates if not one.refusal]
    assert given.count(REASON) == 1
    assert "the same work is told of another commit" in {one.refusal for one in weighed.candidates}


def test_why_tells_a_picked_commit_once(git: GitDriver) -> None:
    picked_and_merged(git)
    git.run("merge", "-q", "--no-edit", "release")
    fill_in(git)

    explained = why(git.repo, CodePlace("up"))

    told = [memory.why for origin in explained.origins for memory in origin.entry.memories]
    assert told.count(REASON) == 1


def test_why_does_not_claim_to_know_nothing_of_the_other(git: GitDriver) -> None:
    """Two lines, one of the fix and one of its pick: both are explained by what is told."""
    git.commit("a base", up="one\n")
    fix = git.commit(BODY, up="one\nretry()\n")
    trailer = f"(cherry picked from commit {fix})"
    git.commit(f"{BODY}\n{trailer}\n", up="one\nretry()\nagain()\n")
    fill_in(git)

    explained = why(git.repo, CodePlace("up", 2, 3))

    assert len(explained.origins) == 1
    assert explained.nearest == ()


def test_what_a_session_left_stands_for_both(git: GitDriver) -> None:
    fix, _ = picked_and_merged(git)
    fill_in(git)
    add_session_memory(git, fix, "retry uploads, as the user asked")

    hits = recall(git.repo, Query("retry uploads"))
    beside = context_of_file(git.repo, "another", "another", "up", Settings()).text
    told = why(git.repo, CodePlace("up")).origins

    assert [hit.memory.why for hit in hits if hit.memory.why] == ["Said in a session."]
    assert beside.count("retry uploads") == 1
    assert "Said in a session." in beside
    assert [m.why for one in told for m in one.entry.memories if m.kind == "bugfix"] == [
        "Said in a session."
    ]


@pytest.mark.parametrize(
    "subject", ["Retry the upload of invoices", "Retry the upload of invoices (#12)"]
)
def test_a_commit_without_a_body_is_found_but_never_told(git: GitDriver, subject: str) -> None:
    git.commit("a base", up="one\n")
    commit = git.commit(subject, up="one\nretry_invoice()\n")
    fill_in(git)
    words = "retry invoices in up"

    (hit, *_) = recall(git.repo, Query("Retry invoices"))
    told = [
        context_of_session(git.repo, SESSION, 2_000, is_resumed=False).text,
        context_of_prompt(git.repo, SESSION, words, Settings()).text,
        context_of_file(git.repo, SESSION, SESSION, "up", Settings()).text,
    ]

    assert hit.commit == commit
    assert told[0].startswith("gitmem: 1 commit has memories here. Ask:")  # our own words
    assert told[1:] == ["", ""]


def test_a_commit_with_a_body_is_told(git: GitDriver) -> None:
    """The twin of the one above: silence is not for want of a reason to speak."""
    git.commit("a base", up="one\n")
    git.commit(BODY, up="one\nretry()\n")
    fill_in(git)

    assert REASON in context_of_session(git.repo, SESSION, 2_000, is_resumed=False).text
