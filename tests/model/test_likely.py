from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.likely import (
    FileSigns,
    NameWords,
    choose,
    is_test,
    likelihood,
    name_words,
    tells_apart,
    worth,
)

PATHS = st.sampled_from(["a.py", "b.py", "c.py", "d.py"])
FILES = st.dictionaries(st.integers(0, 9), st.lists(PATHS, max_size=4), max_size=6)
CHANCES = st.dictionaries(PATHS, st.floats(0, 1))


def places(files_of: dict[int, list[str]], chances: dict[str, float], least: float) -> list[int]:
    return [choice.place for choice in choose(files_of, chances, least)]


def test_each_sign_makes_a_file_likelier() -> None:
    plain = FileSigns("src/store.py", times=2, newest=50)
    better = [
        FileSigns("src/store.py", times=2, newest=0),
        FileSigns("src/store.py", times=2, newest=50, is_on_branch=True),
        FileSigns("src/store.py", times=2, newest=50, is_dirty=True),
        FileSigns("src/store.py", times=2, newest=50, branch_words=1.0),
    ]

    for signs in better:
        assert likelihood(signs, 100, has_prompt=False) > likelihood(plain, 100, has_prompt=False)


def test_a_file_that_the_prompt_names_is_likelier_than_one_of_the_branch() -> None:
    mentions = FileSigns("src/store.py", times=1, newest=100, mentions=1.0)
    on_branch = FileSigns("src/index.py", times=1, newest=0, is_on_branch=True, on_branch=1.0)

    assert likelihood(mentions, 100, has_prompt=True) > likelihood(on_branch, 100, has_prompt=True)


def test_a_file_that_is_gone_is_hardly_edited() -> None:
    there, gone = FileSigns("a.py"), FileSigns("a.py", is_in_tree=False)

    assert likelihood(gone, 100, has_prompt=True) < likelihood(there, 100, has_prompt=True) / 3


def test_the_likeliest_comes_first_and_what_is_told_already_counts_less() -> None:
    files_of = {1: ["a.py"], 2: ["a.py"], 3: ["b.py"]}

    assert places(files_of, {"a.py": 0.5, "b.py": 0.4}, 0.0) == [1, 3, 2]


def test_what_words_call_for_adds_to_what_files_say_and_needs_none() -> None:
    files_of = {1: ["a.py"], 2: ["a.py"], 3: []}
    choices = list(choose(files_of, {"a.py": 0.3}, 0.2, by_words={2: 0.5, 3: 0.4}))

    assert [choice.place for choice in choices] == [2, 3, 1]
    assert choices[0].worth == pytest.approx(1 - 0.7 * 0.5)


def test_what_does_not_count_takes_nothing_from_others() -> None:
    files_of = {1: ["a.py"], 2: ["a.py"], 3: ["b.py"]}
    chances = {"a.py": 0.5, "b.py": 0.4}

    chosen = choose(files_of, chances, 0.0, lambda place: place != 1)

    assert [choice.place for choice in chosen] == [1, 2, 3]


def test_what_counts_in_part_comes_behind_its_equal() -> None:
    chosen = choose({1: ["a.py"], 2: ["a.py"]}, {"a.py": 0.5}, 0.0, shares={1: 0.7})

    assert [choice.place for choice in chosen] == [2, 1]


def test_what_has_no_file_is_worth_its_own_chance() -> None:
    """Whatever is told before it: it shares no file with anything."""
    files_of = {1: ["a.py"], 2: [], 3: [], 4: [], 5: ["a.py"]}
    chances, alone = {"a.py": 0.5}, {2: 0.45, 3: 0.0, 4: 0.6}

    chosen = list(choose(files_of, chances, 0.0, alone=alone))

    assert [choice.place for choice in chosen] == [4, 1, 2, 5]
    assert [choice.files for choice in chosen] == [(), ("a.py",), (), ("a.py",)]
    assert [choice.worth for choice in chosen] == [0.6, 0.5, 0.45, 0.35]


@given(FILES, CHANCES)
def test_nothing_is_chosen_that_is_worth_less_than_asked(
    files_of: dict[int, list[str]], chances: dict[str, float]
) -> None:
    chosen = list(choose(files_of, chances, 0.2))

    assert all(0.2 <= choice.worth <= 1 for choice in chosen)
    assert len({choice.place for choice in chosen}) == len(chosen)


@given(FILES, CHANCES)
def test_the_surest_single_memory_is_the_first(
    files_of: dict[int, list[str]], chances: dict[str, float]
) -> None:
    first = next(choose(files_of, chances, 0.01), None)

    best = max((worth(files, chances) for files in map(set, files_of.values())), default=0.0)
    assert first is None or abs(first.worth - best) < 1e-9


def test_what_everybody_touches_tells_nothing_apart() -> None:
    assert tells_apart(3, 10)
    assert not tells_apart(4, 10)
    assert tells_apart(10, 200)
    assert not tells_apart(11, 200)


def test_the_words_of_a_name() -> None:
    assert name_words("src/gitmem/store/plainYaml.py") == {"plain", "yaml"}
    assert name_words("tests/store/test_lock.py") == {"lock"}
    assert is_test("tests/store/test_lock.py")
    assert not is_test("src/contest.py")


def test_rare_words_of_a_name_count_more() -> None:
    words = NameWords(["store/lock_file.py", "store/hook_file.py", "store/note_file.py"])

    assert words.share("store/lock_file.py", {"lock"}) > words.share("store/lock_file.py", {"file"})
    assert words.share("store/lock_file.py", {"lock", "file"}) == 1.0
    assert words.share("store/lock_file.py", set()) == 0.0
