"""What gives access without being called a password: seed phrases, recovery codes.

**Source:** BIP-39 (the English list; four letters tell each of its words from all others).
"""

# ruff: noqa: E501  a row of a table is one line

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from gitmem.guard.forms import Span

KIND = "seed-phrase"
_LEAST_WORDS = 12


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("bip39_english.txt").read_text("ascii").split())


def spans_at(text: str, start: int, end: int) -> list[Span]:
    """Twelve words or more of the list, one after the other, behind what calls for them."""
    known = _words()
    found: list[Span] = []
    run: list[re.Match[str]] = []
    for word in re.finditer(r"[A-Za-z]+|\n\n", text[start:end]):
        if word.group() in known and (not run or word.start() - run[-1].end() <= 8):
            run.append(word)
            continue
        if _is_seed(run):
            found.append(Span(KIND, start + run[0].start(), start + run[-1].end()))
        run = [word] if word.group() in known else []
    if _is_seed(run):
        found.append(Span(KIND, start + run[0].start(), start + run[-1].end()))
    return found


def _is_seed(run: list[re.Match[str]]) -> bool:
    """Whether there are words enough, hardly any of them twice."""
    return len(run) >= _LEAST_WORDS and len({word.group() for word in run}) >= len(run) * 0.75


class Seed:
    """Words of a seed near a word that says that there are some."""

    needles = (
        "seed",
        "mnemonic",
        "recovery phrase",
        "backup phrase",
        "wallet",
        "secret phrase",
        "bip39",
        "bip-39",
        "words",
        "ledger",
        "trezor",
        "12-word",
        "24-word",
        "secret recovery",
    )

    def spans_at(self, text: str, start: int) -> list[Span]:
        """The seed within some lines behind ``start``, or before it."""
        return spans_at(text, max(0, start - 400), start + 600)


class Codes:
    """Codes that each open an account once."""

    needles = (
        "recovery code",
        "backup code",
        "one-time code",
        "scratch code",
        "rescue code",
        "emergency code",
        "2fa code",
        "login code",
    )
    _code = re.compile(
        r"(?<![\w-])(?=[a-z0-9-]*\d|[a-z]{4,6}-[a-z]{4,6}(?!\w))[A-Za-z0-9]{4,10}(?:[- ][A-Za-z0-9]{4,10}){1,3}(?![\w-])|(?<![\w-])\d{6,10}(?![\w-])|(?<![\w-])(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{8,16}(?![\w-])"
    )

    def spans_at(self, text: str, start: int) -> list[Span]:
        """The codes on the rest of the line and, as a list, on those below."""
        end = start
        for _ in range(12):
            stop = text.find("\n", end + 1, end + 300)
            line = text[end : stop if stop >= 0 else min(len(text), end + 300)]
            if end > start and len(line.split()) > 4:
                break
            end = stop if stop >= 0 else min(len(text), end + 300)
            if stop < 0:
                break
        found = []
        for code in self._code.finditer(text, start, end):
            value = code.group()
            if " " in value:
                continue
            found.append(Span("recovery-code", *code.span()))
        return found


class OneTimeSeed:
    """The key that an authenticator is set up with: base32, often in groups of four."""

    needles = (
        "setup key",
        "set-up key",
        "secret key:",
        "manual entry",
        "authenticator",
        "totp",
        "2fa",
        "mfa",
        "two-factor",
        "scan the",
        "this key:",
        "key manually",
        "otp key",
        "otpauth",
    )
    _seed = re.compile(
        r"(?<![\w+/-])(?:(?=[A-Z2-7]*[A-Z])[A-Z2-7]{16,64}|(?=[a-z2-7 -]{0,40}[2-7])(?=[a-z2-7 -]{0,40}[a-z])(?:[a-z2-7]{4}[ -]){3,15}[a-z2-7]{4}|(?=[A-Z2-7 -]{0,40}[2-7])(?:[A-Z2-7]{4}[ -]){3,15}[A-Z2-7]{4})(?![\w+/=-])"
    )

    def spans_at(self, text: str, start: int) -> list[Span]:
        """The seeds within two lines or so."""
        return [
            Span("totp-seed", *seed.span())
            for seed in self._seed.finditer(text, start, start + 160)
        ]


RULES = (Seed(), Codes(), OneTimeSeed())
