"""Statements: a decision's title, split into what it is about and what was chosen.

"Store sessions in Redis" is about sessions and chooses Redis; "Use Redis for sessions" says the
same.  Not a grammar: a verb in front, then what stands behind which preposition.  Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from gitmem.model.memory import Memory
from gitmem.model.text import OPPOSITES, TITLE_STOP_WORDS, stem

_TOKEN = re.compile(r"[#v]?\d+(?:[.,]\d+)*%?|[^\W\d_][\w+#-]*(?:\.[a-z]\w*)?|[^\W\d_]")
_MAX_WHY = 1_000
_PREFIX = re.compile(r"[\w./-]{2,30}(?:\([^()]{1,60}\))?!?:\s+(?=\S)")

_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_NUMBERS.split())}
_NUMBER_WORDS |= {"once": "1", "twice": "2", "dozen": "12", "hundred": "100", "half": "0.5"}
_UNITS = """
    s ms sec secs second minute min mins hour day week month year kb mb gb kib mib gib byte
    percent time attempt retry
"""

# Verbs that could speak of one decision: what was stored there is moved here.
_SORTS = {
    "choose": """
        use adopt choose prefer pick take replace go switch swap try standardise standardize
    """,
    "place": """
        store keep save put move migrate write host publish serve run deploy ship pass mount send
        port switch transfer relocate upload hold persist
    """,
    "amount": """
        set raise increase lower reduce decrease limit cap change bump keep require allow default
        make extend shorten double halve cut wait expire retain adjust use
    """,
    "make": "build generate render produce emit offer expose provide make manage write",
    "read": "read parse load decode",
}
_POSITIVE = """
    enable allow require enforce force verify validate check support ship add introduce put turn
    accept include show start keep use load compress cache autosave normalise normalize permit
    always make offer log collect track send sign encrypt
"""
_NEGATIVE = """
    disable forbid disallow reject deny block drop remove delete stop skip exclude hide never
    avoid ban refuse discard retire abandon leave prohibit kill strip undo deprecate
"""
_IS_POSITIVE, _IS_NEGATIVE = frozenset(_POSITIVE.split()), frozenset(_NEGATIVE.split())
_NEGATION = re.compile(
    r"^(?:do not|don'?t|never)\b|\b(?:no longer|turn(?:ed)? off|switch(?:ed)? off|any ?more|"
    r"leave .{1,60} alone)\b",
    re.I,
)
_RETURN = re.compile(
    r"\bback\b(?! ?up\b)|\bagain\b|\bafter all\b|\b(?:restore|reinstate|undo|roll(?:ed)? back|"
    r"re-?enable|re-?introduce|as before)\b",
    re.I,
)
_ADDITION = re.compile(
    r"\b(?:also|too|as well|in addition|additionally|another|second|when asked|optionally)\b", re.I
)
_REJECTION = re.compile(
    r"\b(?:instead of|rather than|away from|replac(?:e|es|ed|ing)|stop using|no longer use[sd]?|"
    r"from(?= [^,.;]{1,40} to\b)|retire[sd]?|abandon(?:s|ed)?|get rid of|in place of|"
    r"moved? off)\s+"
    r"(?:the |a |an |our |using )?((?:[\w.+#-]+ ?){1,3}?)(?=\s*(?:$|[,.;:()]|"
    r"\b(?:to|with|by|for|in|on|into|and|as|because|since|which|at|from)\b))",
    re.I,
)
# One more of its kind; it replaces none before it.
_LISTING_WORDS = """
    add fix support release test translate document describe mention bump update upgrade pin
    deprecate introduce create implement rename count mark cover handle import export say check
    prepare tag drop remove delete speed improve optimise optimize refactor simplify clean
"""
_LISTING_VERBS = frozenset(_LISTING_WORDS.split())
_FIX_VERBS = frozenset({"fix", "fixes", "fixed", "repair", "correct"})
_PREPOSITIONS = """
    in on with to as via through by from into onto using behind at over inside
