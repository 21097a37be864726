from __future__ import annotations

from contextlib import closing

from gitmem.index.cache import Index
from gitmem.index.sessions import last_record
from gitmem.model.memory import Memory, Provenance
from tests.index.test_cache import TIP, note, oid


def test_the_last_record_of_a_session_is_the_largest() -> None:
    captured = [
        Memory("change", "a", provenance=Provenance(session="s", records=(0, 40))),
        Memory("change", "b", provenance=Provenance(session="s", records=(40, 90))),
        Memory("change", "c", provenance=Provenance(session="other", records=(0, 400))),
        Memory("change", "d", provenance=Provenance(session="s")),
    ]
    with closing(Index.in_memory()) as index:
        index.apply([(oid(n), note(memory)) for n, memory in enumerate(captured)], TIP)

        assert last_record(index, "s") == 90
