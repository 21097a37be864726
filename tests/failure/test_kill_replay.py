from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.kill_replay import replay

pytestmark = pytest.mark.slow


def test_workers_killed_over_real_sessions_lose_and_double_nothing(
    shared: Path, tmp_path: Path
) -> None:
    """Few kills here; ``python -m tests.bench.kill_replay`` does two hundred."""
    result = replay(kills=8, jobs=6, seed=7, folder=tmp_path)

    assert (result.killed, result.lost, result.doubled, result.is_clean) == (8, 0, 0, True)
    assert result.memories >= 5
