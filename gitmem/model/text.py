"""Texts as words: where they fall apart, what the forms of one share, and what they tell.

Search, the likeness of two memories, amendments and the offline compressor all read prose, each
for something else.  What they share stands here once; where their lists differ, they do so for a
reason, and the difference is written down beside it.  Pure; standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache

_MAX_WORD = 64

# A run of a script that puts no spaces between words, or of any other with digits and underscores.
# Korean has spaces, but grows its words at their ends: it is read in pairs like the others.
_LONG_WORDS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
_HAN = "\u3005\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3040-\u30ff\uff66-\uff9f"
_UNSPACED_RANGES = f"{_LONG_WORDS}{_HAN}{_KANA}\uac00-\ud7af"
# Signs above, below and behind letters, which are parts of words though no letters themselves:
# accents, points of Hebrew and Arabic, vowels of India's scripts and Tibetan.
_SIGNS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c2\u05c4-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd"
    "\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82"
    "\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d\u0d57"
    "\u0d81-\u0d83\u0dca-\u0ddf\u0f71-\u0f84\u0f90-\u0fbc\u200c\u200d"
)
_ASCII_RUN = re.compile(r"\w+")


@cache  # made when the first such text comes: a hook that reads English only need not wait for it
def _run() -> re.Pattern[str]:
    return re.compile(
        rf"[{_UNSPACED_RANGES}]+|[^\W{_UNSPACED_RANGES}](?:[^\W{_UNSPACED_RANGES}]|[{_SIGNS}])*"
    )


@cache
def _unspaced_runs() -> re.Pattern[str]:
    return re.compile(rf"([{_HAN}]+)|([{_KANA}]+)|([{_LONG_WORDS}]+)")


@cache
def _signs() -> re.Pattern[str]:
    return re.compile(rf"[{_SIGNS}{_LONG_WORDS}]")


def _composed(text: str) -> str:
    """The text with one spelling of each character: an accent may be one of its own, and Latin
    letters as wide as Chinese ones.
    """
    import unicodedata  # English only need not wait for it

    return unicodedata.normalize("NFKC", text)


@cache
def _unspaced_character() -> re.Pattern[str]:
    return re.compile(f"[{_UNSPACED_RANGES}]")


# Where a name falls into words: parse_args, parseArgs, HTTPError, utf8.
_SEAM = re.compile(
    r"_+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=\d)(?=[^\W\d])|(?<=[^\W\d_])(?=\d)"
)
_CAMEL = re.compile(r"([a-z0-9])([A-Z])")
_ASCII_WORD = re.compile(r"[a-z0-9]+")


def words_of(text: str) -> list[str]:
    """The words of a text, in order: identifiers whole and in parts, unspaced scripts in pairs.

    Indexes hold what this gave: with a change here, ``VERSION`` in :mod:`gitmem.index.lexical`
    goes up by one.
    """
    found: list[str] = []
    runs = _ASCII_RUN.findall(text) if text.isascii() else _run().findall(_composed(text))
    for run in runs:
        if run.isascii() and run.isalpha() and run.islower():
            found.append(run[:_MAX_WORD])
        elif not run.isascii() and _unspaced_character().match(run):
            found += _pairs(run)
        else:
            found += _parts(run)
    return found


def _pairs(run: str) -> list[str]:
    return [run[n : n + 2] for n in range(max(1, len(run) - 1))]


@lru_cache(maxsize=16_384)
def _parts(run: str) -> tuple[str, ...]:
    """A run in small letters: whole, and in the parts of a name that has some."""
    parts = [part[:_MAX_WORD].lower() for part in _SEAM.split(run) if part]
    return ("".join(parts)[:_MAX_WORD], *parts) if len(parts) > 1 else tuple(parts)


def is_of_pairs(word: str) -> bool:
    """Whether the word is a pair of characters, of a script without spaces between words."""
    return not word.isascii() and _unspaced_character().match(word) is not None


def plain_words(text: str) -> list[str]:
    """The words and parts of identifiers in a text, in small letters, of whatever script; those
    without spaces between words in pairs.

    For names of files and for the prose of sessions, whose weights were fitted to this splitting
    of English.
    """
    if text.isascii():
        return _ASCII_WORD.findall(_CAMEL.sub(r"\1 \2", text).lower())
    found: list[str] = []
    for run in _run().findall(_CAMEL.sub(r"\1 \2", _composed(text)).lower()):
        if run.isascii():
            found += _ASCII_WORD.findall(run)
        elif _unspaced_character().match(run):
            found += _pairs(run)
        else:
            found += filter(None, run.split("_"))
    return found


_HAN_WORD, _KANA_WORD, _LONG_WORD = 2, 3, 4
"""Characters of a word, about, where no spaces tell: of Chinese, of Japanese and Korean, which grow
their words at their ends, of Thai and Khmer."""


def word_count(text: str) -> int:
    """How many words a text has: as spaces tell, or about as many where a script has none."""
    if text.isascii():
        return len(text.split())
    count = 0
    for han, kana, long in _unspaced_runs().findall(text):
        count += -(-len(han) // _HAN_WORD) + len(kana) // _KANA_WORD + -(-len(long) // _LONG_WORD)
    spaced = _unspaced_runs().sub(" ", text) if count else text
    korean = sum("\uac00" <= character <= "\ud7af" for character in spaced) // _KANA_WORD
    return count + max(len(spaced.split()), korean)


def letter_count(text: str) -> int:
    """How many characters are letters, or signs that belong to letters."""
    letters = sum(map(str.isalpha, text))
    if not text.isascii():
        letters += sum(not sign.isalpha() for sign in _signs().findall(text))
    return letters


def is_latin(text: str) -> bool:
    """Whether most letters are Latin ones: what was taught by English tells something of it."""
    if text.isascii():
        return True
    others = sum(character > "\u02af" and character.isalpha() for character in text)
    return 2 * others < letter_count(text)


def weight_of(text: str) -> int:
    """The length of a text in characters as an alphabet needs them: one of Chinese says as much as
    two or three letters.
    """
    return len(text) if text.isascii() else len(text) + len(_unspaced_character().findall(text))


_ENDINGS = ("ization", "isation", "ing", "ies", "ed", "es", "ly", "s")
_BEGINNING = 6


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """The beginning that forms of a word share, roughly."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    word = word.rstrip("e") if len(word) > 3 else word
    return (word[:-1] + "i" if word.endswith("y") else word)[:7]


