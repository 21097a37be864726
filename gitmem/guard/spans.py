"""Spans masked from an opening mark to a closing one: private passages, private keys.

Both fail closed: an opening mark whose end is missing (a text cut short, a transcript still
being written) takes what follows with it.  One pass over the marks, so time is linear.
"""

from __future__ import annotations

import re

# A tool result may hold a transcript or a web page, where the same tag stands escaped.
_PRIVATE_TAG = re.compile(r"(?i:<|\\u003c|&lt;)(/?)private(?i:>|\\u003e|&gt;)", re.I)

_KEY_MARK = re.compile(r"-----(BEGIN|END)[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")

# What belongs to a key whose end mark is missing: long runs of base64, the block's own header
# lines, line breaks (also escaped ones), and what viewers put before lines.  Code that only
# names the mark, as this module does, has none of that behind it.
_KEY_BODY = re.compile(
    r"(?:\s|\\+[nrt]|[|>→:,\"'+-]|\d{1,6}(?=[→:|\t ])|[A-Za-z0-9+/=_]{30,}"
    r"|(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): [^\n\\]{0,200})*"
    r"[A-Za-z0-9+/=]*"
)


def without_private(text: str) -> tuple[str, int]:
    """The text without its ``<private>…</private>`` spans, and how many there were.

    Tags nest; a span that is never closed reaches to the end of the text.  A space is left in
    a span's place, so that its two sides do not join into something new.
    """
    kept: list[str] = []
    depth = start = count = 0
    for tag in _PRIVATE_TAG.finditer(text):
        if tag.group(1):
            if depth == 1:
                start = tag.end()
            depth = max(0, depth - 1)
        else:
            if depth == 0:
                kept += [text[start : tag.start()], " "]
                count += 1
            depth += 1
    if not count:
        return text, 0
    if depth == 0:
        kept.append(text[start:])
    return "".join(kept).strip(" "), count


def without_private_keys(text: str, mask: str) -> tuple[str, int]:
    """The text with each private key block replaced by ``mask``, and how many there were."""
    kept: list[str] = []
    start = count = 0
    marks = list(_KEY_MARK.finditer(text))
    for number, mark in enumerate(marks):
        if mark.start() < start or mark.group(1) == "END":
            continue
        following = marks[number + 1] if number + 1 < len(marks) else None
        if following is not None and following.group(1) == "END":
            end = following.end()
        else:
            body = _KEY_BODY.match(text, mark.end())
            end = body.end() if body else mark.end()
        kept += [text[start : mark.start()], mask]
        start = end
        count += 1
    return "".join([*kept, text[start:]]), count
