"""What compression may cost: limits for each commit and each day, in tokens and in money.

Asked before every request, told after every one that was paid; where a limit would be passed the
request is not made, and the compressor behind answers.  What is counted lives elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gitmem.compress.compressor import Compression, Compressor, Estimate
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change


@dataclass(frozen=True)
class Limits:
    """The most that may be spent; 0 means no limit.  Tokens are those read and written together."""

    tokens_per_commit: int = 0
    tokens_per_day: int = 0
    dollars_per_commit: float = 0.0
    dollars_per_day: float = 0.0


@dataclass(frozen=True)
class Expense:
    """What was spent.  Dollars are of the requests whose price is known."""

    tokens: int = 0
    dollars: float = 0.0

    def __add__(self, other: Expense) -> Expense:
        return Expense(self.tokens + other.tokens, self.dollars + other.dollars)


@dataclass(frozen=True)
class Payment:
    """One paid request: ``tokens_in`` without those that were read from a cache.

    ``commit`` is empty for work without one; ``dollars`` is None if the price is not known.
    """

    commit: str
    compressor: str
    model: str
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    dollars: float | None = None

    @property
    def spent(self) -> Expense:
        """What it adds to a day."""
        tokens = self.tokens_in + self.tokens_cached + self.tokens_out
        return Expense(tokens, self.dollars or 0.0)


@dataclass
class Allowance:
    """Keeps the limits: :meth:`allow` before a request, :meth:`pay` after it.

    ``spent_today`` is asked each time, for other processes spend as well; ``record`` keeps a
    payment; ``price`` tells the dollars of (model, tokens in, cached, out), or None.
    """

    limits: Limits
    spent_today: Callable[[], Expense]
    record: Callable[[Payment], None]
    price: Callable[[str, int, int, int], float | None]
    _commit: str = ""
    _on_commit: Expense = field(default_factory=Expense)

    def begin(self, commit: str) -> None:
        """From here on requests are for this commit; what one has cost already still counts."""
        if commit != self._commit:
            self._commit, self._on_commit = commit, Expense()

    def allow(self, estimate: Estimate) -> None:
        """Let a request of this size pass.

        Raises:
            CompressorFailed: it would pass a limit; the message names the setting.
        """
        wanted = Expense(estimate.tokens_in + estimate.tokens_out, estimate.dollars)
        limits = self.limits
        today = self.spent_today() if limits.tokens_per_day or limits.dollars_per_day else Expense()
        on_commit, on_day = self._on_commit + wanted, today + wanted
        for limit, value, setting in (
            (limits.tokens_per_commit, on_commit.tokens, "maxTokensPerCommit"),
            (limits.tokens_per_day, on_day.tokens, "maxTokensPerDay"),
            (limits.dollars_per_commit, on_commit.dollars, "maxDollarsPerCommit"),
            (limits.dollars_per_day, on_day.dollars, "maxDollarsPerDay"),
        ):
            if limit and value > limit:
                raise CompressorFailed(
                    f"gitmem.{setting} is {limit:,} and would become {value:,.4g}"
                    if isinstance(limit, float)
                    else f"gitmem.{setting} is {limit:,} and would become {value:,}"
                )

    def pay(
        self, compressor: str, model: str, tokens_in: int, tokens_cached: int, tokens_out: int
    ) -> None:
        """Count a request that was answered, even if the answer was useless."""
        dollars = self.price(model, tokens_in, tokens_cached, tokens_out)
        payment = Payment(
            self._commit, compressor, model, tokens_in, tokens_cached, tokens_out, dollars
        )
        self._on_commit += payment.spent
        self.record(payment)


class LimitedCompressor:
    """A compressor that asks before it spends.

    ``counts_itself``: it asks and pays for each of its requests, and is only told the commit.
    """

    def __init__(
        self, inner: Compressor, allowance: Allowance, *, counts_itself: bool = False
    ) -> None:
        self._inner = inner
        self._allowance = allowance
        self._counts_itself = counts_itself

    @property
    def name(self) -> str:
        """The name of the one that is limited."""
        return self._inner.name

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        """The inner one's memories.

        Raises:
            CompressorFailed: a limit would be passed, or the inner one failed.
        """
        self._allowance.begin(change.commit if change else "")
        self._allowance.allow(self._inner.estimate(evidence, change))
        made = self._inner.compress(evidence, change)
        if not self._counts_itself and (made.tokens_in or made.tokens_out):
            self._allowance.pay(self.name, made.model, made.tokens_in, 0, made.tokens_out)
        return made

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        """What the inner one would cost."""
        return self._inner.estimate(evidence, change)
