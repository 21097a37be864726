from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gitmem.capture.workspace import Workspace
from gitmem.compress.compressor import Compressor
from gitmem.compress.fallback import FallbackCompressor
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.errors import GitmemError, UnknownMemory, UnknownRevision
from gitmem.index.memories import memories_of
from gitmem.model.memory import Memory, Tombstone
from gitmem.notes.codec import tombstone_document
from gitmem.notes.store import NoteStore
from gitmem.recall.log import LogSelection, read_log_entries
from gitmem.refresh.refresh import refresh
from gitmem.state.lock import lock
from gitmem.state.sessions import RegisteredSession, Registry
from gitmem.upkeep.recompress import RecompressResult, estimate, recompress
from gitmem.upkeep.select_captures import Capture, CaptureSelection, find_captures, split_names
from tests.support.capture import capture, commit_of, memories_on, session_in, workspace_of
from tests.support.git import GitDriver
from tests.support.model import FakeModel
from tests.support.session import SESSION, SessionWriter

STAND_IN = FallbackCompressor(FakeModel(fails="it is down"), ExtractiveCompressor())


def workspace(git: GitDriver, compressor: Compressor = STAND_IN) -> Workspace:
    return workspace_of(git, compressor)


def captured(
    git: GitDriver,
    writer: SessionWriter,
    name: str = "price.py",
    compressor: Compressor = STAND_IN,
    session: str = "",
) -> str:
    """A commit of a session's work, remembered; by a stand-in unless another is given.

    ``session`` is the session whose agent made it in the middle of a turn, if one did.
    """
    writer.prompt(f"Make {name} exact.").write(name).say("Because floats lie.")
    commit = commit_of(git, writer, f"Exact {name}", name)
    moment = float(git.now) + 1.0
    capture(workspace(git, compressor), commit, str(git.path.resolve()), moment, session)
    return commit


def better(
    git: GitDriver, model: Compressor, wanted: CaptureSelection | None = None
) -> tuple[list[Capture], list[RecompressResult]]:
    captures = find_captures(git.repo, wanted or CaptureSelection())
    return captures, list(recompress(workspace(git), captures, model))


def recalled(git: GitDriver, commit: str) -> list[Memory]:
    """What the index gives the agent, and the log a person."""
    index = refresh(git.repo)
    live = [stored.memory for stored in memories_of(index, [commit])]
    index.close()
    entries = read_log_entries(git.repo, LogSelection(revisions=(commit,), options=("--no-walk",)))
    assert [m for entry in entries for m in entry.memories] == live
    return live


def notes_tip(git: GitDriver) -> str:
    return git.out("rev-parse", "refs/notes/claude-mem")


def test_a_stand_ins_memory_is_bettered_and_no_more_recalled(committed: GitDriver) -> None:
    commit = captured(committed, session_in(committed))
    (old,) = memories_on(committed, commit)

    _, (result,) = better(committed, FakeModel())

    (new,) = recalled(committed, commit)
    assert (new.title, new.supersedes) == ("Better words", (old.id,))
    assert result.memories == (new,)
    assert (new.provenance.compressor, new.provenance.model) == ("model/1", "a-model")
    assert (new.provenance.tokens_in, new.provenance.tokens_out) == (1200, 80)
    assert replace(new.provenance, compressor="", model="", tokens_in=0, tokens_out=0) == replace(
        old.provenance, compressor=""
    )
    assert old in memories_on(committed, commit), "a memory is never taken out of its note"


def test_a_second_run_finds_nothing(committed: GitDriver) -> None:
    captured(committed, session_in(committed))
    better(committed, FakeModel())
    tip = notes_tip(committed)
    model = FakeModel()

    captures, results = better(committed, model)

    assert (captures, results, model.asked) == ([], [], [])
    assert notes_tip(committed) == tip


def test_it_is_shown_the_same_records_as_the_first_time(committed: GitDriver) -> None:
    """Neither what an earlier commit had, nor what the session said since."""
    writer = session_in(committed)
    captured(committed, writer, "first.py")
    seen = FakeModel()
    second = captured(committed, writer, "second.py", seen)
    captured(committed, writer, "third.py")
    model = FakeModel(name="model/2")

    ids = tuple(memory.id for memory in memories_on(committed, second))
    better(committed, model, CaptureSelection(ids=ids))

    (evidence, change), (first_evidence, first_change) = model.asked[0], seen.asked[0]
    assert evidence.slice == replace(first_evidence.slice, goes_on=True)
    assert change == first_change


