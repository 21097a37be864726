from __future__ import annotations

import json
from dataclasses import replace

from gitmem.model.figures import stock_of
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.state.ledger import Ledger, LedgerEntry, today
from gitmem.upkeep.stats import read_stats, render_stats
from tests.support.cli import gitmem
from tests.support.git import GitDriver

ONE = Memory(
    "bugfix",
    "Round the sum",
    why="x" * 40,
    provenance=Provenance(
        author="Ada <ada@example.com>",
        time="2026-11-02T10:00:00Z",
        agent="claude-code 2.1.329",
        compressor="extractive/2 after anthropic/2",
    ),
)
TWO = replace(ONE, title="Another", kind="decision", supersedes=(ONE.id,))
MODEL = replace(ONE.provenance, compressor="anthropic/2", tokens_in=900, tokens_out=100)
THREE = replace(ONE, title="A third", provenance=MODEL)


def remember(git: GitDriver, *memories: Memory) -> None:
    commit = git.out("rev-parse", "HEAD")
    NoteStore(git.repo).add({commit: [document_of(m) for m in memories]}, "test")


def test_memories_are_counted_once_and_superseded_ones_not(committed: GitDriver) -> None:
    remember(committed, ONE, TWO, THREE)

    stock = read_stats(committed.repo, 30).stock

    assert (stock.memories, stock.commits) == (2, 1)
    assert stock.kinds == {"bugfix": 1, "decision": 1}
    assert stock.compressors == {"anthropic/2": 1, "extractive/2": 1}
    assert stock.agents == {"claude-code": 2}
    assert stock.months == {"2026-11": 2}
    assert (stock.stand_ins, stock.paid_tokens) == (1, 1_000)


def test_one_memory_at_two_commits_counts_once() -> None:
    stock = stock_of([("a", ONE), ("b", ONE)])

    assert (stock.memories, stock.commits) == (1, 2)
    assert stock.tokens == (len("Round the sum") + 40 + 3) // 4


def test_the_spend_is_summed_by_day_and_model(committed: GitDriver) -> None:
    ledger = Ledger(committed.repo)
    for model, dollars in (("haiku", 0.5), ("haiku", 0.25), ("local", None)):
        ledger.add(LedgerEntry(today(), "", "anthropic/2", model, 100, 10, 5, dollars))
    ledger.add(LedgerEntry("2020-01-01", "", "anthropic/2", "haiku", 9, 9, 9, 9.0))

    stats = read_stats(committed.repo, 1)

    assert (stats.spend.requests, stats.spend.dollars, stats.spend.unpriced) == (3, 0.75, 1)
    assert list(stats.by_model) == ["haiku", "local"]
    assert stats.by_model["haiku"].tokens_in == 200
    assert list(stats.by_day) == [today()]


def test_the_figures_read_well(committed: GitDriver) -> None:
    remember(committed, ONE, THREE)
    Ledger(committed.repo).add(LedgerEntry(today(), "", "anthropic/2", "haiku", 100, 10, 5, 0.5))

    lines = render_stats(read_stats(committed.repo, 30))

    assert lines[0] == "memories: 2 on 1 commit, 0 pending, 0 jobs waiting"
    assert "1 made by a stand-in. Run: gitmem recompress --dry-run" in lines
    assert "  $0.5000, 1 request, 100 tokens in (10 more from cache), 5 out" in lines
    assert max(map(len, lines)) <= 80


def test_an_empty_repository_has_figures_too(committed: GitDriver) -> None:
    assert render_stats(read_stats(committed.repo, 30)) == [
        "memories: 0 on 0 commits, 0 pending, 0 jobs waiting",
        "spend: nothing in the last 30 days (this machine, this repository)",
    ]


def test_the_command_keeps_columns_and_takes_out_what_drives_a_terminal(
    committed: GitDriver,
) -> None:
    author = replace(ONE.provenance, author="Eve \x1b[31m\nAda")
    remember(committed, replace(ONE, provenance=author), THREE)

    printed = gitmem(committed, "stats").stdout

    assert "\n  bugfix  2  ####" in printed
    assert "\x1b" not in printed
    assert all("Eve" not in line or "Ada" in line for line in printed.splitlines())


def test_the_command_prints_json(committed: GitDriver) -> None:
    remember(committed, ONE)

    done = gitmem(committed, "stats", "--json")

    assert json.loads(done.stdout)["stock"]["memories"] == 1
    assert gitmem(committed, "stats", "--days", "0").returncode == 2
