"""The kind and tags of a change, given only where they are clear."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from gitmem.compress.failures import Failure
from gitmem.model.change import Change
from gitmem.model.memory import Json

_CONVENTIONAL = re.compile(r"([a-z]{2,12})(?:\([^()]{1,60}\))?!?:\s")
_TYPES = {
    "fix": "bugfix",
    "bugfix": "bugfix",
    "hotfix": "bugfix",
    "feat": "feature",
    "feature": "feature",
    "refactor": "refactor",
    "security": "security",
}
_WORDS = (
    (
        "security",
        re.compile(r"\b(?:cve-|vulnerab|security|sanitiz|injection|leak(?:ed|ing)? secret)", re.I),
    ),
    (
        "bugfix",
        re.compile(r"\b(?:fix(?:e[sd]|ing)?|bug|repair|regression|crash|broken|hotfix)\b", re.I),
    ),
    (
        "refactor",
        re.compile(
            r"\b(?:refactor\w*|renam\w*|extract\w*|simplif\w*|clean(?:ed)?[- ]?up|dedup\w*|"
            r"restructur\w*|reorgani[sz]\w*|inline|split)\b",
            re.I,
        ),
    ),
    (
        "feature",
        re.compile(
            r"\b(?:add(?:s|ed|ing)?|implement\w*|introduc\w*|support|new|enable\w*)\b", re.I
        ),
    ),
)
_STACKS = {
    ".go": "go", ".py": "python", ".ts": "typescript", ".tsx": "typescript", ".js": "javascript",
    ".jsx": "javascript", ".rs": "rust", ".java": "java", ".kt": "kotlin", ".rb": "ruby",
    ".ex": "elixir", ".exs": "elixir", ".c": "c", ".h": "c", ".cc": "c++", ".cpp": "c++",
    ".cs": "c#", ".swift": "swift", ".php": "php", ".sh": "shell", ".sql": "sql",
}  # fmt: skip
_DOCUMENTS = frozenset({".md", ".rst", ".txt", ".adoc"})
_TEST_PATH = re.compile(r"(?:^|[/_.-])(?:tests?|spec|testdata|e2e)(?:[/_.-]|$)", re.I)
_FAILURE_KINDS = {
    "build": "build",
    "test": "test",
    "assertion": "test",
    "exception": "exception",
    "shell": "environment",
}


def kind_of(change: Change | None, asked: str = "") -> str:
    """The kind of a change by its subject, or else by what was ``asked`` for; ``session`` for
    work that is not committed.
    """
    if change is None:
        return "session"
    subject = change.subject.strip()
    match = _CONVENTIONAL.match(subject.lower())
    if match:
        return _TYPES.get(match[1], "change")
    return _kind_in(subject) or _kind_in(asked) or "change"


def _kind_in(text: str) -> str:
    """The kind whose word comes first; empty without one."""
    found = [(m.start(), kind) for kind, pattern in _WORDS if (m := pattern.search(text))]
    return min(found)[1] if found else ""


def title_of_subject(subject: str) -> str:
    """A commit's subject without its conventional prefix and trailing marks."""
    text = " ".join(subject.split())
    match = _CONVENTIONAL.match(text)
    bare = text[match.end() :] if match else text
    return bare.rstrip(" .") or text


def tags_of(kind: str, paths: Sequence[str], failures: Sequence[Failure]) -> Mapping[str, Json]:
    """Phase, stack and failure mode."""
    tags: dict[str, Json] = {}
    if phase := _phase(kind, paths, failures):
        tags["phase"] = phase
    counted = Counter(_STACKS[s] for path in paths if (s := PurePosixPath(path).suffix) in _STACKS)
    if counted:
        tags["stack"] = [name for name, _ in counted.most_common(2)]
    modes = Counter(_FAILURE_KINDS[failure.kind] for failure in failures)
    if modes:
        tags["failure"] = modes.most_common(1)[0][0]
    return tags


def _phase(kind: str, paths: Sequence[str], failures: Sequence[Failure]) -> str:
    if not paths:
        return "exploration" if kind == "session" else ""
    if all(PurePosixPath(path).suffix in _DOCUMENTS for path in paths):
        return "documentation"
    if all(_TEST_PATH.search(path) for path in paths):
        return "testing"
    if kind == "refactor":
        return "refactoring"
    if kind == "bugfix" and failures:
        return "debugging"
    return "implementation" if kind == "feature" else ""
