from __future__ import annotations

import pytest

from gitmem.guard.spans import without_private, without_private_keys
from tests.guard.samples import key_block

MASK = "[masked:private-key]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a <private>b</private> c", "a   c"),
        ("a <PRIVATE>b</Private> c", "a   c"),
        ("<private>all of it</private>", ""),
        ("a <private>b <private>c</private> d</private> e", "a   e"),
        ("a <private>never closed", "a"),
        ("a <private>b</private> c <private>d", "a   c"),
        ("a &lt;private&gt;b&lt;/private&gt; c", "a   c"),
        (r"a \u003cprivate\u003eb\u003c/private\u003e c", "a   c"),
        ("a </private> b", "a </private> b"),
        ("a <privateer> b", "a <privateer> b"),
    ],
)
def test_private_spans_are_gone(text: str, expected: str) -> None:
    assert expected == without_private(text)[0]


def test_the_two_sides_of_a_private_span_do_not_join() -> None:
    assert "<private>" not in without_private("<pri<private>x</private>vate> y")[0]


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
def test_a_key_block_is_masked_whole(kind: str) -> None:
    assert (f"a {MASK} b", 1) == without_private_keys(f"a {key_block(kind)} b", MASK)


def test_a_pgp_block_is_masked_whole() -> None:
    block = key_block().replace("RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK")

    assert without_private_keys(block, MASK) == (MASK, 1)


def test_a_key_block_in_a_json_string_is_masked_whole() -> None:
    text = '{"key": "' + key_block().replace("\n", "\\n") + '\\n"}'

    assert without_private_keys(text, MASK) == ('{"key": "' + MASK + '\\n"}', 1)


@pytest.mark.parametrize("numbering", ["", "    12→", "+ ", "> "])
def test_a_key_block_without_its_end_takes_its_body_along(numbering: str) -> None:
    lines = key_block().splitlines()[:-1]
    text = "\n".join(numbering + line for line in lines) + "\n\nand a sentence after it."

    masked, count = without_private_keys(text, MASK)

    assert count == 1
    assert "MIIE" not in masked
    assert masked.endswith("sentence after it.")


def test_code_that_names_the_mark_is_left_readable() -> None:
    text = 'if line.startswith("-----BEGIN RSA PRIVATE ' + 'KEY-----"):\n    return parse(line)'

    masked, _ = without_private_keys(text, MASK)

    assert masked.endswith("return parse(line)")


def test_a_public_key_stays() -> None:
    block = key_block().replace("PRIVATE", "PUBLIC")

    assert (block, 0) == without_private_keys(block, MASK)
