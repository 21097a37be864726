"""The verbs of commit messages: which word tells that somebody commands, and what was done.

A list rather than grammar: a commit begins with one of a few hundred verbs, and what is not in the
list is taken for no command, which loses a sentence and invents none.  Pure.
"""

from __future__ import annotations

import re

_BASE = """
    abandon abort accept access acquire activate add adjust adopt advance align alias allocate
    allow amend annotate answer append apply archive arrange ask assert assign assume attach
    automate avoid back base batch begin block borrow bound bring broadcast build bump bundle
    bypass cache calculate call cancel cap capture carry cast catch centralise centralize change
    check choose clamp clarify clean clear clone close coerce collapse collect colour color
    combine compare compile complete compose compress compute configure confirm connect consider
    consolidate construct consume contain continue convert copy correct count cover create cut
    deactivate debounce declare decode decouple decrease deduplicate default defer define delay
    delegate delete deliver demote deprecate derive describe deserialize detach detect determine
    disable disallow discard discourage dispatch display distinguish distribute ditch do
    document drain draw drive drop dump duplicate echo edit elide embed emit employ enable
    encapsulate enclose encode encourage end enforce ensure enter enumerate erase error escape
    evaluate exclude execute exempt exit expand expect explain export expose extend extract
    factor fail fall favor favour fetch fill filter find finish fix flag flatten flip flush fold
    follow forbid force forward free freeze generalise generalize generate get give go grant
    group guard guess halt handle harden have hide highlight hoist hold hook ignore implement
    import improve include increase increment index indicate infer inherit initialise initialize
    inject inline insert inspect install instantiate integrate intercept interpret introduce
    invalidate invert invoke iterate join jump keep kill label launch leave let leverage lift
    limit link list listen load lock log look lookup loosen lower maintain make manage mark mask
    match measure memoize mention merge migrate mimic minimise minimize mirror mock modify
    monitor mount move name narrow negate normalise normalize note notify obey omit open
    optimise optimize order outline override own pack pad parse pass patch pause perform permit
    persist pick pin pipe place plug point poll populate port postpone prefer prefix prepare
    prepend preserve prevent print process produce prohibit promote propagate protect provide
    prune publish pull purge push put query queue quote raise randomize read rearrange rebase
    rebuild recognise recognize recommend recompute reconnect record recreate redefine redirect
    redo reduce refactor refer reference refine reformat refresh refuse register reimplement
    reinstate reject relax release reload rely remember remove rename render reorder reorganise
    reorganize repair repeat replace reply report represent request require rescue resend
    reserve reset resize resolve respect respond restart restore restrict restructure retain
    rethrow retire retrieve retry return reuse revamp reverse revert rewrite rework rip roll
    rollback rotate round route run sanitise sanitize save scan schedule scope search select
    send separate serialise serialize serve set share shift ship short shorten show shrink
    shuffle signal silence simplify simulate skip sleep slice sort spawn specify speed split
    squash stabilise stabilize stage standardise standardize start state stay stick stop store
    stream strengthen strip structure stub subscribe substitute suggest supply support suppress
    swallow swap switch sync synchronise synchronize take target teach tear tell terminate test
    throttle throw tie tighten time toggle tolerate track transfer transform translate treat
    trigger trim truncate trust try tune turn tweak type undo unescape unify unlink unlock
    unregister unroll unset unwrap update upgrade use utilise utilize validate vendor verify
    wait walk warn whitelist widen wire work wrap write yield zero
"""
BASE_VERBS = frozenset(_BASE.split())
"""Verbs in the form in which they command."""

# Their object is a defect, or what becomes possible beside what there was: "fix X being used
# instead of Y" and "allow X instead of Y" reject nothing.
_OF_NO_CHOICE = """
    fix prevent avoid address handle resolve repair correct catch detect reproduce test stop
    document explain describe clarify mention note allow support enable permit forbid expect
    mock simulate assert verify check confirm try discourage error fail
"""
CHOOSING_VERBS = BASE_VERBS - frozenset(_OF_NO_CHOICE.split())
"""Verbs whose object may be what was chosen."""

_MANNER = re.compile(
    r"(?:(?:so|then|also|now|therefore|thus|hence|instead|just|simply|always|only|better|"
    r"explicitly|consistently|directly|again|finally|lazily|silently|please|let'?s),?\s+){1,4}",
    re.I,
)
_DOES = re.compile(r"\s+(?:now\s+)?(\w+s)\b")
_THING_NAMES = """
    call display hook index link list log map note object order output print query read result
    return set state test type
"""
_THINGS = frozenset(_THING_NAMES.split())
_DONE = re.compile(r"\s+(?:been|had|\w{3,20}ed)\b", re.I)  # "have relied" tells
_FIRST = re.compile(r"[A-Za-z][a-z-]{0,30}(?=[\s,]|\.?$)")


def first_verb(text: str) -> str:
    """The verb with which the text commands, in lower case; empty if it commands nothing.

    Adverbs may stand before it ("Always use").
    """
    manner = _MANNER.match(text)
    found = _FIRST.match(text, manner.end() if manner else 0)
    verb = found[0].lower() if found else ""
    if found and verb == "have" and _DONE.match(text, found.end()):
        return ""
    does = _DOES.match(text, found.end()) if found and verb in _THINGS else None
    if does and base_of(does[1]):
        return ""  # "Query builds itself" is about a thing of that name
    return verb if verb in BASE_VERBS else ""


def base_of(word: str) -> str:
    """The verb of which the word is the third person, the past or the -ing form; empty if none."""
    word = word.lower()
    for ending in ("s", "es", "d", "ed", "ing"):
        stem = word.removesuffix(ending)
        if stem == word:
            continue
        undoubled = stem[:-1] if len(stem) > 3 and stem[-1:] == stem[-2:-1] else stem
        for verb in (stem, f"{stem}e", undoubled, f"{stem[:-1]}y" if stem[-1:] == "i" else stem):
            if verb in BASE_VERBS:
                return verb
    return {"made": "make", "kept": "keep", "chose": "choose", "took": "take"}.get(word, "")
