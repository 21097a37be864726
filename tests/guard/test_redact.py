from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitmem.guard.redact import (
    Evidence,
    make_evidence,
    redact,
    redact_memory,
    redact_with_counts,
)
from gitmem.model.memory import Decision, Memory, Provenance, RecordedError, to_fields
from gitmem.model.session import Event, EventKind, Slice
from tests.guard import samples
from tests.strategies import memories

_FRAGMENTS = [
    *samples.KEYS.values(),
    *(frame.format(secret) for frame, secret in samples.NAMED.values()),
    *samples.HARMLESS,
    samples.key_block(lines=1),
    *("password", "secret", "token", "api_key", "Bearer ", "cookie: a=", "://", "--"),
    *("<private>", "</private>", "[masked:jwt]", "[masked:", " ", "\u0130"),
    *"=:\"'`\\[](){}<>@.;&\n",
]
_TEXTS = st.lists(st.sampled_from(_FRAGMENTS) | st.text(max_size=6), max_size=8).map("".join)
_SECRET = samples.KEYS["github-token"]


@given(_TEXTS)
@example("\u0130 password = 'abcd1234'")
def test_masking_twice_is_masking_once(text: str) -> None:
    once = redact(text)

    assert once == redact(once)


@given(st.sampled_from(sorted(samples.KEYS.values())), _TEXTS, _TEXTS)
def test_no_surroundings_let_a_key_through(key: str, before: str, after: str) -> None:
    text = f"{before} {key} {after}"

    assert redact(text).count(key) < text.count(key)


@given(st.text())
def test_text_without_a_hint_is_left_alone(text: str) -> None:
    masked, count = redact_with_counts(text)

    assert (masked == text) == (count == 0)


def test_what_was_masked_is_counted() -> None:
    text = f"{_SECRET}\n<private>x</private>\npassword = 'abcd1234'\n{samples.key_block()}"

    assert redact_with_counts(text)[1] == 4


@pytest.mark.parametrize(
    "hostile",
    ["eyJ", "token=", "token='", "-----BEGIN RSA PRIVATE " + "KEY-----", "<private>", "://a:", "--",
     "password: ", "sk-", "Bearer a", "\\", "curl ", "a.", "secret_", "cookie:a=", "[masked:"],
)  # fmt: skip
def test_repeated_beginnings_cost_linear_time(hostile: str) -> None:
    """Quadratic work on this much text would not end within the patience of any test run."""
    assert redact(hostile * (400_000 // len(hostile))) is not None


def _slice(*events: Event) -> Slice:
    return Slice(
        "s", "agent", events, 0, 9, edited_paths=(f"a/{_SECRET}.py",), read_paths=("b.py",)
    )


def test_evidence_has_every_text_and_path_masked() -> None:
    call = Event(EventKind.CALL, 1, 0.0, text=f"echo {_SECRET}", path=f"/x/{_SECRET}")
    evidence = make_evidence(_slice(call, Event(EventKind.SAY, 2, 0.0, text="fine")))

    assert _SECRET not in repr(evidence)
    assert evidence.mask_count == 3
    assert evidence.slice.events[1].text == "fine"


def test_a_secret_coloured_by_a_program_is_masked_in_evidence() -> None:
    coloured = "password=\x1b[31m" + "hunter22" + "\x1b[0m done"

    (event,) = make_evidence(_slice(Event(EventKind.RESULT, 1, 0.0, text=coloured))).slice.events

    assert event.text == "password=[masked:password] done"


def test_nobody_else_can_build_evidence() -> None:
    with pytest.raises(TypeError, match="make_evidence"):
        Evidence(_slice(), 0)


def test_evidence_cannot_be_given_another_slice() -> None:
    evidence = make_evidence(_slice())

    with pytest.raises(dataclasses.FrozenInstanceError):
        evidence.slice = _slice()  # type: ignore[misc]


def test_every_text_of_a_memory_is_masked() -> None:
    memory = Memory(
        kind="bugfix",
        title=_SECRET,
        why=_SECRET,
        what=(_SECRET,),
        decisions=(Decision(_SECRET, _SECRET, (_SECRET,), {"x": _SECRET}),),
        errors=(RecordedError(_SECRET, (_SECRET,), _SECRET, {"x": [_SECRET]}),),
        next=(_SECRET,),
        concepts=(_SECRET,),
        tags={"x": {_SECRET: 1}},
        files_changed=(_SECRET,),
        files_read=(_SECRET,),
        symbols=(_SECRET,),
        extra={"deep": [{"deeper": _SECRET}], "password": "correct horse"},
        provenance=Provenance(branch=_SECRET, model=_SECRET, extra={"x": _SECRET}),
    )

    text = json.dumps(to_fields(redact_memory(memory)))

    assert _SECRET not in text
    assert "horse" not in text


def test_who_and_which_commit_stay() -> None:
    origin = Provenance(commit="a" * 40, author="Ada <ada@example.com>", session="s-1")
    memory = Memory("change", "t", supersedes=("m" + "0" * 20,), provenance=origin)

    assert memory == redact_memory(memory)


@given(memories())
def test_masking_a_memory_twice_is_masking_it_once(memory: Memory) -> None:
    once = redact_memory(memory)

    assert once.id == redact_memory(once).id
