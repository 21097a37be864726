"""What proves that a commit carries a change, on values alone."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.rewrite import (
    CarrierProof,
    Delta,
    Targets,
    Trace,
    carriers_of,
    is_same_work,
    rewrites_of,
    same_change,
    sources_of_squash,
)

NAMES = [letter * 40 for letter in "abcdef"]


def deltas() -> st.SearchStrategy[Delta]:
    """A few lines in a few files, half of them telling."""
    marks = st.frozensets(st.integers(0, 7), max_size=5)
    paths = st.frozensets(st.sampled_from(["one", "two", "three"]), min_size=1)
    return st.builds(
        lambda marks, paths: Delta(paths, marks, frozenset(m for m in marks if m % 2)),
        marks,
        paths,
    )


def traces() -> st.SearchStrategy[Trace]:
    """Commits that share their words often."""
    few = st.sampled_from(["", "x", "y"])
    messages = st.one_of(few, st.sampled_from(NAMES).map("(cherry picked from commit {})\n".format))

    def with_paths(trace: Trace) -> Trace:
        return replace(trace, paths=trace.delta.paths) if trace.delta else trace

    return st.builds(
        Trace,
        commit=st.sampled_from(NAMES),
        author=few,
        time=st.integers(0, 2),
        subject=few,
        message=messages,
        change_id=few,
        patch_id=few,
        is_merge=st.booleans(),
        paths=st.frozensets(st.sampled_from(["one", "two"]), max_size=2),
        delta=st.none() | deltas(),
    ).map(with_paths)


def lots() -> st.SearchStrategy[list[Trace]]:
    return st.lists(traces(), max_size=6, unique_by=lambda trace: trace.commit)


@given(traces(), lots())
def test_who_is_not_near_carries_nothing(source: Trace, targets: list[Trace]) -> None:
    """Looking at the near ones only gives the same answer as looking at all."""
    others = [target for target in targets if target.commit != source.commit]
    near = Targets(targets).near(source)

    assert same_change(source, others) == same_change(source, near)
    whole = frozenset[int]()
    shared = [t for t in others if t in near or not source.delta or not t.delta]
    assert carriers_of(source, whole, near) == carriers_of(source, whole, shared)


@given(traces(), lots())
def test_a_carrier_is_one_of_the_targets_and_never_merely_resembles(
    source: Trace, targets: list[Trace]
) -> None:
    verdict = carriers_of(source, frozenset(), targets)

    known = {target.commit for target in targets}
    assert set(verdict.carriers) <= known
    assert set(verdict.similar_commits) <= known
    assert not (verdict.carriers and verdict.similar_commits)


@given(traces(), lots())
def test_a_squash_holds_every_line_of_its_sources(target: Trace, sources: list[Trace]) -> None:
    by_commit = {source.commit: source for source in sources}

    for commit in sources_of_squash(target, sources):
        delta = by_commit[commit].delta
        assert delta is not None
        assert target.delta is not None
        assert delta.marks <= target.delta.marks


@given(st.dictionaries(st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES))))
def test_following_ends_and_never_leads_back(pairs: dict[str, set[str]]) -> None:
    """However the pairs run in circles."""
    for start in NAMES:
        found = rewrites_of(start, pairs)
        assert start not in found
        assert all(pairs.get(new, set()) <= found | {start} for new in found)


def test_what_the_branch_itself_undid_is_not_looked_for() -> None:
    """Two of four lines were replaced by a later commit of the branch: the rest is the change."""
    delta = Delta(frozenset({"f"}), frozenset({1, 3, 5, 7}), frozenset({1, 3, 5, 7}))
    source = Trace("a" * 40, delta=delta, paths=delta.paths)
    other = Delta(delta.paths, frozenset({1, 3, 9}), frozenset({1, 3, 9}))
    target = Trace("b" * 40, delta=other, paths=other.paths)

    standing = frozenset({1, 3})
    assert dict(carriers_of(source, standing, [target]).carriers) == {"b" * 40: CarrierProof.LINES}


def test_a_branch_and_a_commit_of_the_same_lines_are_the_same_work() -> None:
    delta = Delta(frozenset({"f"}), frozenset({1, 2}), frozenset({1}))
    target = Trace("a" * 40, delta=delta)

    assert is_same_work(target, delta, [])
    assert not is_same_work(target, replace(delta, marks=frozenset({1, 2, 3})), [])
    assert not is_same_work(target, replace(delta, is_whole=False), [])
    assert not is_same_work(target, Delta(), [])


def test_forges_list_the_subjects_of_what_they_squash() -> None:
    delta = Delta(frozenset({"f"}), frozenset({1, 2, 3}), frozenset({1}))
    target = Trace("a" * 40, message="Topic (#1)\n\n* one\n* two\n", delta=delta)
    branch = replace(delta, marks=frozenset({1, 2, 4}))

    assert is_same_work(target, branch, ["one", "two"])
    assert not is_same_work(target, branch, ["one", "three"])
    assert not is_same_work(target, branch, ["one"])
