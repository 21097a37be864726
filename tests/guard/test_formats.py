from __future__ import annotations

import pytest

from gitmem.guard.find import KEYS, PARTS
from gitmem.guard.redact import redact
from tests.guard import samples


@pytest.mark.parametrize("case", samples.KEYS)
@pytest.mark.parametrize("around", ["{}", "x = f({})", "it was `{}`.", '{{"k": "{}"}}', "a\n{}\nb"])
def test_a_key_is_masked_whatever_stands_around_it(case: str, around: str) -> None:
    kind = case.split(" ")[0]

    assert around.format(f"[masked:{kind}]") == redact(around.format(samples.KEYS[case]))


def test_every_key_format_has_a_sample() -> None:
    assert {form.kind for form in KEYS} == {case.split(" ")[0] for case in samples.KEYS}


@pytest.mark.parametrize("case", samples.KEYS)
def test_a_key_behind_an_escaped_line_break_is_masked(case: str) -> None:
    assert samples.KEYS[case] not in redact(r"first\n" + samples.KEYS[case] + r"\nlast")


@pytest.mark.parametrize("case", ["aws-key-id", "google-key", "twilio-key", "openai-key"])
def test_a_key_form_inside_a_run_of_letters_is_chance(case: str) -> None:
    text = "word" + samples.KEYS[case]

    assert f"[masked:{case}]" not in redact(text)


def test_needles_are_in_the_case_they_are_looked_for() -> None:
    needles = [needle.partition("\t")[0] for form in PARTS for needle in form.needles]

    assert needles == [needle.lower() for needle in needles]
