from __future__ import annotations

import math

from gitmem.index.stems import stems_of
from gitmem.model import common_words
from gitmem.model.common_words import LEAST, common_share


def test_what_people_write_everywhere_is_commoner_than_what_they_seldom_write() -> None:
    shares = [common_share(stem) for stem in stems_of(["test", "container", "flexbox"])]

    assert shares[0] > shares[1] > shares[2] == 0.0


def test_a_share_is_one_of_the_tables_and_never_below_its_least() -> None:
    levels = common_words._LEVELS

    assert all(math.exp(-level) >= LEAST for level in levels)
    assert {common_share(stem) for text in levels.values() for stem in text.split()} == {
        math.exp(-level) for level in levels
    }


def test_each_stem_stands_once_in_the_table() -> None:
    every = [stem for text in common_words._LEVELS.values() for stem in text.split()]

    assert len(every) == len(set(every)) > 3_000
