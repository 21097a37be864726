"""Secrets that no rule names: long runs of characters that look random.

A key of unknown form is told from words and identifiers by its mixed case and digits and by its
pairs of letters, few of which are common in any language's words.  Commit ids, checksums, UUIDs
and other ids look just as random, so everything that says it is one is left alone: plain
hexadecimal digits, what is named an id or a hash, what stands in a path, an address or a file's
name, and encoded data.
"""

# ruff: noqa: E501  an alternative is one line

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from operator import ne

KIND = "random"

RUN = re.compile(r"[A-Za-z0-9_+/-]{20,}={0,2}")
"""What is looked at: as long as a key, of the characters of keys."""

_LONGEST = 128  # characters; beyond that it is data
_MOST_COMMON = 0.5  # of the pairs of letters; in identifiers three quarters are common
_MOST_IN_SEQUENCE = 0.25
_LEAST_CHANGES = 0.3  # between capitals, small letters and digits

_KINDS = str.maketrans(
    {
        **dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "u"),
        **dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "l"),
        **dict.fromkeys("0123456789", "d"),
        **dict.fromkeys("_/+=", "-"),
    }
)

# The 180 commonest pairs of letters in the words of the standard library's source: 87 of 100
# pairs there, 27 of 100 by chance.
_COMMON = frozenset(
    row[0] + second
    for row in re.findall(
        r"\w+",
        "abcdgilmnprstu baelou caehiklortu daeios eacdefglmnprstvx fafior gehir haeiot"
        " iabcdefglmnoprstv ke ladeilostuy maeiop nacdefgiostu ocdlmnoprstuvw paeiloprty qu"
        " racdeimnorstuy sacehiopstu tacehiorstuy ueilmnprst vaei wahi xet yp",
    )
    for second in row[1:]
)

_DIGIT = re.compile(r"\d")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F_-]+")
_WORD = re.compile(r"[a-z]{4,}|[A-Z][a-z]{3,}|[A-Z]{5,}|[a-z_-]{4,}\d{0,4}")

# What is computed from public things, or encodes them, says so by how it begins.
_ENCODING = re.compile(
    r"nonce-|z6Mk|UC[\w-]{22}$|pk_(?:live|test)_|Qm[1-9A-HJ-NP-Za-km-z]{44}|[xyzt]pub|RW[QRSTU]|sb_publishable_|phc_|sha\d{1,3}-|md5-|AAAA[BCE]|MI[IGHC]|H4sI|iVBOR|R0lGOD|UklGR|/9j/|PHN2Zy|eyJ|JVBERi|AGFzb"
    r"|UEsDB|d09GMg|T1RUTw|AAEAAA|data:"
)
_ID = re.compile(r"(?P<prefix>[a-z]{2,12}|[A-Z]{2,5})[_-][A-Za-z0-9]{16,32}")
_SECRET_PREFIX = re.compile(
    r"key|tok|sec|priv|live|prod|auth|^(?:sk|rk|pw|pat|api|test)", re.IGNORECASE
)

# What stands before an id or a checksum.
_ID_LABEL = re.compile(
    r"(?:(?:id|ID|Id|ids|IDs|uid|hash|Hash|digest|checksum|integrity|sha\d{0,3}|SHA\d{0,3}|md5|etag|build[ _]?id|BuildID|buildid"
    r"|ETag|commit|rev|revision|fingerprint|signature|cursor|nonce|slug|version|h1|resolution|parent"
    r"|uuid|guid|oid|ref|boundary|base64|request|trace|span|[Pp]ublic[ _-]?[Kk]ey|PUBLIC[_-]KEY|[Pp]ub[_-]?[Kk]ey\d{0,3}|PUBKEY|[Aa]ddr(?:ess)?|wallet|cid|nanoid|[Ss]ite[ _-]?[Kk]ey|SITE_?KEY)"
    r"[\\\"'`\])]{0,4}\s{0,2}[:=,(#]{1,2}>?\s{0,2}[\\\"'`(\[]{0,4}|[/@#]|\b(?:id|commit|hash|index)\s"
    # a peer's key, a network's address, a request, a part of a public key, a tracker, a mail's word
    r"|(?:\b[Pp]eer|[Vv]apid\w{0,10}|x-amz-id-2|[Ww]eb[Ss]ocket-\w{3,8}|ksuid|KSUID|ipfs|IPFS|did:key|:track|ed25519|-\d)\s?[:=]?\s?[\"']?"
    r"|[Tt]ag\\?[\"']?\s?[:=]\s?W/\\?[\"']|\"[xyn]\\?\"\s?:\s?\\?\"|[Pp]ublic [Kk]ey is\s"
    r"|(?:AWSALB\w{0,6}|__cf_bm|_g[a-z_]{1,8}|_fbp)=|=\?[\w-]{3,12}\?[BQ]\?|mappings\\?\":\s?\\?\"[^\"]{0,24})$"
)
_FILE_NAME = re.compile(r"\.[a-z][a-z0-9]{1,5}(?![A-Za-z0-9])")
_DATA_BEFORE = re.compile(
    r"(?:PUBLIC KEY|CERTIFICATE)(?: BLOCK)?-----(?:\n[ \t]{0,8}|\\{1,2}n)$|[A-Za-z0-9+/_-]{40}(?:\n[ \t]{0,8}|\\{1,2})$"
)
_DATA_AFTER = re.compile(r"={0,2}(?:\n[ \t]{0,8}|\\{1,2}n)[A-Za-z0-9+/_-]{40}")
_LOOK_BACK = 40


