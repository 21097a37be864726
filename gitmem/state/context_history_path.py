"""The path of the file that records what a session received.  Loads next to nothing."""

from __future__ import annotations

from hashlib import sha256


def file_name(listener: str) -> str:
    """Hashed, because a session's name comes from outside and must not become a path."""
    return f"{sha256(listener.encode('utf-8', 'replace')).hexdigest()[:32]}.json"
