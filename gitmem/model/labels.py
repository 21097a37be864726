"""The label that says in which role words were said: decided, rejected, because, next.  Pure.

A rejected option read without its label says the contrary of what was meant, so label and words
are put together in one place, :func:`labelled`, and words that repeat their label ("I decided to",
"Next step:") lose the repetition there.
"""

from __future__ import annotations

import re
from functools import lru_cache

WHY, WHAT, NEXT = "why", "what", "next"
DECIDED, BECAUSE, REJECTED = "decided", "because", "rejected"
ERROR, FRAMES, RESOLVED = "error", "frames", "resolved"

GONE = "gone after edits to "
"""How a resolution begins that was seen, and told by nobody."""

VERBATIM = frozenset({ERROR, FRAMES})
"""What was printed by a machine: its words stay as they are, line by line."""

_SIGN = r"(?:[*_]{0,3}\s*(?::|\s[-–—])\s*[*_]{0,3}|[*_]{2,3}\s)\s*"  # "Decision:", "**Decision**:"
_LEAD = r"^[*_#>\s]{0,8}"
_SO = r"(?:(?:so|ok|okay|thus|hence|therefore),?\s+)?"
_WE = r"(?:i|we)(?:['’]ve|\s+have)?\s+"

_REPETITIONS = {
    WHY: rf"(?:why|reason|the\s+reason|rationale|motivation){_SIGN}|the\s+reason\s+is\s+that\s+",
    WHAT: rf"(?:what|what\s+changed|facts?|what\s+was\s+done){_SIGN}",
    DECIDED: (
        rf"(?:(?:the\s+|our\s+|final\s+|design\s+)?decisions?|decided|chosen|chose){_SIGN}"
        rf"|{_SO}{_WE}(?:decided|chosen|chose)(?:{_SIGN}|\s+(?:to|that|on)\s+)"
        r"|(?:the\s+|our\s+)?decision\s+(?:is|was)\s+(?:to|that)\s+"
        rf"|decided\s+(?:to|that|on)\s+|{_SO}{_WE}(?:decided\s+(?=(?:not|against)\b)|chose\s+)"
    ),
    BECAUSE: (
        rf"(?:because|reason|the\s+reason|rationale|why){_SIGN}"
        r"|(?:this\s+is\s+|that\s+is\s+|that['’]s\s+)?because\s+(?:of\s+)?"
        r"|the\s+reason\s+is\s+(?:that\s+)?"
    ),
    REJECTED: (
        rf"(?:rejected|rejected\s+(?:alternative|option)s?|not\s+chosen){_SIGN}"
        rf"|{_SO}{_WE}rejected\s+|rejected\s+(?:was|were)\s+"
    ),
    RESOLVED: (
        rf"(?:resolved|resolution|fix|fixed|solution|solved){_SIGN}"
        r"|(?:resolved|solved)\s+by\s+"
    ),
    NEXT: (
        rf"(?:next|next\s+steps?|the\s+next\s+steps?|next\s+up|to-?\s?dos?|remaining|still\s+to\s+do"
        rf"|left\s+to\s+do|what['’]s\s+(?:next|left)|follow-?\s?ups?){_SIGN}"
        r"|(?:the\s+|our\s+|a\s+)?next\s+steps?\s+(?:is|are|would\s+be|will\s+be)\s+(?:to\s+)?"
        r"|next,?\s+(?:i|we)(?:['’](?:ll|m|re)|\s+(?:will|should|need\s+to|am|are))\s+"
        r"|next,\s+"
    ),
}
_TOLD_BY = {
    WHY: ("why", "reason", "rationale", "motivation"),
    WHAT: ("what", "fact"),
    DECIDED: ("decided", "decision", "chose"),
    BECAUSE: ("because", "reason", "rationale", "why"),
    REJECTED: ("rejected", "chosen"),
    RESOLVED: ("resol", "fix", "sol"),
    NEXT: ("next", "do", "remaining", "left", "follow"),
}
"""Of each of these expressions, words of which one is in all that it finds, in small letters."""

_MAX_REPETITIONS = 3  # "Decision: We decided to ..."
_LONGEST = 120  # characters that a repetition may have


def without_label(label: str, text: str) -> str:
    """The words without what merely repeats their label at their beginning.

    "I decided to use Redis", told as decided, is "use Redis".  Words that say more than the label
    stay ("the user decided", "decision tables", "Next.js"), and so does a text that would be empty.
    """
    shown = text.strip()
    if label not in _REPETITIONS:
        return shown
    beginning = shown[:_LONGEST].lower()
    if beginning.isascii() and not any(word in beginning for word in _TOLD_BY[label]):
        return shown  # nearly always; and to compile the expressions takes a hook milliseconds
    pattern = _pattern_of(label)
    for _ in range(_MAX_REPETITIONS):
        match = pattern.match(shown[:_LONGEST])
        rest = shown[match.end() :].strip() if match else ""
        if not any(map(str.isalnum, rest)):
            break
        shown = rest
    return shown


@lru_cache
def _pattern_of(label: str) -> re.Pattern[str]:
    """Compiled when first needed: hooks mostly have nothing to show."""
    return re.compile(f"{_LEAD}(?:{_REPETITIONS[label]})", re.IGNORECASE)


def labelled(label: str, text: str) -> str:
    """The words behind their label.  A fact needs none: it is what words without a label are."""
    words = without_label(label, text)
    return words if label == WHAT or not words else f"{label}: {words}"


BARE_CORRECTION = "a memory of this commit is wrong"
"""The title of a correction that says no more than that."""
