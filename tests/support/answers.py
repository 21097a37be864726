"""A session about an error, and the answer of a model that read it."""

from __future__ import annotations

from gitmem.guard.redact import Evidence
from tests.support.evidence import event, evidence_of

ERROR = "ValueError: unconverted data remains: Z"


def answered_memory(**fields: object) -> dict[str, object]:
    """One memory as a model answers with it."""
    return {
        "kind": "bugfix",
        "title": "Read time stamps with a zone",
        "why": {"text": "The API sends Z.", "quote": ""},
        "what": [],
        "decisions": [
            {
                "chose": "fromisoformat",
                "because": "it reads Z",
                "rejected": ["%Z"],
                "quote": "I use fromisoformat instead.",
            }
        ],
        "errors": [{"message": ERROR, "resolution": "fromisoformat"}],
        "next": [],
        "concepts": ["dates"],
        "files": ["dates.py"],
        **fields,
    }


def extracted(**fields: object) -> dict[str, object]:
    """What a segment of a long session holds, as a model answers with it."""
    lists: dict[str, object] = {"intents": [], "decisions": [], "errors": [], "facts": []}
    return {**lists, "open": [], **fields}


def session_evidence() -> Evidence:
    """What was asked, what failed, and what was decided."""
    return evidence_of(
        event("prompt", "Find out why the test fails."),
        event("call", "pytest", tool="Bash", call_id="1"),
        event("result", f"E   {ERROR}", tool="Bash", call_id="1", is_error=True),
        event("say", "I use fromisoformat instead."),
    )
