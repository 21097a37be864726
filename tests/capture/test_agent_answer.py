"""What the session's agent says about its commit, in good and in bad situations."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gitmem.capture.agent_answer import KeptAnswer, Speaker, keep_agent_answer
from gitmem.capture.agent_memory import write_agent_memory
from gitmem.capture.agent_work import AgentWork
from gitmem.capture.missed_commits import watch_reflog
from gitmem.capture.settle_pending import end_session, settle_ended_sessions, settle_pending
from gitmem.compress.agent_answer import AgentAnswer, DecisionClaim, FactClaim
from gitmem.compress.compressor import Compressor
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.errors import GitmemError, UnknownMemory, UnknownRevision, UsageError
from gitmem.git.remotes import tracking_ref
from gitmem.model.job import Job
from gitmem.model.memory import Citation, Decision, Memory
from gitmem.notes.store import NoteStore
from gitmem.recall.log import find_entry
from gitmem.recall.memory_service import MemoryService
from gitmem.refresh.refresh import refresh
from gitmem.state.pending import PendingStore
from gitmem.state.questions import Questions
from gitmem.state.queue import Queue
from gitmem.state.sessions import RegisteredSession, Registry
from gitmem.upkeep.recompress import recompress
from gitmem.upkeep.select_captures import CaptureSelection, find_captures
from gitmem.worker import work
from tests.capture.test_complete_turn import Model
from tests.support.capture import (
    capture,
    commit_of,
    complete,
    memories_on,
    remembered,
    session_in,
    workspace_of,
)
from tests.support.git import GitDriver
from tests.support.session import SESSION, SessionWriter

OTHER = "99999999-2222-4333-8444-555555555555"
SAID = "Integer cents instead of floats, because 0.1 + 0.2 is not 0.3 in binary."
ERROR = "ValueError: prices must be integers, not 0.30000000000000004"
WHY = "a price must come back as it went in"
CLAIM = DecisionClaim(
    Decision("integer cents", "a binary float cannot hold 0.1", ("floats",)),
    "Integer cents instead of floats",
)
ANSWER = AgentAnswer(WHY, (CLAIM,), next=("convert the old orders",))


@pytest.fixture
def writer(committed: GitDriver) -> SessionWriter:
    """A session that is known and has worked on ``price.py``, with an error overcome."""
    found = session_in(committed).prompt("Make prices exact.").write("price.py")
    found.bash("pytest", f"E   {ERROR}", failed=True).say(SAID).write("price.py")
    found.bash("pytest", "1 passed")
    registered = RegisteredSession(SESSION, str(found.path), str(committed.path.resolve()))
    Registry(committed.repo).add(registered)
    return found


@pytest.fixture
def commit(committed: GitDriver, writer: SessionWriter) -> str:
    """The session's commit, captured without its agent."""
    made = commit_of(committed, writer, "Exact prices", "price.py")
    remembered(committed, made, SESSION)
    writer.now += 120
    writer.bash("git commit -qam 'Exact prices'")
    return made


def answer(
    git: GitDriver,
    commit: str = "HEAD",
    given: AgentAnswer = ANSWER,
    session: str = SESSION,
    *,
    is_sure: bool = True,
) -> KeptAnswer:
    """Answer as the agent of the session, at the driver's own time."""
    speaker = Speaker(session, "claude-code", is_sure)
    environ, now = {"HOME": str(git.home)}, float(git.now) + 86_400
    return keep_agent_answer(git.repo, given, commit, speaker, git.path, environ=environ, now=now)


def written(
    git: GitDriver, commit: str, session: str = SESSION, compressor: Compressor | None = None
) -> Memory | None:
    """What the worker makes of it."""
    place = AgentWork(str(git.path.resolve()), session)
    with closing(refresh(git.repo)) as index:
        return write_agent_memory(workspace_of(git, compressor), index, commit, session, place)


def resolved(git: GitDriver, name: str) -> Memory:
    """The memory that an id leads to, for people and for agents alike."""
    with closing(refresh(git.repo)):
        (memory,) = find_entry(git.repo, name).memories
    with closing(MemoryService(git.repo)) as service:
        (hit,), missing = service.observations([name[:12]])
    assert not missing
    assert hit.memory == memory
    return memory


def by_agent(git: GitDriver, commit: str) -> list[Memory]:
    return [m for m in memories_on(git, commit) if m.provenance.compressor == "agent/1"]


