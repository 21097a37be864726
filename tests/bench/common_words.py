"""Count how common words are in texts about software, whatever the project, and write the table.

    python -m tests.bench.common_words REPOSITORY... [--shared DIR] [--write]

Three sources, of which a word's share is the largest: the share of the last 4,000 commit messages
that have it, the mean over the repositories given without the one that uses it most; the share of
the prompts of real sessions (``--shared``), likewise; and what the word's place in the vocabulary
of the table of vectors says, which is ordered by frequency (Zipf's law).  Words of one project,
addresses and names of people are left out.  ``--write`` writes ``gitmem/model/common_words.py``.

The table that ships was counted without the repositories and sessions that
``tests.bench.prompts`` judges by.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import subprocess
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from gitmem.index.stems import stems_of
from gitmem.model.common_words import LEAST
from gitmem.model.text import STOP_WORDS, words_of
from tests.bench import real_sessions

ROOT = Path(__file__).resolve().parents[2]
VOCABULARY = ROOT / "gitmem" / "embedding" / "tokenizer.json"
TABLE = ROOT / "gitmem" / "model" / "common_words.py"
_MESSAGES = 4_000
_LEAST_REPOSITORIES = 5
_LEAST_MESSAGES = 1_000
_LEAST_PROMPTS = 100
_WORDS_A_PROMPT = 12  # content words, for the vocabulary's shares
_FIRST_WORD = 900  # of the vocabulary: before it stand single characters
_NAMED = re.compile(r"\S*[/@]\S*|^\s*[A-Z][\w-]+-by:.*$", re.M)
_COMMON, _RARE = 2, 8  # levels, as natural logarithms


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--shared", type=Path, default=real_sessions.FOLDER.parent)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    vocabulary = json.loads(VOCABULARY.read_text(encoding="utf-8"))["model"]["vocab"]
    messages = [list(messages_of(path)) for path in options.repositories]
    of_messages = [shares_in(texts) for texts in messages if len(texts) >= _LEAST_MESSAGES]
    prompts = [prompts_of(options.shared / name) for name in SETS]
    of_prompts = [shares_in(texts) for texts in prompts if len(texts) >= _LEAST_PROMPTS]
    found = counted(of_messages, of_prompts, vocabulary)
    levels = by_level(found)
    print(f"{len(of_messages)} repositories, {len(of_prompts)} sets of prompts")
    for level, words in sorted(levels.items()):
        print(f"e^-{level}: {len(words)} words, such as {' '.join(words[:: len(words) // 8 or 1])}")
    if options.write:
        write_table(levels)


SETS = ("sessions", "sessions-skills", "sessions-agentv")


def messages_of(repository: Path) -> Iterator[str]:
    log = ("log", "--no-merges", f"-n{_MESSAGES}", "--format=%s%n%b%x1e")
    run = subprocess.run(["git", "-C", str(repository), *log], capture_output=True, check=True)
    for message in run.stdout.decode("utf-8", "replace").split("\x1e"):
        if message.strip():
            yield _NAMED.sub(" ", message.strip()[:1_500])


def prompts_of(folder: Path) -> list[str]:
    """What people typed, in whatever of the agents' formats the sessions are."""
    return [prompt[:400] for prompt in real_sessions.prompts_in(folder)]


def shares_in(texts: Sequence[str]) -> dict[str, float]:
    count = Counter(word for text in texts for word in set(words_of(text)))
    return {word: times / len(texts) for word, times in count.items() if times > 1}


def counted(
    of_messages: Sequence[Mapping[str, float]],
    of_prompts: Sequence[Mapping[str, float]],
    vocabulary: Mapping[str, int],
) -> dict[str, float]:
    """The share of each word, the largest of the three."""
    in_messages = without_most(of_messages, _LEAST_REPOSITORIES)
    in_prompts = without_most(of_prompts, 2)
    ranked = {
        word: _WORDS_A_PROMPT * 0.1 / (rank - _FIRST_WORD + 10)
        for word, rank in vocabulary.items()
        if rank >= _FIRST_WORD
    }
    every = {*in_messages, *ranked, *(word for word in in_prompts if word in vocabulary)}
    sources = (in_messages, in_prompts, ranked)
    return {word: max(source.get(word, 0.0) for source in sources) for word in every}


def without_most(of_projects: Sequence[Mapping[str, float]], least: int) -> dict[str, float]:
    """The mean share of the words that so many projects have, without the largest."""
    found: dict[str, list[float]] = {}
    for project in of_projects:
        for word, share in project.items():
            found.setdefault(word, []).append(share)
    rest = max(len(of_projects) - 1, 1)
    return {
        word: (sum(shares) - max(shares)) / rest
        for word, shares in found.items()
        if len(shares) >= least
    }


def by_level(found: Mapping[str, float]) -> dict[int, list[str]]:
    """Stems by the rounded logarithm of their share; a stem has its commonest word's."""
    plain = [word for word in found if word.isascii() and word.isalpha() and 2 <= len(word) <= 16]
    shares: dict[str, float] = {}
    for word, stem in zip(plain, stems_of(plain), strict=True):
        if word not in STOP_WORDS and found[word] >= LEAST:
            shares[stem] = max(shares.get(stem, 0.0), found[word])
    levels: dict[int, list[str]] = {}
    for stem, share in sorted(shares.items()):
        levels.setdefault(min(_RARE, max(_COMMON, round(-math.log(share)))), []).append(stem)
    return levels


def write_table(levels: Mapping[int, Iterable[str]]) -> None:
    head, _, _ = TABLE.read_text(encoding="utf-8").partition("# The table:")
    lines = ["# The table: written by tests/bench/common_words.py.", "_LEVELS: dict[int, str] = {"]
    for level, words in sorted(levels.items()):
        text = textwrap.fill(" ".join(words), 95, initial_indent="    ", subsequent_indent="    ")
        lines.append(f'    {level}: """\n{text}\n    """,')
    TABLE.write_text(head + "\n".join([*lines, "}"]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