def test_what_was_written_in_a_turn_that_never_stopped_is_bettered_too(
    committed: GitDriver,
) -> None:
    writer = session_in(committed)
    place = str(committed.path.resolve())
    Registry(committed.repo).add(RegisteredSession(SESSION, str(writer.path), place))
    commit = captured(committed, writer, compressor=FakeModel(), session=SESSION)
    (early,) = recalled(committed, commit)

    better(committed, FakeModel())

    assert early.provenance.compressor.endswith(" before model/1")
    assert [memory.title for memory in recalled(committed, commit)] == ["Better words"]


def test_all_memories_of_a_slice_give_way_together(committed: GitDriver) -> None:
    """A new answer covers the whole slice: one of the old ones beside it would say things twice."""
    commit = captured(committed, session_in(committed), compressor=FakeModel(count=3))
    old = {memory.id for memory in memories_on(committed, commit)}

    _, (result,) = better(
        committed, FakeModel("other/1", count=2), CaptureSelection(ids=(min(old),))
    )

    assert len(recalled(committed, commit)) == 2
    assert all(set(memory.supersedes) == old for memory in result.memories)


def test_what_fails_again_stays_as_it_is(committed: GitDriver) -> None:
    commit = captured(committed, session_in(committed))
    before, tip = recalled(committed, commit), notes_tip(committed)

    _, (result,) = better(committed, FakeModel(fails="it is still down"))

    assert (result.memories, result.is_failed, result.reason) == ((), True, "it is still down")
    assert (recalled(committed, commit), notes_tip(committed)) == (before, tip)


def test_a_stand_in_is_not_replaced_by_a_stand_in(committed: GitDriver) -> None:
    commit = captured(committed, session_in(committed))
    before = recalled(committed, commit)

    _, (result,) = better(committed, STAND_IN)

    assert result.is_failed
    assert recalled(committed, commit) == before


def test_where_there_is_nothing_better_the_old_words_stay_and_are_not_asked_about_again(
    committed: GitDriver,
) -> None:
    commit = captured(committed, session_in(committed))
    (old,) = memories_on(committed, commit)

    _, (result,) = better(committed, FakeModel(title=""))
    again, _ = better(committed, FakeModel())

    (kept,) = recalled(committed, commit)
    assert (kept.title, kept.why, kept.what) == (old.title, old.why, old.what)
    assert kept.provenance.compressor == "extractive/1 kept by model/1".replace(
        "extractive/1", old.provenance.compressor.split()[0]
    )
    assert result.is_kept
    assert again == []


def test_after_failures_in_a_row_the_rest_waits_for_another_run(committed: GitDriver) -> None:
    writer = session_in(committed)
    for number in range(5):
        captured(committed, writer, f"f{number}.py")
    model = FakeModel(fails="not logged in")

    captures, results = better(committed, model)

    assert len(captures) == 5
    assert len(results) == len(model.asked) == 3
    assert len(better(committed, FakeModel())[1]) == 5


def test_where_the_transcript_is_gone_the_memory_stays(committed: GitDriver) -> None:
    writer = session_in(committed)
    commit = captured(committed, writer)
    before = recalled(committed, commit)
    writer.path.unlink()
    model = FakeModel()

    _, (result,) = better(committed, model)

    assert "transcript" in result.reason
    assert "is gone" in result.reason
    assert (result.is_failed, model.asked) == (False, [])
    assert recalled(committed, commit) == before


@pytest.mark.parametrize("how", ["cut", "rewritten"])
def test_where_the_transcript_is_another_the_memory_stays(committed: GitDriver, how: str) -> None:
    """The numbers of its records would name other words."""
    writer = session_in(committed)
    commit = captured(committed, writer)
    before = recalled(committed, commit)
    lines = writer.path.read_bytes().splitlines(keepends=True)
    kept = lines[:1] if how == "cut" else [lines[0], *(b'{"type":"x"}\n' for _ in lines)]
    writer.path.write_bytes(b"".join(kept))
    model = FakeModel()

    _, (result,) = better(committed, model)

    assert result.reason.startswith("the transcript of session")
    assert model.asked == []
    assert recalled(committed, commit) == before