def test_the_answer_takes_the_place_of_the_offline_memory(
    committed: GitDriver, commit: str
) -> None:
    (before,) = memories_on(committed, commit)
    kept = answer(committed, commit)

    made = written(committed, commit)

    assert made is not None
    assert memories_on(committed, commit) == (made,)
    assert (made.why, made.next) == (WHY, ("convert the old orders",))
    assert made.decisions == (CLAIM.decision,)
    assert [error.message for error in made.errors] == [ERROR]
    assert made.files_changed == ("price.py",)
    assert (made.tags, made.symbols, made.terms) == (before.tags, before.symbols, before.terms)
    origin = made.provenance
    assert origin == replace(before.provenance, compressor="agent/1")
    (citation,) = (c for c in made.citations if c.item == "decisions/0")
    assert citation == Citation("decisions/0", citation.records, CLAIM.quote)
    assert origin.records is not None
    assert set(citation.records) <= set(range(*origin.records))
    assert kept.refusals == ()


def test_an_answer_is_durable_and_searchable_before_the_worker_comes(
    committed: GitDriver, commit: str
) -> None:
    kept = answer(committed, commit)

    assert [p.memory for p in PendingStore(committed.repo).newest_first()] == [kept.memory]
    (queued,) = Queue(committed.repo).jobs()
    assert queued.job == Job("answer", commit=commit, session=SESSION, worktree=str(committed.path))
    assert resolved(committed, kept.memory.id) == kept.memory


def test_the_id_that_was_handed_out_leads_to_the_memory_here_and_in_a_clone(
    committed: GitDriver, commit: str, tmp_path: Path
) -> None:
    kept = answer(committed, commit)
    made = written(committed, commit)

    assert made is not None
    assert made.id != kept.memory.id
    assert resolved(committed, kept.memory.id) == made
    clone = committed.clone(tmp_path / "clone")
    clone.run("fetch", "-q", "origin", "refs/notes/*:refs/notes/*")
    assert resolved(clone, kept.memory.id) == made


def test_nonsense_is_refused_and_the_memory_stays(committed: GitDriver, commit: str) -> None:
    before = memories_on(committed, commit)

    with pytest.raises(UsageError, match="nothing was kept"):
        answer(committed, commit, AgentAnswer(why="asdf", next=("go on with it now",)))

    assert memories_on(committed, commit) == before
    assert PendingStore(committed.repo).newest_first() == []
    assert Queue(committed.repo).is_empty()


def test_a_claim_that_nobody_said_is_dropped_and_told(committed: GitDriver, commit: str) -> None:
    invented = replace(CLAIM, quote="the boss told us to use integer cents")
    kept = answer(committed, commit, replace(ANSWER, decisions=(invented, CLAIM)))

    made = written(committed, commit)

    assert kept.refusals == ("decision 'integer cents': its quote is not in the session",)
    assert made is not None
    assert made.decisions == (CLAIM.decision,)


def test_a_second_answer_replaces_the_first(committed: GitDriver, commit: str) -> None:
    first = answer(committed, commit)
    second = answer(committed, commit, replace(ANSWER, why="floats lose a cent in a thousand"))

    made = written(committed, commit)

    assert made is not None
    assert by_agent(committed, commit) == [made]
    assert made.why == "floats lose a cent in a thousand"
    assert resolved(committed, first.memory.id) == resolved(committed, second.memory.id) == made


def test_an_answer_after_the_first_was_written_replaces_it_too(
    committed: GitDriver, commit: str
) -> None:
    first = answer(committed, commit)
    written(committed, commit)
    answer(committed, commit, replace(ANSWER, why="floats lose a cent in a thousand"))

    made = written(committed, commit)

    assert made is not None
    assert memories_on(committed, commit) == (made,)
    assert made.why == "floats lose a cent in a thousand"
    assert resolved(committed, first.memory.id) == made


def test_the_same_answer_twice_changes_nothing(committed: GitDriver, commit: str) -> None:
    first = answer(committed, commit)
    assert answer(committed, commit).memory == first.memory
    written(committed, commit)
    tip = NoteStore(committed.repo).tip()
    answer(committed, commit)

    assert written(committed, commit) is None
    assert NoteStore(committed.repo).tip() == tip
    assert PendingStore(committed.repo).newest_first() == []


def test_for_a_commit_of_somebody_else_it_is_refused(committed: GitDriver, commit: str) -> None:
    committed.now += 60
    theirs = committed.commit("Taxes", **{"tax.py": "TAX = 19\n"})

    with pytest.raises(UsageError, match="took no part in commit"):
        answer(committed, theirs)
    with pytest.raises(UnknownRevision):
        answer(committed, "no-such-branch")


