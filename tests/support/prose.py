"""Memories in quantity, of real words: sentences and names from Python's own standard library.

Word frequencies, identifiers and lengths are those of people who write about code, so that an
index of them has the size and the speed of a real one.  Nothing need be fetched.
"""

from __future__ import annotations

import ast
import random
import re
import sysconfig
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from gitmem.model.memory import Decision, Memory, Provenance, RecordedError

_KINDS = ("bugfix", "change", "decision", "feature", "refactor", "discovery")
_MODULES = 400


def memories_in_quantity(count: int, commits: list[str], seed: int = 0) -> Iterator[Memory]:
    """``count`` memories, each of another content, of the commits in their order."""
    rnd = random.Random(seed)
    sentences, names = _material()
    for number in range(count):
        commit = commits[number % len(commits)]
        said = rnd.choices(sentences, k=6)
        folder = rnd.choice(("src", "src/core", "src/api", "tests", "lib/io"))
        files = [f"{folder}/{rnd.choice(names).lower()}.py" for _ in range(rnd.randint(1, 5))]
        yield Memory(
            kind=rnd.choice(_KINDS),
            title=f"{said[0][:90]} ({number})",
            why=f"{said[1]} {said[2]}"[: rnd.choice((120, 300, 600))],
            what=tuple(said[3 : 3 + rnd.randint(0, 2)]),
            decisions=(Decision(said[5][:150], said[4][:150]),) if rnd.random() < 0.3 else (),
            errors=(RecordedError(f"ValueError: {said[4][:80]}"),) if rnd.random() < 0.1 else (),
            files_changed=tuple(files),
            symbols=tuple(rnd.choices(names, k=rnd.randint(0, 6))),
            provenance=Provenance(
                commit=commit,
                author="Ada Author <ada@example.com>",
                time=f"2026-{1 + number % 12:02}-{1 + number % 28:02}T{number % 24:02}:00:00Z",
                branch="main",
                agent="claude-code",
                session=f"00000000-0000-0000-0000-{number // 3:012}",
                records=(number % 3 * 100, number % 3 * 100 + 100),
                patch_id=f"{rnd.getrandbits(160):040x}",
                compressor="extractive/1",
            ),
        )


def questions(memories: list[Memory], count: int, seed: int = 1) -> list[str]:
    """Queries of some of the words of some of the memories, in their order."""
    rnd = random.Random(seed)
    asked = []
    for memory in rnd.choices(memories, k=count):
        words = re.findall(r"\w+", f"{memory.title} {memory.why}")
        first = rnd.randrange(max(1, len(words) - 10))
        asked.append(" ".join(word for word in words[first : first + 11] if rnd.random() < 0.8))
    return [text or "nothing" for text in asked]


@lru_cache(maxsize=1)
def _material() -> tuple[list[str], list[str]]:
    sentences: list[str] = []
    names: set[str] = set()
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    for file in files[:_MODULES]:
        try:
            tree = ast.parse(file.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)):
                names.add(getattr(node, "name", file.stem))
                text = re.sub(r"\s+", " ", ast.get_docstring(node) or "")
                sentences += [s for s in re.split(r"(?<=[.!?]) ", text) if 30 < len(s) < 400]
    return sentences, sorted(names)
