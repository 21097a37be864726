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
    **dict.fromkeys(
        ("docs", "doc", "test", "tests", "perf", "style", "chore", "build", "ci", "revert", "deps",
         "wip", "release"),
        "change",
    ),
}  # fmt: skip
_SECURITY = re.compile(
    r"\b(?:cve-|vulnerab|security|sanitiz|injection|leak(?:ed|ing)? secret)", re.I
)
_BUGFIX = re.compile(
    r"\b(?:fix(?:e[sd]|ing)?|bugs?|repair|regression|"
    r"crash(?:e[sd]|ing)?(?! (?:report|log|dump|handler|test))|broken|hotfix)\b",
    re.I,
)
_REFACTOR = re.compile(
    r"\b(?:refactor\w*|renam\w*|extract\w*|simplif\w*|clean(?:ed)?[- ]?up|dedup\w*|"
    r"restructur\w*|reorgani[sz]\w*|inline|split)\b",
    re.I,
)
_ASKED_FEATURE = re.compile(
    r"\b(?:add(?:s|ed|ing)?|implement\w*|introduc\w*|support|new|enable\w*)\b", re.I
)
# In a subject "support", "new" and the like are mostly things: only as its verb they bring any.
_ADDS = re.compile(
    r"\b(?:add(?:s|ed|ing)?(?! (?:a |the )?missing\b)|implement(?:s|ed|ing)?|"
    r"introduc(?:e[sd]?|ing))\b",
    re.I,
)
_PLACE = r"(?:\[[^\[\]]{1,40}\]:?\s*|[\w./,*-]{1,40}(?:\([^()]{1,40}\))?!?:\s+|[-*•]\s+){0,3}"
_BRINGS = re.compile(
    _PLACE + r"(?:(?:also|now|optionally|initial|basic) )?(?:support(?:s|ed|ing)?(?= )|new(?= )|"
    r"enabl(?:e[sd]?|ing)|allow(?:s|ed|ing)?|provid(?:e[sd]?|ing)|expos(?:e[sd]?|ing)|"
    r"make it possible|(?:\w+ ){0,3}support for)\b",
    re.I,
)
_TAKES_AWAY = re.compile(
    _PLACE + r"(?:drop|remov|delet|rm|strip|strik|deprecat|disabl|discard|retir|kill|purg|eliminat|"
    r"prun|get(?:s|ting)? rid|no longer|stop|revert|undo|back(?:s|ed)? ?out|forbid|disallow)\w*\b",
    re.I,
)
_DEPENDENCY = re.compile(
    _PLACE + r"(?:bump|upgrade|pin|update)\w* (?:the )?(?:\S+ group|\S+ from \S+ to|"
    r"(?:\w+ )?(?:dependenc|requirement|lock ?file|version)|\S+ to v?\d)",
    re.I,
)
_BESIDE_CODE = re.compile(
    _PLACE + r"(?:docs?|documentation|tests?|testing|ci|travis|changelog)\b"
    r"|(?:add|updat|improv|extend|implement|introduc|enabl|allow|creat|provid|support|mov|mak)\w* "
    r"(?:(?!\bfor\b|\bto\b)[\w'`*-]+ ){0,4}(?:tests?|test (?:case|suite)s?|unit ?tests?|"
    r"benchmarks?|docs?|documentation|docstrings?|doctests?|comments?|change ?log\w*|"
    r"changes entry|readme|examples?|"
    r"type (?:hint(?:s|ing)?|annotations?)|annotations|badges?|copyright|licen[cs]e|"
    r"syntax highlighting|"
    r"code ?coverage|coverage|ci|workflows?|github actions?|tox|linter|pre-commit)\b"
    r"(?!\.\w|:\S| option)",
    re.I,
)
_STACKS = {
    ".go": "go", ".py": "python", ".ts": "typescript", ".tsx": "typescript", ".js": "javascript",
    ".jsx": "javascript", ".rs": "rust", ".java": "java", ".kt": "kotlin", ".rb": "ruby",
    ".ex": "elixir", ".exs": "elixir", ".c": "c", ".h": "c", ".cc": "c++", ".cpp": "c++",
    ".cs": "c#", ".swift": "swift", ".php": "php", ".sh": "shell", ".sql": "sql",
}  # fmt: skip
_DOCUMENTS = frozenset({".md", ".rst", ".txt", ".adoc"})
_DOCUMENT_PATH = re.compile(
    r"(?:docs?|documentation|man|changelog(?:\.d)?|changes|news)(?:/|$)", re.I
)
_BUILD_PATH = re.compile(
    r"(?:^|/)\.(?:github|circleci|gitlab)|(?:^|/)(?:\.travis|appveyor|azure-pipelines|tox|"
    r"\.pre-commit-config|codecov|requirements|ci|dev-requirements)\b|\.lock$",
    re.I,
)
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
    if match and match[1] in _TYPES:  # before any other colon stands a place
        return _of_paths(_TYPES[match[1]], subject, change)
    kind = _kind_in_subject(subject)
    if not kind and not _TAKES_AWAY.match(subject):
        kind = _first_kind(asked, _ASKED_FEATURE)
    return _of_paths(kind or "change", subject, change)


def _kind_in_subject(subject: str) -> str:
    if re.search(r"\bcve-\d", subject, re.I):
        return "security"
    if _DEPENDENCY.match(subject):
        return "change"
    if _TAKES_AWAY.match(subject):
        return _first_kind(subject, None)
    return _first_kind(subject, _ADDS) or ("feature" if _BRINGS.match(subject) else "")


def _first_kind(text: str, feature: re.Pattern[str] | None) -> str:
    """The kind whose word comes first; empty without one."""
    patterns = {"security": _SECURITY, "bugfix": _BUGFIX, "refactor": _REFACTOR}
    found = [(m.start(), kind) for kind, each in patterns.items() if (m := each.search(text))]
    if feature is not None and (match := feature.search(text)):
        found.append((match.start(), "feature"))
    return min(found)[1] if found else ""


def _of_paths(kind: str, subject: str, change: Change) -> str:
    """The kind, unless no code changed that it could be of: prose, tests and pipelines bring no
    feature, and prose has no bugs.
    """
    paths = [file.path for file in change.files]
    if kind == "feature" and (_TAKES_AWAY.match(subject) or _BESIDE_CODE.match(subject)):
        return "change"
    if not paths:
        return kind
    if all(map(_is_document, paths)):
        return "change" if kind in ("feature", "bugfix") else kind
    is_beside = all(
        _is_document(path) or _TEST_PATH.search(path) or _BUILD_PATH.search(path) for path in paths
    )
    return "change" if kind == "feature" and is_beside else kind


def _is_document(path: str) -> bool:
    return PurePosixPath(path).suffix in _DOCUMENTS or _DOCUMENT_PATH.match(path) is not None


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
