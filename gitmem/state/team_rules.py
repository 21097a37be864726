"""What the team's file may set, and which of two wishes holds: one table for every setting.

The file comes with a checkout, and anybody who can push a branch can write it.  So it can make a
clone keep more to itself, never less: where the file and the clone differ, the stricter holds, and
of several versions of the file the strictest.  What would send, spend, run or show something is a
person's to say, in their own configuration.  Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gitmem.errors import SettingsInvalid
from gitmem.model.value import dataclass, replace
from gitmem.state.setting_table import (
    CAREFUL,
    check_setting,
    field_of,
    find_setting,
    no_such_setting,
    read_values,
)
from gitmem.state.settings import Settings, Team
from gitmem.state.team_file import TeamFile
from gitmem.state.team_path import NAME

MAX_PATTERNS = 100
_MAX_ADDRESS = 300

_LIMITS = (
    "max_input_tokens",
    "max_tokens_per_commit",
    "max_tokens_per_day",
    "max_dollars_per_commit",
    "max_dollars_per_day",
)


def _is(strict: object) -> Callable[[Any], float]:
    return lambda value: float(value == strict)


def _order(*values: str) -> Callable[[Any], float]:
    return lambda value: float(values.index(value))


def _fewer(value: Any) -> float:
    """Of a limit, where 0 is none."""
    return -float(value) if value else float("-inf")


STRICTER: Mapping[str, Callable[[Any], float]] = {
    "enabled": _is(False),
    "compressor": lambda names: float(names == ("extractive",)),
    "prompts": _order("full", "short", "none"),
    "redact_cards": _is(True),
    "pending": _is(False),
    "ask": _is("never"),
    "everywhere": _is(False),
    "auto_push": _is(False),
    "embedding": lambda value: {"static": 1.0, "none": 2.0}.get(value, 0.0),
    "max_input_tokens": lambda value: -float(value),
    **dict.fromkeys(_LIMITS[1:], _fewer),
}
"""How strict a value is: the greater number holds.  But for a limit, which may be meant for whoever
has set a higher one, a value less strict than the default does not count.
"""

BUDGETS: Mapping[str, int] = {
    "budget_tokens": 1_500,
    "prompt_tokens": 1_000,
    "file_tokens": 500,
    "session_tokens": 12_000,
}
"""What a session may be told, in tokens, and the most that the file may say.  It takes the place of
the default; whoever has set less gets less.
"""

ADDED = ("redact", "exclude")
"""Patterns: those of the file hold besides the clone's own, and behind them."""

REMOTE = "remote"
"""Holds once the person has agreed; until then nothing is sent."""

REFUSED: Mapping[str, str] = {
    "model": "which model is paid for",
    "api_base_url": "where sessions are sent",
    "api_timeout": "how a model is asked",
    "price": "what a model costs",
    "api_retries": "how a model is asked",
    "claude_command": "which program is run",
    "claude_model": "which model is paid for",
    "claude_timeout": "how a model is asked",
    "openai_base_url": "where sessions are sent",
    "openai_model": "which model is paid for",
    "mine_tokens": "what a person's agents are told of them",
    "notice": "what a person is shown",
    "push_wait": "how long a push waits",
    "push_timeout": "how long a push waits",
}
"""What the file may not set, and what each would decide for somebody else."""

_SCHEME = re.compile(r"(https?|ssh|git\+ssh|ssh\+git|file)://\S+", re.IGNORECASE)
_SCP = re.compile(r"(\w[\w.-]*@)?\w[\w.-]*:(?!:|//)\S+")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}")
_PASSWORD = re.compile(r"[a-z+]+://[^/@\s]*:[^/@\s]*@", re.IGNORECASE)


@dataclass(frozen=True)
class Wishes:
    """What one version of the file asks for: values by field, what does not count, and why the
    whole cannot be read.
    """

    values: Mapping[str, Any]
    faults: tuple[tuple[str, str], ...] = ()
    unreadable: str = ""


def is_address(place: str) -> bool:
    """Whether a place for memories is an address, rather than a remote's name."""
    return not _NAME.fullmatch(place)


def check_place(place: str) -> None:
    """Refuse what no team's file may name as the place for memories.

    Raises:
        SettingsInvalid: it is neither a remote's name nor an address that git can be trusted with.
    """
    expected = "the name of a remote, or an https, ssh or file address of a repository"
    if place and not is_address(place):
        return
    is_known = bool(_SCHEME.fullmatch(place) or _SCP.fullmatch(place) or place.startswith("/"))
    if not is_known or len(place) > _MAX_ADDRESS or "://-" in place or "@-" in place:
        raise SettingsInvalid(
            f"'gitmem.remote' in '{NAME}' cannot be '{place[:100]}'; expected {expected}",
            "Nothing was changed.",
        )
    if _PASSWORD.match(place):
        raise SettingsInvalid(
            f"'gitmem.remote' in '{NAME}' holds a password, which everybody would get",
            "Nothing was changed. Store it in git: git help credentials",
        )