def test_what_a_person_wrote_over_stays(committed: GitDriver) -> None:
    commit = captured(committed, session_in(committed))
    text = committed.show_note(commit).replace(b"Exact price.py", b"My own words")
    committed.add_note(commit, text)
    (edited,) = recalled(committed, commit)
    model = FakeModel()

    _, (result,) = better(committed, model)

    assert edited.title == "My own words"
    assert "by hand" in result.reason
    assert model.asked == []
    assert recalled(committed, commit) == [edited]


def test_what_is_forgotten_meanwhile_does_not_come_back(committed: GitDriver) -> None:
    commit = captured(committed, session_in(committed))
    (old,) = memories_on(committed, commit)

    class Slow(FakeModel):
        def compress(self, *given):  # type: ignore[no-untyped-def]
            gone = tombstone_document(Tombstone(old.id, "2026-11-21"))
            NoteStore(committed.repo).add({commit: [gone]}, "forget")
            return super().compress(*given)

    _, (result,) = better(committed, Slow())

    assert result.reason == "it has changed meanwhile"
    assert recalled(committed, commit) == []


def test_after_a_rewrite_every_note_that_holds_it_is_bettered_by_one_question(
    committed: GitDriver,
) -> None:
    """An amended commit's note is copied; the change asked about is the one that was captured."""
    old_commit = captured(committed, session_in(committed))
    committed.run("commit", "-q", "--amend", "-m", "Say it better")
    new_commit = committed.out("rev-parse", "HEAD")
    committed.run("notes", "--ref", "claude-mem", "copy", old_commit, new_commit)
    model = FakeModel()

    better(committed, model)

    ((_, change),) = model.asked
    assert change is not None
    assert change.commit == old_commit
    for commit in (old_commit, new_commit):
        assert [memory.title for memory in recalled(committed, commit)] == ["Better words"]


def test_where_the_captured_commit_is_gone_the_one_in_its_place_counts(
    committed: GitDriver, tmp_path: Path
) -> None:
    old_commit = captured(committed, session_in(committed))
    committed.run("commit", "-q", "--amend", "-m", "Say it better")
    new_commit = committed.out("rev-parse", "HEAD")
    committed.run("notes", "--ref", "claude-mem", "copy", old_commit, new_commit)
    clone = committed.clone(tmp_path / "clone", "--no-local")
    clone.run("fetch", "-q", "origin", "refs/notes/claude-mem:refs/notes/claude-mem")
    model = FakeModel()

    better(clone, model)

    ((_, change),) = model.asked
    assert change is not None
    assert change.commit == new_commit


@pytest.fixture
def rivals(committed: GitDriver, tmp_path: Path) -> tuple[GitDriver, GitDriver, str]:
    """Two clones, each with its own model's word, and then with both."""
    commit = captured(committed, session_in(committed))
    clone = committed.clone(tmp_path / "clone")
    clone.run("fetch", "-q", "origin", "refs/notes/claude-mem:refs/notes/claude-mem")
    better(committed, FakeModel(title="Ours", count=2))
    better(clone, FakeModel("model/2", title="Theirs"))
    for one, other in ((committed, clone), (clone, committed)):
        one.run("fetch", "-q", str(other.path), "refs/notes/claude-mem:refs/other")
        NoteStore(one.repo).merge(one.out("rev-parse", "refs/other"), "join")
    return committed, clone, commit


def test_two_clones_answers_become_one_on_both(rivals: tuple[GitDriver, GitDriver, str]) -> None:
    """Without a question, and the same one, so that the next merge brings nothing back."""
    one, other, commit = rivals
    model = FakeModel()
    both = {memory.title for memory in recalled(one, commit)}

    better(one, model)
    better(other, model)

    assert both == {"Ours", "Ours 1", "Theirs"}
    kept = recalled(one, commit)
    assert {memory.title for memory in kept} in ({"Ours", "Ours 1"}, {"Theirs"})
    assert recalled(other, commit) == kept
    assert (better(one, model)[0], model.asked) == ([], [])


def test_two_clones_answers_give_way_to_a_third_when_one_is_named(
    rivals: tuple[GitDriver, GitDriver, str],
) -> None:
    one, _, commit = rivals
    (memory, *_) = recalled(one, commit)

    better(one, FakeModel(title="One"), CaptureSelection(ids=(memory.id,)))

    assert [memory.title for memory in recalled(one, commit)] == ["One"]


