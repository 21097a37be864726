from __future__ import annotations

from dataclasses import replace

import pytest

from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.compress.offline.gate import Worth, is_trivial, trim_to_worth, worth_of
from gitmem.model.change import Change, FileChange
from gitmem.model.memory import Decision, Memory, RecordedError
from tests.support.evidence import change_of, event, evidence_of

BARE = Memory("change", "Fix a typo", symbols=("parse",), concepts=("x",), tags={"stack": ["go"]})


@pytest.mark.parametrize(
    "change",
    [
        change_of("README.md", subject="Fix typo in readme"),
        change_of("a.py", subject="style: run black"),
        change_of("setup.py", subject="Bump version to 1.2.3"),
        change_of("web/package-lock.json", "go.sum", subject="Something about dependencies"),
        change_of("api/v1/service.pb.go", subject="Regenerate"),
        replace(change_of(subject="Merge branch 'side'"), parents=("p" * 40, "q" * 40)),
    ],
    ids=lambda change: change.subject,
)
def test_some_commits_tell_nobody_anything(change: Change) -> None:
    assert is_trivial(change)
    assert worth_of(BARE, change) is Worth.NONE


@pytest.mark.parametrize(
    "change",
    [
        change_of("a.py", subject="Retry uploads"),
        change_of("go.sum", "main.go", subject="Use the new client"),
        replace(change_of(subject="Format everything"), files=(FileChange("a.py", "M", 300, 300),)),
    ],
    ids=lambda change: change.subject,
)
def test_others_do(change: Change) -> None:
    assert worth_of(BARE, change) is Worth.FULL


@pytest.mark.parametrize(
    "said",
    [
        {"decisions": (Decision("tabs", because="the linter wants them"),)},
        {"errors": (RecordedError("E501 line too long", resolution="wrapped"),)},
    ],
)
def test_a_decision_or_a_resolved_error_makes_any_commit_worth_it(said: dict[str, object]) -> None:
    memory = replace(BARE, **said)  # type: ignore[arg-type]

    assert trim_to_worth(memory, change_of("a.py", subject="Fix typo")) == memory


def test_a_reason_is_kept_in_short() -> None:
    memory = replace(BARE, why="The API says colour.", what=("One.", "Two."))

    kept = trim_to_worth(memory, change_of("a.py", subject="Fix spelling"))

    assert kept == replace(memory, what=("One.",), symbols=(), concepts=(), tags={})


def test_uncommitted_work_always_passes() -> None:
    assert trim_to_worth(BARE, None) == BARE


def test_the_offline_compressor_keeps_nothing_of_a_commit_nobody_spoke_of() -> None:
    told = evidence_of(event("call", "gofmt -w .", tool="Bash", call_id="1"))

    made = ExtractiveCompressor().compress(told, change_of("a.go", subject="gofmt"))

    assert made.memories == ()
