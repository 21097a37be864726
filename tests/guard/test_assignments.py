from __future__ import annotations

import pytest

from gitmem.guard.find import is_secret_field
from gitmem.guard.redact import redact
from tests.guard import samples


@pytest.mark.parametrize("case", samples.NAMED)
def test_a_named_secret_is_masked_and_the_rest_stays(case: str) -> None:
    frame, secret = samples.NAMED[case]
    before, after = (part.format() for part in frame.split("{}"))

    text = redact(frame.format(secret))

    assert secret not in text
    assert text.startswith(before + "[masked:")
    assert text.endswith(after)


@pytest.mark.parametrize("text", samples.HARMLESS)
def test_what_is_no_secret_comes_through_untouched(text: str) -> None:
    assert text == redact(text)
    assert f"- {text}\n" == redact(f"- {text}\n")


def test_a_field_is_judged_by_its_name_and_value() -> None:
    assert is_secret_field("db-password", "hunter" + "22")
    assert not is_secret_field("phase", "hunter" + "22")
    assert not is_secret_field("password", "")
