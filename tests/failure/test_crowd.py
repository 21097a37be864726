"""A team commits and pushes at once, and nothing is lost or doubled; the long runs are a bench."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.crowd import crowd

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kills", [False, True], ids=["in peace", "workers killed"])
def test_a_crowd_loses_and_doubles_nothing(tmp_path: Path, *, kills: bool) -> None:
    """In the end each clone and the remote have one memory of each commit; no git failed."""
    folder = tmp_path / "team"
    folder.mkdir()

    result = crowd(folder, 3, 5, kills=kills)

    assert (result.made, result.lost, result.doubled) == (15, 0, 0)
    assert result.failures == []
    assert result.unclean == []
    if not kills:
        logs = [path.read_text() for path in folder.glob("clone*/.git/gitmem/log")]
        assert not [log for log in logs if "Traceback" in log]
