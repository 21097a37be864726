"""``gitmem stats``: what is remembered, what it cost, and what could be improved."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass

from gitmem.git.repo import Repo
from gitmem.guard.untrusted import clean_line
from gitmem.index.memories import live_memories
from gitmem.model.figures import Stock, stock_of
from gitmem.refresh.refresh import refresh
from gitmem.state.ledger import Ledger, LedgerEntry, today
from gitmem.state.pending import PendingStore
from gitmem.state.queue import Queue

_DAY_SECONDS = 86_400
_MAX_NAME = 60


@dataclass(frozen=True)
class Cost:
    """What requests cost together.  ``unpriced`` of them are of models whose price is unknown."""

    requests: int = 0
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    dollars: float = 0.0
    unpriced: int = 0

    def plus(self, spending: LedgerEntry) -> Cost:
        """This and one more request."""
        return Cost(
            self.requests + 1,
            self.tokens_in + spending.tokens_in,
            self.tokens_cached + spending.tokens_cached,
            self.tokens_out + spending.tokens_out,
            self.dollars + (spending.dollars or 0.0),
            self.unpriced + (spending.dollars is None),
        )


@dataclass(frozen=True)
class Stats:
    """The stock of memories and the spend of the last ``days`` on this machine, by day (UTC) and
    by model.
    """

    stock: Stock
    pending: int
    waiting: int
    days: int
    spend: Cost
    by_day: Mapping[str, Cost]
    by_model: Mapping[str, Cost]


def read_stats(repo: Repo, days: int) -> Stats:
    """Count what is there and what was spent since ``days`` ago, today included.

    Raises:
        GitmemError: the index cannot be built.
    """
    with closing(refresh(repo)) as index:
        stock = stock_of((stored.commit, stored.memory) for stored in live_memories(index))
    first = today(time.time() - (max(days, 1) - 1) * _DAY_SECONDS)
    spendings = list(Ledger(repo).since(first))
    return Stats(
        stock=stock,
        pending=len(PendingStore(repo).newest_first()),
        waiting=len(Queue(repo).jobs()),
        days=days,
        spend=_sum(spendings),
        by_day=_sum_by_name((spending.day, spending) for spending in spendings),
        by_model=_sum_by_name((spending.model or "unknown", spending) for spending in spendings),
    )


def _sum(spendings: Iterable[LedgerEntry]) -> Cost:
    cost = Cost()
    for spending in spendings:
        cost = cost.plus(spending)
    return cost


def _sum_by_name(pairs: Iterable[tuple[str, LedgerEntry]]) -> dict[str, Cost]:
    costs: dict[str, Cost] = defaultdict(Cost)
    for name, spending in pairs:
        costs[name] = costs[name].plus(spending)
    return dict(sorted(costs.items()))


def render_stats(stats: Stats) -> list[str]:
    """The figures as lines for a person, at most 80 columns wide except for long names."""
    stock = stats.stock
    held = f"{stock.memories:,} on {_count_of(stock.commits, 'commit')}"
    waiting = f"{stats.pending:,} pending, {_count_of(stats.waiting, 'job')} waiting"
    lines = [f"memories: {held}, {waiting}"]
    if stock.memories:
        lines.append(f"size: {stock.tokens:,} tokens, {stock.tokens // stock.memories:,} each")
    for title, counts, shown in (
        ("kind", stock.kinds, 9),
        ("made by", stock.compressors, 6),
        ("agent", stock.agents, 6),
        ("author", stock.authors, 6),
        ("month", dict(list(stock.months.items())[-6:]), 6),
    ):
        lines += _bars(title, counts, shown, stock.memories)
    if stock.stand_ins:
        lines.append(f"{stock.stand_ins:,} made by a stand-in. Run: gitmem recompress --dry-run")
    return [*lines, *_spend_lines(stats)]


def _spend_lines(stats: Stats) -> list[str]:
    period = "today" if stats.days == 1 else f"in the last {stats.days} days"
    if not stats.spend.requests:
        return [f"spend: nothing {period} (this machine, this repository)"]
    lines = [f"spend {period} (this machine, this repository):", f"  {_cost(stats.spend)}"]
    for model, cost in stats.by_model.items():
        lines.append(f"  {clean_line(model, _MAX_NAME)}: {_cost(cost)}")
    lines += [f"  {day}: {_cost(cost)}" for day, cost in list(stats.by_day.items())[-14:]]
    return lines


def _cost(cost: Cost) -> str:
    money = f"${cost.dollars:,.4f}"
    if cost.unpriced:
        money += f" and {cost.unpriced:,} requests of unknown price"
    cached = f" ({cost.tokens_cached:,} more from cache)" if cost.tokens_cached else ""
    requests = _count_of(cost.requests, "request")
    return f"{money}, {requests}, {cost.tokens_in:,} tokens in{cached}, {cost.tokens_out:,} out"


def _bars(title: str, counts: Mapping[str, int], shown: int, whole: int) -> list[str]:
    if not counts:
        return []
    kept = {clean_line(name, _MAX_NAME): count for name, count in list(counts.items())[:shown]}
    if rest := sum(counts.values()) - sum(kept.values()):
        kept["others"] = rest
    width = max(map(len, kept))
    digits = len(f"{max(kept.values()):,}")
    return [f"by {title}:" if title != "made by" else "made by:"] + [
        f"  {name:<{width}}  {count:>{digits},}  {'#' * max(1, round(24 * count / whole))}"
        for name, count in kept.items()
    ]


def _count_of(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
