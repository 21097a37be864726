"""Amendments: in which way a newer memory amends an older one, and what a text says of commits.

A commit or a memory is named by at least seven digits of its id.  A name alone is a reference;
what the sentence does with it decides whether it amends.  Pure; standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Amendment(str, Enum):
    """How the older memory is amended; the values are the words that people and agents read."""

    REVERTED = "reverted by"
    AMENDED = "amended by"
    FIXED = "fixed by"
    """What it says still holds, but for a fault of its commit, or a part."""

    @property
    def takes_its_place(self) -> bool:
        """Whether a reader should see the newer memory first."""
        return self is not Amendment.FIXED


@dataclass(frozen=True)
class Mention:
    """The beginning of an id, small letters, and what the text says is done to what it names."""

    name: str
    how: Amendment


@dataclass(frozen=True)
class RevertedTitle:
    """What a subject says is reverted, where it gives no id: a commit's subject, or the number of
    a pull request.
    """

    subject: str = ""
    number: str = ""


MIN_DIGITS = 7
_MAX_TEXT = 20_000
_REACH = 160  # characters in front of a name that are looked at
_NAME = re.compile(r"(?<![\w/.-])(m?[0-9a-f]{7,40})(?![\w/-]|\.\w)")
_SPACE = re.compile(r"\s+")

# "the parts of commit", "changes made in": what may stand between the verb and the name.
_OBJECT = r"""
    (?:\s*:)?
    (?:\s+(?:the|this|that|these|our|my|most|some|all|an?|bad|broken|recent|earlier|previous))*
    (?:\s+(?:memory|commits?|patch|hash|sha|rev(?:ision)?|merge|
        changes?(?:\s+(?:made|introduced))?(?:\s+(?:in|by|from|of))?(?:\s+commits?)?))?
    (?:\s+["“'][^"”\n]{1,120}["”'])?
    [\s:]*[("'`<\[\#]*$
"""
_PART = r"""(?P<part>(?:\s+(?:(?:the|a|an|some|most|other|larger?|small)\s+)*
    (?:parts?|pieces?|bits?|half)\s+of)?)"""
_REVERT = re.compile(
    r"(?P<before>.*?)\b(?P<partly>(?:part(?:ly|ially)|mostly|largely|"
    r"effectively|temporarily)[\s-]+)?"
    r"(?:revert(?:s|ed|ing)?|undo(?:es|ing)?|undid|back(?:s|ed|ing)?\s+out|"
    rf"roll(?:s|ed|ing)?\s+back){_PART}{_OBJECT}",
    re.I | re.X | re.S,
)
_REPLACE = re.compile(
    r"(?P<before>.*?)\b(?:supersedes?|superseded|superseding|replac(?:es?|ed|ing)|obsoletes?|"
    rf"obsoleted|amend(?:s|ed|ing)?|overrul(?:es?|ed|ing)|overrid(?:es?|ing)){_PART}{_OBJECT}",
    re.I | re.X | re.S,
)
_FIX = re.compile(
    r"(?P<before>.*?)\b(?:fix(?:es|ed|ing|up)?(?:\s+up)?(?:\s+for)?|correct(?:s|ed|ing)?|"
    rf"repair(?:s|ed|ing)?){_OBJECT}",
    re.I | re.X | re.S,
)
# "a regression from", "broken since", "the crash was introduced in".
_FAULT = re.compile(
    r"""(?P<before>.*?)\b(?:
    (?:regress(?:ion|ed)|broken?|breakage)(?:\s+(?:was|is))?(?:\s+(?:introduced|caused))?
        \s+(?:in|by|since|from|with|of|after) |
    (?:bug|regression|issue|problem|error|fault|leak|crash|race|deadlock|mistake|oversight|typo|
        failure|breakage)(?:\s+(?:that|which))?(?:\s+(?:is|was|were|got|has\s+been))?
        \s+(?:introduced|caused|added|created|made)\s+(?:in|by|with|since|from)
    )(?:\s+the)?(?:\s+(?:commits?|changes?|patch|merge)(?:\s+in)?)?[\s:]*[("'`<\[\#]*$""",
    re.I | re.X | re.S,
)
# It was somebody else who did it, or nobody, or only perhaps.
_NOT_DONE = re.compile(
    r"(?:\b(?:was|were|been|be|is|are|got|not|never|without|instead\s+of|rather\s+than|before|"
    r"after|since|if|unless|until|when|once|cannot|can|could|would|should|might|may|must|wants?\s+"
    r"to|have\s+to|had\s+to|need(?:s|ed)?\s+to|try|tried\s+to|tries\s+to|as)|n['’]t)"
    r"(?:\s+(?:to|be|been|we|i|it|you|they|git|simply|just|also|only|already|yet))*\s*$",
    re.I,
)
_ALSO = re.compile(r"\s*(?:,|and|&|,\s*and)?\s*(?:commits?\s+)?[(\"'`#]*$", re.I)
_BROKE = re.compile(
    r"[)\"'`\]]*\s+(?:(?:has|had|have)\s+)?(?:accidentally|inadvertently|mistakenly|wrongly|"
    r"incorrectly|unintentionally|broke|regressed|introduced\s+(?:an?\s+|the\s+)?(?:\w+\s+)?"
    r"(?:bug|regression|leak|crash|deadlock|race))\b",
    re.I,
)
_MENDED_SINCE = re.compile(
    r"[^.]{0,120}\b(?:fixed|resolved|reverted|corrected|repaired)\s+(?:in|by|with)\b", re.I
)
_REVERT_SUBJECT = re.compile(
    r"(?:[\w./-]{2,20}(?:\([^()]{1,40}\))?!?:\s+)?(?:revert(?:s|ed|ing)?|undo|back out)\b[\s:]+"
    r"(?P<what>\S.{0,400})$",
    re.I,
)
_NUMBER = re.compile(r"(?:[\w.-]{1,60}/[\w.-]{1,80})?#(\d{1,7})\b")
_NUMBER_ALONE = re.compile(
    r"(?:(?:pr|pull request|merge of|merge)\s+)?(?:[\w.-]+/[\w.-]+)?#(\d{1,7})\W*$", re.I
)
_NUMBER_AT_END = re.compile(r"(?:\s*\((?:#|GH-)\d{1,7}\))+\s*$")
_REVERTS_NUMBER = re.compile(r"^\s*reverts?\s+(?:[\w.-]+/[\w.-]+)?#(\d{1,7})\b", re.I | re.M)
_QUOTES = (('"', '"'), ("“", "”"), ("'", "'"), ("`", "`"))


def mentions_in(text: str) -> Iterator[Mention]:
    """What a text says it does to commits and memories that it names, in the text's order.

    "This reverts commit 3f2a1bc", "Fixes: 3f2a1bc", "regression from 3f2a1bc", "supersedes
    m3f2a1bc…" amend; "see", "as in", "follow-up to", "cherry picked from" do not, and neither
    does what was done by others ("was fixed in") or not at all ("without reverting").
    """
    plain = _SPACE.sub(" ", text[:_MAX_TEXT])
    how, end = None, 0
    for match in _NAME.finditer(plain):
        between = plain[end : match.start()]
        if how is None or not end or not _ALSO.match(between):
            how = _how(_sentence_before(plain, match.start()), plain[match.end() :][:_REACH])
        end = match.end()
        if how is not None and any(map(str.isdigit, match[1])):
            yield Mention(match[1], how)


def reverted_title(message: str) -> RevertedTitle | None:
    """What a commit message takes back by its title or number; None if nothing."""
    subject, _, body = message.strip().partition("\n")
    match = _REVERT_SUBJECT.match(_without_number(subject.strip()))
    if match is None:
        return None
    what = match["what"].strip()
    number = _NUMBER_ALONE.match(what) or _REVERTS_NUMBER.search(body)
    for opening, closing in _QUOTES:
        if what.startswith(opening) and what.endswith(closing) and len(what) > 2:
            what = what[1:-1].strip()
            break
    return RevertedTitle(comparable_subject(what), number[1] if number else "")


def comparable_subject(subject: str) -> str:
    """A subject without the number that a forge puts behind it, in small letters."""
    return _SPACE.sub(" ", _without_number(subject.strip())).casefold()


def _without_number(subject: str) -> str:
    return _NUMBER_AT_END.sub("", subject)


def _sentence_before(text: str, at: int) -> str:
    """What stands in front of a place in its own sentence."""
    before = text[max(0, at - _REACH) : at]
    ends = [m.end() for m in re.finditer(r"[.;!?)](?=\s)|\s[*•-]\s", before)]
    return before[ends[-1] :] if ends else before


def _how(before: str, behind: str) -> Amendment | None:
    for pattern, how in (
        (_REVERT, Amendment.REVERTED),
        (_REPLACE, Amendment.AMENDED),
        (_FIX, Amendment.FIXED),
        (_FAULT, Amendment.FIXED),
    ):
        match = pattern.match(before)
        if match is None:
            continue
        if pattern is _FAULT:
            return None if _MENDED_SINCE.match(behind) else how
        if _NOT_DONE.search(match["before"]):
            return None
        is_part = any((match.groupdict().get(name) or "").strip() for name in ("part", "partly"))
        return Amendment.FIXED if is_part else how
    is_fault = _BROKE.match(behind) and not _MENDED_SINCE.match(behind)
    return Amendment.FIXED if is_fault else None
