"""Verbs of titles: the plain form of each, what sort it is of and which side it takes.  Pure."""

from __future__ import annotations

# Verbs that could speak of one decision: what was stored there is moved here.
_SORTS = {
    "choose": """
        use adopt choose prefer pick take replace go switch swap try standardise standardize format
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
# Verbs that take sides on one question: whether a thing is there, permitted, demanded or seen.
_SIDES = {
    "presence": (
        """
        add introduce include create support use adopt enable ship put keep turn start embed vendor
        vendorize vendorise bundle install load restore reinstate re-enable reenable re-add readd
        reintroduce re-introduce activate implement provide offer compress autosave track collect
        cache log send sign require enforce throttle
        """,
        """
        remove drop delete disable stop exclude discard retire abandon strip undo kill unvendor
        omit skip deactivate deprecate
        """,
    ),
    "permission": (
        "allow permit accept support enable",
        "disallow forbid reject deny block ban refuse prohibit disable",
    ),
    "duty": (
        "require enforce force verify validate check demand always",
        "skip ignore bypass",
    ),
    "view": ("show display print expose", "hide suppress conceal"),
}
# One more of its kind; it replaces none before it.
_LISTING_WORDS = """
    add fix support release test translate document describe mention bump update upgrade pin
    deprecate introduce create implement rename count mark cover handle import export say check
    prepare tag drop remove delete speed improve optimise optimize refactor simplify clean expand
    reorder clarify
"""
LISTING_VERBS = frozenset(_LISTING_WORDS.split())
FIX_VERBS = frozenset({"fix", "repair", "correct"})
_MOVE_WORDS = "move migrate switch port convert change return go transfer merge revert"
TO_VERBS = frozenset(_MOVE_WORDS.split())
CHOICE_VERBS = frozenset({"use", "adopt", "choose", "prefer", "pick", "take"})
_REPEAT_WORDS = "build write name run format design implement host deploy index"
REPEATABLE_VERBS = frozenset(_REPEAT_WORDS.split())


_FINITE_WORDS = "prevents returns raises handles takes accepts needs causes fails crashes works"
_FINITE_FORMS = frozenset(_FINITE_WORDS.split())


def plain_form(word: str) -> str:
    """The form of a verb that stands in an imperative, where it is one of those known here."""
    return _BASE_OF.get(word, word)


def is_plain_form(word: str) -> bool:
    """Whether the word is a verb known here, as it stands in an imperative."""
    return _BASE_OF.get(word) == word


def is_third_person(word: str) -> bool:
    """Whether the word is such a verb as it follows whoever does it: "returns", "prevents"."""
    is_form = word.endswith("s") and _BASE_OF.get(word, word) != word
    return is_form or word in _FINITE_FORMS


def gerund_base(word: str) -> str:
    """The plain form of a verb that ends in "-ing", as far as it can be told."""
    return _BASE_OF.get(word, word[: -len("ing")])


def sorts_of(verb: str) -> frozenset[str]:
    """Which decisions the verb may speak of."""
    return frozenset(sort for sort, verbs in _VERBS_OF.items() if verb in verbs)


def sides_of(verb: str) -> dict[str, int]:
    """For each question that the verb takes sides on 1 if it is for, -1 if it is against."""
    found = {name: 1 for name, (pro, _) in _SIDES_OF.items() if verb in pro}
    return found | {name: -1 for name, (_, con) in _SIDES_OF.items() if verb in con}


def _base_forms() -> dict[str, str]:
    """Each form of the verbs known here to the form that stands in an imperative."""
    lists = (*_SORTS.values(), *(text for both in _SIDES.values() for text in both))
    verbs = {*" ".join((*lists, _LISTING_WORDS, _MOVE_WORDS, _REPEAT_WORDS)).split()} | FIX_VERBS
    forms: dict[str, str] = dict(_IRREGULAR)
    for verb in sorted(verbs):
        short = verb.removesuffix("e")
        root = f"{verb[:-1]}i" if verb.endswith("y") and verb[-2] not in "aeou" else verb
        for form in (
            *(f"{short}ed", f"{verb}{verb[-1]}ed", f"{root}ed"),
            *(f"{short}ing", f"{verb}{verb[-1]}ing", f"{verb}s", f"{root}es"),
        ):
            forms.setdefault(form, verb)
        forms[verb] = verb
    return forms


_PAST_FORMS = """
    kept/keep built/build wrote/write written/write made/make chose/choose took/take ran/run
    sent/send went/go hid/hide hidden/hide forbade/forbid undid/undo held/hold
"""
_IRREGULAR = dict(pair.split("/") for pair in _PAST_FORMS.split())
_VERBS_OF = {sort: frozenset(verbs.split()) for sort, verbs in _SORTS.items()}
_SIDES_OF = {
    name: (frozenset(pro.split()), frozenset(con.split())) for name, (pro, con) in _SIDES.items()
}
_BASE_OF = _base_forms()
QUESTIONS = frozenset(_SIDES)
"""What verbs take sides on."""
