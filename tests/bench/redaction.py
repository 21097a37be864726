"""How much of what is secret is masked, and how much of what is not.

``python -m tests.bench.redaction [--missed] [--sessions [--shown N]] [--corpus FILE]``

Recall by kind over the corpus of :mod:`tests.guard.corpus` (made-up keys of every supported
provider in 21 surroundings, and values known by name or by chance), false positives by kind of
look-alike.  A secret counts as masked when neither of its halves is left.  Aims: at least 99 %
and at most 0.5 %.  The baseline is detect-secrets with its default plugins and filters, given each
case as a file in the same run, where it is installed (``pip install detect-secrets``).

With ``--corpus`` the cases are those of a file of JSON lines that somebody wrote without sight of
the rules: ``text``, ``tier`` (``plain``, ``harder`` or ``lookalike``), ``secret`` (what must not
be left) and ``keep`` (what must be).

With ``--sessions`` the texts of the real sessions of ``../shared/sessions`` are masked instead:
how fast, what was masked by kind, and N of the masked places with what stands around them.  The
baseline then is given every twentieth text.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from gitmem.agents.claude.adapter import read_transcript
from gitmem.guard.redact import redact
from gitmem.guard.untrusted import clean_text
from tests.bench.real_sessions import require_sessions
from tests.guard.corpus import Innocent, Secret, innocents, secrets

_MASK = re.compile(r"\[masked:([a-z0-9-]+)\]")

_Found = Callable[[Secret], bool]
_Touched = Callable[[Innocent], bool]


def is_masked(case: Secret) -> bool:
    """Whether neither half of the secret is left in the masked text."""
    text, middle = redact(case.text), len(case.secret) // 2
    return case.secret[:middle] not in text and case.secret[middle:] not in text


def is_touched(case: Innocent) -> bool:
    """Whether anything was masked."""
    return redact(case.text) != case.text


def baseline(scratch: Path) -> tuple[_Found, _Touched] | None:
    """The same two questions to detect-secrets; None where it is not installed."""
    try:
        from detect_secrets.core.scan import scan_file
        from detect_secrets.settings import default_settings
    except ImportError:
        return None
    file = scratch / "case.txt"

    def found(text: str) -> list[str]:
        file.write_text(text)
        with default_settings():
            return [hit.secret_value or "" for hit in scan_file(str(file))]

    def finds(case: Secret) -> bool:
        return any(
            value and (case.secret in value or (value in case.secret and len(value) > 5))
            for value in found(case.text)
        )

    return finds, lambda case: bool(found(case.text))


def main(arguments: Sequence[str] | None = None) -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--missed", action="store_true", help="print every case that went wrong")
    parser.add_argument("--sessions", action="store_true", help="mask real sessions instead")
    parser.add_argument("--corpus", type=Path, metavar="FILE", help="cases that others wrote")
    parser.add_argument("--shown", type=int, default=0, metavar="N", help="masked places to show")
    given = parser.parse_args(arguments)
    if given.sessions:
        _print_sessions(given.shown)
        return
    if given.corpus:
        _print_corpus(given.corpus, given.missed)
        return
    with tempfile.TemporaryDirectory() as scratch:
        other = baseline(Path(scratch))
        _print_recall(list(secrets()), other[0] if other else None, given.missed)
        _print_false_positives(list(innocents()), other[1] if other else None, given.missed)
    if other is None:
        print("\n(detect-secrets is not installed: no baseline)")


def _print_recall(cases: Sequence[Secret], other: _Found | None, tell: bool) -> None:
    print("| kind of secret | cases | masked | detect-secrets |\n| --- | --- | --- | --- |")
    total, ours, theirs = Counter[str](), Counter[str](), Counter[str]()
    begun = time.perf_counter()
    for case in cases:
        good = is_masked(case)
        total[case.kind] += 1
        ours[case.kind] += good
        if tell and not good:
            print(
                f"missed: {case.kind}, {case.surroundings}: {case.text!r} -> {redact(case.text)!r}"
            )
    taken = time.perf_counter() - begun
    for case in cases if other else ():
        theirs[case.kind] += other(case) if other else 0
    _print_rows(total, ours, theirs, other is not None)
    print(f"\n{len(cases)} cases in {taken:.1f} s\n")


def _print_false_positives(cases: Sequence[Innocent], other: _Touched | None, tell: bool) -> None:
    print("| look-alike | cases | masked | detect-secrets |\n| --- | --- | --- | --- |")
    total, ours, theirs = Counter[str](), Counter[str](), Counter[str]()
    for case in cases:
        bad = is_touched(case)
        total[case.kind] += 1
        ours[case.kind] += bad
        theirs[case.kind] += other(case) if other else 0
        if tell and bad:
            print(f"touched: {case.kind}: {case.text!r} -> {redact(case.text)!r}")
    _print_rows(total, ours, theirs, other is not None)


def _print_corpus(file: Path, tell: bool) -> None:
    """Items as a whole: every secret gone, or every text to keep still there."""
    total, good = Counter[str](), Counter[str]()
    for line in file.read_text("utf-8").splitlines():
        case = json.loads(line)
        text = redact(case["text"])
        if case["tier"] == "lookalike":
            wrong = [kept for kept in case["keep"] if kept not in text]
        else:
            wrong = [secret for secret in case["secret"] if secret in text]
        total[case["tier"]] += 1
        good[case["tier"]] += not wrong
        if tell and wrong:
            print(f"{case['tier']}: {wrong} in {case['text']!r} -> {text!r}")
    for tier, count in total.items():
        verb = "kept" if tier == "lookalike" else "masked"
        print(f"{tier}: {good[tier]} of {count} {verb}, {100 * good[tier] / count:.2f} %")


def _print_sessions(shown: int) -> None:
    texts = list(_session_texts())
    millions = sum(map(len, texts)) / 1e6
    begun = time.process_time()
    masked = [redact(text) for text in texts]
    taken = time.process_time() - begun
    print(f"{len(texts)} texts, {millions:.1f} M characters: {millions / taken:.1f} M a second")
    kinds = Counter(kind for text in masked for kind in _MASK.findall(text))
    print(
        "masked:", ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()) or "nothing"
    )
    changed = [text for text, before in zip(masked, texts, strict=True) if text != before]
    for text in list(dict.fromkeys(changed))[:shown]:
        for mask in _MASK.finditer(text):
            print("   ", repr(text[max(0, mask.start() - 60) : mask.end() + 20]))
    with tempfile.TemporaryDirectory() as scratch:
        other = baseline(Path(scratch))
        if other is None:
            return
        some = texts[::20]
        millions = sum(map(len, some)) / 1e6
        begun = time.process_time()
        found = sum(other[1](Innocent("text", text)) for text in some)
        taken = time.process_time() - begun
    print(
        f"detect-secrets on every twentieth: {millions / taken:.1f} M a second,"
        f" {found} of {len(some)} texts would be masked in part"
    )


def _session_texts() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as scratch:
        for packed in sorted((require_sessions() / "transcripts").glob("*.jsonl.gz")):
            path = Path(scratch) / packed.name.removesuffix(".gz")
            path.write_bytes(gzip.decompress(packed.read_bytes()))
            for event in read_transcript(path).events:
                yield clean_text(event.text, len(event.text))
                yield event.path
            path.unlink()


def _print_rows(
    total: Counter[str], ours: Counter[str], theirs: Counter[str], has_baseline: bool
) -> None:
    for kind in [*sorted(total), ""]:
        count = total[kind] if kind else total.total()
        shares = [
            f"{100 * (found[kind] if kind else found.total()) / count:.2f} %"
            for found in (ours, theirs)
        ]
        print(f"| {kind or 'all'} | {count} | {shares[0]} | {shares[1] if has_baseline else '-'} |")


if __name__ == "__main__":
    main()
