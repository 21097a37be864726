"""Which part of a user's message is the user's own words.

The client writes much into the same field: reminders, the output of local commands, expanded
slash commands, memory that hooks injected.  None of it may be remembered as something the user
said, and injected memory must not come back in.
"""

from __future__ import annotations

import re

_FOREIGN = (
    r"system[-_]reminder|system_notification|command-[a-z]+|local-command-[a-z]+|bash-[a-z]+|task-notification|"
    r"ide_[a-z_]+|user-memory-[a-z]+|user-prompt-submit-hook|new-diagnostics|persisted-output|"
    r"post-tool-use-hook|session-start-hook|teammate-message|gitmem[a-z-]*"
)
_OPENING = re.compile(rf"<({_FOREIGN})\b[^<>]{{0,400}}>")
_CLIENT_OPENING = re.compile(
    r"(?:Caveat: The messages below|Base directory for this skill|Stop hook feedback|"
    r"SessionStart:|UserPromptSubmit hook|\[Image: source)"
)
_ONLY_A_COMMAND = re.compile(r"/[\w:.-]{1,80}")


def own_words(text: str) -> str:
    """The text without what the client put into it; empty when nothing was typed."""
    kept = cut_foreign_spans(text).strip()
    if _CLIENT_OPENING.match(kept) or _ONLY_A_COMMAND.fullmatch(kept):
        return ""
    return kept


def cut_foreign_spans(text: str) -> str:
    """Cut ``<system-reminder>…</system-reminder>`` and its like; linear in the text.

    A span that never closes is cut to the end where the text begins with it; elsewhere it is
    somebody writing about such a tag.
    """
    if "<" not in text:
        return text
    kept: list[str] = []
    at = 0
    for match in _OPENING.finditer(text):
        if match.start() < at:
            continue
        closing = f"</{match[1]}>"
        end = text.find(closing, match.end())
        if end < 0:
            if not text[: match.start()].strip():
                return ""
            continue
        kept.append(text[at : match.start()])
        at = end + len(closing)
    return "".join([*kept, text[at:]])
