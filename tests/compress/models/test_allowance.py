from __future__ import annotations

import pytest

from gitmem.compress.compressor import Compression, Estimate
from gitmem.compress.models.allowance import Allowance, Expense, LimitedCompressor, Limits, Payment
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change
from gitmem.model.memory import Memory
from tests.support.evidence import change_of, evidence_of


class Model:
    """Answers at a known cost; ``tokens`` is what the estimate says."""

    name = "model/1"

    def __init__(self, tokens: int = 100) -> None:
        self.tokens = tokens
        self.asked = 0

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        self.asked += 1
        return Compression((Memory("change", "x"),), self.name, "m", self.tokens - 10, 10)

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        return Estimate(self.tokens - 10, 10, self.tokens / 1_000)


def allowance(limits: Limits, before: Expense | None = None) -> tuple[Allowance, list[Payment]]:
    payments: list[Payment] = []

    def today() -> Expense:
        return sum((payment.spent for payment in payments), before or Expense())

    def price(model: str, tokens_in: int, tokens_cached: int, tokens_out: int) -> float:
        return (tokens_in + tokens_cached + tokens_out) / 1_000

    return Allowance(limits, today, payments.append, price), payments


@pytest.mark.parametrize(
    ("limits", "setting"),
    [
        (Limits(tokens_per_commit=99), "maxTokensPerCommit"),
        (Limits(tokens_per_day=99), "maxTokensPerDay"),
        (Limits(dollars_per_commit=0.09), "maxDollarsPerCommit"),
        (Limits(dollars_per_day=0.09), "maxDollarsPerDay"),
    ],
)
def test_a_request_beyond_a_limit_is_not_made(limits: Limits, setting: str) -> None:
    model = Model()
    kept, payments = allowance(limits)

    with pytest.raises(CompressorFailed, match=f"gitmem.{setting} is"):
        LimitedCompressor(model, kept).compress(evidence_of(), change_of("a.py"))

    assert (model.asked, payments) == (0, [])


def test_a_request_that_just_fits_is_made_and_counted() -> None:
    model = Model()
    kept, payments = allowance(Limits(100, 100, 0.1, 0.1))

    made = LimitedCompressor(model, kept).compress(evidence_of(), change_of("a.py"))

    assert len(made.memories) == 1
    (payment,) = payments
    assert payment == Payment(change_of("a.py").commit, "model/1", "m", 90, 0, 10, 0.1)


def test_what_others_spent_today_counts() -> None:
    kept, _ = allowance(Limits(tokens_per_day=150), Expense(tokens=60))

    with pytest.raises(CompressorFailed, match="160"):
        LimitedCompressor(Model(), kept).compress(evidence_of(), change_of("a.py"))


def test_several_requests_for_a_commit_count_together_and_the_next_begins_anew() -> None:
    kept, _ = allowance(Limits(tokens_per_commit=250))
    kept.begin("one")
    kept.allow(Estimate(100))
    kept.pay("model/1", "m", 100, 100, 0)

    with pytest.raises(CompressorFailed):
        kept.allow(Estimate(51))
    kept.begin("one")
    with pytest.raises(CompressorFailed):
        kept.allow(Estimate(51))
    kept.begin("two")
    kept.allow(Estimate(250))


def test_no_limit_is_no_limit() -> None:
    kept, payments = allowance(Limits())

    LimitedCompressor(Model(10**9), kept).compress(evidence_of(), None)

    assert payments[0].commit == ""


def test_one_that_counts_itself_is_not_counted_twice() -> None:
    kept, payments = allowance(Limits())

    LimitedCompressor(Model(), kept, counts_itself=True).compress(evidence_of(), None)

    assert payments == []