def has_common_pairs(letters: str) -> bool:
    """Whether more of the pairs of letters are common than chance would make."""
    pairs = [a + b for a, b in zip(letters.lower(), letters[1:].lower(), strict=False)]
    return sum(pair in _COMMON for pair in pairs) > len(pairs) * _MOST_COMMON


def may_have(runs: str) -> bool:
    """Whether a text consisting of long runs has one that looks random at first sight."""
    return any(is_random(run) for run in RUN.findall(runs) if len(run) <= _LONGEST)


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """The kind of each run that looks random, and where it begins and ends, in order."""
    for run in RUN.finditer(text):
        found = run.group()
        if len(found) <= _LONGEST and is_random(found) and not _is_public(run):
            yield KIND, *run.span()


def is_random(run: str) -> bool:
    """Whether a run mixes cases and digits and has the pairs of letters that chance makes."""
    if run.islower() or run.isupper() or not _DIGIT.search(run):  # nearly all, so looked at first
        return False
    kinds = run.translate(_KINDS)
    if kinds.count("u") < 2 or kinds.count("l") < 2:
        return False
    if sum(map(ne, kinds, kinds[1:])) < (len(kinds) - kinds.count("-")) * _LEAST_CHANGES:
        return False
    if "-" in kinds and not any("u" in part and "l" in part for part in kinds.split("-")):
        return False  # parts of one case each, joined: an id and a place
    digits = upper = lower = pairs = common = sequence = changes = 0
    before, was = "", ""
    for sign in run:
        if sign.isdigit():
            kind = "d"
            digits += 1
        elif sign.isupper():
            kind = "u"
            upper += 1
        elif sign.islower():
            kind = "l"
            lower += 1
        else:
            before = was = ""
            continue
        if before:
            sequence += ord(sign) - ord(before) in (0, 1, -1)
            changes += kind != was
            if kind != "d" and was != "d":
                pairs += 1
                common += (before + sign).lower() in _COMMON
        before, was = sign, kind
    size = digits + upper + lower
    if upper < 2 or lower < 2 or digits < 1 or size < 18:
        return False
    if sequence > size * _MOST_IN_SEQUENCE or changes < size * _LEAST_CHANGES:
        return False
    return pairs < 4 or common <= pairs * _MOST_COMMON


def _is_public(run: re.Match[str]) -> bool:
    """Whether a run that looks random says that it is an id, a checksum, a name or data."""
    found, text = run.group(), run.string
    if (
        encodes_words(found)
        or _HEXADECIMAL.fullmatch(found)
        or _ENCODING.match(found)
        or _is_id(found)
        or _is_path(found)
    ):
        return True
    if _ID_LABEL.search(text, max(0, run.start() - _LOOK_BACK), run.start()):
        return True
    return bool(_FILE_NAME.match(text, run.end())) or _is_data_line(run)


def encodes_words(found: str) -> bool:
    """Whether base64 holds a sentence: two words of small letters or more."""
    try:
        words = base64.b64decode(found, validate=True).decode("ascii")
    except ValueError:
        return False
    return words.isprintable() and len(re.findall(r"[A-Za-z]{2,}", words)) > 1 and " " in words


def _is_id(found: str) -> bool:
    """An id of the form ``kind_…``, which providers use for things that are not secret."""
    match = _ID.fullmatch(found)
    return match is not None and not _SECRET_PREFIX.search(match["prefix"])


def _is_path(found: str) -> bool:
    parts = found.split("/")
    if len(parts) > 2 and all(len(part) == 20 for part in parts):
        return True  # a build id of Go
    return len(parts) > 1 and any(_WORD.fullmatch(part) for part in parts)


def _is_data_line(run: re.Match[str]) -> bool:
    """Whether a run fills its line and a neighbour is as full: a certificate, an attachment."""
    text, start, end = run.string, run.start(), run.end()
    return bool(
        _DATA_BEFORE.search(text, max(0, start - _LONGEST - 8), start)
        or _DATA_AFTER.match(text, end)
    )
