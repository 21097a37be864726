"""Giving the memories of the index their vectors, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable

from gitmem.index.cache import Index
from gitmem.index.encoder import Encoder, encode_memories
from gitmem.index.lookup import memories, places_above
from gitmem.index.memories import memory_count, place_count, vector_count
from gitmem.index.vectors import forget_vectors, put_vectors, read_meta, vector_state

_BATCH = 1_000
_MAX_TRIES = 3


def embed_memories(
    index: Index,
    encoder: Encoder,
    most: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Give vectors to up to ``most`` memories that lack them; returns how many still lack one.

    ``progress`` is called with the number made by each batch.  Vectors of another encoder are
    thrown away first.  Where the file cannot be written, nothing is made; where another process
    writes it, that is waited for by who wants all.

    Raises:
        EncoderUnavailable: the model is not there, or does not answer.
        GitmemError: the index is damaged; it is set aside, so that the next try works.
    """
    made, tries = 0, 0
    while True:
        with index.reader() as database:
            seen, maker = vector_state(database), read_meta(database, "encoder")
        if maker not in ("", encoder.name):
            with index.optional_writer(is_patient=most is None) as database:
                forget_vectors(database)
                continue
            return memory_count(index)
        some = places_above(index, seen[1], _BATCH)
        if not some:
            return 0  # to count what there is takes longer than a search
        if tries == _MAX_TRIES or (most is not None and made >= most):
            break
        found = memories(index, some)
        vectors = encode_memories(encoder, list(found.values()))
        is_put = None
        with index.optional_writer(is_patient=most is None) as database:
            is_put = put_vectors(database, encoder.name, list(found), vectors, seen)
        if is_put is None:
            break
        if not is_put:  # another process was faster; what it made need not be made again
            tries += 1
            continue
        made += len(found)
        if progress is not None:
            progress(len(found))
    return place_count(index) - vector_count(index)