"""
_VALUE_PREPOSITIONS = frozenset(_PREPOSITIONS.split())
_KINDS = {
    "place": "in on to from into onto at over inside behind",
    "means": "with via through by using from in",
    "form": "as",
}
_SUBJECT_PREPOSITIONS = frozenset({"for", "as", "in", "on", "to"})
_MOVE_WORDS = "move migrate switch port convert change return go transfer merge"
_TO_VERBS = frozenset(_MOVE_WORDS.split())
_CHOICE_VERBS = frozenset({"use", "adopt", "choose", "prefer", "pick", "take"})
_REPEAT_WORDS = "build write name run format design implement host deploy index"
_REPEATABLE_VERBS = frozenset(_REPEAT_WORDS.split())
_COPULA_WORDS = "is are talk talks speak speaks live lives go goes"
_COPULAS = frozenset(_COPULA_WORDS.split())


@dataclass(frozen=True)
class Statement:
    """What a title says, as stems of words.

    ``words`` are all that tell something but the verb (``words_and_verb``), ``subject`` what it is
    about and ``value`` what is chosen for it, ``value_kinds`` whether as a place, a means or a
    form; ``rejected`` what is moved away from, ``every`` also the words of the reason.
    ``polarity`` is 1 if something is to be done, -1 if it is not to be done, 0 if the
    verb does not tell.  ``is_listing``: one more of its kind, which replaces none.
    """

    verb: str
    sort: frozenset[str]
    words: frozenset[str]
    words_and_verb: frozenset[str]
    subject: frozenset[str]
    value: frozenset[str]
    value_kinds: frozenset[str]
    rejected: frozenset[str]
    every: frozenset[str]
    numbers: frozenset[str]
    poles: frozenset[str]
    polarity: int
    is_return: bool
    is_addition: bool
    is_listing: bool
    is_fix: bool


def statement_of(memory: Memory) -> Statement:
    """The memory's title as a statement, with what its reason and its decisions add."""
    chosen = " ".join(decision.chose for decision in memory.decisions)
    refused = " ".join(text for decision in memory.decisions for text in decision.rejected)
    return _parse_statement(memory.title, memory.why[:_MAX_WHY], chosen, refused)


@lru_cache(maxsize=8_192)  # what is found once is found again
def _parse_statement(title: str, why: str, chosen: str, refused: str) -> Statement:
    title = _PREFIX.sub("", title, count=1)
    tokens = [token.lower() for token in _TOKEN.findall(title)]
    verb, rest = _verb(tokens)
    parts = _parts(rest)
    rejected = _content(_words(" ".join([*_rejections(title), *_rejections(why), refused])))
    subject, value = _subject_and_value(verb, parts)
    words = _content(rest)
    return Statement(
        verb=verb,
        sort=frozenset(sort for sort, verbs in _VERBS_OF.items() if verb in verbs),
        words=words,
        words_and_verb=words | {stem(verb)} if verb else words,
        subject=subject,
        value=value - rejected,
        value_kinds=_value_kinds(verb, parts),
        rejected=rejected - value if verb not in ("replace", "swap") else rejected,
        every=words | {stem(verb)} | _content(_words(f"{why} {chosen}")),
        numbers=frozenset(n for token in tokens if (n := _number(token))),
        poles=frozenset(
            part for token in tokens for part in (token, *token.split("-")) if part in OPPOSITES
        ),
        polarity=_polarity(verb, title),
        is_return=bool(_RETURN.search(title)),
        is_addition=bool(_ADDITION.search(title)),
        is_listing=verb in _LISTING_VERBS,
        is_fix=verb in _FIX_VERBS,
    )


def _polarity(verb: str, title: str) -> int:
    if verb in _IS_NEGATIVE or _NEGATION.search(title):
        return -1
    return 1 if verb in _IS_POSITIVE else 0


