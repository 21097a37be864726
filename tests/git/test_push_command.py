from __future__ import annotations

import pytest

from gitmem.git.push_command import PushKind, is_git, kind_of_push, may_name

REF = "refs/notes/claude-mem"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("git push", PushKind.REAL),
        ("/usr/lib/git-core/git push -fu origin main", PushKind.REAL),
        ("git -C n -c a.b=-n --git-dir x push --no-verify --porcelain", PushKind.REAL),
        ("/usr/lib/git-core/git-push origin", PushKind.REAL),
        ("git push -- -n", PushKind.REAL),
        ("git push --thin --no-thin --delete", PushKind.REAL),
        ("git push -n", PushKind.DRY_RUN),
        ("git push origin main --dry-run", PushKind.DRY_RUN),
        ("git push -qn", PushKind.OPEN),
        ("git push --dry", PushKind.OPEN),
        ("git push -n --no-dry-run", PushKind.OPEN),
        ("git push -oname", PushKind.OPEN),
        ("git p -n", PushKind.OPEN),
        ("git subtree push", PushKind.OPEN),
        ("git", PushKind.OPEN),
    ],
)
def test_what_a_line_says(line: str, kind: PushKind) -> None:
    assert kind_of_push(line.split()) is kind


@pytest.mark.parametrize(
    ("line", "configured", "expected"),
    [
        ("git push origin main", [], False),
        ("git push origin main refs/notes/claude-mem", [], True),
        ("git push origin refs/notes/*", [], True),
        ("git push --mirror", [], True),
        ("git push", ["refs/heads/*:refs/heads/*"], True),  # who cannot tell says so
        ("git push", ["--mirror"], True),
        ("git push", ["main"], False),
    ],
)
def test_what_may_be_ours(line: str, configured: list[str], expected: bool) -> None:
    assert may_name(line.split(), configured, REF) is expected


def test_which_programs_are_git() -> None:
    assert is_git(["git"])
    assert is_git(["/usr/lib/git-core/git-push"])
    assert is_git(["C:\\Git\\git.exe"])
    assert not is_git(["python", "git"])
    assert not is_git([])
