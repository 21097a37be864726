from __future__ import annotations

from contextlib import suppress
from dataclasses import Field, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.errors import GitFailed, SettingsInvalid
from gitmem.state.setting_list import describe_settings
from gitmem.state.setting_table import find_setting
from gitmem.state.settings import Settings, parse_settings, read_settings
from tests.support.git import GitDriver

SETTINGS = [field for field in fields(Settings) if field.name not in ("faults", "team")]


def test_nothing_set_means_the_defaults(git: GitDriver) -> None:
    assert read_settings(git.repo) == Settings()


def test_each_value_is_read_in_its_form(git: GitDriver) -> None:
    given_values = {
        "gitmem.compressor": "anthropic",
        "gitmem.apiBaseUrl": "http://localhost:8080",
        "gitmem.apiTimeout": "2.5",
        "gitmem.maxInputTokens": "20k",
        "gitmem.autoPush": "off",
        "gitmem.remote": "upstream",
    }
    for name, value in given_values.items():
        git.run("config", name, value)

    assert read_settings(git.repo) == Settings(
        compressor=("anthropic",),
        api_base_url="http://localhost:8080",
        api_timeout=2.5,
        max_input_tokens=20_480,
        auto_push=False,
        remote="upstream",
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("claude-cli,anthropic", ("claude-cli", "anthropic")),
        (" openai ,  claude-cli, extractive ", ("openai", "claude-cli", "extractive")),
        ("extractive", ("extractive",)),
    ],
)
def test_compressors_are_an_ordered_list(git: GitDriver, text: str, names: tuple[str, ...]) -> None:
    git.run("config", "gitmem.compressor", text)

    assert read_settings(git.repo).compressor == names


def test_the_repository_wins_over_the_user(git: GitDriver) -> None:
    git.run("config", "--global", "gitmem.budgetTokens", "10")
    git.run("config", "--global", "gitmem.model", "mine")
    git.run("config", "--global", "gitmem.compressor", "claude-cli,anthropic")
    git.run("config", "gitmem.budgetTokens", "20")
    git.run("config", "gitmem.compressor", "openai")

    ours = replace(Settings(), budget_tokens=20, model="mine", compressor=("openai",))
    assert read_settings(git.repo) == ours


def test_a_name_alone_is_true(git: GitDriver) -> None:
    git.write(".git/config", "[gitmem]\n\tpending\n\tenabled = no\n")

    assert read_settings(git.repo) == Settings(enabled=False, pending=True)


def test_patterns_and_paths_may_stand_several_times_in_all_scopes(git: GitDriver) -> None:
    git.run("config", "--global", "gitmem.redact", "ACME-\\d+")
    git.run("config", "--add", "gitmem.redact", "(?i)zebra, or two")
    git.run("config", "--global", "--add", "gitmem.exclude", ".env")
    git.run("config", "--add", "gitmem.exclude", "")
    git.run("config", "--add", "gitmem.exclude", "secrets/")

    settings = read_settings(git.repo)
    described = {setting.name: setting.value for setting in describe_settings(git.repo)}

    assert settings.redact == ("ACME-\\d+", "(?i)zebra, or two")
    assert settings.exclude == ("secrets/",)
    assert described["gitmem.redact"] == "ACME-\\d+, (?i)zebra, or two"


def test_a_pattern_that_is_none_is_told_with_its_reason(git: GitDriver) -> None:
    git.run("config", "gitmem.redact", "(unclosed")

    with pytest.raises(SettingsInvalid, match=r"'gitmem\.redact' has '\(unclosed'.*unterminated"):
        read_settings(git.repo)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("gitmem.compressor", "gpt", "'extractive' or 'anthropic'"),
        ("gitmem.compressor", "", "'extractive' or 'anthropic'"),
        ("gitmem.compressor", "anthropic,", "separated by commas"),
        ("gitmem.compressor", "openai,openai", "separated by commas"),
        ("gitmem.compressor", "extractive,anthropic", "'extractive' last"),
        ("gitmem.claudeCommand", "", "a program"),
        ("gitmem.openaiBaseUrl", "localhost:11434", "https://"),
        ("gitmem.apiTimeout", "soon", "seconds"),
        ("gitmem.apiTimeout", "nan", "seconds"),
        ("gitmem.pushWait", "-1", "0 or more"),
        ("gitmem.budgetTokens", "1.5", "whole number"),
        ("gitmem.budgetTokens", "-3", "whole number"),
        ("gitmem.budgetTokens", "", "whole number"),
        ("gitmem.enabled", "maybe", "true or false"),
        ("gitmem.apiBaseUrl", "file:///etc/passwd", "https://"),
    ],
)
def test_a_wrong_form_names_setting_value_and_form(
    git: GitDriver, name: str, value: str, expected: str
) -> None:
    git.run("config", name, value)

    ((faulty, message),) = read_settings(git.repo).faults

    assert name == faulty
    assert name in message
    assert f"'{value}'" in message
    assert expected in message