def _verb(tokens: list[str]) -> tuple[str, list[str]]:
    """The verb in front, and what follows; a title that says how things are has none."""
    if tokens and tokens[0].startswith("re") and tokens[0][2:] in _REPEATABLE_VERBS:
        tokens = [tokens[0][2:], *tokens[1:]]
    while tokens and tokens[0] in ("do", "not", "don't", "let", "please", "always", "never", "no"):
        tokens = tokens[1:]
    if tokens[:2] == ["longer", "require"]:
        return "require", tokens[2:]
    if len(tokens) > 1 and tokens[1] in ("off", "on") and tokens[0] in ("turn", "switch"):
        return ("disable" if tokens[1] == "off" else "enable"), tokens[2:]
    if not tokens or _number(tokens[0]) or set(tokens[1:4]) & _COPULAS:
        return "", tokens
    if tokens[0] in ("stop", "start") and len(tokens) > 1 and tokens[1].endswith("ing"):
        return "stop" if tokens[0] == "stop" else "start", tokens[2:]
    if tokens[0].endswith("s") and not tokens[0].endswith("ss"):
        return "", tokens
    return tokens[0], tokens[1:]


def _parts(tokens: list[str]) -> list[tuple[str, list[str]]]:
    """The words in front of the first preposition, then those behind each."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for token in tokens:
        if token in _VALUE_PREPOSITIONS or token in _SUBJECT_PREPOSITIONS:
            parts.append((token, []))
        else:
            parts[-1][1].append(token)
    return parts


def _subject_and_value(
    verb: str, parts: list[tuple[str, list[str]]]
) -> tuple[frozenset[str], frozenset[str]]:
    direct = _content(parts[0][1])
    behind: dict[str, frozenset[str]] = {}
    for preposition, words in parts[1:]:
        behind[preposition] = behind.get(preposition, frozenset()) | _content(words)
    if verb in _CHOICE_VERBS:
        subjects = (words for name, words in behind.items() if name in _SUBJECT_PREPOSITIONS)
        return frozenset().union(*subjects), direct
    if not verb and parts[0][1]:
        return _clause(parts)
    if verb in _TO_VERBS:
        target = behind.get("to", frozenset()) | behind.get("into", frozenset())
        return direct | behind.get("for", frozenset()) | behind.get("in", frozenset()), target
    values = (words for name, words in behind.items() if name in _VALUE_PREPOSITIONS)
    subject = direct | behind.get("for", frozenset())
    return subject or frozenset({stem(verb)}), frozenset().union(*values)


def _value_kinds(verb: str, parts: list[tuple[str, list[str]]]) -> frozenset[str]:
    if not verb or verb in _CHOICE_VERBS or verb in _TO_VERBS:
        return frozenset(_KINDS)
    return frozenset(
        kind for kind, names in _KINDS.items() for name, _ in parts if name in names.split()
    )


def _clause(parts: list[tuple[str, list[str]]]) -> tuple[frozenset[str], frozenset[str]]:
    """As in "services talk JSON": about what stands in front of the verb."""
    tokens = parts[0][1]
    at = next((n for n, token in enumerate(tokens) if token in _COPULAS), 0)
    return (_content(tokens[:at]), _content(tokens[at + 1 :])) if at else (frozenset(), frozenset())


def _rejections(text: str) -> list[str]:
    return [match[1] for match in _REJECTION.finditer(text[:1_000])]


def _words(text: str) -> list[str]:
    return [token.lower() for token in _TOKEN.findall(text[:2_000])]


def _content(tokens: list[str]) -> frozenset[str]:
    parts = (part for token in tokens for part in (token.split("-") if "-" in token else [token]))
    return frozenset(
        stem(part)
        for part in parts
        if len(part) > 1
        and part not in TITLE_STOP_WORDS
        and not _number(part)
        and stem(part) not in _UNIT_STEMS
        and part not in _VALUE_PREPOSITIONS
    )


def _number(token: str) -> str:
    if token in _NUMBER_WORDS:
        return _NUMBER_WORDS[token]
    return token.strip("%") if token[:1].isdigit() else ""


_UNIT_STEMS = frozenset(stem(unit) for unit in _UNITS.split())
_VERBS_OF = {sort: frozenset(verbs.split()) for sort, verbs in _SORTS.items()}
