from __future__ import annotations

from dataclasses import replace

from gitmem.compress.models.other_work import PathNames, commits_of_others, other_work
from gitmem.model.change import Change
from gitmem.model.session import Event, Slice
from tests.support.evidence import change_of, event, evidence_of

COUNT = iter(range(10_000))


def edit(path: str, *, is_error: bool = False) -> list[Event]:
    call_id = f"e{next(COUNT)}"
    call = event("call", "", tool="Edit", path=f"/w/{path}", call_id=call_id)
    return [call, event("result", "done", tool="Edit", call_id=call_id, is_error=is_error)]


def commit(oid: str, subject: str = "Another thing") -> list[Event]:
    call_id = f"c{next(COUNT)}"
    return [
        event("call", "git commit -m x", tool="Bash", call_id=call_id),
        event("result", f"[main {oid}] {subject}", tool="Bash", call_id=call_id),
    ]


def slice_of(*events: Event) -> Slice:
    paths = dict.fromkeys(e.path.removeprefix("/w/") for e in events if e.path)
    return evidence_of(*events, edited=list(paths)).slice


CHANGE = change_of("a.py", "b.py")
OID, PARENT_OID = CHANGE.commit[:7], "a1b2c3d"
CHILD = replace(CHANGE, parents=(PARENT_OID + "0" * 33,))


def left_out(*events: Event, change: Change = CHANGE) -> set[int]:
    return set(other_work(slice_of(*events), change))


def test_what_was_edited_before_the_parent_was_made_is_in_the_parent() -> None:
    before = [event("prompt", "One."), *edit("a.py"), *commit(PARENT_OID)]
    after = [event("prompt", "Two."), *edit("a.py"), *edit("b.py")]

    assert left_out(*before, *after, change=CHILD) == set(range(len(before)))


def test_what_the_parent_left_stays_with_the_commit_that_takes_it() -> None:
    before = [event("prompt", "Both."), *edit("a.py"), *edit("x.py"), *commit(PARENT_OID)]

    assert left_out(*before, event("prompt", "Now the rest."), change=CHILD) == set()


def test_what_another_commit_took_is_left_out_where_the_files_differ() -> None:
    other = [event("prompt", "That."), *edit("x.py"), *commit("d" * 7)]
    ours = [event("prompt", "This."), *edit("a.py"), *commit(OID)]

    assert left_out(*other, *ours) == set(range(len(other)))


def test_what_touches_the_same_files_is_kept_for_a_squash_joins_it() -> None:
    other = [event("prompt", "That."), *edit("a.py"), *commit("d" * 7)]

    assert left_out(*other, event("prompt", "This."), *edit("b.py")) == set()


def test_an_earlier_form_of_the_commit_is_no_other_one() -> None:
    first = [event("prompt", "That."), *edit("x.py"), *commit("d" * 7, CHANGE.subject)]

    assert left_out(*first, *edit("a.py")) == set()


def test_talk_is_kept_and_what_failed_is_no_edit() -> None:
    talk = [
        event("prompt", "What about b?"),
        event("say", "b stays."),
        *edit("x.py", is_error=True),
    ]

    assert left_out(*talk, *commit("d" * 7), *edit("a.py")) == set()


def test_the_same_turn_may_make_two_commits() -> None:
    other = [event("prompt", "Both, please."), *edit("x.py"), *commit("d" * 7)]
    ours = [*edit("a.py"), event("say", "Now the second."), *commit(OID)]

    assert left_out(*other, *ours) == set(range(len(other)))


def test_work_that_no_commit_has_yet_is_all_kept() -> None:
    part = slice_of(event("prompt", "x"), *edit("x.py"), *commit("d" * 7))

    assert other_work(part, None) == frozenset()


def test_where_all_edits_are_in_commits_of_others_it_is_said() -> None:
    other = [event("prompt", "That."), *edit("a.py"), *commit("d" * 7, "Do that")]

    assert [made.subject for made in commits_of_others(slice_of(*other), CHANGE)] == ["Do that"]
    assert commits_of_others(slice_of(*other, *edit("a.py")), CHANGE) == []
    assert commits_of_others(slice_of(*other, *edit("b.py"), *commit(OID)), CHANGE) == []


def test_a_path_outside_is_told_without_where_it_lies() -> None:
    names = PathNames(slice_of(*edit("src/a.py")), change_of("src/b.py"))

    assert names.short("/home/ada/w/src/b.py") == "src/b.py"
    assert names.short("C:\\w\\src\\a.py") == "src/a.py"
    assert names.short("/home/ada/.claude/plans/x.md") == "plans/x.md"
    assert names.known("/home/ada/other/xb.py") == ""
