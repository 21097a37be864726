"""The form of the tools' structured answers, from which the client's schema is made.

Fields that are empty are left out of an answer, so that a result costs few tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Found:
    """One memory in a list: enough to choose by."""

    id: str
    kind: str
    title: str
    date: str = ""
    commit: str = ""
    pending: bool = False
    author: str = ""
    standing: str = ""
    snippet: str = ""
    files: list[str] = field(default_factory=list)
    repository: str = ""


@dataclass
class Listing:
    """The answer of search."""

    notice: str
    results: list[Found]
    next_offset: int | None = None
    hint: str = ""


@dataclass
class Line:
    """The answer of timeline: oldest first; ``anchor`` is the id it is built around."""

    notice: str
    anchor: str
    results: list[Found]
    hint: str = ""


@dataclass
class Decided:
    """A choice, its reason, and what was not chosen."""

    chose: str
    because: str = ""
    rejected: list[str] = field(default_factory=list)


@dataclass
class Met:
    """An error, verbatim, and what resolved it."""

    message: str
    frames: list[str] = field(default_factory=list)
    resolution: str = ""


@dataclass
class Whole:
    """One memory in full."""

    id: str
    kind: str
    title: str
    date: str = ""
    commit: str = ""
    pending: bool = False
    author: str = ""
    branch: str = ""
    standing: str = ""
    superseded_by: str = ""
    why: str = ""
    what: list[str] = field(default_factory=list)
    decisions: list[Decided] = field(default_factory=list)
    errors: list[Met] = field(default_factory=list)
    next: list[str] = field(default_factory=list)
    concepts: list[str] = field(default_factory=list)
    files_changed: list[str] = field(default_factory=list)
    files_read: list[str] = field(default_factory=list)
    written_by: str = ""


@dataclass
class Observations:
    """The answer of get_observations; ``missing`` says why an id has no memory."""

    notice: str
    observations: list[Whole]
    missing: dict[str, str] | None = None
    hint: str = ""


@dataclass
class Behind:
    """A commit behind a line or file, with what is remembered about it."""

    commit: str = ""
    subject: str = ""
    lines: str = ""
    standing: str = ""
    earlier: bool = False
    pending: bool = False
    memories: list[Whole] = field(default_factory=list)


@dataclass
class Reasons:
    """The answer of why: commits with memories first, then those about which nothing is known."""

    notice: str
    place: str
    commits: list[Behind]
    hint: str = ""


@dataclass
class Kept:
    """The answer of remember; ``left_out`` says why something was."""

    id: str
    state: str
    title: str = ""
    left_out: list[str] | None = None
