from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.decision_log import LoggedDecision, decisions_in, tells_decisions
from gitmem.model.memory import Decision

NYGARD = """# 12. Keep uploads in one bucket

Date: 2024-02-12

## Status

{status}

## Context

Two buckets drifted apart.

## Decision

We will keep all uploads in one bucket.

## Consequences

- Access rules get longer
"""
MADR = """---
status: accepted
date: 2024-01-02
---
# Choose a queue

## Context and Problem Statement

Jobs are lost when the process dies.

## Considered Options

* [SQLite](https://sqlite.org) table
* Redis

## Decision Outcome

Chosen option: "SQLite table", because nothing more has to be run.
"""


def only(found: list[LoggedDecision]) -> LoggedDecision:
    (one,) = found
    return one


def test_a_record_in_nygards_form() -> None:
    found = only(decisions_in("doc/adr/0012-uploads.md", NYGARD.format(status="Accepted")))

    assert found == LoggedDecision(
        1,
        "0012-uploads.md",
        "Keep uploads in one bucket",
        Decision("We will keep all uploads in one bucket."),
        "Two buckets drifted apart.",
        ("Access rules get longer",),
        "2024-02-12",
    )


def test_a_record_in_madrs_form() -> None:
    found = only(decisions_in("docs/decisions/0002-queue.md", MADR))

    assert found.decision == Decision("SQLite table", "nothing more has to be run.", ("Redis",))
    assert (found.title, found.line, found.date) == ("Choose a queue", 5, "2024-01-02")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Access rules get longer,\nand one team owns them.",
            ("Access rules get longer, and one team owns them.",),
        ),
        ("TODO", ()),
        ("", ()),
    ],
)
def test_consequences_in_plain_sentences(text: str, told: tuple[str, ...]) -> None:
    record = NYGARD.format(status="Accepted").replace("- Access rules get longer", text)

    assert only(decisions_in("doc/adr/0012-uploads.md", record)).what == told


def test_line_ends_change_nothing_in_what_is_found() -> None:
    """The front matter, too, is read in a file that was written on Windows."""
    path, rejected = "docs/decisions/0002-queue.md", MADR.replace("accepted", "rejected")

    assert decisions_in(path, MADR.replace("\n", "\r\n")) == decisions_in(path, MADR)
    assert decisions_in(path, rejected.replace("\n", "\r\n")) == []


@pytest.mark.parametrize(
    "status", ["Proposed", "Rejected", "Superseded by ADR-0040", "Deprecated", "draft"]
)
def test_a_record_that_is_not_in_force_is_none(status: str) -> None:
    assert decisions_in("doc/adr/0012-uploads.md", NYGARD.format(status=status)) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("docs/adr/README.md", NYGARD.format(status="Accepted")),
        ("docs/adr/0000-template.md", NYGARD.format(status="Accepted")),
        ("docs/adr/adr-template.md", MADR),
        ("CLAUDE.md", "# Rules\n\n- Always run the tests before a commit\n"),
        ("CLAUDE.md", "# Project\n\n## Decisions\n\n- TODO\n- TBD\n- yes\n"),
        ("DECISIONS.md", "# Decisions\n\n## How to use this file\n\nAdd a heading for each.\n"),
        ("DECISIONS.md", "# Decisions\n\n```md\n## 2024-01-01: Example one\nBecause.\n```\n"),
        ("DECISIONS.md", "# Decisions\n<!--\n## 2024-01-01: Example\nBecause.\n-->\n"),
        ("DECISIONS.md", "# Decisions\n\n## 2024-01-01\n"),
        ("src/notes.md", "# Notes\n\n- We chose SQLite because it is small\n"),
    ],
)
def test_what_is_not_clearly_a_decision_is_none(path: str, text: str) -> None:
    assert decisions_in(path, text) == []


def test_entries_of_a_log() -> None:
    text = """# Decisions

Why things are as they are.

## 2024-05-01: Use SQLite for the index

We chose SQLite because one file is easy to back up.

## Write the parser in Rust (2024-06-01)

**Decision:** Rust for the parser.
**Why:** Python took four seconds.
**Alternatives:** Go; C++

## D-014 Rate limits live at the edge

Status: rejected
Why: the proxy knows the client.
"""
    first, second = decisions_in("docs/DECISIONS.md", text)

    assert (first.title, first.date, first.line) == ("Use SQLite for the index", "2024-05-01", 5)
    assert first.decision.because == "one file is easy to back up."
    assert second.decision == Decision(
        "Rust for the parser.", "Python took four seconds.", ("Go", "C++")
    )


def test_items_below_a_heading_for_decisions() -> None:
    text = """# Project

## Key decisions
- 2024-01-01: Never mock the database
- Use tabs, because the
  formatter wants them

### Layout
words

## Style
- Do this and that and more
"""
    found = decisions_in("AGENTS.md", text)

    assert [(one.line, one.title, one.decision.because) for one in found] == [
        (4, "Never mock the database", ""),
        (5, "Use tabs", "the formatter wants them"),
    ]


def test_a_heading_below_one_for_decisions_with_a_sentence() -> None:
    text = """# Project

## Architecture decisions

### No ORMs

Queries are written by hand: the ORM hid N+1 problems.

### Glossary

Terms.

## Style

### Names

Names are long and say what they are for.
"""
    found = only(decisions_in("CLAUDE.md", text))

    assert (found.title, found.decision.chose) == ("No ORMs", "No ORMs")
    assert found.why == "Queries are written by hand: the ORM hid N+1 problems."


def test_rows_of_a_table() -> None:
    text = """# Decision log
| Date | Decision | Rationale | Status |
|---|---|---|---|
| 2024-01-01 | Use Postgres 15 | JSONB | accepted |
| 2024-02-01 | Use Mongo | speed | rejected |
"""
    found = only(decisions_in("decision-log.md", text))

    assert (found.decision, found.date) == (Decision("Use Postgres 15", "JSONB"), "2024-01-01")


@given(st.text(max_size=400), st.sampled_from(["DECISIONS.md", "docs/adr/1.md", "CLAUDE.md"]))
def test_any_text_is_read(text: str, path: str) -> None:
    """No text makes it fail, and what it finds is bounded and stands in the file."""
    for found in decisions_in(path, text):
        assert 1 <= found.line <= text.count("\n") + 1
        assert found.title
        assert found.decision.chose


def test_hostile_sizes_end() -> None:
    for text in ("#" * 100_000, "- a b c d\n" * 50_000, "| a |" * 30_000, "**" * 50_000):
        assert len(decisions_in("DECISIONS.md", text)) <= 1_000


def test_which_files_are_looked_at() -> None:
    wanted = [
        "docs/adr/0001-a.md",
        "DECISIONS.md",
        "docs/decision-log.md",
        "CLAUDE.md",
        "a/AGENTS.md",
    ]
    others = ["README.md", "src/decisions.py", "docs/guide.md", "adr/x.txt"]

    assert [path for path in wanted + others if tells_decisions(path)] == wanted
