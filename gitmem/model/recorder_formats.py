"""How other recorders spell what they say about a commit: a session, a checkpoint, a page.

They write a trailer into the commit message, or a note of their own; both come with any clone,
and so from anybody.  Only the shapes below are read; of an address the query, the fragment and
whoever is named before the host are cut off, and nothing here or elsewhere ever opens it.

**Source:** ``Entire-Checkpoint: a3b2c4d5e6f7``, today a ULID (docs.entire.io, and
``cmd/entire/cli/trailers`` of entireio/cli); ``Claude-Session: https://claude.ai/code/session_…``
(anthropics/claude-code#40733); ``Agent-Logs-Url: https://github.com/OWNER/NAME/sessions/UUID`` of
Copilot's coding agent (commits of Z3Prover/z3 and go-kratos/kratos);
``Amp-Thread-ID: https://ampcode.com/threads/T-UUID`` (commits of ghostty-org/ghostty);
``Agentnote-Session: UUID`` (wasabeef/AgentNote).  The note below ``refs/notes/ai`` is that of the
Git AI Standard 3.0.0 (``specs/git_ai_standard_v3.0.0.md`` of git-ai-project/git-ai).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from gitmem.model.link import AUTHORSHIP, MAX_LINKS, Link

_MAX_MESSAGE = 1 << 16
_MAX_URL = 300
_TRAILER = re.compile(
    r"^(Entire-Checkpoint|Claude-Session|Agent-Logs-Url|Amp-Thread-ID|Agentnote-Session|"
    r"Co-authored-by):[ \t]*(\S[^\r\n]{0,600})\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_RECORDERS = {
    "entire-checkpoint": "entire",
    "claude-session": "claude",
    "agent-logs-url": "copilot",
    "amp-thread-id": "amp",
    "agentnote-session": "agentnote",
    "co-authored-by": "co-author",
}
_URL = re.compile(
    r"(https://)(?:[^\s/?#@]{1,200}@)?([a-z0-9][a-z0-9.-]{0,100}(?::\d{1,5})?/[\w./~%+-]+)", re.I
)
_CHECKPOINT = re.compile(r"[0-9a-f]{12}|[0-9A-HJKMNP-TV-Z]{26}")
_SESSION = re.compile(r"(?:session_|conv_|ses_|T-)?[A-Za-z0-9][A-Za-z0-9-]{7,63}")
_OF_A_SESSION = re.compile(r"session|thread", re.IGNORECASE)
_DIVIDER = re.compile(r"^---\r?$", re.MULTILINE)
_ATTESTATION = re.compile(
    r"^  (s_[0-9a-f]{14}|[0-9a-f]{7,16})(?:::t_[0-9a-f]{14})? \d", re.MULTILINE
)


def links_of_message(message: str) -> list[Link]:
    """The links that a commit message's trailers name, each once, in order; at most 20.

    Squash merges leave trailers amid the message, so all its lines are looked at.
    """
    found: dict[tuple[str, str], Link] = {}
    for match in _TRAILER.finditer(message[:_MAX_MESSAGE]):
        link = _link_of(_RECORDERS[match[1].lower()], match[2].strip())
        if link is not None:
            found.setdefault((link.recorder, link.session or link.checkpoint or link.url), link)
    return list(found.values())[:MAX_LINKS]


def links_of_authorship(note: str) -> list[Link]:
    """The sessions to which git-ai's note of a commit attests lines, each once; at most 20."""
    divider = _DIVIDER.search(note)
    if divider is None:
        return []
    try:
        told = json.loads(note[divider.end() :])
    except (ValueError, RecursionError):
        return []
    attested = dict.fromkeys(_ATTESTATION.findall(note[: divider.start()]))
    found: dict[str, Link] = {}
    for key in attested:
        session, url = _agent_session(told, key)
        if session:
            found.setdefault(session, Link(AUTHORSHIP, session=session, url=url))
    return list(found.values())[:MAX_LINKS]


def plain_session(text: object) -> str:
    """A session's id as a recorder spells it; empty if it is none."""
    return text if isinstance(text, str) and _SESSION.fullmatch(text) else ""


def _link_of(recorder: str, value: str) -> Link | None:
    if recorder == "entire":
        return Link(recorder, checkpoint=value) if _CHECKPOINT.fullmatch(value) else None
    url = _plain_url(value)
    if recorder == "co-author" and not _OF_A_SESSION.search(url):
        return None  # a person's or a bot's own page
    if url:
        return Link(recorder, url=url)
    session = plain_session(value)
    return Link(recorder, session=session) if session and recorder != "co-author" else None


def _plain_url(value: str) -> str:
    match = _URL.search(value)
    url = match[1].lower() + match[2] if match else ""
    return url if len(url) <= _MAX_URL else ""


def _agent_session(told: object, key: str) -> tuple[str, str]:
    """The session's id and, where there is one, the address of its messages."""
    for name in ("sessions", "prompts"):
        record = _mapping(_mapping(told).get(name)).get(key)
        session = plain_session(_mapping(_mapping(record).get("agent_id")).get("id"))
        if session:
            url = _mapping(record).get("messages_url")
            return session, _plain_url(url) if isinstance(url, str) else ""
    return "", ""


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
