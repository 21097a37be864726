"""How true the decisions and kinds are that backfill takes from commit messages.

    python -m tests.bench.history_decisions [--wrong] [--file FILE]

FILE holds commit messages of real projects that were labelled by reading (see the README beside
it): what its writer decides, which kinds fit, and traps: what is told of the old state or of others
and would be a decision turned round.  Every decision made is compared with those labels.
*Precision* is the share of the decisions made that a label has; *recall* the share of the labels
that are not optional; *inverted* counts what was rejected and told as chosen, or the reverse.
``--wrong`` prints each decision that no label has.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gitmem.compress.offline.history import memory_of
from gitmem.model.change import Change, FileChange
from gitmem.model.memory import Decision, Memory

FILE = Path(__file__).parents[1] / "compress/offline/fixtures/commit_messages.jsonl"
_WORD = re.compile(r"[\w.&$]+|\*\*?|[^\w\s'\"`,;:()]")
_SAME = 0.6
_LONGER = 0.35  # what was chosen may be told with what leads to it


@dataclass
class Score:
    """Counts over some messages; ``wrong`` quotes the decisions that no label has."""

    made: int = 0
    right: int = 0
    inverted: int = 0
    wanted: int = 0
    found: int = 0
    kinds: int = 0
    right_kinds: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        def share(part: int, whole: int) -> str:
            return f"{part / whole:.2f} ({part}/{whole})" if whole else "-"

        return (
            f"{share(self.right, self.made):>16} {share(self.found, self.wanted):>16}"
            f" {self.inverted:>9} {share(self.right_kinds, self.kinds):>18}"
        )


def read_labels(file: Path = FILE) -> list[dict[str, Any]]:
    """The labelled messages."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def memory_of_row(row: Mapping[str, Any]) -> Memory | None:
    """What backfill makes of a labelled message."""
    change = Change(
        commit=row["commit"],
        parents=("0" * 40,),
        subject=row["message"].partition("\n")[0],
        message=row["message"],
        author="Ada Author <ada@example.com>",
        committer_name="Ada Author",
        committer_email="ada@example.com",
        time=1_767_225_600,
        commit_time=1_767_225_600,
        files=tuple(FileChange(path, "M", 3, 1) for path in row["files"]),
    )
    return memory_of(change)


def score(rows: Iterable[Mapping[str, Any]]) -> Score:
    """Compare what is made of each message with its labels."""
    total = Score()
    for row in rows:
        memory = memory_of_row(row)
        made: Sequence[Decision] = memory.decisions if memory else ()
        labels = row["decisions"]
        total.made += len(made)
        for decision in made:
            is_right = any(_agrees(decision, label) for label in labels)
            total.right += is_right
            is_inverted = _is_inverted(decision, labels, row.get("traps", ()))
            total.inverted += is_inverted
            if not is_right:
                mark = "INVERTED " if is_inverted else ""
                total.wrong.append(f"{mark}{row['repo']} {row['commit'][:10]} {decision}")
        wanted = [label for label in labels if not label.get("optional")]
        total.wanted += len(wanted)
        total.found += sum(any(_agrees(one, label) for one in made) for label in wanted)
        if memory is not None:
            total.kinds += 1
            fits = {*row["kinds"], *(["decision"] if labels and "change" in row["kinds"] else [])}
            total.right_kinds += memory.kind in fits
    return total


def _agrees(decision: Decision, label: Mapping[str, Any]) -> bool:
    """Whether both choose the same, and what was rejected was."""
    rejected = label.get("rejected", [])
    return _is_same(decision.chose, label["chose"], _LONGER) and all(
        any(_is_same(one, other) for other in rejected) for one in decision.rejected
    )


def _is_inverted(
    decision: Decision, labels: Sequence[Mapping[str, Any]], traps: Sequence[Mapping[str, Any]]
) -> bool:
    turned = any(
        any(_is_same(decision.chose, one) for one in label.get("rejected", []))
        or any(_is_same(one, label["chose"]) for one in decision.rejected)
        for label in labels
        if not _agrees(decision, label)
    )
    return turned or any(
        _is_same(decision.chose, trap["chose"])
        or any(_is_same(one, other) for one in decision.rejected for other in trap["rejected"])
        for trap in traps
    )


def _is_same(one: str, other: str, share: float = _SAME) -> bool:
    """Whether most words of the other are in one, and ``share`` of one's in the other."""
    ours, theirs = (set(_WORD.findall(text.lower())) for text in (one, other))
    shared = len(ours & theirs)
    return bool(shared) and shared >= share * len(ours) and shared >= _SAME * len(theirs)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--file", type=Path, default=FILE)
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    by_repo: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_labels(options.file):
        by_repo[row["repo"]].append(row)
        by_repo["all"].append(row)
    by_repo["all"] = by_repo.pop("all")  # comes last
    print(f"{'':20}{'precision':>16} {'recall':>16} {'inverted':>9} {'kinds':>18}")
    for repo, rows in by_repo.items():
        result = score(rows)
        print(f"{repo:20}{result}")
        if options.wrong and repo != "all":
            print(*(f"    {text}" for text in result.wrong), sep="\n")


if __name__ == "__main__":
    main()
