"""Spans masked from an opening mark to a closing one: private passages, private keys.

Both fail closed: an opening mark whose end is missing (a text cut short, a transcript still
being written) takes what follows with it.  One pass over the marks, so time is linear.
"""

from __future__ import annotations

import re

# A tool result may hold a transcript or a web page, where the same tag stands escaped.
# Attributes are allowed, for whoever knows markup writes them.
_PRIVATE_TAG = re.compile(
    r"(?:<|\\u003c|&lt;)\s?(/?)private(?:\s[^<>\n]{0,200}?)?\s?(/?)(?:>|\\u003e|&gt;)",
    re.IGNORECASE,
)

_KEY_MARK = re.compile(
    r"-{4,5} ?(BEGIN|END)(?:[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?| OpenVPN Static key V\d) ?-{4,5}"
)
# A sentence about the mark: it goes on behind it, on the same line.
_IN_A_SENTENCE = re.compile(
    r"[\"'`*)]{0,3}[,.;:]? {1,2}(?:[a-z]{1,12}|[A-Z][a-z]{1,12}|\()(?![A-Za-z0-9+/])"
)

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
        if tag.group(2):  # <private/> holds nothing
            continue
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
        if mark.start() < start:
            continue
        if mark.group(1) == "END":
            # Its beginning was cut off, as `tail` does.
            begin = _tail_start(text, start, mark.start())
            if begin < mark.start():
                kept += [text[start:begin], mask]
                start = mark.end()
                count += 1
            continue
        if _IN_A_SENTENCE.match(text, mark.end()):
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


_TAIL_LINE = re.compile(r"[A-Za-z0-9+/=]{16,}|=?[A-Za-z0-9+/]{1,80}={0,2}")


def _tail_start(text: str, floor: int, end: int) -> int:
    """Where the lines of base64 begin that stand right above an end mark at ``end``.

    What viewers put before a line (its number, a bar, a diff's sign) is looked over.
    """
    begin = end
    for _ in range(400):
        line_end = begin - 1
        if line_end <= floor:
            break
        is_escaped = text[line_end - 1 : line_end + 1] in ("\\n", "\\r")
        if text[line_end] != "\n" and not is_escaped:
            begin = text.rfind("\n", floor, begin) + 1  # a prefix of the mark's own line
            if not _PREFIX.fullmatch(text[begin : line_end + 1]) or begin <= floor:
                return end
            continue
        stop = line_end - is_escaped
        start = (
            max(text.rfind("\n", floor, stop), text.rfind("\\n", floor, stop) + 1, floor - 1) + 1
        )
        line = _PREFIX.sub("", text[start:stop].strip(" \t\r\"'`"), count=1).strip()
        if not _TAIL_LINE.fullmatch(line) or (len(line) < 16 and begin != end):
            break
        begin = start
    return begin


_PREFIX = re.compile(r"[ \t]*(?:\d{1,6}[→:|\t ]|[|>+-])?[ \t|]*")
