from __future__ import annotations

from gitmem.index.amended_commits import keep_named, keep_rewrites, read_named, read_rewrites
from gitmem.index.cache import Index
from gitmem.model.amendment import Amendment


def test_what_was_kept_is_told_and_nothing_else() -> None:
    index = Index.in_memory()
    keep_named(index, {1: {"a" * 40: Amendment.REVERTED, "b" * 40: Amendment.FIXED}, 2: {}})
    keep_rewrites(index, {(2, 1): True, (3, 1): False})

    assert read_named(index, [1, 2, 3]) == {
        1: {"a" * 40: Amendment.REVERTED, "b" * 40: Amendment.FIXED},
        2: {},
    }
    assert read_rewrites(index, [(2, 1), (3, 1), (1, 2)]) == {(2, 1): True, (3, 1): False}


def test_a_rebuilt_index_has_forgotten_them() -> None:
    index = Index.in_memory()
    keep_named(index, {1: {}})
    keep_rewrites(index, {(2, 1): True})

    index.rebuild([], "tip")

    assert read_named(index, [1]) == {}
    assert read_rewrites(index, [(2, 1)]) == {}
