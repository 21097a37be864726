"""Each fault that the long run found, as the smallest surroundings in which it still showed."""

from __future__ import annotations

import pytest

from tests.surroundings.story import tell
from tests.surroundings.surroundings import Surroundings

SURROUNDINGS = {
    # git warned of a notes ref that is not there before the first memory.
    "amended before the first memory": Surroundings(
        story=(("tag", 1), ("amend", 1), ("commit", 3), ("amend", 6)),
    ),
    # The list of repositories was written into the work tree, and committed.
    "a relative state folder": Surroundings(
        story=(("commit", 3),),
        environ=(("XDG_STATE_HOME", "relative"),),
    ),
    # init ended with "a bug".
    "no state folder": Surroundings(
        story=(("commit", 3),),
        environ=(("XDG_STATE_HOME", "/dev/null"),),
    ),
    # What a rebase made of the merge was told after it had been captured a second time.
    "squash merged, then a fixup": Surroundings(
        story=(
            ("commit", 13610689),
            ("pull", 4256166),
            ("merge", 10510664),
            ("look", 10405217),
            ("fixup", 11122364),
        ),
        contents=("colon name",),
        forms=("verbose", "other letters", "no verify", "hash sign"),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SURROUNDINGS)
def test_what_was_found_stays_mended(name: str) -> None:
    assert tell(SURROUNDINGS[name]).broken == ""
