"""The same caps hold for every agent's texts."""

from __future__ import annotations

from gitmem.agents.draft import Draft

KEY = "ghp_" + "A1b2C3d4" * 5


def test_no_half_of_a_key_is_left_where_an_edit_is_cut() -> None:
    """Of half a key nobody can tell later that it is one."""
    for filled in range(2_340, 2_404, 4):
        text = "w" * (filled - 1) + f" {KEY} " + "x" * 4_000

        (event,) = Draft(0, 0.0).call("Edit", "c", path="a.py", text=text, added=text)

        assert KEY[:12] not in event.text or KEY in event.text
