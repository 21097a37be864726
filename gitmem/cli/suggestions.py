"""What somebody who mistyped a word most likely meant, and what other tools call our commands.

Pure; loaded only once something was mistyped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_MOST = 5
_MIN_PREFIX = 3

OTHER_WORDS: dict[str, tuple[str, ...]] = {
    "blame": ("why",),
    "annotate": ("why",),
    "praise": ("why",),
    "explain": ("why",),
    "reason": ("why",),
    "whence": ("why",),
    "find": ("search",),
    "grep": ("search",),
    "query": ("search",),
    "lookup": ("search",),
    "recall": ("search", "context"),
    "ask": ("search", "why"),
    "list": ("log",),
    "ls": ("log",),
    "history": ("log",),
    "shortlog": ("log", "stats"),
    "reflog": ("log",),
    "timeline": ("page", "log"),
    "cat": ("show",),
    "view": ("show", "page"),
    "open": ("show", "page"),
    "get": ("show",),
    "print": ("show",),
    "html": ("page",),
    "web": ("page",),
    "ui": ("page",),
    "gui": ("page",),
    "browse": ("page", "log"),
    "serve": ("mcp", "page"),
    "server": ("mcp",),
    "delete": ("forget", "scrub"),
    "rm": ("forget", "scrub"),
    "remove": ("forget", "uninstall"),
    "del": ("forget", "scrub"),
    "drop": ("forget", "scrub"),
    "erase": ("forget", "scrub"),
    "redact": ("scrub",),
    "purge": ("scrub",),
    "clean": ("scrub", "curate"),
    "add": ("remember",),
    "note": ("remember",),
    "new": ("remember",),
    "create": ("remember",),
    "save": ("remember",),
    "write": ("remember",),
    "store": ("remember",),
    "memo": ("remember",),
    "commit": ("remember", "capture"),
    "record": ("capture", "remember"),
    "change": ("edit",),
    "modify": ("edit",),
    "amend": ("edit",),
    "update": ("edit", "sync"),
    "correct": ("edit", "wrong"),
    "star": ("pin",),
    "unstar": ("unpin",),
    "reject": ("wrong",),
    "install": ("init",),
    "setup": ("init",),
    "set-up": ("init",),
    "enable": ("init",),
    "start": ("init",),
    "on": ("init",),
    "begin": ("init",),
    "disable": ("uninstall",),
    "deinit": ("uninstall",),
    "off": ("uninstall",),
    "stop": ("uninstall",),
    "push": ("sync",),
    "pull": ("sync",),
    "fetch": ("sync",),
    "share": ("sync",),
    "send": ("sync",),
    "merge": ("sync", "curate"),
    "dedupe": ("curate",),
    "compact": ("curate",),
    "gc": ("curate",),
    "fix": ("doctor",),
    "repair": ("doctor",),
    "diagnose": ("doctor",),
    "fsck": ("verify", "doctor"),
    "health": ("doctor", "status"),
    "info": ("status",),
    "state": ("status",),
    "st": ("status",),
    "check": ("doctor", "verify"),
    "prove": ("verify",),
    "validate": ("verify",),
    "statistics": ("stats",),
    "cost": ("stats",),
    "count": ("stats",),
    "undo": ("restore",),
    "recover": ("restore",),
    "undelete": ("restore",),
    "rebuild": ("reindex",),
    "index": ("reindex",),
    "rebase": ("reconcile",),
    "transcript": ("session",),
    "conversation": ("session",),
    "chat": ("session",),
    "resume": ("session",),
    "continue": ("session", "handoff"),
    "summary": ("digest", "stats"),
    "report": ("digest", "stats"),
    "standup": ("digest",),
    "changelog": ("digest",),
    "set": ("config",),
    "settings": ("config",),
    "setting": ("config",),
    "preferences": ("config",),
    "options": ("config",),
    "example": ("demo",),
    "try": ("demo",),
    "tour": ("demo",),
    "man": ("help",),
    "docs": ("help",),
    "manual": ("help",),
    "about": ("version",),
    "completions": ("completion",),
    "past": ("backfill",),
}
"""Words of git, of other tools and of plain English, and the commands that do that here."""


def other_words(word: str, commands: Iterable[str]) -> list[str]:
    """The commands that do what another tool's ``word`` does."""
    known = set(commands)
    return [name for name in OTHER_WORDS.get(word.casefold(), ()) if name in known]


def nearest(word: str, choices: Iterable[str], *, most: int = _MOST) -> list[str]:
    """The choices that are as near to ``word`` as any, in their order; empty where none is near.

    Near is what one slip of the fingers in three letters makes of it, or a beginning of it.
    """
    asked = word.casefold()
    allowed = max(1, round(len(asked) / 3))
    scores = [
        (_score(asked, folded), choice)
        for choice in dict.fromkeys(choices)
        # So many letters at least make one of the other: a word of megabytes is near to nothing.
        if abs(len(asked) - len(folded := choice.casefold())) <= allowed or folded.startswith(asked)
    ]
    best = min((score for score, _ in scores), default=allowed + 1)
    if not asked or best > allowed:
        return []
    return [choice for score, choice in scores if score == best][:most]


def similar(names: Sequence[str], what: str = "") -> str:
    """The sentence that offers them, in git's words; empty for none."""
    if not names:
        return ""
    noun = f" {what}" if what else ""
    if len(names) == 1:
        return f"The most similar{noun or ' one'} is: {names[0]}"
    return f"The most similar{noun + 's' if noun else ' ones'} are: {', '.join(names)}"


def _score(asked: str, choice: str) -> int:
    if len(asked.lstrip("-")) >= _MIN_PREFIX and choice.startswith(asked):
        return 0
    return edit_distance(asked, choice)


def edit_distance(one: str, other: str) -> int:
    """How many letters to insert, leave out, replace or swap with the next one.

    **Source:** L. Boytsov, "Indexing methods for approximate dictionary searching" (2011),
    optimal string alignment.
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, left in enumerate(one, 1):
        line = [row]
        for column, right in enumerate(other, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (left != right))
            is_swap = column > 1 and row > 1 and left == other[column - 2] and one[row - 2] == right
            line.append(min(cost, before[column - 2] + 1) if is_swap else cost)
        before, last = last, line
    return last[-1]
