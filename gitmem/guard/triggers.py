"""One look for many literal texts at once, which says where each is.

The regex engine skips characters that begin no alternative about six times as fast as it tries
one, and drops an alternative at its first character about ten times as fast as later.  So each
literal is looked for by two of its characters that stand together and are rare, the first of them
one of few; what stands before is looked at backwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

Rule = TypeVar("Rule")

# From the commonest in what sessions consist of to the rarest; others are rarer still.
_BY_FREQUENCY = " etsainorcldpum\nhfg./-\",0b:_ywk1v2()x`346=5\t789'*\\j[]#{}>z+q|<;@?!&$%"
_COMMONEST, _FALL = 0.08, 0.925  # what the first has of all, and each of the one before it
_COMMON = 0.038
_WORD_START = "\b"


class Called(NamedTuple, Generic[Rule]):
    """A rule that a hit calls for, and where its literal begins and ends, from the hit on."""

    rule: Rule
    start: int
    end: int


class Triggers(Generic[Rule]):
    """Finds where rules have to look.  ``table`` holds for each literal the rules it calls for.

    A literal may go on behind a tab with a regular expression that must fit right behind it, and
    begin with a backspace to say that no letter or digit may stand before it.  A hit on a literal
    calls for the rules of all that are part of it.  Compiled when first used.
    """

    def __init__(self, table: Mapping[str, Iterable[Rule]]) -> None:
        self._table = _joined(table)
        self._heads: list[int] = []
        self._calls: list[tuple[Called[Rule], ...]] = []
        # Of common letters alone: quicker to look for as they are.
        self._common = [name for name in self._table if _is_common(name)]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        names = [name for name in self._table if name not in self._common]
        plain = sorted((name for name in names if not {"\b", "\t"} & set(name)), key=len)
        anchors = _anchors(plain, names)
        groups: dict[str, dict[str, list[str]]] = {}
        for name in sorted(names, key=lambda each: len(_literal(each)), reverse=True):
            literal = _literal(name)
            at = anchors[name]
            groups.setdefault(literal[at], {}).setdefault(literal[at + 1 : at + 2], []).append(name)
        return re.compile("|".join(self._alternative(*group, anchors) for group in groups.items()))

    def _alternative(
        self, sign: str, members: dict[str, list[str]], anchors: dict[str, int]
    ) -> str:
        """What is tried at one character, by the one that follows it."""
        inner = []
        for following, names in sorted(members.items(), reverse=True):
            tails = "|".join(self._tail(name, anchors[name]) for name in names)
            inner.append(f"{re.escape(following)}(?:{tails})")
        return f"{re.escape(sign)}(?:{'|'.join(inner)})"

    def _tail(self, name: str, at: int) -> str:
        literal, check = _literal(name), name.partition("\t")[2]
        # Only the two characters are taken: what overlaps is found, too.
        head = literal[: at + 2]
        back = f"(?<={re.escape(head)})" if at else ""
        if name.startswith(_WORD_START):
            back += f"(?<![a-z0-9_.-]{re.escape(head)})"
        calls = [Called(rule, 0, len(literal)) for rule in self._table[name]]
        for other, rules in self._table.items():
            part = _literal(other)
            if other != name and (start := literal.find(part)) >= 0:
                calls += [Called(rule, start, start + len(part)) for rule in rules]
        self._heads.append(len(head))
        self._calls.append(tuple(calls))
        rest = re.escape(literal[at + 2 :])
        ahead = f"(?={rest}(?:{check}))" if check else f"(?={rest})" if rest else ""
        return f"{ahead}{back}()"

    def is_in(self, text: str) -> bool:
        """Whether any literal is in the text."""
        return self._pattern.search(text) is not None or any(n in text for n in self._common)

    def hits(self, text: str) -> Iterator[tuple[int, tuple[Called[Rule], ...]]]:
        """Where each literal begins, with the rules it calls for, in order."""
        for match in self._pattern.finditer(text):
            number = (match.lastindex or 1) - 1
            yield match.end() - self._heads[number], self._calls[number]
        for name in self._common:
            start = text.find(name)
            while start >= 0:
                yield start, tuple(Called(rule, 0, len(name)) for rule in self._table[name])
                start = text.find(name, start + len(name))


def _joined(table: Mapping[str, Iterable[Rule]]) -> dict[str, tuple[Rule, ...]]:
    """The table with one entry for each literal, whatever has to stand around it."""
    entries: dict[str, tuple[set[str], bool, list[Rule]]] = {}
    for name, rules in table.items():
        check = name.partition("\t")[2]
        checks, _, all_rules = entries.setdefault(_literal(name), (set(), True, []))
        checks.add(check)
        all_rules += rules
    joined: dict[str, tuple[Rule, ...]] = {}
    for literal, (checks, _, rules) in entries.items():
        names = [name for name in table if _literal(name) == literal]
        start = _WORD_START if all(name.startswith(_WORD_START) for name in names) else ""
        check = "" if "" in checks else "\t" + "|".join(f"(?:{check})" for check in sorted(checks))
        joined[f"{start}{literal}{check}"] = tuple(dict.fromkeys(rules))
    return joined


def _is_common(name: str) -> bool:
    return name.isalpha() and all(_frequency(sign) > _COMMON for sign in name)


def _literal(name: str) -> str:
    return name.lstrip(_WORD_START).partition("\t")[0]


def _anchors(plain: list[str], names: Iterable[str]) -> dict[str, int]:
    """Where in each literal its two rare characters are; the shortest of its parts decides.

    The first of the two comes from a set of characters that covers all literals and is rare as a
    whole, chosen greedily: as few places as possible need a look.
    """
    roots: dict[str, tuple[str, int]] = {}
    for name in names:
        literal = _literal(name)
        root = next((part for part in plain if part in literal), literal)
        roots[name] = root, literal.find(root)
    signs: set[str] = set()
    uncovered = {root for root, _ in roots.values()}
    while uncovered:
        gains = {
            sign: sum(sign in root for root in uncovered) / (_frequency(sign) + 0.003)
            for sign in sorted(set("".join(uncovered)))
        }
        best = max(gains, key=gains.__getitem__)
        signs.add(best)
        uncovered = {root for root in uncovered if best not in root}

    def cost(root: str, at: int) -> float:
        following = _frequency(root[at + 1]) if at + 1 < len(root) else 1.0
        return _frequency(root[at]) * following

    return {
        name: start
        + min((i for i in range(len(root)) if root[i] in signs), key=lambda i: cost(root, i))
        for name, (root, start) in roots.items()
    }


def _frequency(sign: str) -> float:
    rank = _BY_FREQUENCY.find(sign)
    return _COMMONEST * _FALL ** (rank if rank >= 0 else len(_BY_FREQUENCY))
