from __future__ import annotations

import shutil
from dataclasses import replace

from gitmem.model.memory import Memory, Provenance
from gitmem.model.query import Query
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.memory_service import MemoryService
from gitmem.state.pending import Pending, PendingStore
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared


def remember(git: GitDriver, title: str, time: str, *, supersedes: tuple[str, ...] = ()) -> Memory:
    commit = git.commit(title, **{"a.py": f"# {title}, at length\n"})
    memory = Memory(
        "decision", title, supersedes=supersedes, provenance=Provenance(commit=commit, time=time)
    )
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")
    return memory


@prepared
def line(git: GitDriver) -> list[Memory]:
    """Nine memories: some on one day, some years apart, two of the same second."""
    times = [
        "2020-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:01Z",
        "2026-01-01T00:00:01Z",
        "2026-01-01T12:00:00Z",
        "2026-01-02T00:00:00Z",
        "2026-03-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
        "2035-01-01T00:00:00Z",
    ]
    return [remember(git, f"step {n}", time) for n, time in enumerate(times)]


def test_what_is_around_a_memory_is_in_order(git: GitDriver, line: list[Memory]) -> None:
    service = MemoryService(git.repo)
    ordered = sorted(line, key=lambda memory: (memory.provenance.time, memory.id))
    for place, memory in enumerate(ordered):
        (anchor,), _ = service.observations([memory.id])
        found = [result.memory for result in service.around(anchor, 2, 3)]

        assert found == ordered[max(0, place - 2) : place + 4]
    service.close()


def test_pending_work_has_its_place_in_the_line(git: GitDriver, line: list[Memory]) -> None:
    waiting = Memory(
        "session", "now", provenance=Provenance(session="s", time="2036-01-01T00:00:00Z")
    )
    PendingStore(git.repo).put(Pending(waiting, str(git.path)))
    service = MemoryService(git.repo)

    (anchor,), missing = service.observations([waiting.id[:9]])

    assert missing == {}
    assert [r.memory.title for r in service.around(anchor, 1, 1)] == ["step 8", "now"]


def test_what_supersedes_a_memory_is_told(git: GitDriver) -> None:
    old = remember(git, "floats", "2026-01-01T00:00:00Z")
    new = remember(git, "cents", "2026-01-02T00:00:00Z", supersedes=(old.id,))
    service = MemoryService(git.repo)

    found, _ = service.observations([old.id, new.id])

    assert [result.superseded_by for result in found] == [new.id, ""]


def test_a_memory_at_several_commits_is_told_at_the_one_that_head_reaches(git: GitDriver) -> None:
    memory = remember(git, "cents", "2026-01-01T00:00:00Z")
    git.run("switch", "-q", "-c", "side")
    elsewhere = git.commit("copy", **{"b.py": "copied line here\n"})
    NoteStore(git.repo).add({elsewhere: [document_of(memory)]}, "notes: copy")
    main = git.out("rev-parse", "main")

    for branch, expected in (("main", main), ("side", main)):
        git.run("switch", "-q", branch)
        ((found,), _) = MemoryService(git.repo).observations([memory.id])
        assert found.commit in (expected, elsewhere if branch == "side" else expected)


def test_ids_that_mean_nothing_or_several_are_told(git: GitDriver, line: list[Memory]) -> None:
    found, missing = MemoryService(git.repo).observations(["m", "nothing", line[0].id, line[0].id])

    assert [result.memory for result in found] == [line[0]]
    assert "several" in missing["m"]
    assert "neither a memory nor a commit" in missing["nothing"]


def test_an_index_that_is_deleted_in_between_is_made_again(
    git: GitDriver, line: list[Memory]
) -> None:
    assert gitmem(git, "init", "--no-fetch").returncode == 0
    service = MemoryService(git.repo)
    before = [result.memory.id for result in service.search(Query(text="step 4"))]
    shutil.rmtree(git.repo.state_dir / "index")

    assert [result.memory.id for result in service.search(Query(text="step 4"))] == before
    service.close()


def test_what_others_write_is_noticed(git: GitDriver, line: list[Memory]) -> None:
    assert gitmem(git, "init", "--no-fetch").returncode == 0
    service = MemoryService(git.repo)
    assert len(service.newest(20)) == 9
    remember(git, "the latest", "2036-01-01T00:00:00Z")
    assert gitmem(git, "log", "-n", "1").returncode == 0  # anybody's command brings it up to date

    assert service.newest(1)[0].memory.title == "the latest"


def test_news_are_looked_for_now_and_then(git: GitDriver, line: list[Memory]) -> None:
    assert gitmem(git, "init", "--no-fetch").returncode == 0
    now = [0.0]
    service = MemoryService(git.repo, clock=lambda: now[0])
    service.newest(1)
    remember(git, "the latest", "2036-01-01T00:00:00Z")
    service.wake()
    assert _tip(service) != git.out("rev-parse", "refs/notes/claude-mem")

    now[0] = 60.0
    service.wake()
    gitmem(git, "status")  # waits for the worker that was woken
    assert service.newest(1)[0].memory.title == "the latest"


def _tip(service: MemoryService) -> str:
    from contextlib import closing

    from gitmem.index.cache import Index

    with closing(Index.open(service.repo.state_dir)) as index:
        return index.tip or ""


def test_without_a_commit_there_is_nothing_to_tell(git: GitDriver) -> None:
    service = MemoryService(git.repo)

    assert service.newest(5) == []
    assert service.search(replace(Query(), text="anything")) == []