def check_wish(name: str, value: str) -> None:
    """Refuse what the file cannot set; ``name`` as :func:`find_setting` gives it.

    Raises:
        SettingsInvalid: the file may not set it, or not to that.
    """
    check_setting(name, value)
    if fault := _fault(field_of(name), name, read_values(name, [value])):
        raise SettingsInvalid(fault, "Nothing was changed.")


def wishes_of(file: TeamFile) -> Wishes:
    """What a version of the file asks for.

    A value of the wrong form asks for what is careful; a pattern that is none makes the whole
    unreadable, for nobody knows what it was to keep back.
    """
    if file.unreadable:
        return Wishes({}, unreadable=file.unreadable)
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for key, given in file.values.items():
        name = find_setting(key)
        if name is None:
            faults[key] = no_such_setting(key)
            continue
        field = field_of(name)
        try:
            value = read_values(name, given)
        except SettingsInvalid as error:
            if field in ADDED:
                return Wishes({}, unreadable=error.message)
            faults[name] = error.message
            values.update(CAREFUL.get(field, {}) if field in STRICTER else {})
            continue
        fault = _fault(field, name, value)
        if fault:
            faults[name] = fault
        if field in ADDED:
            if len(value) > MAX_PATTERNS:
                return Wishes({}, unreadable=f"'{name}' has more than {MAX_PATTERNS} values")
            value = tuple(each for each in value if not _is_exception(field, each))
        elif fault and field != REMOTE:
            continue
        values[field] = "" if fault and field == REMOTE else value
    faults.update({name: f"the section {name} does not count" for name in file.strange})
    return Wishes(values, tuple(faults.items()))


def _fault(field: str, name: str, value: Any) -> str:
    """Why the file cannot set the field to that value; empty where it can."""
    if field in REFUSED:
        return f"'{name}' says {REFUSED[field]}: only a person's own configuration can"
    if field in BUDGETS and value > BUDGETS[field]:
        return f"'{name}' is {value:,}; the file can say {BUDGETS[field]:,} at most"
    stricter = STRICTER.get(field)
    if field == "compressor" and value != ("extractive",):
        return (
            f"'{name}' names a model, which each person chooses for themselves, as with:"
            f" gitmem init --compressor {','.join(value)}"
        )
    is_looser = stricter and stricter(value) < stricter(getattr(Settings(), field))
    if is_looser and (field not in _LIMITS or not value):
        return f"'{name}' can only be made stricter by the file: the rest is each person's to say"
    if field in ADDED and any(_is_exception(field, each) for each in value):
        return f"'{name}' has a pattern that begins with '!', which does not count in the file"
    if field == REMOTE:
        try:
            check_place(value)
        except SettingsInvalid as error:
            return error.message
    return ""


def _is_exception(field: str, pattern: str) -> bool:
    return field == "exclude" and pattern.startswith("!")


def with_team(
    own: Settings,
    given: Iterable[str],
    addresses: Mapping[str, Sequence[str]],
    files: Sequence[TeamFile],
) -> Settings:
    """A clone's own settings joined with what the versions of the team's file ask for.

    Of several places for memories the first counts: what the default branch says, so that no other
    branch has a say in where they go.

    ``given`` names the fields that the clone's configuration sets; ``addresses`` has where pushes
    to each of its remotes go.
    """
    wishes = [wishes_of(file) for file in files]
    set_here, values = set(given), {}
    for field in {field for wish in wishes for field in wish.values} - {REMOTE}:
        asked = [wish.values[field] for wish in wishes if field in wish.values]
        values[field] = _joined(field, getattr(own, field), field in set_here, asked)
    place = next((wish.values[REMOTE] for wish in wishes if REMOTE in wish.values), None)
    unreadable = next((wish.unreadable for wish in wishes if wish.unreadable), "")
    faults = dict(fault for wish in wishes for fault in wish.faults)
    team = Team(
        place=place,
        is_held=bool(unreadable) or (place is not None and not leads(own.remote, place, addresses)),
        unreadable=unreadable,
        faults=tuple(faults.items()),
        fields=tuple(sorted(f for f, value in values.items() if value != getattr(own, f))),
    )
    return replace(own, **values, team=team)


def _joined(field: str, own: Any, is_set: bool, asked: list[Any]) -> Any:
    if field in ADDED:
        more = dict.fromkeys(each for some in asked for each in some)
        return (*own, *(each for each in more if each not in own))
    if field in BUDGETS:
        return min([*asked, own] if is_set else asked)
    return max([own, *asked], key=STRICTER[field])


def leads(remote: str, place: str, addresses: Mapping[str, Sequence[str]]) -> bool:
    """Whether the remote that the person has chosen for memories is that place."""
    if not place or not remote:
        return False
    if not is_address(place):
        return remote == place
    reached = addresses.get(remote, ())
    return bool(reached) and all(each.rstrip("/") == place.rstrip("/") for each in reached)
