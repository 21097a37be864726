"""``python -m tests.surroundings``: let people work in surroundings drawn by chance, for hours."""

from __future__ import annotations

import argparse
import random
import time
import traceback
from collections import Counter

from tests.surroundings.draw import Amounts, draw
from tests.surroundings.shrink import kind_of, shrink
from tests.surroundings.story import Told, tell
from tests.surroundings.surroundings import Surroundings


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=0.1, help="how long to go on")
    parser.add_argument("--seed", type=int, default=None, help="the first seed; else by chance")
    parser.add_argument("--count", type=int, default=0, help="at most so many seeds; 0: no limit")
    parser.add_argument("--steps", type=int, default=12, help="at most so many in a story")
    parser.add_argument("--settings", type=int, default=24, help="at most so many in a repository")
    parser.add_argument("--shrink", type=float, default=120.0, help="seconds to make a find small")
    given = parser.parse_args()
    amounts = Amounts(settings=given.settings, steps=given.steps)
    first = random.SystemRandom().randrange(1 << 30) if given.seed is None else given.seed
    started, number, commands, changes = time.monotonic(), 0, 0, 0
    found: Counter[str] = Counter()
    while time.monotonic() - started < given.hours * 3600:
        surroundings = draw(first + number, amounts)
        try:
            told = _told(surroundings)
        except KeyboardInterrupt:
            break
        commands, changes = commands + len(told.commands), changes + told.changes
        if told.broken:
            kind = kind_of(told.broken)
            found[kind] += 1
            print(f"\nseed {first + number}: {told.broken}\n{surroundings}", flush=True)
            if found[kind] <= 3 and given.shrink:
                smallest, said = shrink(surroundings, told.broken, given.shrink)
                print(f"smallest: {smallest}\nwhich says: {said}", flush=True)
        number += 1
        if number == given.count:
            break
    hours = (time.monotonic() - started) / 3600
    print(
        f"\n{number} surroundings from seed {first}, {commands} commands in both twins,"
        f" {changes} changes, {hours:.2f} hours, {sum(found.values())} broken"
    )
    for kind, count in found.most_common():
        print(f"  {count} × {kind}")
    return 1 if found else 0


def _told(surroundings: Surroundings) -> Told:
    try:
        return tell(surroundings)
    except Exception:
        return Told(broken="not told: " + traceback.format_exc(limit=-3))


if __name__ == "__main__":
    raise SystemExit(main())
