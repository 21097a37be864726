"""Secrets recognised by their name: ``password = …`` in code, JSON, YAML and shell.

The name is looked for first, in text folded to lower case, because that is fast; what follows
it is then read at that one place.  Whether a bare word is a value or a variable cannot be
known; the rules here prefer a masked variable name to a password let through where the name
says password, and the reverse where it only says token, a word of many meanings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitmem.guard.placeholders import is_placeholder

NAME = (
    r"pass(?:word|wd|phrase|code)|(?<![a-z])pwd|(?<=[_\"'])pass(?![a-z])|mnemonic|seed[_ -]?phrase"
    r"|secret|token|credential|authorization"
    r"|(?:api|app|access|account|admin|auth|client|deploy|encryption|license|master|private|service"
    r"|shared|signing|ssh|write)[_-]?key"
)
"""Names of secrets, as a pattern for text in lower case."""

_NAME = re.compile(NAME)

# A name that goes on like this says something *about* a secret.
_ABOUT = re.compile(
    r"(?:type|ur[il]|endpoint|name|field|file|path|dir|header|count|limit|length|len|size|budget"
    r"|expir\w*|ttl|id|ids|ref|env|var|prefix|suffix|policy|manager|provider|store|regex|pattern"
    r"|i[sz](?:e|er|ers|ed|ing|ation)|usage|class|max|min|hint|label|rotation|version|index|less"
    r"|text|form|input|page|reset|strength|validator|template|message|prompt|callback|hook|scopes?|at|in|out|ary|aries|ly|helper)$"
)

_SUFFIX = r"(?P<suffix>[\w-]{0,40})"
_QUOTE = r"\\{0,3}(?:\"\"\"|'''|[\"'`])"
_SEPARATOR = (
    rf"(?:{_QUOTE})?\]?[ \t]{{0,8}}"
    r"(?::[ \t]{0,4}[A-Za-z_][\w.\[\]| ]{0,40}?[ \t]{0,4}(?==))?"  # a type: `x: str = `
    r"(?P<separator>:=|=>|={1,3}|:|(?<=[ \t])is[ \t])[ \t]{0,8}"
)
_QUOTED_VALUE = (
    rf"[bBfFrRuU@$]{{0,2}}(?P<quote>{_QUOTE})"
    r"(?P<quoted>(?:(?!(?P=quote))(?:\\.|[^\n\\]|\\))*)"
)
_BARE_VALUE = r"(?P<bare>(?!:)[^\s\"'`,;(){}\[\]<>\\&|]+)"

_ASSIGNMENT = re.compile(rf"{_SUFFIX}{_SEPARATOR}(?:{_QUOTED_VALUE}|{_BARE_VALUE})")
_SHELL = re.compile(r"(?P<suffix>[A-Z0-9_]{0,40})=(?P<bare>(?:(?!\\[nrt])[^\s\"'`])+)")
_OPTION = re.compile(
    rf"{_SUFFIX}(?P<separator>=|[ \t]{{1,4}})(?:{_QUOTED_VALUE}|(?P<bare>[^\s\"'`-][^\s\"'`]*))"
)
_OPTION_START = re.compile(r"(?:^|[\s\"'`])--?[\w-]{0,40}$")

_LONGEST_LABEL = 200  # characters; longer than any text of a form or an error message
_PATH = re.compile(r"(?:[A-Za-z]:[\\/]|~?/|\.{1,2}/)[\w.@~\\/-]*")
_URL = re.compile(r"[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE)
_VERSION = re.compile(r"[~^<>=v]{0,3}\d+\.\d+(?:[-+.]\w+)*")
_VARIABLE = re.compile(r"[!*-]{0,2}[A-Za-z_$][\w$]*(?:(?:\??\.|::|->)[A-Za-z_$][\w$]*)*[!?]?")
_WORDS = re.compile(r"[A-Za-z]+(?:[-/.][A-Za-z]+)*[.:!?]*")
_SAYS_SO = re.compile(r"[A-Za-z]+(?:[_-][A-Za-z]+)*")  # a name, or a blank: MY_API_KEY, my-token
_NUMBER = re.compile(r"[\d.,_]+%?")


def spans(text: str, lowered: str) -> Iterator[tuple[str, int, int]]:
    """The kind of each named secret and where its value begins and ends, in order.

    ``lowered`` is the same text in lower case, character for character.
    """
    done = 0
    for name in _NAME.finditer(lowered):
        if name.start() < done:
            continue
        kind = _kind(name.group())
        found = _value_behind(text, name, kind)
        if found is not None:
            done = found[1]
            yield kind, *found


def is_secret(name: str, value: str) -> bool:
    """Whether a field of this name and value holds a secret."""
    line = f'{name}="{value}"'
    return any(True for _ in spans(line, line.lower())) if value else False


def _kind(name: str) -> str:
    if name.startswith(("pass", "pwd", "mnemonic", "seed")):
        return "password"
    if name.endswith("key"):
        return "key"
    return name if name in ("secret", "token") else "credential"


def _value_behind(text: str, name: re.Match[str], kind: str) -> tuple[int, int] | None:
    start, end = name.span()
    if text[start:end].isupper():
        shell = _SHELL.match(text, end)
        if shell and not _is_about(shell.group("suffix")) and _is_shell_secret(shell.group("bare")):
            return shell.span("bare")
    is_option = _OPTION_START.search(text, max(0, start - 44), start) is not None
    match = (_OPTION if is_option else _ASSIGNMENT).match(text, end)
    if match is None or _is_about(match.group("suffix")):
        return None
    if match.group("bare") is None:
        return match.span("quoted") if _is_quoted_secret(match.group("quoted"), kind) else None
    return match.span("bare") if _is_bare_secret(match, kind == "password") else None


def _is_about(suffix: str) -> bool:
    return _ABOUT.search(suffix.lower()) is not None


def _is_harmless(value: str) -> bool:
    if _PATH.fullmatch(value):
        return len(value) != 40  # an AWS secret has 40 characters and may start with a slash
    return bool(is_placeholder(value) or _URL.match(value) or _VERSION.fullmatch(value))


def _is_shell_secret(value: str) -> bool:
    return not (_is_harmless(value) or (_NUMBER.fullmatch(value) and len(value) < 4))


def _is_quoted_secret(value: str, kind: str) -> bool:
    if len(value) < 4 or _is_harmless(value):
        return False
    if kind == "password" or len(value) > _LONGEST_LABEL:
        return True
    if " " in value.strip() or (_NUMBER.fullmatch(value) and len(value) < 12):
        return False
    if kind != "secret" and _SAYS_SO.fullmatch(value) and _NAME.search(value.lower()):
        return False
    return kind != "token" or len(value) >= 12 or not value.isalpha()


def _is_bare_secret(match: re.Match[str], is_password: bool) -> bool:
    value, after = match.group("bare"), match.string[match.end() : match.end() + 1]
    if after in ("(", "[") or _is_harmless(value):
        return False
    if _NUMBER.fullmatch(value):
        return len(value) >= (4 if is_password else 12)
    has_digit = any(character.isdigit() for character in value)
    if _VARIABLE.fullmatch(value):
        if has_digit:
            return "." not in value and not _NAME.search(value.lower()) and len(value) >= 6
        stands_alone = after in ("", "\n", "\r") and match["separator"] in (":", "=")
        return is_password and stands_alone and len(value) >= 6 and _is_word(value)
    if not has_digit and _WORDS.fullmatch(value):
        return False
    return len(value) >= (4 if is_password else 8)


def _is_word(value: str) -> bool:
    return value.isalpha() and value.islower()
