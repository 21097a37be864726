from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitmem.agents.claude import housekeeping as claude
from gitmem.agents.housekeeping import kept_days
from gitmem.agents.kept_days import KeptDays


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(claude, "MANAGED", (tmp_path / "managed",))
    return tmp_path


def put(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def asked(place: Path, agent: str = "claude-code", **environ: str) -> KeptDays | None:
    return kept_days(agent, {"HOME": str(place / "home"), **environ}, place / "work")


def test_the_default_is_thirty_days(place: Path) -> None:
    assert asked(place) == KeptDays(30.0)


def test_the_stronger_file_counts(place: Path) -> None:
    put(place / "home/.claude/settings.json", {"cleanupPeriodDays": 90})
    assert asked(place) == KeptDays(90.0, str(place / "home/.claude/settings.json"))
    project = put(place / "work/.claude/settings.json", {"cleanupPeriodDays": 60})
    assert asked(place) == KeptDays(60.0, str(project))
    local = put(place / "work/.claude/settings.local.json", {"cleanupPeriodDays": 7})
    assert asked(place) == KeptDays(7.0, str(local))
    managed = put(place / "managed/managed-settings.json", {"cleanupPeriodDays": 3})
    assert asked(place) == KeptDays(3.0, str(managed))


def test_the_persons_settings_may_lie_elsewhere(place: Path) -> None:
    put(place / "home/.claude/settings.json", {"cleanupPeriodDays": 90})
    own = put(place / "cfg/settings.json", {"cleanupPeriodDays": 5})

    assert asked(place, CLAUDE_CONFIG_DIR=str(place / "cfg")) == KeptDays(5.0, str(own))


@pytest.mark.parametrize("value", [0, -1, "7", True, 1.5])
def test_a_value_that_the_client_refuses_deletes_nothing(place: Path, value: object) -> None:
    put(place / "home/.claude/settings.json", {"cleanupPeriodDays": value})

    assert asked(place) is None


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 50_000, '{"cleanupPeriodDays": null}'])
def test_a_damaged_file_says_nothing(place: Path, text: str) -> None:
    put(place / "home/.claude/settings.json", text)

    assert asked(place) == KeptDays(30.0)


@pytest.mark.parametrize(
    ("told", "days"),
    [
        ({}, 30.0),
        ({"enabled": False}, None),
        ({"enabled": True}, 30.0),
        ({"maxAge": "48h"}, 2.0),
        ({"enabled": True, "maxAge": "2w"}, 14.0),
        ({"maxAge": "soon"}, None),
    ],
)
def test_gemini_keeps_what_its_settings_say(
    place: Path, told: dict[str, object], days: float | None
) -> None:
    put(place / "home/.gemini/settings.json", {"general": {"sessionRetention": told}})
    found = asked(place, "gemini-cli")

    assert (found.days if found else None) == days


def test_of_other_agents_nothing_is_known(place: Path) -> None:
    assert asked(place, "codex") is None