def test_memories_without_a_session_stay(committed: GitDriver) -> None:
    commit = committed.out("rev-parse", "HEAD")
    committed.add_note(
        commit,
        "---\nkind: change\ntitle: From history\n"
        "provenance:\n  compressor: extractive/1 after anthropic/1\n",
    )

    _, (result,) = better(committed, FakeModel())

    assert result.reason == "it was not made from a session"


def test_what_backfill_wrote_of_a_commit_alone_is_made_again_of_the_commit(
    committed: GitDriver,
) -> None:
    commit = committed.commit("Cache the price\n\nBecause the rate API is slow.", **{"p.py": "z\n"})
    committed.add_note(
        commit,
        "---\nkind: change\ntitle: Cache the price\n"
        f"provenance:\n  commit: {commit}\n  compressor: history/1\n",
    )
    model = FakeModel()

    better(committed, model, CaptureSelection(compressor="history"))

    ((evidence, _),) = model.asked
    assert "Because the rate API is slow." in evidence.slice.events[0].text
    assert [memory.title for memory in recalled(committed, commit)] == ["Better words"]


def test_a_secret_is_masked_before_anybody_is_asked(committed: GitDriver) -> None:
    key = "ghp_" + "A1b2C3d4" * 5
    writer = session_in(committed).prompt(f"Use {key}.")
    captured(committed, writer)
    model = FakeModel(title=f"Push with {key}")

    _, (result,) = better(committed, model)

    assert key not in repr(model.asked)
    assert key not in result.memories[0].title


def test_what_a_compressor_has_judged_is_not_asked_again_unless_it_is_named(
    committed: GitDriver,
) -> None:
    """So a run over all that 'model' wrote comes to an end, though it writes as 'model'."""
    commit = captured(committed, session_in(committed), compressor=FakeModel())
    wanted = CaptureSelection(compressor="model")
    model = FakeModel(title="Once more")

    better(committed, model, wanted)
    _, (again,) = better(committed, model, wanted)
    (live,) = recalled(committed, commit)
    _, (named,) = better(
        committed, FakeModel(title="By name"), CaptureSelection(ids=(live.id[:8],))
    )

    assert len(model.asked) == 1
    assert "already" in again.reason
    assert [memory.title for memory in named.memories] == ["By name"]
    assert len(named.memories[0].supersedes) == 2, "what was superseded before stays so"


class TestChoice:
    """Which memories are found."""

    @pytest.fixture
    def git(self, committed: GitDriver) -> GitDriver:
        """Three commits: by a model, by a stand-in, offline."""
        writer = session_in(committed)
        captured(committed, writer, "model.py", FakeModel())
        captured(committed, writer, "standin.py")
        captured(committed, writer, "offline.py", ExtractiveCompressor())
        return committed

    def found(self, git: GitDriver, wanted: CaptureSelection) -> list[str]:
        names = {git.out("rev-parse", f"HEAD~{n}"): n for n in range(4)}
        return [
            str(names[c]) for capture in find_captures(git.repo, wanted) for c in capture.commits
        ]

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            (CaptureSelection(), "1"),
            (CaptureSelection(compressor="extractive"), "01"),
            (CaptureSelection(compressor="model"), "2"),
            (CaptureSelection(compressor="model/1"), "2"),
            (CaptureSelection(compressor="model/2"), ""),
            (CaptureSelection(compressor="model", kinds=frozenset({"decision"})), "2"),
            (CaptureSelection(compressor="model", kinds=frozenset({"bugfix"})), ""),
            (CaptureSelection(before="2000-01-01T00:00:00Z"), ""),
            (CaptureSelection(before="2100-01-01T00:00:00Z"), "1"),
            (CaptureSelection(commits=frozenset()), ""),
        ],
    )
    def test_by_writer_kind_and_age(
        self, git: GitDriver, wanted: CaptureSelection, expected: str
    ) -> None:
        assert "".join(self.found(git, wanted)) == expected

    @pytest.mark.parametrize(
        ("names", "expected"),
        [
            (["HEAD"], "0"),
            (["HEAD~2..HEAD"], "01"),
            (["HEAD~1", "HEAD"], "01"),
            (["HEAD~2..HEAD~1", "HEAD"], "01"),
            (["HEAD~1^!"], "1"),
        ],
    )
    def test_by_commit_and_range(self, git: GitDriver, names: Sequence[str], expected: str) -> None:
        ids, commits = split_names(git.repo, names)
        wanted = CaptureSelection(ids, commits, compressor="extractive")

        assert "".join(self.found(git, wanted)) == expected

    def test_an_id_is_taken_whoever_wrote_it_and_nothing_else(self, git: GitDriver) -> None:
        (memory,) = memories_on(git, git.out("rev-parse", "HEAD~2"))
        ids, commits = split_names(git.repo, [memory.id[:9]])

        assert (ids, commits) == ((memory.id[:9],), None)
        assert self.found(git, CaptureSelection(ids, commits)) == ["2"]

    def test_a_name_that_is_nothing_is_told(self, git: GitDriver) -> None:
        with pytest.raises(UnknownRevision, match="nowhere"):
            split_names(git.repo, ["nowhere"])
        with pytest.raises(UnknownMemory, match="mfffff"):
            find_captures(git.repo, CaptureSelection(ids=("mfffff",)))

    def test_a_superseded_memory_is_not_taken(self, git: GitDriver) -> None:
        (memory,) = memories_on(git, git.out("rev-parse", "HEAD~1"))
        better(git, FakeModel())

        with pytest.raises(UnknownMemory, match="superseded"):
            find_captures(git.repo, CaptureSelection(ids=(memory.id,)))

    def test_the_newest_comes_first(self, git: GitDriver) -> None:
        assert self.found(git, CaptureSelection(compressor="extractive")) == ["0", "1"]


