"""Ids of calls that are each of one call alone, though an agent gives some twice.

They repeat after a session was resumed, between a session and its subagents, and with servers that
count from nought in each answer.  An answer is to the last call of its id.
"""

from __future__ import annotations

from collections import Counter


class CallIds:
    """The ids of one file; ``scope`` tells it from the others of its session."""

    def __init__(self, scope: str = "") -> None:
        self._scope = f"{scope} " if scope else ""
        self._times: Counter[str] = Counter()

    def call(self, name: str) -> str:
        """The id of a call that begins."""
        self._times[name] += 1
        return self.answer(name)

    def answer(self, name: str) -> str:
        """The id of the call that is answered."""
        times = self._times[name]
        return f"{self._scope}{name}" + (f" {times}" if times > 1 else "")