def test_for_another_commit_of_its_own_it_is_accepted(
    committed: GitDriver, writer: SessionWriter, commit: str
) -> None:
    writer.prompt("Now the taxes.").write("tax.py").say("Taxes in percent.")
    later = commit_of(committed, writer, "Taxes", "tax.py")
    remembered(committed, later, SESSION)
    Questions(committed.repo).ask(later, SESSION)
    answer(committed, commit)

    assert written(committed, commit) is not None
    assert by_agent(committed, later) == []


def test_a_server_that_outlived_its_session_answers_for_the_one_that_was_asked_if_it_quotes_it(
    committed: GitDriver, commit: str
) -> None:
    Questions(committed.repo).ask(commit, SESSION)

    with pytest.raises(UsageError, match="took no part"):
        answer(committed, commit, session=OTHER)
    with pytest.raises(UsageError, match="took no part"):
        answer(committed, commit, AgentAnswer(WHY), OTHER, is_sure=False)
    kept = answer(committed, commit, session=OTHER, is_sure=False)
    assert kept.memory.provenance.session == SESSION


def test_without_a_commit_it_is_about_the_one_that_was_asked_about(
    committed: GitDriver, commit: str
) -> None:
    committed.now += 60
    committed.commit("Taxes", **{"tax.py": "TAX = 19\n"})
    Questions(committed.repo).ask(commit, SESSION)

    assert answer(committed, "").commit == commit


def test_after_the_session_ended_it_is_accepted_still(committed: GitDriver, commit: str) -> None:
    kept = answer(committed, commit)
    end_session(committed.repo, SESSION)
    settle_ended_sessions(committed.repo)
    committed.now += 60
    committed.commit("Later", **{"later.py": "x\n"})

    made = written(committed, commit)

    assert by_agent(committed, commit) == [made]
    assert resolved(committed, kept.memory.id) == made
    again = answer(committed, commit, replace(ANSWER, why="floats lose a cent in a thousand"))
    assert written(committed, commit) == resolved(committed, again.memory.id)


def test_a_secret_is_masked_before_anything_is_written(
    committed: GitDriver, writer: SessionWriter, commit: str
) -> None:
    key = "sk-ant-api03-" + "Qx7" * 30 + "AA"
    writer.prompt(f"Take the key {key} for the price service.")
    fact = FactClaim(f"the price service wants {key}", f"Take the key {key} for the price service")

    answer(committed, commit, replace(ANSWER, why=f"the price service wants {key}", facts=(fact,)))
    made = written(committed, commit)

    files = [path for path in committed.path.joinpath(".git").rglob("*") if path.is_file()]
    assert b"Qx7Qx7" not in b"".join(path.read_bytes() for path in files)
    assert made is not None
    assert "[masked:" in made.why
    assert "[masked:" in made.what[0]


def test_files_that_the_commit_did_not_change_are_left_out(
    committed: GitDriver, commit: str
) -> None:
    lie = FactClaim("removed the floats in tax.py", SAID)
    given = replace(ANSWER, facts=(lie,), files=("tax.py", "price.py", "../outside"))
    kept = answer(committed, commit, given)

    made = written(committed, commit)

    assert made is not None
    assert made.files_changed == ("price.py",)
    assert made.what == ()
    assert "file 'tax.py': the commit did not change it" in kept.refusals
    assert any("did not change that file" in refusal for refusal in kept.refusals)


def test_two_sessions_on_one_commit_answer_each_for_its_own_share(
    committed: GitDriver, writer: SessionWriter
) -> None:
    other = session_in(committed, OTHER)
    other.now = writer.now
    other.prompt("Tax the prices.").write("tax.py").say("Taxes are percent, not per mille.")
    made = commit_of(committed, other, "Exact prices with taxes", "price.py", "tax.py")
    remembered(committed, made, SESSION)
    assert len(memories_on(committed, made)) == 2
    theirs = AgentAnswer("the tax office asks for percent, and so does every invoice")

    answer(committed, made)
    answer(committed, made, theirs, OTHER)
    written(committed, made)
    written(committed, made, OTHER)

    found = {m.provenance.session: m.why for m in memories_on(committed, made)}
    assert found == {SESSION: WHY, OTHER: theirs.why}


