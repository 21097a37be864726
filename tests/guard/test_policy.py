from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.errors import SettingsInvalid
from gitmem.guard.policy import PLAIN, Masker, Policy
from gitmem.guard.redact import make_evidence, redact, redact_change, redact_memory
from gitmem.model.memory import Memory
from gitmem.model.session import Event, EventKind, Slice
from tests.support.evidence import change_of

_SLOW = r"(a+)+$"
_ENDLESS = "a" * 5_000 + "b"


def test_a_pattern_of_the_users_own_is_masked_beside_the_rules() -> None:
    policy = Policy((r"ACME-\d{4}",))

    assert redact("id ACME-1234 password=hunter22", policy) == (
        "id [masked:custom] password=[masked:password]"
    )


def test_a_group_named_secret_narrows_what_is_masked() -> None:
    policy = Policy((r"host (?P<secret>\w+)\.internal",))

    assert redact("on host zeus.internal", policy) == "on host [masked:custom].internal"


def test_anchors_stand_at_lines() -> None:
    assert redact("a\nPIN 12\nb", Policy((r"^PIN \d+$",))) == "a\n[masked:custom]\nb"


def test_a_pattern_that_fits_nothing_at_all_masks_nothing() -> None:
    assert redact("abc", Policy(("x*",))) == "abc"


@given(
    st.text("ab =:\n[masked]12"),
    st.lists(st.sampled_from([r".", r"\w+", "^.", ".$", "a+b?", r"[\[\]]", "masked"]), max_size=3),
)
def test_masking_twice_is_masking_once_whatever_the_patterns(text: str, given: list[str]) -> None:
    policy = Policy(tuple(given))
    once = redact(text, policy)

    assert once == redact(once, policy)


def test_a_text_that_takes_too_long_is_masked_whole() -> None:
    masker = Masker([_SLOW])

    assert masker.mask_matches(_ENDLESS, "[masked:custom]", "[masked:unchecked]") == (
        "[masked:unchecked]",
        1,
    )


def test_a_pattern_that_keeps_taking_too_long_stops_everything() -> None:
    masker = Masker([_SLOW])

    def look_again_and_again() -> None:
        for _ in range(20):
            masker.mask_matches(_ENDLESS, "", "")

    with pytest.raises(SettingsInvalid, match=r"gitmem\.redact"):
        look_again_and_again()


def test_what_is_no_pattern_is_told() -> None:
    with pytest.raises(SettingsInvalid, match="not a regular expression"):
        redact("text", Policy(("(unclosed",)))


def test_everything_that_leaves_the_transcript_passes_the_patterns() -> None:
    policy = Policy(("zebra",))
    event = Event(EventKind.SAY, 0, 0.0, text="the zebra", path="/x/zebra")
    part = Slice("s", "agent", (event,), 0, 1, edited_paths=("zebra.py",))
    change = change_of("zebra.py", subject="Feed the zebra", added_lines=("zebra()",))

    assert "zebra" not in repr(make_evidence(part, policy))
    assert "zebra" not in repr(redact_change(change, policy))
    assert "zebra" not in repr(redact_memory(Memory("change", "a zebra"), policy))


def test_a_change_is_masked_by_the_rules_but_keeps_who_and_which() -> None:
    change = change_of("a.py", subject="Set password=hunter22")

    masked = redact_change(change)

    assert masked.subject == "Set password=[masked:password]"
    assert (masked.commit, masked.author, masked.paths) == (
        change.commit,
        change.author,
        change.paths,
    )


def test_without_patterns_nothing_is_built() -> None:
    assert PLAIN.masker is None
    assert PLAIN.exclusion is None