@pytest.mark.parametrize("field", SETTINGS, ids=lambda field: field.name)
def test_a_value_that_cannot_be_read_is_never_bolder_than_the_default(field: Field[Any]) -> None:
    """It tells, sends, spends and keeps no more than the person may have meant to allow."""
    words = field.name.split("_")
    name = "gitmem." + "".join(words)
    writer = {} if field.name == "compressor" else {"gitmem.compressor": ["openai"]}
    try:
        settings = parse_settings({name: ["\0("], **writer})
    except SettingsInvalid:
        assert field.name == "redact"
        return
    if not settings.faults:
        assert field.type == "str" or field.default == ()
        return

    careful = {
        "enabled": False,
        "ask": "never",
        "prompts": "none",
        "pending": False,
        "redact_cards": True,
        "auto_push": False,
    }
    spends = field.name.startswith(("max_", "api_base", "openai_", "claude_command", "price"))
    assert getattr(settings, field.name) == careful.get(field.name, field.default)
    assert settings.compressor == (("extractive",) if spends else settings.compressor)
    assert settings.compressor == ("extractive",) or not spends


def test_one_that_cannot_be_read_leaves_the_others_alone(git: GitDriver) -> None:
    git.run("config", "gitmem.notice", "sometimes")
    git.run("config", "gitmem.budgetTokens", "77")
    git.run("config", "gitmem.autopsh", "false")

    settings = read_settings(git.repo)

    assert (settings.notice, settings.budget_tokens) == ("always", 77)
    assert [name for name, _ in settings.faults] == ["gitmem.notice", "gitmem.autopsh"]


@pytest.mark.parametrize("typed", ["autoPush", "AUTOPUSH", "gitmem.autopush", "GitMem.AutoPush"])
def test_a_name_is_found_in_any_case(typed: str) -> None:
    assert find_setting(typed) == "gitmem.autoPush"


def test_no_setting_is_found_by_another_name() -> None:
    assert [find_setting(name) for name in ("autopsh", "", "gitmem.", "faults")] == [None] * 4


def test_a_broken_git_configuration_is_told_as_such(committed: GitDriver) -> None:
    repo = committed.repo
    committed.write(".git/config", "[broken\n")

    with pytest.raises(GitFailed, match="configuration"):
        read_settings(repo)


def test_describing_lists_every_setting_with_its_source(git: GitDriver) -> None:
    git.run("config", "--global", "gitmem.model", "mine")
    git.run("config", "gitmem.budgetTokens", "wrong")

    described = {setting.name: setting for setting in describe_settings(git.repo)}

    assert len(described) == len(SETTINGS)
    assert described["gitmem.model"].value == "mine"
    assert described["gitmem.model"].source.startswith("global file:")
    assert described["gitmem.budgetTokens"].value == "wrong"
    assert described["gitmem.budgetTokens"].source == f"local file:{git.path / '.git/config'}"
    assert described["gitmem.pushWait"].source == "default"
    assert described["gitmem.pushWait"].value == described["gitmem.pushWait"].default == "5"
    assert all(setting.help for setting in described.values())


def test_describing_shows_names_that_mean_nothing(git: GitDriver) -> None:
    git.run("config", "gitmem.modle", "typo")
    git.run("config", "gitmem.sub.name", "x")

    unknown = [s.name for s in describe_settings(git.repo) if not s.is_known]

    assert unknown == ["gitmem.modle", "gitmem.sub.name"]


@pytest.mark.parametrize("field", SETTINGS, ids=lambda field: field.name)
def test_of_several_values_a_list_has_all_and_any_other_the_last(field: Field[Any]) -> None:
    """A list is a setting that is an empty tuple where nothing is set."""
    words = field.name.split("_")
    name = "gitmem." + "".join(words)
    known = {"ask": "never", "notice": "never", "compressor": "openai", "embedding": "none"}
    value = {**known, "price": "1,5"}.get(field.name, "1")
    value = "http://localhost" if field.name.endswith("url") else value

    read = getattr(parse_settings({name: ["wrong", value]}), field.name)

    if field.default == ():
        assert read == ("wrong", value)
    else:
        assert read == getattr(parse_settings({name: [value]}), field.name)


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        (["a", "b"], ("a", "b")),
        (["a", "", "b"], ("b",)),
        (["a", None, "b"], ("b",)),
        (["a", ""], ()),
        ([None], ()),
        ([" ", "a"], ("a",)),
    ],
)
def test_an_empty_value_takes_back_those_before_it(
    values: list[str | None], paths: tuple[str, ...]
) -> None:
    assert parse_settings({"gitmem.exclude": values}).exclude == paths


@given(
    st.dictionaries(
        st.sampled_from(["gitmem.pushwait", "gitmem.pending", "gitmem.exclude"]),
        st.lists(st.none() | st.text(), min_size=1),
    )
)
def test_any_text_is_a_value_or_a_foreseen_error(values: dict[str, list[str | None]]) -> None:
    with suppress(SettingsInvalid):
        assert isinstance(parse_settings(values), Settings)