def test_a_session_cannot_prove_its_claims_with_anothers_words(
    committed: GitDriver, writer: SessionWriter
) -> None:
    other = session_in(committed, OTHER)
    other.now = writer.now
    other.prompt("Tax the prices.").write("tax.py")
    made = commit_of(committed, other, "Exact prices with taxes", "price.py", "tax.py")
    remembered(committed, made, SESSION)

    kept = answer(committed, made, ANSWER, OTHER)

    assert kept.refusals == ("decision 'integer cents': its quote is not in the session",)


def test_where_the_transcript_is_gone_only_what_needs_no_proof_is_kept(
    committed: GitDriver, writer: SessionWriter, commit: str
) -> None:
    writer.path.unlink()

    kept = answer(committed, commit)
    made = written(committed, commit)

    assert "the session's transcript is not there" in kept.refusals[0]
    assert made is not None
    assert memories_on(committed, commit) == (made,)
    assert (made.why, made.decisions) == (WHY, ())
    assert [error.message for error in made.errors] == [ERROR]
    with pytest.raises(UsageError, match="nothing was kept"):
        answer(committed, commit, AgentAnswer(decisions=(CLAIM,)))


def edit_by_hand(git: GitDriver, commit: str) -> str:
    text = git.out("notes", "--ref", "claude-mem", "show", commit)
    edited = text.replace("title: ", "title: By Ada, ")
    assert edited != text
    git.run("notes", "--ref", "claude-mem", "add", "-f", "-m", edited, commit)
    return edited


def test_a_persons_words_stay_and_the_agent_is_told(committed: GitDriver, commit: str) -> None:
    edit_by_hand(committed, commit)
    before = memories_on(committed, commit)

    with pytest.raises(GitmemError, match="a person has edited"):
        answer(committed, commit)

    assert memories_on(committed, commit) == before


def test_a_person_who_edits_before_the_worker_comes_wins(committed: GitDriver, commit: str) -> None:
    answer(committed, commit)
    edit_by_hand(committed, commit)
    before = memories_on(committed, commit)

    assert written(committed, commit) is None
    assert memories_on(committed, commit) == before
    assert PendingStore(committed.repo).newest_first() == []


def test_a_person_may_edit_what_the_agent_wrote_and_the_turn_leaves_it(
    committed: GitDriver, writer: SessionWriter, commit: str
) -> None:
    kept = answer(committed, commit)
    written(committed, commit)
    edit_by_hand(committed, commit)
    writer.say("I chose cents, because a float cannot hold 0.1 exactly.")

    assert complete(workspace_of(committed), SESSION, str(committed.path.resolve())) == []
    (memory,) = memories_on(committed, commit)
    assert memory.title.startswith("By Ada")
    assert resolved(committed, kept.memory.id) == memory


def test_a_memory_that_a_person_wrote_in_place_of_ours_stays(
    committed: GitDriver, commit: str
) -> None:
    (before,) = memories_on(committed, commit)
    text = f"---\nkind: decision\ntitle: By Ada\nsupersedes: [{before.id}]\n"
    committed.run("notes", "--ref", "claude-mem", "append", "-m", text, commit)

    with pytest.raises(GitmemError, match="a person has edited"):
        answer(committed, commit)


def test_the_end_of_the_turn_belongs_to_the_slice_and_changes_no_word(
    committed: GitDriver, writer: SessionWriter, commit: str
) -> None:
    kept = answer(committed, commit)
    made = written(committed, commit)
    writer.bash("git status").say("Prices are exact now, because they are integers.")

    (after,) = complete(workspace_of(committed), SESSION, str(committed.path.resolve()))

    assert made is not None
    assert memories_on(committed, commit) == (after,)
    assert (after.why, after.decisions, after.next) == (made.why, made.decisions, made.next)
    assert after.provenance.compressor == "agent/1"
    assert made.provenance.records is not None
    assert after.provenance.records is not None
    assert after.provenance.records[1] > made.provenance.records[1]
    assert resolved(committed, kept.memory.id) == after
    assert complete(workspace_of(committed), SESSION, str(committed.path.resolve())) == []


def test_what_a_remote_holds_is_superseded_not_removed(committed: GitDriver, commit: str) -> None:
    (before,) = memories_on(committed, commit)
    committed.run("update-ref", tracking_ref("origin"), NoteStore(committed.repo).tip() or "")
    answer(committed, commit)

    made = written(committed, commit)

    assert made is not None
    assert before.id in made.supersedes
    assert {m.id for m in memories_on(committed, commit)} == {before.id, made.id}


