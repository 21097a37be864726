"""The settings as ``gitmem config`` lists them: each with its value and where that comes from."""

from __future__ import annotations

from gitmem.git.repo import Repo
from gitmem.model.value import dataclass, values_of
from gitmem.state.setting_table import FORMS, name_of, no_such_setting
from gitmem.state.settings import (
    Settings,
    config_lines,
    pairs_of,
    read_own_settings,
    read_settings,
    values_by_name,
)
from gitmem.state.team_path import NAME, has_kept_files, has_worktree_file


@dataclass(frozen=True)
class Setting:
    """One setting as ``gitmem config`` lists it; an unknown name has no default and no help.

    ``source`` is ``default``, or git's scope and origin, such as ``local file:.git/config``, or
    the team's file;
    ``fault`` is what is wrong with the value, if anything is.
    """

    name: str
    value: str
    default: str
    source: str
    help: str
    is_known: bool = True
    fault: str = ""


def describe_settings(repo: Repo) -> list[Setting]:
    """Every setting with its value and source, then the ``gitmem.*`` names that have no meaning.

    Values are shown as git has them, even those that ``read_settings`` refuses, or as the team's
    file makes them.

    Raises:
        SettingsInvalid: there is such a file, and a pattern of what to mask is none.
        GitFailed: the git configuration itself cannot be read.
    """
    team = read_settings(repo) if has_worktree_file(repo) or has_kept_files(repo) else Settings()
    sourced = _sourced(repo)
    values = values_by_name([(name, value) for _, name, value in sourced])
    sources = {name: source for source, name, _ in sourced}  # of the last value
    described = []
    for field_name, value in _defaults():
        name, default, form = name_of(field_name), _text(value), FORMS[field_name]
        given = values.pop(name.lower(), None)
        shown = default if given is None else form.text(given)
        source = sources.get(name.lower(), "default")
        fault = "" if given is None else form.fault(name, given)
        if field_name in team.team.fields:
            source = f"the team's file '{NAME}'" + (f" and {source}" if given else "")
            shown = _text(getattr(team, field_name))
        described.append(Setting(name, shown, default, source, form.help, fault=fault))
    for name, given in sorted(values.items()):
        fault = no_such_setting(name)
        shown = given[-1] or ""
        described.append(Setting(name, shown, "", sources[name], "", is_known=False, fault=fault))
    return described


def default_settings() -> list[Setting]:
    """Every setting with its default, for the documentation."""
    return [
        Setting(name_of(name), _text(value), _text(value), "default", FORMS[name].help)
        for name, value in _defaults()
    ]


def held_by_team(repo: Repo, name: str) -> str | None:
    """The value that the team's file makes hold for a setting (a name from :func:`find_setting`),
    where the clone's own is another; None where it is not, and for a list, which has both.

    Raises:
        SettingsInvalid, GitFailed: as :func:`read_settings`.
    """
    field = next(field for field in FORMS if name_of(field) == name)
    held, own = (getattr(read(repo), field) for read in (read_settings, read_own_settings))
    return None if held == own or FORMS[field].is_list else _text(held)


def _defaults() -> list[tuple[str, object]]:
    return [(name, value) for name, value in values_of(Settings()).items() if name in FORMS]


def _sourced(repo: Repo) -> list[tuple[str, str, str | None]]:
    items = config_lines(repo, "--show-scope", "--show-origin")
    sources = [f"{scope} {origin}" for scope, origin in zip(items[::3], items[1::3], strict=True)]
    return [(source, *pair) for source, pair in zip(sources, pairs_of(items[2::3]), strict=True)]


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
