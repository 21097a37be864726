"""What an agent could take for a frame: tags of clients and of models, special tokens, turns.

An agent is told apart what is said to it, and by whom, by tags (``<system-reminder>``), tokens
(``<|im_start|>``, ``[INST]``) and names at the start of a line (``Human:``).  Recorded text may
hold look-alikes of all these, on purpose or not.  Here the sign that makes one is replaced, one
character for one, so that people still read the same and no length changes.

Nothing is looked for by its exact spelling.  Text is first read as a model reads it: without
characters that nobody sees, in its compatibility form, with letters and brackets that only look
like others replaced (a copy; what is shown stays as it is).  Then whatever has the form of a tag,
open or closing, with attributes or without, written out or as an entity, is judged by its name.
A closing tag of any name counts where nothing before it opened it: that is how a frame is left.
What has such a name and is code (``Vec<System>``, ``#include <memory>``) passes.
Standard library only: agent hooks run this.

**Source:** Unicode Technical Standard 39, confusables (those of Latin letters and brackets); the
chat templates that Llama, Mistral, Gemma, DeepSeek and ChatML publish.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

HIDDEN = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""C0 but tab and line feed, DEL and C1; lone surrogates; zero-width, bidi and other format
characters; variation selectors beyond emoji's, tags (invisible ASCII) and noncharacters.
"""
HIDDEN_IN_ASCII = "[\x00-\x08\x0b-\x1f\x7f]"
"""The same for ASCII; quicker to compile, for hooks."""

# What stands for the sign that is replaced.  None of them is read as that sign again.
_NO_TAG, _NO_TOKEN, _NO_TURN = "(", "⟦", "꞉"

# Where a tag may begin: the bracket, or what a reader decodes into it; and its name.
_OPENER = (
    r"(?:<|&(?:amp;)*(?:lt|LT|#0*60|#[xX]0*3[cC]);?|\\(?:u00|x)3[cC]|%3[cC])"
    r"(\s*/)?(\s*)(?:([|!])|[_?*#]{0,2}([A-Za-z][\w:-]*))"
)
# What may follow the name of a tag; anything else makes it an address, an expression, a path.
_ENDS = r"[\s<>/|(]|[.,;!?]+\s*>|&(?:amp;)*(?:gt|#|\w+;)|\\(?:u00|x)3[eE]|%3[eE]|$"
_CLOSED = r"\s*/?\s*(?:>|&gt;|$)|\s+[\w.-]+\s*=\s*[\"'\w]"
_ROLE = (
    r"(?i)"
    r"[^<>]{0,80}\brole\s*=\s*[\"']?(?:system|user|assistant|developer)\b"
)
_SHUT = r"\s*(?:[.,;!?]*>|&(?:amp;)*gt|\\(?:u00|x)3[eE]|%3[eE]|$)"
_SPECIAL = r"[|]\w[\w .:/-]{0,40}[|]\s*>|[|][A-Za-z]+_\w"
_MARKED = (
    r"(?i)"
    r"\[(?=\s*/?\s*(?:INST|SYS|SYSTEM_PROMPT|TOOL_CALLS?|TOOL_RESULTS?|"
    r"TOOL_CONTENT|AVAILABLE_TOOLS|BOS|EOS)\s*\])"
)
_TURN = (
    r"(?im)"
    r"^(?:[^\w\n\"']*(?:\d{1,3}[.)]\s[^\w\n\"']*)?(?:human|assistant|user|system|developer)"
    r"|[ \t>]*#+[ \t]*(?:instructions?|response))"
    r"(?:[ \t]*\([^()\n]{0,40}\))?[^\w\n:]{0,8}(:)(?!\s*[{\[])"
)
_PIECE = r"[-_:]+|(?<=[a-z])(?=[A-Z])"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ALONE = _words(
    "system sys assistant human user developer instruction instructions important context memory"
    " memories think thinking thought thoughts scratchpad reasoning reminder prompt invoke"
    " tooluse toolcall toolresult functioncalls private override urgent env bos eos s"
    " directive directives guidelines antml gitmem tool tools conversation critical"
)
"""Tags that mean something to an agent by themselves."""

_FIRST = _words(
    "system assistant human antml gitmem user developer command local bash persisted teammate"
    " session task tool tools function functions ide agent subagent mcp claude anthropic openai"
    " important critical urgent override instruction instructions private thinking memory context"
    " prompt admin hook additional"
)
"""What the name of such a tag of several words begins with."""

