from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.attribution import (
    EarlierCommits,
    attribute,
    find_common_marks,
    times_of_edits,
    with_recorded,
)
from gitmem.agents.session_edits import CommitCommand, Edit, Task, Traces
from gitmem.model.change import Change
from gitmem.model.line_marks import line_marks
from gitmem.model.link import Link
from tests.support.evidence import change_of

NOW = 1_000_000.0
HOUR = 3_600.0
UNTOUCHED = EarlierCommits()


def session(name: str, *edits: Edit, last: float = NOW, **more: object) -> Traces:
    return Traces(name, edits, last=last, **more)  # type: ignore[arg-type]


def edit(path: str, time: float, *added: str, removed: tuple[str, ...] = ()) -> Edit:
    return Edit(path, time, line_marks(added), line_marks(removed))


def holding(*lines: str, removed: tuple[str, ...] = ()) -> Change:
    return replace(
        change_of("a.py"), added_marks=line_marks(lines), removed_marks=line_marks(removed)
    )


def numbered(count: int) -> list[str]:
    return [f"the line of number {number:03}" for number in range(count)]


def test_an_edit_that_no_earlier_commit_holds_makes_an_owner() -> None:
    candidates = [
        session("one", edit("a.py", NOW - 10)),
        session("two", edit("b.py", NOW - 10)),
        session("three", edit("a.py", NOW - 900)),
    ]
    earlier = EarlierCommits(paths={"a.py": NOW - 500})

    assert attribute(candidates, change_of("a.py"), earlier, NOW) == ["one"]


def test_the_session_with_most_of_the_files_comes_first() -> None:
    candidates = [
        session("one", edit("a.py", NOW - 9)),
        session("two", edit("b.py", NOW - 9), edit("c.py", NOW - 9)),
    ]

    made = attribute(candidates, change_of("a.py", "b.py", "c.py"), EarlierCommits(), NOW)

    assert made == ["two", "one"]


def test_of_two_sessions_that_edited_a_file_the_last_one_made_it() -> None:
    candidates = [session("first", edit("a.py", NOW - 9)), session("last", edit("a.py", NOW - 8))]

    assert attribute(candidates, change_of("a.py"), EarlierCommits(), NOW) == ["last"]


def test_a_renamed_file_counts_under_its_old_name_too() -> None:
    change = change_of("new.py")
    moved = replace(change.files[0], status="R", old_path="old.py")

    made = attribute(
        [session("one", edit("old.py", NOW - 9))],
        replace(change, files=(moved,)),
        EarlierCommits(),
        NOW,
    )

    assert made == ["one"]


def test_what_stayed_behind_at_a_partial_commit_still_has_its_author() -> None:
    """``git add -p``: the file was just committed, these lines of it were not."""
    candidates = [session("one", edit("a.py", NOW - HOUR, *numbered(10)))]
    earlier = EarlierCommits(paths={"a.py": NOW - 60})

    assert attribute(candidates, holding(*numbered(10)), earlier, NOW) == ["one"]


def test_lines_that_an_earlier_commit_took_are_no_evidence() -> None:
    candidates = [session("one", edit("a.py", NOW - 900, *numbered(10)))]
    taken = dict.fromkeys(line_marks(numbered(10)), NOW - 600)
    earlier = EarlierCommits(paths={"a.py": NOW - 600}, added=taken)

    assert attribute(candidates, holding(*numbered(10)), earlier, NOW) == []


def test_who_wrote_the_lines_counts_not_who_touched_the_file_last() -> None:
    candidates = [
        session("writer", edit("a.py", NOW - 90, *numbered(10))),
        session("other", edit("a.py", NOW - 30, "something that was thrown away")),
    ]

    assert attribute(candidates, holding(*numbered(10)), EarlierCommits(), NOW) == ["writer"]


def test_removed_lines_count_as_well() -> None:
    candidates = [session("one", edit("a.py", NOW - 90, removed=tuple(numbered(4))))]
    earlier = EarlierCommits(paths={"a.py": NOW - 60})

    assert attribute(candidates, holding(removed=tuple(numbered(4))), earlier, NOW) == ["one"]


def test_a_few_lines_of_long_ago_do_not_make_an_owner() -> None:
    old = session("old", edit("b.py", NOW - 30 * HOUR, *numbered(3)), last=NOW - 30 * HOUR)

    assert attribute([old], holding(*numbered(10)), EarlierCommits(), NOW) == []
    whole = session("old", edit("b.py", NOW - 30 * HOUR, *numbered(8)), last=NOW - 30 * HOUR)
    assert attribute([whole], holding(*numbered(10)), EarlierCommits(), NOW) == ["old"]


