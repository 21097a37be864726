from __future__ import annotations

import pytest

from gitmem.compress.kinds import kind_of
from gitmem.model.change import Change, FileChange


def kind(subject: str, *paths: str, asked: str = "") -> str:
    files = tuple(FileChange(path, "M", 1, 1) for path in paths or ("src/up.py",))
    change = Change("c" * 40, (), subject, subject, "Ada", "Ada", "ada@example.com", 1, 1)
    return kind_of(
        Change(**{**change.__dict__, "files": files}),
        asked,
    )


@pytest.mark.parametrize(
    "subject",
    [
        "Drop support for Python 3.7",
        "drop support for new servers",
        "Remove the new upload",
        "code/source: remove support for several parts",
        "[bash] Remove the option to add files",
        "feat!: drop support for uploads",
        "Deprecate Client.open and add a warning",
    ],
)
def test_what_is_dropped_is_no_feature(subject: str) -> None:
    assert kind(subject) == "change"


@pytest.mark.parametrize(
    ("subject", "paths"),
    [
        ("Add tests for uploads", ("src/up.py",)),
        ("Add a failing test case to show the bug", ("tests/test_up.py",)),
        ("Add a guide to uploads", ("docs/guide.md", "docs/up.png")),
        ("Implement code coverage in GitHub actions", (".github/workflows/main.yml",)),
        ("docs: introduce a page on uploads", ("src/up.py",)),
        ("Bump urllib3 from 1.26.2 to 1.26.3", ("requirements/dev.txt",)),
        ("[Security] Bump urllib3 from 1.26.2 to 1.26.3", ("requirements/dev.txt",)),
        ("Update the docs of new uploads", ("src/up.py",)),
        ("Add 3.15", (".github/workflows/ci.yml",)),
    ],
)
def test_docs_tests_pipelines_and_dependencies_are_no_feature(
    subject: str, paths: tuple[str, ...]
) -> None:
    assert kind(subject, *paths) != "feature"
    assert kind(subject, *paths) != "security"


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Add retries to uploads", "feature"),
        ("Support uploads of folders", "feature"),
        ("uploads: allow a callable for the name", "feature"),
        ("Add support for test clients", "feature"),
        ("Fix a crash in uploads", "bugfix"),
        ("Remove the broken cache that crashed", "bugfix"),
        ("Print the threads in the crash report", "change"),
        ("Remove driver drop implementations", "change"),
        ("Always compact nodes after creating new nodes", "change"),
        ("Fix invalid write (CVE-2021-32626)", "security"),
        ("Rename the new uploads", "refactor"),
    ],
)
def test_the_verb_of_the_subject_tells_the_kind(subject: str, expected: str) -> None:
    assert kind(subject) == expected


def test_prose_has_no_bugs() -> None:
    assert kind("Fix the description of uploads", "README.md") == "change"


def test_what_was_asked_for_tells_where_the_subject_does_not() -> None:
    assert kind("Uploads", asked="please add retries") == "feature"
    assert kind("Drop uploads", asked="please add retries") == "change"
