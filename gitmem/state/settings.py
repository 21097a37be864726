"""The settings: ``gitmem.*`` in git configuration, with git's own scopes and tools.

Each setting is one field of :class:`Settings` and one row of :mod:`gitmem.state.setting_table`.
Standard library only: agent hooks read them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gitmem.errors import GitFailed, SettingsInvalid
from gitmem.git.repo import Repo, git_environment, try_git
from gitmem.model.value import dataclass
from gitmem.process.child import run
from gitmem.state.setting_table import CAREFUL, FORMS, name_of, no_such_setting, setting_names
from gitmem.state.team_path import NAME, has_kept_files, has_worktree_file

OURS = r"^gitmem\."
_WITH_ADDRESSES = r"^(gitmem\.|remote\..*\.(url|pushurl)$)"


@dataclass(frozen=True)
class Team:
    """What the team's file asks for besides values (:mod:`gitmem.state.team_rules`).

    ``place`` is where memories are to go, as an address or a remote's name; None where the file
    does not say, and empty where nobody can tell what it says.  ``is_held``: the clone has not
    agreed to that place, so nothing is sent anywhere.  ``unreadable``
    is why the file cannot be read: then nothing is remembered, for nobody knows what it excludes.
    ``faults`` are what it cannot set, by name; ``fields`` whose value here comes from it.
    """

    place: str | None = None
    is_held: bool = False
    unreadable: str = ""
    faults: tuple[tuple[str, str], ...] = ()
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """What can be chosen.  Times are in seconds, sizes in tokens; empty means "not set".

    A setting that is an empty tuple here may be given several times; as elsewhere in git, an empty
    value cancels those before it.  ``compressor`` is given once, its names separated by commas.
    """

    enabled: bool = True
    compressor: tuple[str, ...] = ("extractive",)
    model: str = "claude-haiku-5-5"
    api_base_url: str = ""
    api_timeout: float = 60.0
    price: str = ""
    api_retries: int = 2
    max_input_tokens: int = 60_000
    max_tokens_per_commit: int = 120_000
    max_tokens_per_day: int = 2_000_000
    max_dollars_per_commit: float = 0.5
    max_dollars_per_day: float = 5.0
    claude_command: str = "claude"
    claude_model: str = "haiku"
    claude_timeout: float = 120.0
    openai_base_url: str = ""
    openai_model: str = ""
    budget_tokens: int = 350
    prompt_tokens: int = 450
    file_tokens: int = 200
    session_tokens: int = 4_000
    mine_tokens: int = 120
    ask: str = "commit"
    notice: str = "always"
    embedding: str = "static"
    everywhere: bool = False
    pending: bool = True
    prompts: str = "full"
    redact: tuple[str, ...] = ()
    redact_cards: bool = False
    exclude: tuple[str, ...] = ()
    remote: str = ""
    auto_push: bool = True
    push_wait: float = 5.0
    push_timeout: float = 30.0
    faults: tuple[tuple[str, str], ...] = ()  # of no setting: what is set and cannot be read
    team: Team = Team()  # of no setting: what the team's file adds to it


def read_settings(repo: Repo) -> Settings:
    """Read the settings with one git process, and the team's file with none.  Unknown names are
    left to ``describe_settings``.

    Raises:
        SettingsInvalid: a pattern of what to mask is none.
        GitFailed: the git configuration itself cannot be read.
    """
    if not (has_worktree_file(repo) or has_kept_files(repo)):
        return parse_settings(values_by_name(pairs_of(config_lines(repo))))
    from gitmem.state.kept_team_files import team_files
    from gitmem.state.team_rules import with_team

    given = values_by_name(pairs_of(config_lines(repo, names=_WITH_ADDRESSES)))
    ours = {name: values for name, values in given.items() if not name.startswith("remote.")}
    set_here = [field for field in FORMS if name_of(field).lower() in ours]
    return with_team(parse_settings(ours), set_here, _push_addresses(given), team_files(repo))


def read_own_settings(repo: Repo) -> Settings:
    """The same without the team's file.

    Raises:
        SettingsInvalid, GitFailed: as :func:`read_settings`.
    """
    return parse_settings(values_by_name(pairs_of(config_lines(repo))))


def read_person_settings() -> Settings:
    """What the person has set for all of their repositories, asked from outside of any.

    Raises:
        SettingsInvalid: a pattern of what to mask is none.
    """
    command = ["git", "config", "--global", "-z", "--get-regexp", OURS]
    done = run(command, environ=git_environment())
    return parse_settings(values_by_name(pairs_of(os.fsdecode(done.stdout).split("\0")[:-1])))


def refuse_unreadable_team(settings: Settings) -> None:
    """Let nothing be remembered while the team's file cannot be read.

    Raises:
        SettingsInvalid: it cannot.
    """
    if settings.team.unreadable:
        raise SettingsInvalid(
            f"the team's file '{NAME}' cannot be read: {settings.team.unreadable}",
            "Nothing was written or sent, for it may say what to leave out. Mend it, or check out"
            " a version that can be read",
        )


def why_held(team: Team) -> str:
    """Why the team's file keeps memories here, in a few words."""
    if team.unreadable:
        return f"the team's file '{NAME}' cannot be read ({team.unreadable})"
    return f"the team's file '{NAME}' names a place for them that this clone has not agreed to"


