"""The types of settings: what a value in git configuration means.

A name without a value is None.  Each parser raises ValueError for a value of another form; the
caller knows the setting's name and says what was expected.  Pure.
"""

from __future__ import annotations

import math
import re
import warnings

from gitmem.guard.policy import invalid_pattern

COMPRESSORS = ("extractive", "anthropic", "claude-cli", "openai")
OCCASIONS = ("commit", "never")
PROMPTS = ("full", "short", "none")
NOTICES = ("always", "problems", "never")

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0", "")
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def parse_bool(text: str | None) -> bool:
    """As git reads a boolean; a name alone is its short form of true."""
    if text is None or text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(text)


def parse_count(text: str | None) -> int:
    """A whole number, as git's with ``k``, ``m`` or ``g`` behind it."""
    digits = (text or "").strip().lower()
    factor = _UNITS.get(digits[-1:], 1)
    number = int(digits[:-1] if factor > 1 else digits)
    if number < 0:
        raise ValueError(text)
    return number * factor


def parse_amount(text: str | None) -> float:
    """A number of seconds, dollars or the like."""
    amount = float(text or "")
    if not math.isfinite(amount) or amount < 0:
        raise ValueError(text)
    return amount


def parse_price(text: str | None) -> str:
    """The text of a price in two or three amounts; empty where there is none."""
    amounts = [parse_amount(part) for part in text.split(",")] if text else []
    if len(amounts) not in (0, 2, 3):
        raise ValueError(text)
    return text or ""


def parse_text(text: str | None) -> str:
    """Any text."""
    return text or ""


def parse_embedding(text: str | None) -> str:
    """What tells texts of like meaning: ``static``, ``none`` or ``KIND:MODEL``."""
    value = (text or "").strip()
    kind, colon, model = value.partition(":")
    is_plain = value in ("static", "none")
    if not is_plain and not (kind in ("sentence-transformers", "openai") and colon and model):
        raise ValueError
    return value


def parse_pattern(text: str | None) -> str:
    """A regular expression, tried out.

    Raises:
        SettingsInvalid: it is none; the reason is told.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a later Python may read otherwise
            re.compile(text or "")
    except (re.error, RecursionError, OverflowError) as error:
        raise invalid_pattern(text or "", str(error)) from error
    return text or ""


def parse_compressors(text: str | None) -> tuple[str, ...]:
    """The names of an ordered list such as ``claude-cli, anthropic``.

    Raises:
        ValueError: one is unknown or named twice, none is named, or one comes after
            ``extractive``, which never fails and so never lets it have its turn.
    """
    names = tuple(name.strip() for name in (text or "").split(","))
    if not set(names) <= set(COMPRESSORS) or len(set(names)) < len(names):
        raise ValueError(text)
    if "extractive" in names[:-1]:
        raise ValueError(text)
    return names


def parse_occasion(text: str | None) -> str:
    """When an agent is asked: ``commit`` or ``never``."""
    if text not in OCCASIONS:
        raise ValueError(text)
    return text


def parse_notice(text: str | None) -> str:
    """When a person is told: ``always``, ``problems`` or ``never``."""
    if text not in NOTICES:
        raise ValueError(text)
    return text


def parse_prompts(text: str | None) -> str:
    """How much of a person's prompts is kept word for word: ``full``, ``short`` or ``none``."""
    if text not in PROMPTS:
        raise ValueError(text)
    return text


def parse_program(text: str | None) -> str:
    """The name or path of a program."""
    if not text:
        raise ValueError(text)
    return text


def parse_url(text: str | None) -> str:
    """An address of the web; empty where there is none."""
    if text and not text.startswith(("https://", "http://")):
        raise ValueError(text)
    return text or ""
