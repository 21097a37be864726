from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.job import KINDS, Job, parse_job, render_job

_values = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]))


@given(
    kind=st.sampled_from(KINDS),
    commit=_values,
    session=_values,
    worktree=_values,
    remote=_values,
    attempt=st.integers(0, 99),
)
def test_parsing_undoes_rendering(
    kind: str, commit: str, session: str, worktree: str, remote: str, attempt: int
) -> None:
    """Any values survive, newlines and equals signs included."""
    job = Job(kind, commit, session, worktree, remote, attempt)

    assert parse_job(render_job(job)) == job


def test_paths_that_are_no_text_survive() -> None:
    job = Job("capture", worktree="/tmp/\udcff\udcfe")

    assert parse_job(render_job(job)) == job


def test_every_beginning_of_a_job_is_no_job() -> None:
    """A hook killed while writing leaves something that is never taken for work."""
    whole = render_job(Job("capture", commit="c" * 40, worktree="/w"))

    assert [parse_job(whole[:end]) for end in range(len(whole))] == [None] * len(whole)


def test_an_unknown_kind_is_no_job() -> None:
    assert parse_job(b"kind=reboot\0end=\0") is None


def test_fields_of_later_versions_are_kept() -> None:
    job = parse_job(b"kind=merge\0rewritten=a b\0end=\0")

    assert job == Job("merge", extra={"rewritten": "a b"})
