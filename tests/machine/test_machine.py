"""A few short stories; ``python -m tests.machine`` tells them for hours."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.machine.machine import History, HistoryWithHooks

pytestmark = pytest.mark.slow

TestHistory = History.TestCase
TestHistory.settings = settings(
    max_examples=6,
    stateful_step_count=20,
    derandomize=True,  # the same in every run: new stories are for the long run
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

TestHistoryWithHooks = HistoryWithHooks.TestCase
TestHistoryWithHooks.settings = settings(TestHistory.settings, max_examples=2)
