"""The path of the file that records what a session received.  Loads next to nothing."""

from __future__ import annotations

_UUID_CHARACTERS = frozenset("0123456789abcdef-")
_UUID_LENGTH = 36


def file_name(listener: str) -> str:
    """A session's id that can be nothing but a name; anything else comes from outside, must not
    become a path, and is hashed: to load that takes as long as the look at the file.
    """
    if len(listener) == _UUID_LENGTH and _UUID_CHARACTERS.issuperset(listener):
        return f"{listener}.json"
    from hashlib import sha256

    return f"{sha256(listener.encode('utf-8', 'replace')).hexdigest()[:32]}.json"