def beginnings(words: Iterable[str], stop_words: Collection[str]) -> frozenset[str]:
    """The words that tell something, cut to their beginnings.

    Blunter than :func:`stem`: for whole paragraphs, where many words are counted and none decides.
    """
    return frozenset(
        word[:_BEGINNING] for word in words if len(word) > 1 and word not in stop_words
    )


# Words that say nothing, whatever is read for.
_EMPTY_WORDS = """
    a also an and are as at be by for from had has have here in is it its just now of or our so that
    the their then there this to was we were when where which who with
"""
# In prose, too, what a person says to an agent around the matter itself.
_OF_PROSE = """
    about all any because been but can could did do does each get how i if instead into let lets
    like make me more my need new no not on only other out please should some still than them these
    they up us use want what why will would you your
"""
# In a query, too, what would match a good part of all memories.  Leaving these out is worth more
# than any choice of weights.
_OF_QUERIES = """
    above after again against am before being below between both cannot doing down during either
    else ever every few further gets getting having he her hers him his however itself longer makes
    many may might most much must needs neither nor off often once one over own per properly rather
    same set she since such those through thus too under until upon used uses using very via well
    whether while whose within without yes yet yours
"""
# In the title of a decision, too, what neither subject nor choice can be.
_OF_TITLES = """
    default back again working enough alone whole own separate same old everything way limit support
"""
# In lines of code, too, what stands in every change to a program, in whatever language.
_OF_CODE = """
    self cls def class return import from if else elif for while in not and or none true false try
    except finally raise with as is pass lambda yield assert print str int list dict set tuple len
    isinstance type object args kwargs async await break continue del global nonlocal func function
    var let const new this null void public private static final string bool end then do fn impl
    pub use mod struct enum match case switch default package include define ifdef endif the test
    tests testing param returns value name foo bar spam eggs
"""

