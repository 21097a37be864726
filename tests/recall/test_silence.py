"""What nothing here answers is answered with nothing; what is there is found by any right word."""

from __future__ import annotations

import pytest

from gitmem.model.memory import Memory, RecordedError
from gitmem.model.query import Query
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.results import search
from gitmem.refresh.refresh import refresh
from gitmem.state.pending import Pending, PendingStore
from tests.bench.search_floor import read_questions
from tests.support.git import GitDriver

_TRACE = """Traceback (most recent call last):
  File "upload.py", line 12, in send
    raise ConnectionResetError(104, 'Connection reset by peer')
ConnectionResetError: [Errno 104] Connection reset by peer
make: *** [Makefile:3: nightly] Error 1"""
_MEMORIES = (
    Memory(
        "bugfix",
        "Retry uploads with jitter",
        why="The proxy resets idle connections.",
        files_changed=("src/net/upload.py",),
        errors=(RecordedError("ConnectionResetError: [Errno 104] Connection reset by peer"),),
        symbols=("UploadQueue.send_later",),
    ),
    Memory("change", "Store prices in whole cents", why="Floats lost a cent in the invoice."),
    Memory("feature", "Colour the progress bar", files_changed=("src/bar.py",)),
    Memory("change", "Read the settings once", why="Each command read the file four times."),
    Memory("docs", "Tell how to release", what=("The tag is signed.",)),
)


@pytest.fixture
def known(committed: GitDriver) -> GitDriver:
    commit = committed.out("rev-parse", "HEAD")
    NoteStore(committed.repo).add({commit: [document_of(m) for m in _MEMORIES]}, "notes: test")
    refresh(committed.repo).close()
    return committed


def titles(git: GitDriver, text: str, **filters: object) -> list[str]:
    found = search(git.repo, Query(text=text, **filters))  # type: ignore[arg-type]
    return [hit.memory.title for hit in found]


@pytest.mark.parametrize(
    "text",
    [
        "zzzqqq",
        "how do I cook pasta",
        "best hiking trails in the Alps",
        "what is this",
        "why",
        "!!!???",
        "红烧肉怎么做",
        "как приготовить борщ",
    ],
)
def test_what_nothing_answers_finds_nothing(known: GitDriver, text: str) -> None:
    assert titles(known, text) == []


def test_of_many_unrelated_questions_hardly_any_is_answered(known: GitDriver) -> None:
    asked = [text for _, text in read_questions("unrelated-questions")]
    answered = [text for text in asked if titles(known, text)]

    assert len(answered) <= 0.08 * len(asked), answered


@pytest.mark.parametrize(
    "text",
    [
        "jitter",
        "uploading again",
        "why do we retry in the transport",
        "uploadqueue.send_later",
        "where did UploadQueue.send_later go in the great rewrite of everything",
        "src/net/upload.py",
        "who wrote src/net/upload.py and which other teams and departments depend on it today",
        "Errno 104",
        _TRACE,
    ],
)
def test_a_right_word_a_name_a_path_or_an_error_finds(known: GitDriver, text: str) -> None:
    assert titles(known, text)[:1] == ["Retry uploads with jitter"]


_FRAMES = [
    ("orders/checkout.py", "reserve", "warehouse.hold(basket)"),
    ("orders/warehouse.py", "hold", "ledger.book(basket.total)"),
    ("orders/ledger.py", "book", "journal.append(entry)"),
    ("billing/journal.py", "append", "self.stream.emit(entry)"),
    ("billing/stream.py", "emit", "channel.push(payload)"),
    ("billing/channel.py", "push", "raise failure from None"),
]


def _trace(count: int, message: str) -> str:
    frames = [
        f'  File "/srv/{path}", line {40 + number}, in {name}\n    {code}'
        for number, (path, name, code) in enumerate(_FRAMES[:count])
    ]
    return "\n".join(["Traceback (most recent call last):", *frames, message])


@pytest.mark.parametrize("count", [1, 3, 6])
def test_frames_do_not_hide_the_error_under_them(known: GitDriver, count: int) -> None:
    known.run("config", "gitmem.embedding", "none")  # by its words alone
    message = "ConnectionResetError: [Errno 104] Connection reset by peer"

    assert titles(known, _trace(count, message))[:1] == ["Retry uploads with jitter"]
    for other in ("ZeroDivisionError: division by zero", "KeyError: 'voucher_code'"):
        assert titles(known, _trace(count, other)) == []


def test_without_words_all_are_listed(known: GitDriver) -> None:
    assert len(titles(known, "")) == len(_MEMORIES)
    assert titles(known, "", paths=("src/bar.py",)) == ["Colour the progress bar"]


def test_the_id_of_a_memory_or_its_commit_finds_it(known: GitDriver) -> None:
    (first,) = search(known.repo, Query(text="jitter"))[:1]

    assert titles(known, first.memory.id) == [first.memory.title]
    assert titles(known, first.memory.id[:10]) == [first.memory.title]
    assert set(titles(known, first.commit)) == {memory.title for memory in _MEMORIES}
    assert set(titles(known, first.commit[:9].upper())) == {m.title for m in _MEMORIES}
    assert titles(known, "0" * 40) == []


@pytest.fixture
def working(known: GitDriver) -> GitDriver:
    memory = Memory("change", "Cook the pasta of the canteen", why="Lunch was late.")
    PendingStore(known.repo).put(Pending(memory, str(known.path)))
    return known


def test_pending_work_is_told_where_it_answers_and_only_there(working: GitDriver) -> None:
    assert titles(working, "cook pasta") == ["Cook the pasta of the canteen"]
    assert titles(working, "which pasta goes with salmon and white wine on a rainy evening") == []


def test_words_alone_are_held_to_the_same(known: GitDriver) -> None:
    known.run("config", "gitmem.embedding", "none")

    assert titles(known, "how do I cook pasta") == []
    assert titles(known, "retry the uploads")[:1] == ["Retry uploads with jitter"]
