from __future__ import annotations

import random

import pytest

from gitmem.guard.randomness import is_random, spans
from tests.guard.samples import filled

KEY = filled("<A40>", random.Random(3))


def _is_found(text: str) -> bool:
    return any(True for _ in spans(text))


@pytest.mark.parametrize("around", ["{}", "x = {}", "with {} it works", "({})", "first\n{}\nlast"])
def test_a_run_drawn_by_lot_is_found(around: str) -> None:
    ((kind, start, end),) = spans(around.format(KEY))

    assert kind == "random"
    assert around.format(KEY)[start:end] == KEY


def test_the_key_of_these_tests_looks_drawn_by_lot_in_its_beginning_too() -> None:
    assert is_random("cus_" + KEY[:32])


@pytest.mark.parametrize(
    "run",
    [
        "abstractSessionFactoryBuilder2Impl",
        "ABSTRACT_SESSION_FACTORY_BUILDER_2",
        "test-that-a-Session-V2-is-kept-in-order",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "0123456789abcdef0123456789abcdef01234567",
        "AAAAAAAAAAAAAAAAAAAAAAaa1",
        "src/components/SessionList/SessionRow2",
    ],
)
def test_words_numbers_and_sequences_are_not(run: str) -> None:
    assert not is_random(run)


@pytest.mark.parametrize(
    "around",
    [
        "id: {}",
        '"requestId": "{}"',
        "<Row id='{}'>",
        "sha256={}",
        "etag = W/{}",
        "https://example.com/d/{}/edit",
        "dist/app-{}.js",
        "data:font/woff2;base64,{}",
        "cus_{:.32}",
        "first line\n" + "Q" * 64 + "\n{}",
    ],
)
def test_what_says_that_it_is_an_id_a_checksum_a_name_or_data_is_left(around: str) -> None:
    assert not _is_found(around.format(KEY))


def test_a_prefix_that_says_secret_is_no_id() -> None:
    assert _is_found("acmekey_" + KEY[:32])


def test_what_is_far_longer_than_a_key_is_data() -> None:
    assert not _is_found(filled("<b400>", random.Random(3)))