def test_the_session_that_was_running_git_commit_comes_first() -> None:
    candidates = [
        session("writer", edit("a.py", NOW - 90, *numbered(10))),
        session("committer", commits=(CommitCommand(NOW - 1, NOW + 1),)),
        session("earlier", commits=(CommitCommand(NOW - 100, NOW - 90),)),
    ]

    made = attribute(candidates, holding(*numbered(10)), EarlierCommits(), NOW)

    assert made == ["committer", "writer"]


def test_a_commit_command_with_another_message_made_another_commit() -> None:
    def committer(*messages: str) -> Traces:
        return session("one", commits=(CommitCommand(NOW - 9, NOW + 1, messages),))

    change = replace(change_of("a.py"), subject="[ABC-1] Retry on 429 with a growing pause")

    def made(*messages: str) -> list[str]:
        return attribute([committer(*messages)], change, EarlierCommits(), NOW)

    assert made() == ["one"]
    assert made("retry on 429 with a growing  pause.") == ["one"]
    assert made("fix the typo", "Retry on 429 with a growing pause") == ["one"]
    assert made("fix the typo") == []


def test_eight_lines_of_a_large_commit_prove_a_part_in_it() -> None:
    small = session("small", edit("a.py", NOW - 9 * HOUR, *numbered(8)), last=NOW)
    large = session("large", edit("a.py", NOW - 60, *numbered(100)[8:]))
    change = holding(*numbered(100))

    def made(one: Traces) -> list[str]:
        return attribute([one, large], change, EarlierCommits(), NOW)

    assert made(small) == ["large", "small"]
    assert made(replace(small, edits=(edit("a.py", NOW - 9 * HOUR, *numbered(7)),))) == ["large"]
    assert made(replace(small, edits=(edit("b.py", NOW - 9 * HOUR, *numbered(8)),))) == ["large"]
    assert made(replace(small, edits=(edit("a.py", NOW - 13 * HOUR, *numbered(8)),))) == ["large"]


def plan(count: int) -> frozenset[int]:
    return line_marks(f"Step {number} of what is to be done" for number in range(count))


def test_who_made_the_plan_that_was_carried_out_comes_last() -> None:
    planner = session("planner", plans=((NOW - 500, plan(8)),), last=NOW - 450)
    other = session("other", plans=((NOW - 500, plan(3)),))
    maker = session("maker", edit("a.py", NOW - 90), tasks=(Task(NOW - 400, NOW - 50, plan(8)),))
    candidates = [planner, other, maker]

    assert attribute(candidates, change_of("a.py"), EarlierCommits(), NOW) == ["maker", "planner"]
    assert attribute(candidates, change_of("b.py"), EarlierCommits(), NOW) == []


def test_a_plan_ends_with_the_next_prompt_and_was_not_made_after_its_task() -> None:
    maker = session("maker", edit("a.py", NOW - 90), tasks=(Task(NOW - 400, NOW - 95, plan(8)),))
    planner = session("planner", plans=((NOW - 500, plan(8)),))
    late = session("late", plans=((NOW - 390, plan(8)),))
    ongoing = replace(maker, tasks=(Task(NOW - 400, NOW, plan(8)),))

    def made(*candidates: Traces) -> list[str]:
        return attribute(candidates, change_of("a.py"), EarlierCommits(), NOW)

    assert made(maker, planner) == ["maker"]
    assert made(ongoing, late) == ["maker"]
    assert made(ongoing, planner) == ["maker", "planner"]


def test_a_recorder_that_attests_lines_is_believed_and_one_that_lists_is_asked_last() -> None:
    def recorded(made: list[str], link: Link, earlier: EarlierCommits = UNTOUCHED) -> list[str]:
        return with_recorded(made, [link], candidates, change_of("a.py", "c.py"), earlier)

    candidates = [
        session("one", edit("a.py", NOW - 9)),
        session("two", edit("a.py", NOW - 900)),
        session("three", edit("b.py", NOW - 9, "some line of text")),
        session("not begun", last=0.0),
    ]
    attested = Link("git-ai", session="two")
    listed = Link("entire", session="two", checkpoint="a3b2c4d5e6f7")

    assert recorded(["one"], attested) == ["one", "two"]
    assert recorded(["one"], listed) == ["one"]
    assert recorded([], listed) == ["two"]
    taken = EarlierCommits(paths={"a.py": NOW - 500})
    assert recorded([], listed, taken) == recorded([], attested, taken) == []
    for name in ("three", "not begun", "elsewhere"):
        assert recorded([], Link("git-ai", session=name)) == []
        assert recorded([], Link("agentnote", session=name)) == []
    assert recorded([], Link("claude", url="https://a/b")) == []


