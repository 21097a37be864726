"""What stands in place of a secret without being one: variables, calls, types, placeholders.

Masking these would take the sense out of code and documentation and protect nobody.
"""

# ruff: noqa: E501  an alternative is one line

from __future__ import annotations

import re

_LONGEST = 200  # characters; nothing longer is a reference or a blank

_MASK = re.compile(r"\s*(?:\[masked:[a-z0-9-]{1,40}\]\s*)+")

_REFERENCE = re.compile(
    r"""(?ix)
      [$%] [({]{0,2} [a-z_][\w.:-]* [)}]{0,2} %?         # $X  ${X}  $(X)  %X%
    | [$\#] [({]{1,2} [^(){}]* [)}]{0,2}                 # ${{ secrets.X }}  $(pass show x)  #{x}
    | \$\{ [^}]*                                         # ${f('x')  cut at its quote
    | \{{1,2} [^{}]* \}{0,2}                             # {x}  {{ x }}
    | %\( \w+ \)s | %[sdr]                               # %(x)s
    | !{1,2}[a-z_]+
    | [\w-]{0,16}(?:\.{3}|…)                            # sk-...
    | pass(?:wd|phrase|code)?|pwd|user(?:name)?|login|email|foo|bar|baz|string|value|clear|data|content
    | (?:my|your|the|some|a)?[_-]?(?:secure|strong|new|old|real|actual)?[_-]?(?:password|passwd|pass|secret|token|api[_-]?key)(?:[_-]?here)?
    | <[^<>]*>?                                          # <token>
    | [x*.•…_?\#=:-]+                                    # xxxx  ****  ...
    | (?:process\.env|os\.environ|os\.getenv|env|secrets|vault|config|settings|self|this|args)
      [.\[(:!] [^\s]*
    | (?:your|insert|enter|replace|put) [_ -] [a-z_ -]*  # YOUR_KEY_HERE
    | none|null|nil|undefined|true|false|yes|no|on|off|empty|redacted|masked|hidden
    | (?:str|string|text|bytes|int|integer|float|number|bool|boolean|any|object|unknown|optional
        |secretstr|list|dict|map|array|type|never|void|varchar|char)\??
    | password|secret|token|key|authorization|credentials?
    | include|omit|same-origin|required|disabled|enabled|default|auto|basic|bearer
    | change[_-]?me | todo | tbd | fixme | placeholder | dummy | example | n/a
    """
)


_FILLER = re.compile(r"([xX0*._#-])\1{7,}")


def is_blank_key(value: str) -> bool:
    """Whether the second half of a key is one sign over and over: ``ghp_xxxxxxxxxxxx``."""
    half = value[len(value) // 2 :]
    return len(half) >= 8 and len(set(half)) == 1 and _FILLER.search(value) is not None


def is_placeholder(value: str) -> bool:
    """Whether a value as a whole is a reference, a blank, a type or a mask."""
    if len(value) > _LONGEST:
        return False
    return bool(_MASK.fullmatch(value) or _REFERENCE.fullmatch(value) or is_blank_key(value))
