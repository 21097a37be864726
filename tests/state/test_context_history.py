from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from gitmem.state.context_history import ContextHistory, SessionContext
from tests.support.git import GitDriver


def test_what_is_added_joins_what_was_given(committed: GitDriver) -> None:
    told = ContextHistory(committed.repo)
    told.begin("s", SessionContext(frozenset({"m1"}), likely_files={"a.py": 0.5}, tokens=10))
    told.add("s", SessionContext(frozenset({"m2"}), frozenset({"b.py"}), tokens=5))

    assert told.of("s") == SessionContext(
        frozenset({"m1", "m2"}), frozenset({"b.py"}), {"a.py": 0.5}, tokens=15
    )


def test_a_new_beginning_forgets_what_was_before(committed: GitDriver) -> None:
    told = ContextHistory(committed.repo)
    told.add("s", SessionContext(frozenset({"m1"}), frozenset({"a.py"}), tokens=5))
    told.begin("s", SessionContext(frozenset({"m2"})))

    assert told.of("s") == SessionContext(frozenset({"m2"}))


def test_the_last_prompt_says_what_is_expected(committed: GitDriver) -> None:
    told = ContextHistory(committed.repo)
    told.begin("s", SessionContext(likely_files={"a.py": 0.5}))
    told.add("s", SessionContext(likely_files={"b.py": 0.25}))

    known = told.of("s")
    assert known is not None
    assert known.likely_files == {"b.py": 0.25}


def test_hooks_side_by_side_lose_nothing(committed: GitDriver) -> None:
    told = ContextHistory(committed.repo)
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda n: told.add("s", SessionContext(frozenset({f"m{n}"}), tokens=1)), range(64)
            )
        )

    known = told.of("s")
    assert known is not None
    assert len(known.ids) == known.tokens == 64


def test_a_damaged_line_says_nothing(committed: GitDriver) -> None:
    told = ContextHistory(committed.repo)
    told.begin("s", SessionContext(frozenset({"m1"})))
    (file,) = (committed.repo.state_dir / "told").iterdir()
    file.write_bytes(
        file.read_bytes() + b'\xff{\n{"ids": 3, "files": [1], "expected": [], "tokens": "x"}\n[]\n'
    )

    assert told.of("s") == SessionContext(frozenset({"m1"}))


def test_what_an_earlier_version_wrote_is_read(committed: GitDriver) -> None:
    told = ContextHistory(committed.repo)
    told.begin("s", SessionContext())
    (file,) = (committed.repo.state_dir / "told").iterdir()
    file.write_text('["m1", "m2"]')

    assert told.of("s") == SessionContext(frozenset({"m1", "m2"}))


def test_nobody_was_told_anything_yet(committed: GitDriver) -> None:
    assert ContextHistory(committed.repo).of("../../s") is None


def test_what_is_reserved_counts_until_it_is_settled(committed: GitDriver) -> None:
    told = ContextHistory(committed.repo)
    told.begin("s", SessionContext(tokens=100))

    assert told.reserve("s", 200, 1_000, 4) == 200
    assert told.reserve("s", 200, 1_000, 4) == 175  # a fourth of what is left
    assert told.reserve("s", 200, 510) == 10
    assert told.reserve("s", 200, 510) == 0
    for spent in (150, 0, 10, 0):
        told.settle("s", 200, spent)

    assert told.of("s") == SessionContext(tokens=260)


def test_what_is_given_back_after_a_new_start_is_not_the_new_ones(committed: GitDriver) -> None:
    told = ContextHistory(committed.repo)
    told.reserve("s", 200, 1_000)
    told.begin("s", SessionContext())
    told.settle("s", 200, 0)

    assert told.of("s") == SessionContext()


def test_many_who_reserve_at_once_get_no_more_than_there_is(committed: GitDriver) -> None:
    told = ContextHistory(committed.repo)
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda _: told.reserve("s", 30, 500), range(64)))

    assert sum(given) == 500
    assert max(given) == 30