def test_a_formatter_s_commit_follows_the_session_s_own() -> None:
    one = session("one", edit("a.py", NOW - 300), last=NOW - 200)
    touched = {"a.py": NOW - 250}
    after_ours = EarlierCommits(paths=touched, parents=frozenset({"one"}))

    assert attribute([one], change_of("a.py"), after_ours, NOW) == ["one"]
    assert attribute([one], change_of("a.py"), EarlierCommits(paths=touched), NOW) == []
    assert attribute([one], change_of("a.py", "b.py"), after_ours, NOW) == []
    assert attribute([one], change_of("a.py"), after_ours, NOW + HOUR) == []


def test_what_is_asked_of_history_is_only_what_somebody_wrote() -> None:
    one = session("one", edit("a.py", NOW - 90, *numbered(3), removed=("an older line of text",)))
    change = holding(*numbered(2), removed=("an older line of text", "another older line"))

    added, removed, since = find_common_marks([one], change)

    assert added == line_marks(numbered(2))
    assert removed == line_marks(["an older line of text"])
    assert since == NOW - 90


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["a.py", "b.py"]), st.integers(0, 9_999)),
        max_size=12,
    )
)
def test_the_order_of_the_candidates_does_not_matter(
    edits: list[tuple[str, str, int]],
) -> None:
    by_name: dict[str, list[Edit]] = {}
    for name, path, time in edits:
        by_name.setdefault(name, []).append(
            edit(path, float(time), f"the line of number {time:03}")
        )
    candidates = [session(name, *found) for name, found in by_name.items()]
    change = replace(change_of("a.py", "b.py"), added_marks=line_marks(numbered(40)))

    made = attribute(candidates, change, EarlierCommits(), NOW)

    assert attribute(candidates[::-1], change, EarlierCommits(), NOW) == made
    assert set(made) <= set(by_name)


def test_what_was_done_in_the_second_of_a_commit_is_in_it() -> None:
    """git cuts off what is less than a second: the edit only seems to be later."""
    line = numbered(1)[0]
    candidates = [session("one", edit("a.py", NOW - 59.3, line, removed=("x",)))]
    earlier = EarlierCommits(
        paths={"a.py": NOW - 60},
        added=dict.fromkeys(line_marks([line]), NOW - 60),
        removed=dict.fromkeys(line_marks(["x"]), NOW - 60),
    )

    for change in (change_of("a.py"), holding(line), holding(removed=("x",))):
        assert attribute(candidates, change, earlier, NOW) == []
        assert times_of_edits(candidates[0], change, earlier) == frozenset()


def test_what_was_done_a_second_after_a_commit_waits_for_the_next() -> None:
    candidates = [session("one", edit("a.py", NOW - 59))]
    earlier = EarlierCommits(paths={"a.py": NOW - 60})

    assert attribute(candidates, change_of("a.py"), earlier, NOW) == ["one"]
    assert times_of_edits(candidates[0], change_of("a.py"), earlier) == frozenset({NOW - 59})


def test_an_edit_that_may_be_later_than_the_commit_tells_only_by_its_lines() -> None:
    """Its agent tells no exact time: that the file is the same is then no reason."""
    lines = numbered(10)
    after = Edit("a.py", NOW - 60, line_marks(lines), latest=NOW + 300)
    before = replace(after, latest=NOW)

    assert attribute([session("one", after)], change_of("a.py"), UNTOUCHED, NOW) == []
    assert attribute([session("one", before)], change_of("a.py"), UNTOUCHED, NOW) == ["one"]
    assert attribute([session("one", after)], holding(*lines), UNTOUCHED, NOW) == ["one"]


def test_a_commit_command_without_a_time_counts_by_its_message() -> None:
    said = CommitCommand(NOW - HOUR, NOW + HOUR, ("Change things",), is_dated=False)
    silent = replace(said, subjects=())
    other = replace(said, subjects=("Something else",))
    over = replace(said, end=NOW - HOUR / 2)
    change = replace(change_of("a.py"), subject="Change things")

    for command, made in ((said, ["one"]), (silent, []), (other, []), (over, [])):
        traces = session("one", commits=(command,))
        assert attribute([traces], change, UNTOUCHED, NOW) == made
