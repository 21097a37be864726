"""Secrets recognised by their name: ``password = …`` in code, JSON, YAML and shell.

The name is looked for first (:mod:`gitmem.guard.names`); what follows it is then read at that one
place.  Whether a bare word is a value or a variable cannot be known; the rules here prefer a
masked variable name to a password let through where the name says password, and the reverse
where it only says token, a word of many meanings.
"""

from __future__ import annotations

import re

from gitmem.guard.names import ABOUT, CREDENTIAL, PASSWORD, SECRET, TOKEN
from gitmem.guard.randomness import has_common_pairs
from gitmem.guard.values import is_harmless, looks_random

# A name that goes on like this says something *about* a secret.
_ABOUT = re.compile(ABOUT)
_NAME = re.compile(
    r"pass(?:word|wd|phrase|code)|(?<![a-z])pwd|secret|token|credential|authorization"
    r"|(?:api|app|access|client|private|service|auth)[_-]?key"
)

_SUFFIX = r"(?P<suffix>[\w-]{0,40})"
_QUOTE = r"\\{0,3}(?:\"\"\"|'''|[\"'`])"
_SEPARATOR = (
    rf"(?:{_QUOTE})?\]?[ \t]{{0,8}}"
    r"(?::[ \t]{0,4}[A-Za-z_][\w.\[\]| ]{0,40}?[ \t]{0,4}(?==))?"  # a type: `x: str = `
    r"(?P<separator>:=|=>|={1,3}|:|(?<=[ \t])is[ \t])[ \t]{0,8}(?:!!binary[ \t])?"
)
_QUOTED_VALUE = (
    rf"[bBfFrRuU@$]{{0,2}}(?P<quote>{_QUOTE})"
    r"(?P<quoted>(?:(?!(?P=quote))(?:\\.|[^\n\\]|\\))*)"
)
_BARE_VALUE = r"(?P<bare>(?![:?])[^\s\"'`,;(){}\[\]<>\\&|]{1,2000})"

_ASSIGNMENT = re.compile(rf"{_SUFFIX}{_SEPARATOR}(?:{_QUOTED_VALUE}|{_BARE_VALUE})")
_SHELL = re.compile(r"(?P<suffix>[A-Z0-9_]{0,40})=(?P<bare>(?:(?!\\[nrt])[^\s\"'`]){1,2000})")
_OPTION = re.compile(
    rf"{_SUFFIX}(?P<separator>=|[ \t]{{1,4}})(?:{_QUOTED_VALUE}"
    r"|(?P<bare>[^\s\"'`-][^\s\"'`]{0,2000}))"
)
_TERNARY = re.compile(r"\s\?\s{1,3}[\"'`]?$")  # in `ok ? 'pass' : 'fail'` nothing is a name
_OPTION_START = re.compile(r"(?:^|[\s\"'`])--?[\w-]{0,40}$")

_LONGEST_LABEL = 200  # characters; longer than any text of a form or an error message
_VARIABLE = re.compile(r"[!*-]{0,2}[A-Za-z_$][\w$]*(?:(?:\??\.|::|->)[A-Za-z_$][\w$]*)*[!?]?")
_WORDS = re.compile(r"[A-Za-z]+(?:[-/.][A-Za-z]+)*[.:!?]*")
_SAYS_SO = re.compile(r"_?[A-Za-z]+(?:[_-][A-Za-z]+)*")  # a name, or a blank: MY_API_KEY, my-token
_WORDS_AND_NUMBER = re.compile(r"[a-z]{2,}(?:[_-][a-z]{2,})+[_-]v?\d{1,2}")
_HASHING = re.compile(r"(?:argon2|sha|md5|aes|hmac|[rehp]s|bcrypt|scrypt|pbkdf2|scram)[\w-]*", re.I)
_NUMBER = re.compile(r"[\d.,_]+%?")


