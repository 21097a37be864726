from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.items import items_of
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Decision, Memory, Provenance
from gitmem.model.repeats import fold_words, kin_of, tell_once


def memory(
    title: str,
    *,
    session: str = "s",
    time: str = "",
    why: str = "",
    what: Sequence[str] = (),
    decisions: Sequence[Decision] = (),
    next: Sequence[str] = (),  # noqa: A002 - the field's name
) -> Memory:
    origin = Provenance(session=session, time=time)
    return Memory(
        "change",
        title,
        why=why,
        what=tuple(what),
        decisions=tuple(decisions),
        next=tuple(next),
        provenance=origin,
    )


def entry(commit: str, *found: Memory) -> LogEntry:
    return LogEntry(commit=commit, memories=found)


def lines(entries: Sequence[LogEntry]) -> list[list[str]]:
    return [
        [words.line for one in told.memories for item in items_of(one) for words in item.words]
        for told in tell_once(entries)
    ]


def test_what_two_commits_of_a_session_say_is_told_once_by_the_later() -> None:
    first = memory("one", time="2026-01-01T10:00:00Z", why="The quota is 5.", what=["a"])
    later = memory("two", time="2026-01-01T10:05:00Z", why="the  quota is 5", what=["b"])

    assert lines([entry("2", later), entry("1", first)]) == [["why: the  quota is 5", "b"], ["a"]]
    assert lines([entry("1", first), entry("2", later)]) == [["a"], ["why: the  quota is 5", "b"]]


def test_the_one_that_says_more_keeps_it() -> None:
    bare = memory("two", time="2026-01-02T00:00:00Z", decisions=[Decision("one table")])
    whole = memory(
        "one", time="2026-01-01T00:00:00Z", decisions=[Decision("One table.", "it is small")]
    )

    told = lines([entry("2", bare), entry("1", whole)])

    assert told == [[], ["decided: One table.", "because: it is small"]]


def test_of_a_squash_each_thing_is_told_once_whatever_session_it_is_of() -> None:
    one = memory("one", session="s", why="quota", what=["a", "b"])
    two = memory("two", session="t", why="quota", what=["b", "c"])

    told = lines([entry("1", one, two)])

    assert sorted(told[0]) == ["a", "b", "c", "why: quota"]


def test_other_sessions_of_other_commits_keep_their_words() -> None:
    told = lines(
        [entry("1", memory("x", why="quota")), entry("2", memory("y", session="t", why="quota"))]
    )

    assert told == [["why: quota"], ["why: quota"]]


def test_a_choice_and_its_reversal_are_both_told() -> None:
    told = lines(
        [
            entry("1", memory("x", decisions=[Decision("a queue", "", ("polling",))])),
            entry("2", memory("y", decisions=[Decision("polling", "", ("a queue",))])),
        ]
    )

    assert told == [
        ["decided: a queue", "rejected: polling"],
        ["decided: polling", "rejected: a queue"],
    ]


def test_a_fact_that_is_the_reason_or_the_title_is_told_once() -> None:
    told = lines(
        [entry("1", memory("Add a limiter", why="quota", what=["quota", "add a limiter"]))]
    )

    assert told == [["why: quota"]]


def test_a_memory_that_adds_nothing_to_its_entry_goes_and_its_id_stays_elsewhere() -> None:
    one, two = memory("same", why="quota"), memory("same", session="t", why="quota")
    told = list(tell_once([entry("1", one, two)]))

    assert [m.id for m in told[0].memories] == [one.id]


def test_a_memory_without_items_is_told_where_no_other_has_its_title() -> None:
    told = list(tell_once([entry("1", memory("one"), memory("two"))]))

    assert [m.title for m in told[0].memories] == ["one", "two"]


_SAID = st.lists(st.sampled_from(["a", "A.", "b", "c c"]), max_size=3)
_DECISIONS = st.lists(
    st.builds(
        Decision,
        st.sampled_from(["a", "b"]),
        st.sampled_from(["", "a", "c"]),
        st.sampled_from([(), ("b",), ("a", "c")]),
    ),
    max_size=2,
)
_MEMORIES = st.builds(
    memory,
    st.sampled_from(["t", "u"]),
    session=st.sampled_from(["s", "t", ""]),
    time=st.sampled_from(["", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]),
    why=st.sampled_from(["", "a", "b"]),
    what=_SAID,
    decisions=_DECISIONS,
    next=_SAID,
)
_ENTRIES = st.lists(
    st.builds(entry, st.sampled_from(["1", "2", ""]), _MEMORIES, _MEMORIES), max_size=12
)


def _items(entries: Sequence[LogEntry]) -> list[tuple[tuple[str, ...], frozenset[tuple[str, str]]]]:
    return [
        (
            kin_of(one, told.commit),
            frozenset((words.label, fold_words(words.text)) for words in item.words),
        )
        for told in entries
        for one in told.memories
        for item in items_of(one)
    ]


@given(_ENTRIES)
def test_no_two_items_of_a_story_say_the_same(entries: list[LogEntry]) -> None:
    told = _items(list(tell_once(entries)))

    for number, (kin, said) in enumerate(told):
        others = [words for at, (of, words) in enumerate(told) if at != number and {*of} & {*kin}]
        assert said not in others


@given(_ENTRIES)
def test_nothing_is_lost_by_telling_it_once(entries: list[LogEntry]) -> None:
    """Every word of every role, but for facts that stand as a reason or a title, is still told."""
    before = {saying for _, said in _items(entries) for saying in said if saying[0] != "what"}
    after = {saying for _, said in _items(list(tell_once(entries))) for saying in said}

    titles = {("why", fold_words(one.title)) for told in entries for one in told.memories}
    assert before <= after | titles


@given(_ENTRIES)
def test_entries_stay_in_their_number_and_order(entries: list[LogEntry]) -> None:
    told = list(tell_once(entries))

    assert [one.commit for one in told] == [one.commit for one in entries]
    for after, before in zip(told, entries, strict=True):
        assert {one.id for one in after.memories} <= {one.id for one in before.memories}