_LAST = _words(
    "reminder reminders instruction instructions prompt prompts result results call calls"
    " diagnostics notification stdout stderr thinking directive override turn hook"
    " important"
)
"""What it ends with."""

_GENTLE = _words(
    "id ids name names path paths file files url uri number title list item card menu group"
    " view form row slug dir folder email token uuid num prefix index type kind key"
    " version hash"
)
"""With these, other than for the few below, a tag is a placeholder or a component of a page."""

_CLIENTS = frozenset(
    ("command-name", "command-message", "command-args", "tool-name", "im_start", "im_end")
)
_PLACEHOLDERS = frozenset(("user", "prompt", "env", "tool", "tools"))
"""Within a usage text these are placeholders, unless something closes them."""

_PAGE = _words(
    "a abbr article aside b blockquote body br button canvas caption code dd del details div dl dt"
    " em fieldset figure footer form g h1 h2 h3 h4 h5 h6 head header html i iframe img ins kbd"
    " label legend li link main mark nav ol optgroup option p path picture pre script section"
    " select small source span strong style sub summary sup svg table tbody td template textarea"
    " tfoot th thead title tr u ul video"
)
"""Elements of HTML: what a diff cuts off is full of their ends, and no client frames with them."""

_CALLS = frozenset(("function", "parameter", "invoke", "tool"))
"""Also with a name behind them: ``<function=name>``, ``<parameter name=...>``."""
_NEAR = 400  # characters: how far an element's end is looked for
_HEADERS = frozenset(("memory", "system_error"))

# Letters of Greek, Cyrillic, Armenian and others that look like Latin ones, and brackets that
# look like < and >.  What has a compatibility form (fullwidth, mathematical) is not listed.
_LOOKS_LIKE = {
    ord(sign): plain
    for signs, plain in (
        ("‹〈⟨〈❬❮❰⧼《⟪«˂ᐸᑅ≺⪡⋖◁◂⦑⦓⦕≪\u1438\u276c\u29fc\u16b2\u300a", "<"),
        ("›〉⟩〉❭❯❱⧽》⟫»˃ᐳ≻⪢⋗▷▸⦒⦔⦖≫\u1433\u276d\u29fd\u300b", ">"),
        ("∕⁄⧸╱⟋／\u29f8\u2571", "/"),
        ("｜∣│┃❘❙❚ǀ⏐¦", "|"),
        ("：∶ː˸׃։፡⁚꞉﹕︓ﹺ", ":"),
        ("【〔⦋［〖", "["),
        ("】〕⦌］〗", "]"),
        ("‐‑‒–—−⁃", "-"),
        ("▁ˍ＿‗", "_"),
        ("аα𝛂ɑ", "a"),
        ("сϲⅽᴄ", "c"),
        ("ԁⅾ", "d"),
        ("еєҽ℮ε", "e"),
        ("ɡ", "g"),
        ("һհ", "h"),
        ("іιıӏⅰ", "i"),
        ("ј", "j"),
        ("ӏⅼІ", "l"),
        ("мⅿᴍ", "m"),
        ("ոпη", "n"),
        ("оοօσᴏ", "o"),
        ("рρ", "p"),
        ("ѕꜱ", "s"),
        ("тτᴛ", "t"),
        ("υսцᴜ", "u"),
        ("ѵν", "v"),
        ("хχ", "x"),
        ("уүγʏ", "y"),
        ("ΑА", "A"),
        ("ΕЕ", "E"),
        ("ΗН", "H"),
        ("ΙӀ", "I"),
        ("ΜМ", "M"),
        ("ΝԼ", "N"),
        ("ΟО", "O"),
        ("ΡР", "P"),
        ("Ѕ", "S"),
        ("ΤТ", "T"),
        ("Ս", "U"),
        ("ΥҮ", "Y"),
    )
    for sign in signs
}
_SPEAKERS = ("human", "assistant", "user", "system", "developer", "instruction", "response")


def neutralise(text: str) -> str:
    """The text with what could be taken for a tag, a token or a turn broken.

    One character for one: no length changes.  Doing it twice is doing it once.
    """
    places: Sequence[int]
    if text.isascii() and not re.search(HIDDEN_IN_ASCII, text):
        plain, places = text, range(len(text))
    else:
        plain, places = _as_read(text)
    signs = {places[position]: sign for position, sign in _marks(plain)}
    if not signs:
        return text
    pieces: list[str] = []
    start = 0
    for place in sorted(signs):
        pieces += (text[start:place], signs[place])
        start = place + 1
    return "".join([*pieces, text[start:]])


