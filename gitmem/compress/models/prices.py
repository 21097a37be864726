"""What models cost, in dollars per million tokens.  Data, with the date it was true.

A name that is not here has no price: it is counted in tokens only, unless ``gitmem.price`` gives
one.  Prices change; the table is for estimates and limits, the bill is the provider's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

AS_OF = "January 2026"

TYPICAL_TOKENS = (3_600, 600)
"""What a commit's memory takes on average, read and written.

**Source:** ``python -m tests.bench.api_requests``, over 306 slices of real sessions.
"""

BATCH_SHARE = 0.5
"""What a request costs in a batch, compared with one that is answered at once."""


@dataclass(frozen=True)
class Price:
    """Dollars for a million tokens read, written, and read from a cache.

    Tokens that are put into a cache count as read.  They cost a quarter more, but are few: on real
    sessions 40 of 5,000 a memory, and none with the default model, whose prefix must be longer.
    """

    tokens_in: float
    tokens_out: float
    cached: float

    def dollars(self, tokens_in: int, tokens_cached: int, tokens_out: int) -> float:
        """What a request with so many tokens cost."""
        paid = (
            tokens_in * self.tokens_in + tokens_cached * self.cached + tokens_out * self.tokens_out
        )
        return paid / 1_000_000

    def in_batch(self) -> Price:
        """The same model's price in a batch."""
        return replace(
            self,
            tokens_in=self.tokens_in * BATCH_SHARE,
            tokens_out=self.tokens_out * BATCH_SHARE,
            cached=self.cached * BATCH_SHARE,
        )


# The first that fits counts.  **Source:** the providers' price lists, as of AS_OF.
_FAMILIES = (
    (re.compile(r"claude-(?:3-)?haiku-3|claude-3-haiku"), Price(0.25, 1.25, 0.03)),
    (re.compile(r"claude-3-5-haiku"), Price(0.80, 4.0, 0.08)),
    (re.compile(r"claude.*haiku|^haiku$"), Price(1.0, 5.0, 0.10)),
    (re.compile(r"claude.*sonnet|^sonnet$"), Price(3.0, 15.0, 0.30)),
    (re.compile(r"claude-(?:3-opus|opus-4-[01]|opus-4-2025)"), Price(15.0, 75.0, 1.50)),
    (re.compile(r"claude.*opus|^opus$"), Price(5.0, 25.0, 0.50)),
)


def price_of(model: str, given: str = "") -> Price | None:
    """The price of a model, or the ``given`` one (``in,out`` or ``in,out,cached``); None: unknown.

    Raises:
        ValueError: ``given`` is not a price.
    """
    if given:
        return parse_price(given)
    name = model.lower()
    return next((price for pattern, price in _FAMILIES if pattern.search(name)), None)


def parse_price(text: str) -> Price:
    """A price written as ``in,out`` or ``in,out,cached``; cached is a tenth of in by default.

    Raises:
        ValueError: it is not two or three amounts, 0 or more.
    """
    amounts = [float(part) for part in text.split(",")]
    if len(amounts) not in (2, 3) or not all(0 <= amount < float("inf") for amount in amounts):
        raise ValueError(text)
    cached = amounts[2] if len(amounts) == 3 else amounts[0] / 10
    return Price(amounts[0], amounts[1], cached)
