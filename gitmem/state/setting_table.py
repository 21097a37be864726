"""Every setting there is: its name, what its value may be, and what it is for.  Pure.

Each is one row of ``FORMS``, by its field of :class:`gitmem.state.settings.Settings`; the name in
git is the field's in camel case.  Standard library only: agent hooks read it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from gitmem.errors import SettingsInvalid
from gitmem.model.value import dataclass
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


@dataclass(frozen=True)
class Form:
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


def find_setting(name: str) -> str | None:
    """The name as it is written, such as ``gitmem.autoPush``, of one that was typed in any case and
    with or without ``gitmem.``; None where there is no such setting.
    """
    asked = name.lower().removeprefix("gitmem.")
    return next((name_of(each) for each in FORMS if each.replace("_", "") == asked), None)


def setting_names() -> list[str]:
    """The names of all settings, as they are written."""
    return [name_of(field_name) for field_name in FORMS]


def name_of(field_name: str) -> str:
    """The name in git of a field of :class:`gitmem.state.settings.Settings`."""
    first, *rest = field_name.split("_")
    return "gitmem." + first + "".join(word.capitalize() for word in rest)


def field_of(name: str) -> str:
    """The field of :class:`Settings` of a name from :func:`find_setting`."""
    return next(field_name for field_name in FORMS if name_of(field_name) == name)


def no_such_setting(name: str) -> str:
    """What is said of a name that has no meaning."""
    return f"there is no setting '{name}'"


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


def read_values(name: str, values: Sequence[str | None]) -> Any:
    """What these values, in git's order, make of the setting.

    Raises:
        SettingsInvalid: they have the wrong form.
    """
    return _form_of(name).read(name, values)


def _form_of(name: str) -> Form:
    return next(form for field_name, form in FORMS.items() if name_of(field_name) == name)


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


FORMS = {
    "enabled": Form(*_BOOL, "Whether gitmem captures, shares and gives agents memories here."),
    "compressor": Form(
        parse_compressors,
        f"{_COMPRESSOR_NAMES}, or several separated by commas, 'extractive' last",
        "What turns a session into memories: 'extractive' (offline), 'anthropic' (a model of the "
        "Messages API, with ANTHROPIC_API_KEY), 'claude-cli' (the same through the program "
        "claude and its login) or 'openai' (an endpoint with OpenAI's interface). In a list, "
        "separated by commas, each stands in for the one before; 'extractive' is always the last.",
    ),
    "model": Form(parse_text, "the name of a model", "The model that 'anthropic' asks."),
    "api_base_url": Form(
        parse_url,
        "an address that begins with https:// or http://",
        "The address of the API; empty: ANTHROPIC_BASE_URL, or the usual address.",
    ),
    "api_timeout": Form(*_SECONDS, "How long one request to the API may take, in seconds."),
    "price": Form(
        parse_price,
        "two or three amounts separated by commas, such as 1,5 or 1,5,0.1",
        "The model's price in dollars per million tokens: read, written, and read from a cache. "
        "Empty: gitmem's own price list. Estimates, limits and `gitmem stats` use it.",
    ),
    "api_retries": Form(*_COUNT, "How many times a failed request to the API is repeated."),
    "max_input_tokens": Form(*_COUNT, "The most tokens of a session that are sent to a model."),
    "max_tokens_per_commit": Form(
        *_COUNT,
        "The most tokens, read and written, that models may be paid for per commit; 0: no limit. "
        "Beyond that the offline compressor stands in, and `gitmem recompress` can improve it.",
    ),
    "max_tokens_per_day": Form(*_COUNT, "The same per day (UTC) in this repository."),
    "max_dollars_per_commit": Form(
        *_DOLLARS, "The most dollars per commit, if the model's price is known; 0: no limit."
    ),
    "max_dollars_per_day": Form(*_DOLLARS, "The same per day (UTC) in this repository."),
    "claude_command": Form(
        parse_program, "the name or path of a program", "The program that 'claude-cli' runs."
    ),
    "claude_model": Form(
        parse_text, "the name of a model", "The model that 'claude-cli' passes as --model."
    ),
    "claude_timeout": Form(*_SECONDS, "How long 'claude-cli' may take per commit, in seconds."),
    "openai_base_url": Form(
        parse_url,
        "an address that begins with https:// or http://",
        "The address of the endpoint for 'openai'; empty: OPENAI_BASE_URL, or OpenAI's own.",
    ),
    "openai_model": Form(
        parse_text, "the name of a model", "The model that 'openai' asks; there is no default."
    ),
    "budget_tokens": Form(
        *_COUNT,
        "How much context an agent's session receives at its start, in tokens. A client that "
        "sends it again with every request receives less: Cursor at most 250. Others cut what is "
        "long, and receive at most what they keep whole (docs/clients.md).",
    ),
    "prompt_tokens": Form(*_COUNT, "The most tokens that one prompt may add; 0: nothing is added."),
    "file_tokens": Form(
        *_COUNT,
        "The most tokens that reading or editing a file, or the start of a subagent, may add; "
        "0: nothing is added.",
    ),
    "session_tokens": Form(
        *_COUNT,
        "The most tokens a session and its subagents receive in all, until it is cleared or "
        "compacted.",
    ),
    "mine_tokens": Form(
        *_COUNT,
        "The most tokens that your own preferences (`gitmem remember --mine`) add at the start of "
        "a session, behind what the repository remembers; 0: they are not told.",
    ),
    "ask": Form(
        parse_occasion,
        "'commit' or 'never'",
        "Whether the agent of a session is asked after a commit, once and in at most 60 tokens, to "
        "say why itself (`gitmem remember`): 'commit' or 'never'.",
    ),
    "notice": Form(
        parse_notice,
        "'always', 'problems' or 'never'",
        "When you are told something at the start of a session, in one line that the agent does "
        "not read: 'always' (memories were given, or gitmem does not work), 'problems' (only the "
        "latter) or 'never'.",
    ),
    "embedding": Form(
        parse_embedding,
        "'static', 'none', 'sentence-transformers:MODEL' or 'openai:MODEL'",
        "What recognises texts of similar meaning: 'static' (a table that comes with gitmem), "
        "'none' (words only), a model on this machine, or one behind the endpoint of 'openai'. "
        "After a change the vectors of all memories are recomputed.",
    ),
    "everywhere": Form(
        *_BOOL,
        "Whether `gitmem search --everywhere`, run in another repository on this machine, may find "
        "this repository's memories.",
    ),
    "pending": Form(*_BOOL, "Whether uncommitted work is remembered, too."),
    "prompts": Form(
        parse_prompts,
        "'full', 'short' or 'none'",
        "How much of what you typed to an agent may stand word for word in a memory, which is "
        "published with a push: 'full', 'short' (one sentence, at most 120 characters) or 'none' "
        "(what repeats five words in a row that only you said is left out). Holds for memories "
        "written from then on.",
    ),
    "redact": Form(
        parse_pattern,
        "a regular expression",
        "Regular expressions for text to mask in addition to what gitmem masks by itself.",
        is_list=True,
    ),
    "redact_cards": Form(
        *_BOOL, "Whether numbers of payment cards and bank accounts (IBAN) are masked, too."
    ),
    "exclude": Form(
        parse_text,
        "a pattern of paths",
        "Files (patterns as in .gitignore) about which nothing is remembered.",
        is_list=True,
    ),
    "remote": Form(
        parse_text,
        "the name of a remote",
        "The remote that all memories are sent to; empty: the remote that you push to.",
    ),
    "auto_push": Form(*_BOOL, "Whether 'git push' also pushes memories."),
    "push_wait": Form(*_SECONDS, "How long 'git push' waits for the memories, in seconds."),
    "push_timeout": Form(*_SECONDS, "How long an exchange with a remote may take, in seconds."),
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
