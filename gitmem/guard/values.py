"""What a value looks like: chosen or drawn by lot as secrets are, or a word, a name, a number.

How much must speak for a value depends on what stands before it.  Behind ``sqlcmd -P`` anything
is a password (:func:`is_given`); behind "the password is" a word may be the end of a sentence
(:func:`looks_chosen`); somewhere behind "password" only what nobody writes for another purpose
counts (:func:`looks_drawn`).
"""

from __future__ import annotations

import re
from itertools import pairwise

from gitmem.guard.placeholders import is_placeholder
from gitmem.guard.randomness import has_common_pairs

_PATH = re.compile(r"(?:[A-Za-z]:[\\/]|~?/|\.{1,2}/)[\w.@~\\/-]*")
_URL = re.compile(r"[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE)
_VERSION = re.compile(r"[~^<>=v]{0,3}\d+\.\d+(?:[-+.]\w+)*")
_AWS_SECRET = 40  # characters; it may start with a slash, like a path

# Behind a name or in a sentence these are words, however they are spelled.
_WORDS = re.compile(r"[^\W\d_]+(?:[-/.'’&][^\W\d_]+)*[.:!?,;]*")
# What code has there: a call, a regular expression, a mark of a model, a constant's name, and
# the wildcard that some words of a secret's name make.
_NAMED = re.compile(
    r"[\w.]{1,60}\(\)|/\^.*|\[\w-]+\][*+{].*|\(\?.*|\[[A-Z_]{2,20}\]|__\w+__|#[0-9a-fA-F]{6}"
    r"|(?:[A-Z][A-Z0-9]{0,30}_){1,8}(?:PASS(?:WORD|WD|PHRASE|CODE)?|PWD|SECRET|TOKEN|KEY|CREDENTIALS?)"
)
# Keys that their providers mean to be published.
_PUBLISHED = re.compile(
    r"phc_|pk_(?:live|test)_|pk\.eyJ|sb_publishable_|rzp_test_|(?:ssh-|ecdsa-|age1)"
)
_TYPE = re.compile(r"(?:[A-Z]{1,5}|[A-Z][a-z]+)\d{1,5}(?:[A-Z][a-z]{2,}){2,6}\d{0,2}")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_SNAKE = re.compile(r"[a-z][a-z\d]*(?:_[a-z\d]+)+|[A-Z][A-Z\d]*(?:_[A-Z\d]+)+|_+\w*")
_CAMEL_WORD = re.compile(r"[A-Z][a-z]{2,}|[a-z]{3,}|[A-Z]{3,}(?![a-z])|[A-Z]{2,}(?=[A-Z][a-z])|\d+")
_NUMBER = re.compile(r"[#+-]?[\d.,:_/x×%-]+(?:[a-zA-Z]{1,3}|%)?")
_DATE = re.compile(r"#[0-9a-fA-F]{3,8}|\d{4}-\d\d-\d\d(?:[T_]\S*)?|\d{1,2}[:h]\d\d\S{0,8}")
_HEXADECIMAL = re.compile(r"(?:0x)?[0-9a-fA-F-]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ADDRESS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|@?[a-z\d-]+(?:\.[a-z\d-]+){1,6}(?::\d+)?(?:/\S*)?"
)
_FILE = re.compile(r"[\w.@~/\\-]*\.[A-Za-z][A-Za-z0-9]{0,5}(?::\d+)*")
_CODE = re.compile(
    r"[(){}\[\]<>|;`\"\\]|\w'\w*[,:]|::|->|=>|&&|\?\.|\$[({]|^\$|^--?[A-Za-z]|^[A-Za-z_.-]{2,}=\w|^@\w+$|\.\.\.|…"
)
_ALGORITHM = re.compile(
    r"(?:sha|md|rsa|rs|hs|es|ps|aes|hmac|utf|ucs|base|ipv|https?|o?auth|x|argon|pbkdf|blake|crc|ed"
    r"|curve|secp|iso|rfc|cve|k|ec|s|v|h|i|l|e|p|q|t|u?int|float|python|py|node|java|es|win|mp|tls"
    r"|ssl|ssh|oidc|saml|scram|chacha|poly|des|bcrypt|scrypt|gpt|claude|version|level|step|phase"
    r"|test|case|option|line|day|week|user|field|param|arg|admin|group|room|node|host|server|db"
    r"|pass|password|token|secret|key|id|file|page|chapter|section|issue|pr|bug|task|ticket|fa|mfa"
    r"|factor|char|chars|byte|bytes|bit|bits|digit|digits|number|item|slot|port|pin|gpio|web|log|x86"
    r"|unicode|latin|cp|win|arm|amd|pkcs|bearer|jwt|digest|ntlm|kerberos|gen|rev|part|round|es)"
    r"[-_]?\d{1,5}(?:[-_.][a-z]{0,8}\d{0,4}){0,2}[a-z]{0,3}[.:!?,;]*",
    re.IGNORECASE,
)
_UNIT = re.compile(r"\d+[-_]?(?:[A-Z]?[a-z]{1,11}|[A-Z]{1,4}[a-z]?)(?:-[a-z]{2,12})*[.:!?,;]*")
_CONSTANT = re.compile(r"[A-Z]{1,6}-?\d{1,5}[A-Z]?")
_GROUPS_OF_FOUR = re.compile(r"[a-z]{4}(?:-[a-z]{4}){3}")
_SYMBOL = re.compile(r"[!@#$%^&*?~+=|§€£]")
_CHOSEN_SIGN = re.compile(r"[!#$%^&*?~]")
_LINE_OF_FILE = re.compile(r"#L\d|[?&]\w+$")
_NAME_OF_SECRET = re.compile(
    r"pass|secret|token|key|cred|auth|login|pwd|user|name|admin", re.IGNORECASE
)


def is_harmless(value: str) -> bool:
    """Whether a value is a reference, a blank, a path, an address or a version."""
    if _NAMED.fullmatch(value) or _PUBLISHED.match(value):
        return True
    if value.startswith("@"):
        return _FILE.fullmatch(value[1:]) is not None
    if _PATH.fullmatch(value):
        return len(value) != _AWS_SECRET
    return bool(is_placeholder(value) or _URL.match(value) or _VERSION.fullmatch(value))


def is_algorithm(value: str) -> bool:
    """Whether a word names an algorithm, an encoding or a library, with its number."""
    return (
        _ALGORITHM.fullmatch(value) is not None or re.fullmatch("[a-z]{4,}[2-9]", value) is not None
    )


def is_given(value: str) -> bool:
    """Whether what stands where only a secret can stand is one, not a variable or a blank."""
    return len(value) >= 3 and not is_harmless(value) and value[:1] not in "$%"


def looks_chosen(value: str) -> bool:
    """Whether a word behind "the password is" is one that a person or a program chose as such.

    It has a digit, a sign or an odd capital in it, and is no number with a unit, no algorithm, no
    identifier and no name of a file or host.
    """
    if len(value) < 5 or is_harmless(value) or _CODE.search(value):
        return False
    if _is_place(value):
        return False
    if any(form.fullmatch(value) for form in (_WORDS, _NUMBER, _DATE, _ALGORITHM, _UNIT)):
        return value.isascii() and _is_odd_word(value)
    if any(form.fullmatch(value) for form in (_SNAKE, _ADDRESS, _CONSTANT, _FILE)):
        return _rest(value) >= 5 and looks_drawn(value)
    has_digit = any(sign.isdigit() for sign in value)
    has_letter = any(sign.isalpha() for sign in value)
    has_symbol = _SYMBOL.search(value[:-1]) is not None
    if not has_letter:
        return has_digit and has_symbol and len(value) >= 6
    if not has_digit:
        return (has_symbol and _SYMBOL.search(value.rstrip("!?")) is not None) or _is_odd_word(
            value
        )
    return True


def looks_drawn(value: str) -> bool:
    """Whether a word can hardly be anything but a secret: no word in any spelling, no id.

    Eight characters at least, letters and digits mixed, most of them outside of words.
    """
    if len(value) < 8 or is_harmless(value) or _CODE.search(value):
        return False
    if (
        _is_place(value)
        or _HEXADECIMAL.fullmatch(value)
        or _DATE.fullmatch(value)
        or _ALGORITHM.fullmatch(value)
    ):
        return False
    if _DOTTED.fullmatch(value) and re.search(r"[A-Z][a-z]{4,}|[a-z]{5,}", value):
        return False
    if value.count("/") > 1 or value.count(".") > 2 or value.count("-") > 2 or value.count(":") > 1:
        return False
    digits = sum(sign.isdigit() for sign in value)
    is_mixed = any(sign.isupper() for sign in value) and any(sign.islower() for sign in value)
    if not digits or not value.isascii():
        return False
    if digits >= 2 and is_mixed and len(value) >= 10 and _CHOSEN_SIGN.search(value[1:]):
        return "." not in value and "/" not in value and not _LINE_OF_FILE.search(value)
    rest = _rest(value)
    if is_mixed or _SYMBOL.search(value):
        return rest >= 4
    return rest >= 6 and _changes(value) >= 4


def _is_place(value: str) -> bool:
    """Whether a word names a file, a line of one, a package, a date's record or a unique id."""
    if _TYPE.fullmatch(value) or _UUID.search(value) or re.match(r"\d{4}-\d\d-\d\d", value):
        return True
    if "/" in value or "@" in value[:1]:
        parts = re.split(r"[/@:]", value)
        return len(parts) > 2 or any(
            re.fullmatch(r"[a-z._-]{3,}|[A-Z]?[a-z]{3,}", part) for part in parts
        )
    return re.search(r"\.[a-z]{1,5}(?::\d+(?:-\d+)?)?$", value) is not None and value.islower()


def looks_chosen_alone(value: str) -> bool:
    """Whether a word right behind "password", with nothing between, is one."""
    if not looks_chosen(value) or len(value) < 6 or _HEXADECIMAL.fullmatch(value):
        return looks_random(value)
    digits = sum(sign.isdigit() for sign in value)
    has_upper = any(sign.isupper() for sign in value)
    return bool(digits and (has_upper or _SYMBOL.search(value))) or digits >= 2


def looks_random(value: str) -> bool:
    """Whether a long word of letters alone was drawn by lot, judged by its pairs of letters."""
    if _GROUPS_OF_FOUR.fullmatch(value):  # what Apple and Google give to a program
        value = value.replace("-", "")
    return len(value) >= 12 and value.isalpha() and value.isascii() and not has_common_pairs(value)


def _is_odd_word(value: str) -> bool:
    """Whether letters are no word: capitals in odd places, pairs that words do not have."""
    if not value.isalpha() or len(value) < 8 or value.islower() or value.isupper():
        return False
    return value[1:] != value[1:].lower() and _rest(value) >= 5


def _rest(value: str) -> int:
    """How many letters and digits stand outside of words, in camel case or any other."""
    words = sum(
        len(word)
        for word in _CAMEL_WORD.findall(value)
        if word[0].islower() or (word.isalpha() and (len(word) != 4 or has_common_pairs(word)))
    )
    digits = 0
    for word in re.findall(r"\d+", value):
        digits += len(word) if len(word) < 5 else 4
    letters = sum(sign.isalpha() for sign in value) - words
    return letters + (digits if letters >= 2 else 0)


def _changes(value: str) -> int:
    """How often letters and digits change places."""
    return sum(a.isdigit() != b.isdigit() for a, b in pairwise(value))
