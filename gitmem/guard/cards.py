"""Payment cards and bank accounts, which a repository may ask to have masked.

Off unless asked for: test data is full of them, and a number of sixteen digits is more often an id.
What counts has the check digits that it needs, and the length of a card of its issuer.

Source: ISO/IEC 7812 (Luhn's check digit), ISO 13616 (the remainder of 97).
"""

from __future__ import annotations

import re

from gitmem.guard.forms import Span, merge_spans

_CARD = re.compile(r"(?<![\w.-])(?:\d[ -]?){12,18}\d(?![\w-]|\.\d)")
_ISSUER = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|3[47]\d{13}"
    r"|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35\d{14}|62\d{14,17}"
)
_IBAN = re.compile(r"(?<![\w-])[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![\w-])")
_LEAST_IBAN = 15  # characters, of Norway


def spans(text: str) -> list[Span]:
    """The numbers of cards and accounts in a text."""
    found = [
        Span("payment-card", *card.span())
        for card in _CARD.finditer(text)
        if is_card(re.sub(r"\D", "", card.group()))
    ]
    found += [
        Span("iban", *account.span())
        for account in _IBAN.finditer(text)
        if is_account(account.group().replace(" ", ""))
    ]
    return merge_spans(found)


def is_card(digits: str) -> bool:
    """Whether digits are the number of a card: an issuer's, with Luhn's check digit."""
    if not _ISSUER.fullmatch(digits):
        return False
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    total = sum(map(int, digits[-1::-2])) + sum(number // 10 + number % 10 for number in doubled)
    return total % 10 == 0


def is_account(number: str) -> bool:
    """Whether letters and digits are an account's number, whose remainder by 97 is 1."""
    if len(number) < _LEAST_IBAN:
        return False
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1