def test_an_estimate_asks_and_writes_nothing(committed: GitDriver) -> None:
    captured(committed, session_in(committed))
    tip = notes_tip(committed)
    model = FakeModel()

    (capture,) = find_captures(committed.repo, CaptureSelection())
    cost = estimate(workspace(committed), capture, model)

    assert (cost.tokens_in, cost.tokens_out, cost.dollars) == (1000, 100, 0.25)
    assert model.asked == []
    assert notes_tip(committed) == tip


def test_two_at_once_would_write_twice_so_the_second_is_refused(committed: GitDriver) -> None:
    captured(committed, session_in(committed))
    captures = find_captures(committed.repo, CaptureSelection())
    model = FakeModel()

    held = lock(committed.repo, "recompress")
    with held, pytest.raises(GitmemError, match="another"):
        list(recompress(workspace(committed), captures, model))

    assert model.asked == []


_CHILD = """
import os, signal, sys
from pathlib import Path
from gitmem.upkeep.select_captures import CaptureSelection, find_captures
from gitmem.upkeep.recompress import recompress
from tests.support.capture import workspace_of
from tests.support.git import GitDriver
from tests.support.model import FakeModel
limit, calls = int(sys.argv[3]), 0
def count(frame, event, argument):
    global calls
    if event in ("call", "return") and "gitmem" in frame.f_code.co_filename:
        calls += 1
        if calls == limit:
            os.kill(os.getpid(), signal.SIGKILL)
workspace = workspace_of(GitDriver(Path(sys.argv[1]), Path(sys.argv[2])))
sys.setprofile(count)
for _ in recompress(workspace, find_captures(workspace.repo, CaptureSelection()), FakeModel()):
    pass
sys.setprofile(None)
print(calls)
"""


def _child(git: GitDriver, limit: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _CHILD, str(git.path), str(git.home), str(limit)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("tenth", range(1, 20, 3))
def test_killed_anywhere_nothing_is_lost_and_the_next_run_ends_it(
    committed: GitDriver, tenth: int
) -> None:
    writer = session_in(committed)
    commits = [captured(committed, writer, f"f{n}.py") for n in range(3)]
    tip = notes_tip(committed)
    whole = _child(committed, 0)
    assert whole.returncode == 0, whole.stderr
    committed.run("update-ref", "refs/notes/claude-mem", tip)

    killed = _child(committed, int(whole.stdout) * tenth // 20)
    better(committed, FakeModel())

    assert killed.returncode == -signal.SIGKILL
    for commit in commits:
        assert [memory.title for memory in recalled(committed, commit)] == ["Better words"]
        assert len(memories_on(committed, commit)) == 2
    committed.run("fsck", "--strict")
