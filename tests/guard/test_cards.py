from __future__ import annotations

import pytest

from gitmem.guard.policy import Policy
from gitmem.guard.redact import redact

CARDS = Policy(masks_cards=True)
VISA = "4111" + " 1111" * 3
IBAN = "DE89 3704" + " 0044 0532 0130 00"


@pytest.mark.parametrize("number", [VISA, VISA.replace(" ", ""), VISA.replace(" ", "-")])
def test_a_card_is_masked_only_where_it_is_asked_for(number: str) -> None:
    assert redact(f"pay with {number}.", CARDS) == "pay with [masked:payment-card]."
    assert redact(f"pay with {number}.") == f"pay with {number}."


@pytest.mark.parametrize("number", [IBAN, IBAN.replace(" ", "")])
def test_an_account_is_masked_only_where_it_is_asked_for(number: str) -> None:
    assert redact(f"to {number}, today", CARDS) == "to [masked:iban], today"
    assert redact(f"to {number}, today") == f"to {number}, today"


@pytest.mark.parametrize(
    "text",
    [
        "pay with 4111 1111 1111 1112.",
        "to DE88 3704 0044 0532 0130 00, today",
        "request 1690000000000123",
        "4111111111111111a",
        "AB12 CD34",
    ],
)
def test_a_number_whose_check_digits_are_wrong_stays(text: str) -> None:
    assert redact(text, CARDS) == text
