"""What was actually said in a Codex conversation: the user's words, the assistant's, a summary.

The client writes much as the user's message: where it works, the project's instructions, notes
to the model.  Newer versions tell which parts were typed; of older ones the openings are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitmem.agents.draft import Draft
from gitmem.agents.json_values import JsonObject, parse_object, parse_objects, parse_text
from gitmem.agents.user_words import own_words
from gitmem.model.session import Event, EventKind

_CLIENT_TEXT = re.compile(
    r"\s*(?:<(?:environment_context|user_instructions|INSTRUCTIONS|turn_aborted|skill|"
    r"user_shell_command|user_action|subagent_notification|model_switch|collaboration_mode|"
    r"permissions instructions|hook_prompt|apps_instructions|personality_spec|codex[a-z_]*)\b|"
    r"# AGENTS\.md instructions|Warning: apply_patch was requested|"
    r"Warning: The maximum number of unified exec)"
)
_PREFACE = re.compile(r"\AAnother language model started [^\n]*\n")
_REQUEST = re.compile(r"^## My request for Codex:[ \t]*\n", re.MULTILINE)


def draft_message(item: JsonObject, draft: Draft) -> Iterator[Event]:
    """The events of a message: those of the developer and the system are nobody's words."""
    role = item.get("role")
    if role == "assistant":
        yield from draft.words(EventKind.SAY, parse_text(item.get("content")).strip())
    elif role == "user":
        kinds = parse_object(item.get("internal_chat_message_metadata_passthrough")).get(
            "content_item_kinds"
        )
        kinds = kinds if isinstance(kinds, list) else []
        parts = [
            parse_text([part])
            for number, part in enumerate(parse_objects(item.get("content")))
            if _may_be_typed(kinds[number] if number < len(kinds) else "unknown")
        ]
        typed = "\n".join(part for part in parts if part and not _CLIENT_TEXT.match(part))
        request = _REQUEST.search(typed)  # an editor puts what it shows before the words
        yield from draft.words(
            EventKind.PROMPT, own_words(typed[request.end() :] if request else typed)
        )


def _may_be_typed(kind: object) -> bool:
    return isinstance(kind, str) and (kind == "unknown" or kind.startswith("user"))


def cut_preface(message: object) -> str:
    """The summary of what was compacted away, without what it is introduced with."""
    return _PREFACE.sub("", parse_text(message)).strip()
