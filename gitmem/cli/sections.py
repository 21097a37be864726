"""The commands as a newcomer meets them: in groups, each by what one wants to do."""

from __future__ import annotations

from collections.abc import Iterable

_SECTIONS = {
    "Start here": ("init", "demo", "status", "help"),
    "Look": ("log", "show", "why", "search", "session", "page", "digest", "context", "stats"),
    "Say and change": (
        "remember",
        "edit",
        "forget",
        "pin",
        "unpin",
        "wrong",
        "capture",
        "scrub",
    ),
    "Share": ("sync", "trust", "restore", "handoff"),
    "Fill and improve": (
        "backfill",
        "import",
        "export",
        "recompress",
        "curate",
        "promote",
        "verify",
    ),
    "Keep in order": ("doctor", "config", "reindex", "reconcile", "uninstall"),
    "For programs": ("mcp", "completion", "version"),
}
_OTHERS = "Others"


def sections(names: Iterable[str]) -> dict[str, list[str]]:
    """The names in their sections; one that has none comes last, among the others."""
    known = list(names)
    found = {
        title: [name for name in members if name in known] for title, members in _SECTIONS.items()
    }
    placed = {name for members in found.values() for name in members}
    found[_OTHERS] = [name for name in known if name not in placed]
    return {title: members for title, members in found.items() if members}
