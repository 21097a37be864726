"""Nothing in a team's file can make a clone keep less to itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.errors import SettingsInvalid
from gitmem.guard.policy import Policy
from gitmem.guard.redact import redact
from gitmem.state.setting_table import field_of as field_named
from gitmem.state.setting_table import find_setting, read_values, setting_names
from gitmem.state.settings import Settings, parse_settings
from gitmem.state.team_file import TeamFile
from gitmem.state.team_rules import (
    ADDED,
    BUDGETS,
    MAX_PATTERNS,
    REFUSED,
    REMOTE,
    STRICTER,
    check_place,
    check_wish,
    wishes_of,
    with_team,
)

_BOOLS = ["true", "false", "nonsense"]
_NUMBERS = ["0", "1", "50", "400", "2k", "9m", "1e400"]
_VALUES: dict[str, list[str]] = {
    "prompts": ["full", "short", "none", "nonsense", ""],
    "compressor": ["extractive", "anthropic", "claude-cli,extractive", "nonsense"],
    "ask": ["commit", "never", "nonsense"],
    "embedding": ["static", "none", "openai:x", "sentence-transformers:y", "z"],
    "redact": ["ACME-[0-9]+", "ACME", r"\d{4}", ""],
    "exclude": ["secrets/", "!secrets/", "*.pem", "!*", ""],
    "remote": ["origin", "memories", "https://x.example/y", "ext::sh", ""],
    "model": ["big"],
    "api_base_url": ["https://evil.example"],
    "openai_base_url": ["https://evil.example"],
    "claude_command": ["/tmp/evil"],
    "claude_model": ["big"],
    "openai_model": ["big"],
    "price": ["1,2"],
    "notice": ["never"],
    **dict.fromkeys(("enabled", "redact_cards", "pending", "everywhere", "auto_push"), _BOOLS),
}
_FIELDS = [field_named(name) for name in setting_names()]


def _given(draw: st.DrawFn) -> dict[str, list[str | None]]:
    chosen = draw(st.lists(st.sampled_from(_FIELDS), max_size=8, unique=True))
    found: dict[str, list[str | None]] = {}
    for field in chosen:
        values = st.lists(st.sampled_from(_VALUES.get(field, _NUMBERS)), min_size=1, max_size=3)
        found["gitmem." + field.replace("_", "")] = [*draw(values)]
    return found


configurations = st.composite(lambda draw: _given(draw))()


def joined(own: dict[str, list[str | None]], *files: TeamFile) -> Settings:
    fields = [field_named(name) for name in map(find_setting, own) if name]
    return with_team(parse_settings(own), fields, {}, files)


def asked(file: dict[str, list[str | None]], field: str) -> Any:
    """What the file says of the field; None where nothing, or nothing that can be read."""
    name = "gitmem." + field.replace("_", "")
    if name not in file:
        return None
    try:
        return read_values(find_setting(name) or "", file[name])
    except SettingsInvalid:
        return None


def test_each_setting_is_in_the_table_once() -> None:
    table = [*STRICTER, *BUDGETS, *ADDED, REMOTE, *REFUSED]

    assert sorted(table) == sorted(_FIELDS)


@given(configurations, configurations)
def test_the_result_is_never_less_strict_than_either(
    own: dict[str, list[str | None]], team: dict[str, list[str | None]]
) -> None:
    alone = joined(own)
    result = joined(own, TeamFile(team))

    for field, rank in STRICTER.items():
        here = getattr(result, field)
        assert rank(here) >= rank(getattr(alone, field))
        wanted = asked(team, field)
        assert wanted is None or rank(here) >= rank(wanted)
    for field in ADDED:
        assert getattr(result, field)[: len(getattr(alone, field))] == getattr(alone, field)


@given(configurations, configurations)
def test_what_only_a_person_says_is_as_if_there_were_no_file(
    own: dict[str, list[str | None]], team: dict[str, list[str | None]]
) -> None:
    alone, result = joined(own), joined(own, TeamFile(team))

    for field in (*REFUSED, REMOTE):
        assert getattr(result, field) == getattr(alone, field)


@given(configurations, configurations)
def test_a_budget_is_within_bounds_and_never_above_what_the_clone_says(
    own: dict[str, list[str | None]], team: dict[str, list[str | None]]
) -> None:
    result = joined(own, TeamFile(team))

    for field, most in BUDGETS.items():
        here, said = getattr(result, field), asked(own, field)
        assert said is None or here <= said
        if here != getattr(joined(own), field):
            assert here <= most


@given(configurations, configurations, configurations)
def test_one_more_version_of_the_file_never_loosens(
    own: dict[str, list[str | None]],
    team: dict[str, list[str | None]],
    branch: dict[str, list[str | None]],
) -> None:
    """A branch's version cannot take back what the default branch's asks for."""
    before = joined(own, TeamFile(team))
    after = joined(own, TeamFile(team), TeamFile(branch))

    for field, rank in STRICTER.items():
        assert rank(getattr(after, field)) >= rank(getattr(before, field))
    for field in ADDED:
        assert set(getattr(after, field)) >= set(getattr(before, field))
    assert after.team.is_held or not before.team.is_held
    if before.team.place is not None:
        assert after.team.place == before.team.place


@given(st.lists(st.sampled_from(_VALUES["redact"][:3]), max_size=3), st.integers(0, 3))
def test_a_pattern_of_the_team_never_has_one_of_the_clone_mask_less(
    patterns: list[str], count: int
) -> None:
    text = "the key is ACME-1234-56 of 2026"
    some, every = Policy(tuple(patterns[:count])), Policy(tuple(patterns))

    for word in ("ACME-1234", "1234", "2026"):
        if word not in redact(text, some):
            assert word not in redact(text, every)


def test_an_exception_in_the_file_brings_nothing_back() -> None:
    own: dict[str, list[str | None]] = {"gitmem.exclude": ["secrets/"]}
    team = TeamFile({"gitmem.exclude": ["!secrets/", "*.pem"]})
    settings = joined(own, team)

    policy = Policy((), settings.exclude)
    assert policy.covers("secrets/key")
    assert policy.covers("a.pem")
    assert "gitmem.exclude" in dict(settings.team.faults)


def test_an_exception_of_the_clone_does_not_undo_the_teams_exclusion() -> None:
    settings = joined({"gitmem.exclude": ["!secrets/key"]}, TeamFile({"gitmem.exclude": ["key"]}))

    assert Policy((), settings.exclude).covers("secrets/key")


@pytest.mark.parametrize(
    "values",
    [
        {"gitmem.redact": ["(unclosed"]},
        {"gitmem.redact": ["x"] * (MAX_PATTERNS + 1)},
        {"gitmem.exclude": ["x"] * (MAX_PATTERNS + 1)},
    ],
)
def test_patterns_that_cannot_be_followed_make_the_file_unreadable(
    values: dict[str, list[str | None]],
) -> None:
    settings = joined({}, TeamFile(values))

    assert settings.team.unreadable
    assert settings.team.is_held


@pytest.mark.parametrize("name", ["gitmem.modl", "gitmem.claudecommand", "gitmem.apibaseurl"])
def test_what_it_cannot_set_is_a_fault(name: str) -> None:
    file = TeamFile({name: ["https://x"]}, ("[core]",))

    faults = dict(wishes_of(file).faults)
    assert len(faults) == 2
    assert "[core]" in faults


@pytest.mark.parametrize(
    "place",
    [
        *("memories", "git@host:team/memories.git", "host:x", "https://host/x.git"),
        *("ssh://git@host:2222/x", "file:///srv/x.git", "/srv/x.git"),
    ],
)
def test_a_place_for_memories_is_a_remote_or_an_address(place: str) -> None:
    check_place(place)
    check_wish("gitmem.remote", place)


@pytest.mark.parametrize(
    "place",
    [
        *("", "ext::sh -c evil", "fd::3", "--upload-pack=evil", "-x", "ssh://-oProxyCommand=x/y"),
        *("git@-oProxyCommand=x:y", "https://me:secret@host/x", "../other.git", "x" * 400 + ":y"),
        *("https://host/a b", "-oProxyCommand=x:y", "git://host/x", "host::x"),
    ],
)
def test_no_other_place_is(place: str) -> None:
    with pytest.raises(SettingsInvalid):
        check_place(place)


def test_a_model_is_suggested_and_not_taken() -> None:
    settings = joined({}, TeamFile({"gitmem.compressor": ["claude-cli"]}))

    assert settings.compressor == ("extractive",)
    assert "gitmem init --compressor claude-cli" in dict(settings.team.faults)["gitmem.compressor"]