def parse_settings(given: Mapping[str, Sequence[str | None]]) -> Settings:
    """Settings from the values that git has for each name: names in lower case, values in git's
    order (at least one), None for a name without a value.

    A value of the wrong form counts as none: its setting falls back to its default, or to what is
    more careful (``CAREFUL``), and is named in ``faults``.  Only a pattern of what to mask has
    nothing to fall back to.

    Raises:
        SettingsInvalid: such a pattern is none.
    """
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for field_name, form in FORMS.items():
        name = name_of(field_name)
        if name.lower() not in given:
            continue
        try:
            values[field_name] = form.read(name, given[name.lower()])
        except SettingsInvalid as error:
            if form.is_list:
                raise
            faults[name] = error.message
    for field_name in FORMS:  # what a faulty setting takes away, no other one gives back
        if name_of(field_name) in faults:
            values.update(CAREFUL.get(field_name, {}))
    known = {name.lower() for name in setting_names()}
    faults.update({name: no_such_setting(name) for name in sorted(given.keys() - known)})
    return Settings(**values, faults=tuple(faults.items()))


def config_lines(repo: Repo, *options: str, names: str = OURS) -> list[str]:
    """What git's configuration says of ``names``, a regular expression, entry by entry.

    Raises:
        GitFailed: the git configuration itself cannot be read.
    """
    done = try_git(repo, "config", "-z", *options, "--get-regexp", names)
    if done.returncode not in (0, 1):  # 1: there are none
        complaint = os.fsdecode(done.stderr).strip().splitlines()
        raise GitFailed(f"git cannot read its configuration: {''.join(complaint[:1])}")
    return os.fsdecode(done.stdout).split("\0")[:-1]


def values_by_name(pairs: Iterable[tuple[str, str | None]]) -> dict[str, list[str | None]]:
    """The values of each name, in git's order."""
    found: dict[str, list[str | None]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def pairs_of(items: list[str]) -> list[tuple[str, str | None]]:
    """The name and the value of each entry; None for a name without a value."""
    split = [item.partition("\n") for item in items]
    return [(name, value if newline else None) for name, newline, value in split]


def _push_addresses(given: Mapping[str, Sequence[str | None]]) -> dict[str, list[str]]:
    """Where pushes to each remote go, by its own lines of the configuration."""
    found: dict[str, list[str]] = {}
    for ending in (".url", ".pushurl"):  # the latter, where there are any, take the former's place
        for name, values in given.items():
            if name.startswith("remote.") and name.endswith(ending):
                found[name[len("remote.") : -len(ending)]] = [value or "" for value in values]
    return found
