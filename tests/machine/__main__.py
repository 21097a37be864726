"""``python -m tests.machine``: let people work for hours, and see whether a memory is lost."""

from __future__ import annotations

import argparse
import random
import time
import traceback

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine import History, HistoryWithHooks


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long to go on")
    parser.add_argument("--steps", type=int, default=40, help="at most so many in a story")
    parser.add_argument("--stories", type=int, default=5, help="so many with each seed")
    parser.add_argument("--seed", type=int, default=None, help="the first seed; else by chance")
    parser.add_argument("--hooks", choices=("on", "off", "both"), default="both")
    parser.add_argument("--shrink", action="store_true", help="make a failing story short")
    given = parser.parse_args()
    machines: dict[str, list[type[History]]] = {
        "on": [HistoryWithHooks],
        "off": [History],
        "both": [History, HistoryWithHooks],
    }
    number = random.SystemRandom().randrange(1 << 30) if given.seed is None else given.seed
    started, seeds, failed = time.monotonic(), 0, []
    while time.monotonic() - started < given.seconds:
        machine = machines[given.hooks][seeds % len(machines[given.hooks])]
        phases = [Phase.generate, Phase.shrink] if given.shrink else [Phase.generate]
        limits = settings(
            max_examples=given.stories,
            stateful_step_count=given.steps,
            deadline=None,
            database=None,
            phases=phases,
            print_blob=False,
            verbosity=Verbosity.normal,
            suppress_health_check=list(HealthCheck),
        )
        try:
            run_state_machine_as_test(seed(number + seeds)(machine), settings=limits)
        except Exception:
            failed.append((number + seeds, machine.__name__))
            print(f"seed {number + seeds} of {machine.__name__} failed:")
            traceback.print_exc(limit=-2)
        seeds += 1
    hours = (time.monotonic() - started) / 3600
    print(
        f"{History.steps} steps, {seeds} seeds from {number}, {hours:.2f} hours,"
        f" {len(failed)} failed"
    )
    told = ", ".join(f"{name} {count}" for name, count in History.done.most_common())
    print(f"git did: {told}")
    for one, name in failed:
        print(f"  --seed {one}  ({name})")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