def test_an_answer_about_a_commit_that_was_amended_since_is_where_that_stands_now(
    committed: GitDriver, commit: str
) -> None:
    committed.now += 60
    committed.run("commit", "-q", "--amend", "-m", "Exact prices everywhere")
    now = committed.out("rev-parse", "HEAD")
    committed.run("notes", "--ref", "claude-mem", "copy", "-f", commit, now)
    answer(committed, commit)

    made = written(committed, commit)

    assert by_agent(committed, now) == by_agent(committed, commit) == [made]
    assert len(memories_on(committed, now)) == 1


def test_no_model_is_paid_for_what_the_agent_wrote(
    committed: GitDriver, writer: SessionWriter
) -> None:
    model = Model()
    workspace = workspace_of(committed, model)
    place = str(committed.path.resolve())
    made = commit_of(committed, writer, "Exact prices", "price.py")
    answer(committed, made)
    capture(workspace, made, place, float(committed.now) + 1.0, SESSION)
    written(committed, made, compressor=model)
    writer.now += 120
    writer.say("Prices are exact now, because they are integers.")
    complete(workspace, SESSION, place)

    assert len(by_agent(committed, made)) == 1
    assert model.asked == 0


def test_nor_where_the_end_of_the_turn_is_not_told(
    committed: GitDriver, writer: SessionWriter
) -> None:
    """An agent without our hooks: its commit is captured for good at once, unless it answered."""
    shutil.rmtree(committed.repo.state_dir / "sessions")
    model = Model()
    made = commit_of(committed, writer, "Exact prices", "price.py")
    place = str(committed.path.resolve())
    answer(committed, made)

    capture(workspace_of(committed, model), made, place, float(committed.now) + 1.0, SESSION)

    assert model.asked == 0
    assert written(committed, made, compressor=model) is not None
    assert len(by_agent(committed, made)) == 1


def test_recompressing_leaves_what_the_agent_wrote(committed: GitDriver, commit: str) -> None:
    answer(committed, commit)
    made = written(committed, commit)
    captures = find_captures(committed.repo, CaptureSelection(compressor="agent"))

    (result,) = recompress(workspace_of(committed), captures, Model())

    assert result.reason == "the session's own agent wrote it"
    assert memories_on(committed, commit) == (made,)


def test_an_answer_that_is_quicker_than_the_capture_waits_for_it(
    committed: GitDriver, writer: SessionWriter
) -> None:
    made = commit_of(committed, writer, "Exact prices", "price.py")
    place = str(committed.path.resolve())
    Queue(committed.repo).add(Job("capture", commit=made, session=SESSION, worktree=place))
    answer(committed, made)

    work(workspace_of(committed))

    (memory,) = memories_on(committed, made)
    assert memory.provenance.compressor == "agent/1"
    assert memory.provenance.session == SESSION
    assert [error.message for error in memory.errors] == [ERROR]
    assert PendingStore(committed.repo).newest_first() == []
    assert Queue(committed.repo).is_empty()


def test_an_answer_does_not_stand_for_the_capture_of_a_commit_that_no_hook_reported(
    committed: GitDriver, writer: SessionWriter
) -> None:
    """Another session's share of it is still to be found in the reflog."""
    watch_reflog(committed.repo)
    other = session_in(committed, OTHER)
    other.now = writer.now
    other.prompt("Tax the prices.").write("tax.py").say("Taxes are percent, not per mille.")
    made = commit_of(committed, other, "Exact prices with taxes", "price.py", "tax.py")
    answer(committed, made)

    work(workspace_of(committed))

    found = {m.provenance.session: m.provenance.compressor for m in memories_on(committed, made)}
    assert found == {SESSION: "agent/1", OTHER: ExtractiveCompressor().name}


def test_a_commit_that_was_worth_no_memory_gets_the_agents(
    committed: GitDriver, writer: SessionWriter
) -> None:
    """Its words were unread; they are the memory's now, and no later commit takes them."""
    made = commit_of(committed, writer, "Fix typo", "price.py")
    answer(committed, made)
    memory = written(committed, made)

    assert memory is not None
    assert memories_on(committed, made) == (memory,)
    assert memory.provenance.records is not None
    assert remembered(committed, made, SESSION).memories == ()


