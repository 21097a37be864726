"""The path of the file that records what a session received.  Loads next to nothing."""

from __future__ import annotations

_UUID_CHARACTERS = frozenset("0123456789abcdef-")
_UUID_LENGTH = 36


def file_name(listener: str) -> str:
    """A session's id that can be nothing but a name; anything else comes from outside, must not
    become a path, and is hashed: to load that takes as long as the rest of a look at a file.
    """
    if len(listener) == _UUID_LENGTH and _UUID_CHARACTERS.issuperset(listener):
        return f"{listener}.json"
    from gitmem.model.digest import sha256_hex

    return f"{sha256_hex(listener.encode('utf-8', 'replace'))[:32]}.json"