BARE_STOP_WORDS = frozenset(_EMPTY_WORDS.split()) | {"too", "very"}
"""Of two memories that may say the same: "no", "only" and "all" may be what tells them apart."""

PROSE_STOP_WORDS = frozenset(_EMPTY_WORDS.split()) | frozenset(_OF_PROSE.split())
"""Of what was said in a session."""

CODE_STOP_WORDS = PROSE_STOP_WORDS | frozenset(_OF_CODE.split())
"""Of the lines of a change."""

STOP_WORDS = PROSE_STOP_WORDS | frozenset(_OF_QUERIES.split())
"""Of what is searched for."""

TITLE_STOP_WORDS = STOP_WORDS | frozenset(_OF_TITLES.split())
"""Of the title of a decision, taken apart into a subject and a choice."""


# Two tables of opposites, because they answer two questions.  In prose every form of a word counts:
# a difference keeps two memories apart, and a word too many costs no more than a pair that is not
# folded.  In a title only what can be the choice itself counts, in the form in which it is chosen:
# a word too many there marks a memory as amended that still holds.

_SIDES = """
    add added adds adding introduce introduced new create created insert inserted restore restored
    | remove removed removes removing drop dropped delete deleted disuse stop stopped strip stripped
    | enable enabled enables on activate activated | disable disabled disables off deactivate
    | allow allowed allows accept accepted permit | forbid forbidden reject rejected deny denied
      refuse refused disallow block blocked
    | increase increased raise raised more larger higher longer up grow upgrade upgraded widen
    | decrease decreased lower lowered reduce reduced less smaller shorter down shrink downgrade
      downgraded narrow
    | before earlier ahead prior | after later behind
    | fix fixed fixes solved resolved works worked working succeed succeeded success pass passes
      passed | fail fails failed failing broken breaks broke failure crash crashes error
    | revert reverted reverts back undo undone
    | open opened | close closed | start started begin | end ended finish
    | include included | exclude excluded skip skipped ignore ignored
    | sync synchronous blocking | async asynchronous nonblocking
    | read reads reading load loaded | write writes writing save saved store stored
    | client frontend browser | server backend
    | push pushed upload | pull pulled fetch fetched download
    | encode encoded serialise serialize | decode decoded parse parsed deserialise deserialize
    | public exposed | private internal hidden
    | strict strictly | lenient loose loosely
    | not never no without cannot n't don't doesn't isn't won't can't nor
    | input request | output response
    | min minimum | max maximum
    | left | right | top | bottom | source | target destination | sender | receiver
    | try retry retries | give abandon
    | docs documentation readme | test tests testing
"""
SIDE_OF: Mapping[str, int] = {
    word: number for number, words in enumerate(_SIDES.split("|")) for word in words.split()
}
"""Words that take sides, each with the number of its side: texts with words of different sides say
different things."""

_PAIRS = """
    strict/lenient public/private soft/hard sync/async eager/lazy always/never parallel/sequential
    parallel/serial parallel/one on/off open/closed optional/required optional/mandatory
    manual/automatic local/remote global/local mutable/immutable dynamic/static ascending/descending
    dark/light opt-in/opt-out before/after first/last whitelist/blacklist allowlist/denylist
    pessimistic/optimistic push/pull blocking/non-blocking inclusive/exclusive
    relative/absolute eagerly/lazily synchronous/asynchronous implicit/explicit
"""


def _both_ways() -> Mapping[str, str]:
    pairs = [(a, b) for a, _, b in (pair.partition("/") for pair in _PAIRS.split())]
    return dict(pairs) | {b: a for a, b in reversed(pairs)}


OPPOSITES = _both_ways()
"""Each word of a title to the one that says the contrary of the same thing; a word with several
opposites, such as "local", has only one of them here."""