@lru_cache
def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _as_read(text: str) -> tuple[str, list[int]]:
    """The text as it is read, and for each of its characters the place of the one that it was."""
    import unicodedata  # only here: most of what hooks tell is ASCII

    hidden = re.compile(HIDDEN)
    plain, places = [], []
    for place, sign in enumerate(text):
        if sign < "\x7f":
            seen = "" if sign < " " and sign not in "\t\n" else sign
        elif hidden.match(sign):
            seen = ""
        elif (known := _LOOKS_LIKE.get(ord(sign))) is not None:
            seen = known
        else:
            seen = "".join(
                _LOOKS_LIKE.get(ord(part), part)
                for part in unicodedata.normalize("NFKD", sign)
                if unicodedata.category(part) not in ("Mn", "Mc", "Me", "Cf")
            )
        plain.append(seen)
        places += [place] * len(seen)
    return "".join(plain), places


def _marks(plain: str) -> Iterator[tuple[int, str]]:
    """The places in the text as it is read that make a frame of it, and what stands there then."""
    opened: dict[str, int] = {}
    # Each form is compiled only where a text may have it: most texts that hooks tell have none.
    if any(sign in plain for sign in "<&\\%"):
        for found in _form(_OPENER).finditer(plain):
            if _is_frame(plain, found, opened):
                yield found.start(), _NO_TAG
    if "[" in plain:
        for found in _form(_MARKED).finditer(plain):
            yield found.start(), _NO_TOKEN
    if ":" in plain and any(name in lower for lower in (plain.lower(),) for name in _SPEAKERS):
        for found in _form(_TURN).finditer(plain):
            yield found.start(1), _NO_TURN


def _is_frame(plain: str, found: re.Match[str], opened: dict[str, int]) -> bool:
    closing, gap, sign, name = found.groups()
    if sign:
        if sign == "|":
            return _form(_SPECIAL).match(plain, found.start(3)) is not None
        return sign == "!" and plain.startswith(("!--", "![CDATA"), found.start(3))
    if name.lower() in _CALLS and plain[found.end() : found.end() + 1] in ("=", " "):
        return True
    if not _form(_ENDS).match(plain, found.end()):
        return False
    if gap and not closing and not _form(_CLOSED).match(plain, found.end()):
        return False  # a comparison
    if _is_code(plain, found.start(), name):
        return False
    lower = name.lower()
    if _is_frame_name(name):
        if lower in _PLACEHOLDERS and not closing and _form(_SHUT).match(plain, found.end()):
            return f"/{lower}" in plain[found.end() : found.end() + _NEAR].lower()
        return lower != "s" or bool(closing)
    if _form(_ROLE).match(plain, found.end()):
        return True
    pair = plain[found.start()] + lower
    if not closing:
        if not _is_empty_element(plain, found.end()):
            opened[pair] = opened.get(pair, 0) + 1
        return False
    if opened.get(pair, 0):
        opened[pair] -= 1
        return False
    return lower not in _PAGE and _form(_SHUT).match(plain, found.end()) is not None


def _is_frame_name(name: str) -> bool:
    lower = name.lower()
    if lower in _ALONE or lower in _CLIENTS:
        return True
    parts = [part.lower() for part in _form(_PIECE).split(name.rstrip("0123456789-_")) if part]
    if len(parts) < 2:
        return False
    first, last = parts[0] in _FIRST, parts[-1] in _LAST
    if parts[0] in ("antml", "gitmem"):
        return True
    if not name.isupper() and "-" not in name and "_" not in name and ":" not in name:
        return first and last and (name[0].islower() or parts[0] in ("system", "assistant"))
    return last or (first and parts[-1] not in _GENTLE)


def _is_code(plain: str, start: int, name: str) -> bool:
    """Whether the bracket opens the arguments of a type, or names a header."""
    if plain[start] != "<" or not start:
        return False
    before = plain[max(0, start - 12) : start]
    if name in _HEADERS and before.rstrip().endswith("include"):
        return True
    is_joined = before[-1].isalnum() or before[-1] == "_"
    return is_joined and name[0].isupper() and not name.isupper()


def _is_empty_element(plain: str, start: int) -> bool:
    end = plain.find(">", start, start + _NEAR)
    return end > 0 and plain[end - 1] == "/"
