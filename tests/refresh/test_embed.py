from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import numpy as np
import pytest

from gitmem.errors import EncoderUnavailable
from gitmem.index.cache import Index
from gitmem.index.memories import place_count, vector_count
from gitmem.index.vectors import Vectors, read_meta
from gitmem.model.memory import Memory
from gitmem.model.query import Query
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.search import Recaller, recall
from gitmem.refresh.embed import embed_memories
from gitmem.refresh.refresh import refresh
from gitmem.worker import work
from tests.index.test_cache import NEXT_TIP, TIP, note, oid
from tests.support.capture import commit_of, session_in, workspace_of
from tests.support.git import GitDriver
from tests.test_worker import queue_capture


class Counting:
    """An encoder that counts what it is given; a text's vector tells its length."""

    dimensions = 4

    def __init__(self, name: str = "counting") -> None:
        self.name = name
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Any:
        self.texts += texts
        return np.asarray([[1.0, len(text) % 7, 0.0, 1.0] for text in texts], dtype=np.float32)


class Broken(Counting):
    def encode(self, texts: Sequence[str]) -> Any:
        raise EncoderUnavailable("the endpoint is down")


def filled(count: int) -> Index:
    index = Index.in_memory()
    index.apply([(oid(n), note(Memory("change", f"title {n}"))) for n in range(count)], TIP)
    return index


def test_each_memory_is_encoded_once() -> None:
    encoder = Counting()
    with closing(filled(2_300)) as index:
        told: list[int] = []
        assert embed_memories(index, encoder, progress=told.append) == 0
        assert embed_memories(index, encoder) == 0
        index.apply([(oid(9_999), note(Memory("change", "another")))], NEXT_TIP)
        assert embed_memories(index, encoder) == 0

        assert len(encoder.texts) == len(set(encoder.texts)) == 2_301
        assert told == [1_000, 1_000, 300]
        with index.reader() as database:
            assert len(Vectors(database, 4)) == 2_301


def test_no_more_than_asked_for_and_the_rest_is_counted() -> None:
    with closing(filled(2_300)) as index:
        assert embed_memories(index, Counting(), most=1) == 1_300
        assert embed_memories(index, Counting(), most=10_000) == 0


def test_another_encoder_makes_all_of_them_anew() -> None:
    second = Counting("second")
    with closing(filled(30)) as index:
        embed_memories(index, Counting("first"))
        assert embed_memories(index, second) == 0

        assert len(second.texts) == 30
        with index.reader() as database:
            assert read_meta(database, "encoder") == "second"


def test_a_model_that_does_not_answer_changes_nothing() -> None:
    with closing(filled(3)) as index:
        embed_memories(index, Counting())
        with pytest.raises(EncoderUnavailable):
            embed_memories(index, Broken("counting's successor"))

        assert embed_memories(index, Counting()) == 0


def test_a_search_goes_by_words_where_the_model_does_not_answer(committed: GitDriver) -> None:
    head = committed.out("rev-parse", "HEAD")
    memory = Memory("change", "Prices are whole cents")
    NoteStore(committed.repo).add({head: [document_of(memory)]}, "notes: one")
    refresh(committed.repo).close()

    with Recaller(committed.repo, Broken()) as recaller:
        found = recaller.search(Query("prices"))
        assert [hit.memory for hit in found] == [memory]
        assert recaller.notices == ["the endpoint is down"]


def test_without_an_encoder_words_alone_are_asked(committed: GitDriver) -> None:
    head = committed.out("rev-parse", "HEAD")
    memory = Memory("change", "Prices are whole cents")
    NoteStore(committed.repo).add({head: [document_of(memory)]}, "notes: one")
    refresh(committed.repo).close()
    committed.run("config", "gitmem.embedding", "none")

    assert [hit.memory for hit in recall(committed.repo, Query("prices"))] == [memory]
    with closing(Index.open(committed.repo.state_dir)) as index:
        assert vector_count(index) == 0


def test_the_worker_leaves_no_memory_without_a_vector(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Make prices exact.").say("Floats lie.").write("p.py")
    queue_capture(committed, commit_of(committed, writer, "Exact prices", "p.py"))

    work(workspace_of(committed))

    with closing(Index.open(committed.repo.state_dir)) as index:
        assert place_count(index) == vector_count(index) > 0