def value_behind(text: str, start: int, end: int, kind: str) -> tuple[int, int] | None:
    """Where the value of a name begins and ends; the name stands from ``start`` to ``end``."""
    if text[start:end].isupper():
        shell = _SHELL.match(text, end)
        if (
            shell
            and not is_about(shell.group("suffix"))
            and _is_shell_secret(shell.group("bare"), kind)
        ):
            return shell.span("bare")
    is_option = _OPTION_START.search(text, max(0, start - 44), start) is not None
    if _TERNARY.search(text, max(0, start - 6), start):
        return None
    match = (_OPTION if is_option else _ASSIGNMENT).match(text, end)
    if match is None or is_about(match.group("suffix")):
        return None
    if match.group("bare") is None:
        if not _is_quoted_secret(match.group("quoted"), kind):
            return None
        return match.start("quoted"), _end_of_wrapped(match)
    return match.span("bare") if _is_bare_secret(match, kind == PASSWORD) else None


def _end_of_wrapped(match: re.Match[str]) -> int:
    """The end of a quoted value, also where it goes on over the next lines."""
    text, end, quote = match.string, match.end("quoted"), re.escape(match.group("quote"))
    more = re.compile(rf"(?:\n[ \t]*[A-Za-z0-9+/=_-]{{4,200}}){{1,40}}(?={quote})").match(text, end)
    return more.end() if more else end


def is_about(suffix: str) -> bool:
    """Whether a name that goes on like this is that of something about a secret."""
    return _ABOUT.search(suffix.lower()) is not None


def is_about_word(word: str) -> bool:
    """Whether a word behind a name says that the sentence is about that, not its value."""
    return _ABOUT.fullmatch(word) is not None


def _is_shell_secret(value: str, kind: str) -> bool:
    if kind != PASSWORD and _SAYS_SO.fullmatch(value) and _NAME.search(value.lower()):
        return _has_rest_of_chance(value)
    return not (is_harmless(value) or (_NUMBER.fullmatch(value) and len(value) < 4))


def _is_quoted_secret(value: str, kind: str) -> bool:
    if len(value) < 4 or is_harmless(value.strip()):
        return False
    if kind == PASSWORD or len(value) > _LONGEST_LABEL:
        return True
    if " " in value.strip() or (_NUMBER.fullmatch(value) and len(value) < 12):
        return False
    if _WORDS_AND_NUMBER.fullmatch(value):
        return False
    if kind != SECRET and _SAYS_SO.fullmatch(value) and _NAME.search(value.lower()):
        return _has_rest_of_chance(value)
    if kind not in (TOKEN, CREDENTIAL):
        return True
    value = value.strip()
    if _SAYS_SO.fullmatch(value):
        return len(value) >= 12 and not has_common_pairs(re.sub("[_-]", "", value))
    return True


def _has_rest_of_chance(value: str) -> bool:
    """Whether what is not the name of a secret in a value of letters is no word either."""
    rest = re.sub(r"[^a-z]", "", _NAME.sub("", value.lower()))
    return len(rest) >= 8 and not has_common_pairs(rest)


def _is_bare_secret(match: re.Match[str], is_password: bool) -> bool:
    value, after = match.group("bare"), match.string[match.end() : match.end() + 1]
    if after in ("(", "[") or is_harmless(value):
        return False
    if value.isalpha() and match["suffix"].lower().endswith(value.lower()):
        return False  # a variable of the same name
    if _HASHING.fullmatch(value):
        return False
    if _NUMBER.fullmatch(value):
        return len(value) >= (4 if is_password else 12)
    has_digit = any(character.isdigit() for character in value)
    if _VARIABLE.fullmatch(value):
        if has_digit:
            return "." not in value and not _NAME.search(value.lower()) and len(value) >= 6
        stands_alone = after in ("", "\n", "\r") and match["separator"] in (":", "=")
        if _NAME.search(value.lower()):
            return False
        if not is_password:
            return stands_alone and looks_random(value)
        return stands_alone and len(value) >= 6 and _is_word(value)
    if not has_digit and _WORDS.fullmatch(value):
        return looks_random(value)
    return len(value) >= (4 if is_password else 8)


def _is_word(value: str) -> bool:
    return value.isalpha() and value.islower()
