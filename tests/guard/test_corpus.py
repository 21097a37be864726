from __future__ import annotations

from collections import Counter

from gitmem.guard.redact import redact
from tests.bench.redaction import is_masked, is_touched
from tests.guard import samples
from tests.guard.corpus import SURROUNDINGS, innocents, secrets

SECRETS = list(secrets())
INNOCENTS = list(innocents())


def test_of_what_is_secret_99_in_100_are_masked() -> None:
    missed = [case for case in SECRETS if not is_masked(case)]

    assert len(missed) <= 0.01 * len(SECRETS), missed[:5]


def test_of_every_kind_known_by_form_or_name_all_are_masked() -> None:
    missed = [c for c in SECRETS if not c.kind.startswith("by chance") and not is_masked(c)]

    assert missed == []


def test_of_keys_of_no_known_form_97_in_100_are_masked() -> None:
    chance = [case for case in SECRETS if case.kind.startswith("by chance")]
    missed = [case for case in chance if not is_masked(case)]

    assert len(missed) <= 0.03 * len(chance), missed[:5]


def test_of_what_is_not_secret_5_in_1000_are_touched() -> None:
    touched = [case for case in INNOCENTS if is_touched(case)]

    assert len(touched) <= 0.005 * len(INNOCENTS), touched[:5]


def test_masking_the_corpus_twice_is_masking_it_once() -> None:
    for text in [*(c.text for c in SECRETS), *(c.text for c in INNOCENTS)]:
        once = redact(text)

        assert once == redact(once)


def test_the_corpus_has_every_kind_in_every_surroundings() -> None:
    kinds = Counter(case.kind for case in SECRETS)

    assert {name.split(" ")[0] for name in samples.KEYS} <= set(kinds)
    assert min(kinds[name.split(" ")[0]] for name in samples.KEYS) >= len(SURROUNDINGS)