def test_what_the_agent_says_to_answer_proves_nothing(
    committed: GitDriver, writer: SessionWriter, commit: str
) -> None:
    """Neither its thought before the call, nor the call, nor what the call returned."""
    words = "the boss told us to use integer cents"
    fake = replace(ANSWER, decisions=(replace(CLAIM, quote=words),))
    writer.say(f"I shall quote that {words}.")
    first = answer(committed, commit, fake)
    writer.bash(f"gitmem remember --commit HEAD <<'E'\nquote: {words}\nE", f"left out: {words}")
    writer.tool("mcp__gitmem__remember", f"left out: {words}", why=words)
    second = answer(committed, commit, fake)

    assert "its quote is not in the session" in first.refusals[0]
    assert "its quote is not in the session" in second.refusals[0]


def test_what_it_said_since_it_was_asked_proves_nothing_but_a_person_may_add(
    committed: GitDriver, writer: SessionWriter, commit: str
) -> None:
    questions = Questions(committed.repo)
    questions.ask(commit, SESSION)
    asked = questions.about(commit)
    assert asked is not None
    writer.now = asked.time + 10
    writer.say("The boss told us to use integer cents.").bash("git status", "clean")
    writer.prompt("Mind that the ledger wants integer cents too.")
    own = replace(CLAIM, quote="The boss told us to use integer cents")
    theirs = replace(CLAIM, quote="the ledger wants integer cents too")
    given = replace(ANSWER, decisions=(own, theirs))
    speaker = Speaker(SESSION)
    environ = {"HOME": str(committed.home)}

    kept = keep_agent_answer(
        committed.repo, given, commit, speaker, committed.path, environ=environ, now=writer.now + 9
    )

    assert len(kept.refusals) == 1
    assert [c.quote for c in kept.memory.citations] == [theirs.quote]


def test_an_agent_that_nobody_knows_may_say_why_but_prove_nothing(committed: GitDriver) -> None:
    made = committed.commit("Exact prices", **{"price.py": "CENTS = 100\n"})

    kept = answer(committed, made, session="")
    memory = written(committed, made, "")

    assert memory is not None
    assert (memory.why, memory.decisions) == (WHY, ())
    assert memory.provenance.session == ""
    assert "transcript is not there" in kept.refusals[0]
    answer(committed, made, AgentAnswer("floats lose a cent in a thousand"), session="")
    written(committed, made, "")
    (only,) = memories_on(committed, made)
    assert only.why == "floats lose a cent in a thousand"


def test_switched_off_or_excluded_nothing_is_kept(committed: GitDriver, commit: str) -> None:
    committed.run("config", "gitmem.exclude", "price.py")
    with pytest.raises(GitmemError, match="excluded"):
        answer(committed, commit)
    committed.run("config", "--unset", "gitmem.exclude")
    committed.run("config", "gitmem.enabled", "false")
    with pytest.raises(GitmemError, match="switched off"):
        answer(committed, commit)

    assert PendingStore(committed.repo).newest_first() == []


def test_uninstalling_ties_an_answer_to_its_own_commit(committed: GitDriver, commit: str) -> None:
    kept = answer(committed, commit)
    committed.now += 60
    committed.commit("Later", **{"later.py": "x\n"})

    settle_pending(committed.repo)

    assert [m.why for m in by_agent(committed, commit)] == [WHY]
    assert resolved(committed, kept.memory.id).why == WHY


def test_an_answer_to_a_commit_that_is_gone_goes_with_it(committed: GitDriver, commit: str) -> None:
    answer(committed, commit)
    committed.run("reset", "-q", "--hard", "HEAD~1")
    committed.run("update-ref", "-d", "refs/notes/claude-mem")
    committed.run("reflog", "expire", "--expire=now", "--all")
    committed.run("gc", "-q", "--prune=now")

    with pytest.raises(UnknownRevision):
        written(committed, commit)
    assert PendingStore(committed.repo).newest_first() == []


def test_an_id_that_nobody_handed_out_leads_nowhere(committed: GitDriver, commit: str) -> None:
    answer(committed, commit)
    written(committed, commit)

    with closing(refresh(committed.repo)), pytest.raises(UnknownMemory):
        find_entry(committed.repo, "m00000000000000000000")


def test_a_session_that_moved_is_found_and_a_folder_is_no_transcript(
    committed: GitDriver, writer: SessionWriter, commit: str
) -> None:
    moved = writer.path.with_name("elsewhere.jsonl")
    shutil.move(writer.path, moved)
    os.mkdir(writer.path)

    kept = answer(committed, commit)

    assert "transcript is not there" in kept.refusals[0]
