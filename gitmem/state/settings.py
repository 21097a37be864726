"""The settings: ``gitmem.*`` in git configuration, with git's own scopes and tools.

Each setting is one field of :class:`Settings` and one row of ``_FORMS``; the name in git is
the field's in camel case.  Standard library only: agent hooks read them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gitmem.errors import GitFailed, SettingsInvalid
from gitmem.git.repo import Repo, git_environment, try_git
from gitmem.model.value import dataclass, values_of
from gitmem.process.child import run
from gitmem.state.setting_types import (
    COMPRESSORS,
    parse_amount,
    parse_bool,
    parse_compressors,
    parse_count,
    parse_embedding,
    parse_notice,
    parse_occasion,
    parse_pattern,
    parse_price,
    parse_program,
    parse_prompts,
    parse_text,
    parse_url,
)
from gitmem.state.team_path import NAME, has_kept_files, has_worktree_file

_OURS = r"^gitmem\."
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


def read_settings(repo: Repo) -> Settings:
    """Read the settings with one git process, and the team's file with none.  Unknown names are
    left to ``describe_settings``.

    Raises:
        SettingsInvalid: a pattern of what to mask is none.
        GitFailed: the git configuration itself cannot be read.
    """
    if not (has_worktree_file(repo) or has_kept_files(repo)):
        return parse_settings(_values_of(_pairs(_list(repo))))
    from gitmem.state.kept_team_files import team_files
    from gitmem.state.team_rules import with_team

    given = _values_of(_pairs(_list(repo, names=_WITH_ADDRESSES)))
    ours = {name: values for name, values in given.items() if not name.startswith("remote.")}
    set_here = [field for field in _FORMS if _name(field).lower() in ours]
    return with_team(parse_settings(ours), set_here, _push_addresses(given), team_files(repo))


def read_own_settings(repo: Repo) -> Settings:
    """The same without the team's file.

    Raises:
        SettingsInvalid, GitFailed: as :func:`read_settings`.
    """
    return parse_settings(_values_of(_pairs(_list(repo))))


def held_by_team(repo: Repo, name: str) -> str | None:
    """The value that the team's file makes hold for a setting (a name from :func:`find_setting`),
    where the clone's own is another; None where it is not, and for a list, which has both.

    Raises:
        SettingsInvalid, GitFailed: as :func:`read_settings`.
    """
    field = next(field for field in _FORMS if _name(field) == name)
    held, own = (getattr(read(repo), field) for read in (read_settings, read_own_settings))
    return None if held == own or _FORMS[field].is_list else _text(held)


def read_person_settings() -> Settings:
    """What the person has set for all of their repositories, asked from outside of any.

    Raises:
        SettingsInvalid: a pattern of what to mask is none.
    """
    command = ["git", "config", "--global", "-z", "--get-regexp", _OURS]
    done = run(command, environ=git_environment())
    return parse_settings(_values_of(_pairs(os.fsdecode(done.stdout).split("\0")[:-1])))


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


def _push_addresses(given: Mapping[str, Sequence[str | None]]) -> dict[str, list[str]]:
    """Where pushes to each remote go, by its own lines of the configuration."""
    found: dict[str, list[str]] = {}
    for ending in (".url", ".pushurl"):  # the latter, where there are any, take the former's place
        for name, values in given.items():
            if name.startswith("remote.") and name.endswith(ending):
                found[name[len("remote.") : -len(ending)]] = [value or "" for value in values]
    return found


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
    for field_name, form in _FORMS.items():
        name = _name(field_name)
        if name.lower() not in given:
            continue
        try:
            values[field_name] = form.read(name, given[name.lower()])
        except SettingsInvalid as error:
            if form.is_list:
                raise
            faults[name] = error.message
    for field_name in _FORMS:  # what a faulty setting takes away, no other one gives back
        if _name(field_name) in faults:
            values.update(CAREFUL.get(field_name, {}))
    known = {name.lower() for name in setting_names()}
    faults.update({name: no_such_setting(name) for name in sorted(given.keys() - known)})
    return Settings(**values, faults=tuple(faults.items()))


def find_setting(name: str) -> str | None:
    """The name as it is written, such as ``gitmem.autoPush``, of one that was typed in any case and
    with or without ``gitmem.``; None where there is no such setting.
    """
    asked = name.lower().removeprefix("gitmem.")
    return next((_name(each) for each in _FORMS if each.replace("_", "") == asked), None)


def no_such_setting(name: str) -> str:
    """What is said of a name that has no meaning."""
    return f"there is no setting '{name}'"


def setting_names() -> list[str]:
    """The names of all settings, as they are written."""
    return [_name(field_name) for field_name in _FORMS]


def is_list_setting(name: str) -> bool:
    """Whether the setting (a name from :func:`find_setting`) may be given several times."""
    return _form_of(name).is_list


def check_setting(name: str, value: str) -> None:
    """Refuse a value that the setting (a name from :func:`find_setting`) cannot have.

    Raises:
        SettingsInvalid: it has the wrong form; the message says which is expected.
    """
    form = _form_of(name)
    try:
        form.parse(value)
    except ValueError as error:
        raise SettingsInvalid(
            f"'{name}' cannot be '{value}'; expected {form.expected}", "Nothing was changed."
        ) from error


def choices_of(name: str) -> tuple[str, ...]:
    """The words that the setting can be, where there are a few; empty where it takes anything."""
    form = _form_of(name)
    if form.parse is parse_bool:
        return ("true", "false")
    return tuple(re.findall(r"'([a-z-]+)'", form.expected))


def field_of(name: str) -> str:
    """The field of :class:`Settings` of a name from :func:`find_setting`."""
    return next(field_name for field_name in _FORMS if _name(field_name) == name)


def read_values(name: str, values: Sequence[str | None]) -> Any:
    """What these values, in git's order, make of the setting.

    Raises:
        SettingsInvalid: they have the wrong form.
    """
    return _form_of(name).read(name, values)


def _form_of(name: str) -> _Form:
    return next(form for field_name, form in _FORMS.items() if _name(field_name) == name)


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
    values = _values_of([(name, value) for _, name, value in sourced])
    sources = {name: source for source, name, _ in sourced}  # of the last value
    described = []
    for field_name, value in _defaults():
        name, default, form = _name(field_name), _text(value), _FORMS[field_name]
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
        Setting(_name(name), _text(value), _text(value), "default", _FORMS[name].help)
        for name, value in _defaults()
    ]


def _defaults() -> list[tuple[str, object]]:
    return [(name, value) for name, value in values_of(Settings()).items() if name in _FORMS]


def _list(repo: Repo, *options: str, names: str = _OURS) -> list[str]:
    done = try_git(repo, "config", "-z", *options, "--get-regexp", names)
    if done.returncode not in (0, 1):  # 1: there are none
        complaint = os.fsdecode(done.stderr).strip().splitlines()
        raise GitFailed(f"git cannot read its configuration: {''.join(complaint[:1])}")
    return os.fsdecode(done.stdout).split("\0")[:-1]


def _values_of(pairs: Iterable[tuple[str, str | None]]) -> dict[str, list[str | None]]:
    """The values of each name, in git's order."""
    found: dict[str, list[str | None]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _pairs(items: list[str]) -> list[tuple[str, str | None]]:
    split = [item.partition("\n") for item in items]
    return [(name, value if newline else None) for name, newline, value in split]


def _sourced(repo: Repo) -> list[tuple[str, str, str | None]]:
    items = _list(repo, "--show-scope", "--show-origin")
    sources = [f"{scope} {origin}" for scope, origin in zip(items[::3], items[1::3], strict=True)]
    return [(source, *pair) for source, pair in zip(sources, _pairs(items[2::3]), strict=True)]


def _name(field_name: str) -> str:
    first, *rest = field_name.split("_")
    return "gitmem." + first + "".join(word.capitalize() for word in rest)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class _Form:
    """How a value is parsed, what is expected (in words), and what the setting is for.

    Of several values the last counts; of a list all do, as far as no empty one takes them back.
    """

    parse: Callable[[str | None], object]
    expected: str
    help: str
    is_list: bool = False

    def read(self, name: str, values: Sequence[str | None]) -> object:
        """The value of the setting of that name.

        Raises:
            SettingsInvalid: it has the wrong form.
        """
        if self.is_list:
            return tuple(self.parse(value) for value in _not_taken_back(values) if value.strip())
        try:
            return self.parse(values[-1])
        except ValueError as error:
            raise SettingsInvalid(
                f"'{name}' is '{values[-1] or ''}'; expected {self.expected}",
                f"Nothing was changed. Run: git config {name} VALUE, or: git config --unset {name}",
            ) from error

    def fault(self, name: str, values: Sequence[str | None]) -> str:
        """What is wrong with the values; empty where nothing is."""
        try:
            self.read(name, values)
        except SettingsInvalid as error:
            return error.message
        return ""

    def text(self, values: Sequence[str | None]) -> str:
        """The values as a person reads them, whatever their form."""
        if values[-1] is None:
            return "true"
        return ", ".join(_not_taken_back(values)) if self.is_list else values[-1]


def _not_taken_back(values: Sequence[str | None]) -> list[str]:
    """The values behind the last empty one: as elsewhere in git, it takes back those before it."""
    found: list[str] = []
    for value in values:
        found = [*found, value] if value else []
    return found


_BOOL = (parse_bool, "true or false")
_COUNT = (parse_count, "a whole number, 0 or more")
_DOLLARS = (parse_amount, "an amount of dollars, 0 or more")
_SECONDS = (parse_amount, "a number of seconds, 0 or more")

_COMPRESSOR_NAMES = " or ".join(f"'{name}'" for name in COMPRESSORS)

_FORMS = {
    "enabled": _Form(*_BOOL, "Whether gitmem captures, shares and gives agents memories here."),
    "compressor": _Form(
        parse_compressors,
        f"{_COMPRESSOR_NAMES}, or several separated by commas, 'extractive' last",
        "What turns a session into memories: 'extractive' (offline), 'anthropic' (a model of the "
        "Messages API, with ANTHROPIC_API_KEY), 'claude-cli' (the same through the program "
        "claude and its login) or 'openai' (an endpoint with OpenAI's interface). In a list, "
        "separated by commas, each stands in for the one before; 'extractive' is always the last.",
    ),
    "model": _Form(parse_text, "the name of a model", "The model that 'anthropic' asks."),
    "api_base_url": _Form(
        parse_url,
        "an address that begins with https:// or http://",
        "The address of the API; empty: ANTHROPIC_BASE_URL, or the usual address.",
    ),
    "api_timeout": _Form(*_SECONDS, "How long one request to the API may take, in seconds."),
    "price": _Form(
        parse_price,
        "two or three amounts separated by commas, such as 1,5 or 1,5,0.1",
        "The model's price in dollars per million tokens: read, written, and read from a cache. "
        "Empty: gitmem's own price list. Estimates, limits and `gitmem stats` use it.",
    ),
    "api_retries": _Form(*_COUNT, "How many times a failed request to the API is repeated."),
    "max_input_tokens": _Form(*_COUNT, "The most tokens of a session that are sent to a model."),
    "max_tokens_per_commit": _Form(
        *_COUNT,
        "The most tokens, read and written, that models may be paid for per commit; 0: no limit. "
        "Beyond that the offline compressor stands in, and `gitmem recompress` can improve it.",
    ),
    "max_tokens_per_day": _Form(*_COUNT, "The same per day (UTC) in this repository."),
    "max_dollars_per_commit": _Form(
        *_DOLLARS, "The most dollars per commit, if the model's price is known; 0: no limit."
    ),
    "max_dollars_per_day": _Form(*_DOLLARS, "The same per day (UTC) in this repository."),
    "claude_command": _Form(
        parse_program, "the name or path of a program", "The program that 'claude-cli' runs."
    ),
    "claude_model": _Form(
        parse_text, "the name of a model", "The model that 'claude-cli' passes as --model."
    ),
    "claude_timeout": _Form(*_SECONDS, "How long 'claude-cli' may take per commit, in seconds."),
    "openai_base_url": _Form(
        parse_url,
        "an address that begins with https:// or http://",
        "The address of the endpoint for 'openai'; empty: OPENAI_BASE_URL, or OpenAI's own.",
    ),
    "openai_model": _Form(
        parse_text, "the name of a model", "The model that 'openai' asks; there is no default."
    ),
    "budget_tokens": _Form(
        *_COUNT,
        "How much context an agent's session receives at its start, in tokens. A client that "
        "sends it again with every request receives less: Cursor at most 250. Others cut what is "
        "long, and receive at most what they keep whole (docs/clients.md).",
    ),
    "prompt_tokens": _Form(
        *_COUNT, "The most tokens that one prompt may add; 0: nothing is added."
    ),
    "file_tokens": _Form(
        *_COUNT,
        "The most tokens that reading or editing a file, or the start of a subagent, may add; "
        "0: nothing is added.",
    ),
    "session_tokens": _Form(
        *_COUNT,
        "The most tokens a session and its subagents receive in all, until it is cleared or "
        "compacted.",
    ),
    "mine_tokens": _Form(
        *_COUNT,
        "The most tokens that your own preferences (`gitmem remember --mine`) add at the start of "
        "a session, behind what the repository remembers; 0: they are not told.",
    ),
    "ask": _Form(
        parse_occasion,
        "'commit' or 'never'",
        "Whether the agent of a session is asked after a commit, once and in at most 60 tokens, to "
        "say why itself (`gitmem remember`): 'commit' or 'never'.",
    ),
    "notice": _Form(
        parse_notice,
        "'always', 'problems' or 'never'",
        "When you are told something at the start of a session, in one line that the agent does "
        "not read: 'always' (memories were given, or gitmem does not work), 'problems' (only the "
        "latter) or 'never'.",
    ),
    "embedding": _Form(
        parse_embedding,
        "'static', 'none', 'sentence-transformers:MODEL' or 'openai:MODEL'",
        "What recognises texts of similar meaning: 'static' (a table that comes with gitmem), "
        "'none' (words only), a model on this machine, or one behind the endpoint of 'openai'. "
        "After a change the vectors of all memories are recomputed.",
    ),
    "everywhere": _Form(
        *_BOOL,
        "Whether `gitmem search --everywhere`, run in another repository on this machine, may find "
        "this repository's memories.",
    ),
    "pending": _Form(*_BOOL, "Whether uncommitted work is remembered, too."),
    "prompts": _Form(
        parse_prompts,
        "'full', 'short' or 'none'",
        "How much of what you typed to an agent may stand word for word in a memory, which is "
        "published with a push: 'full', 'short' (one sentence, at most 120 characters) or 'none' "
        "(what repeats five words in a row that only you said is left out). Holds for memories "
        "written from then on.",
    ),
    "redact": _Form(
        parse_pattern,
        "a regular expression",
        "Regular expressions for text to mask in addition to what gitmem masks by itself.",
        is_list=True,
    ),
    "redact_cards": _Form(
        *_BOOL, "Whether numbers of payment cards and bank accounts (IBAN) are masked, too."
    ),
    "exclude": _Form(
        parse_text,
        "a pattern of paths",
        "Files (patterns as in .gitignore) about which nothing is remembered.",
        is_list=True,
    ),
    "remote": _Form(
        parse_text,
        "the name of a remote",
        "The remote that all memories are sent to; empty: the remote that you push to.",
    ),
    "auto_push": _Form(*_BOOL, "Whether 'git push' also pushes memories."),
    "push_wait": _Form(*_SECONDS, "How long 'git push' waits for the memories, in seconds."),
    "push_timeout": _Form(*_SECONDS, "How long an exchange with a remote may take, in seconds."),
}

_NO_MODEL: dict[str, Any] = {"compressor": ("extractive",)}
_NO_ENDPOINT: dict[str, Any] = {**_NO_MODEL, "embedding": "static"}

# What holds where a value cannot be read and the default could tell, send, spend or keep what the
# person meant to prevent.
CAREFUL: dict[str, dict[str, Any]] = {
    "prompts": {"prompts": "none"},
    "enabled": {"enabled": False},
    "model": _NO_MODEL,
    "api_base_url": _NO_MODEL,
    "price": _NO_MODEL,
    "max_input_tokens": _NO_MODEL,
    "max_tokens_per_commit": _NO_MODEL,
    "max_tokens_per_day": _NO_MODEL,
    "max_dollars_per_commit": _NO_MODEL,
    "max_dollars_per_day": _NO_MODEL,
    "claude_command": _NO_MODEL,
    "claude_model": _NO_MODEL,
    "openai_base_url": _NO_ENDPOINT,
    "openai_model": _NO_MODEL,
    "ask": {"ask": "never"},
    "pending": {"pending": False},
    "redact_cards": {"redact_cards": True},
    "auto_push": {"auto_push": False},
}
