"""An agent's own note: pending at once, and part of the memory of the commit it belongs to.

What an agent asks to remember is as little trusted as any transcript: masked, cleaned and
capped before anything is written, and marked as written by an agent.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gitmem.agents.adapters import Agents
from gitmem.capture.prompt_limit import limit_to_policy
from gitmem.errors import GitmemError, TranscriptMissing, UsageError
from gitmem.git.log import current_branch
from gitmem.git.repo import Repo, top_relative
from gitmem.guard.policy import Policy
from gitmem.guard.prompts import FULL
from gitmem.guard.redact import redact_memory
from gitmem.guard.untrusted import clean_line, clean_text
from gitmem.model.instant import iso_time
from gitmem.model.memory import KINDS, Memory, Provenance
from gitmem.model.session import Event
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.scrub_patterns import read_scrub_patterns
from gitmem.state.settings import read_settings, refuse_unreadable_team

WRITER = "agent-note/1"
"""What the memory of a note names as its compressor."""

NOT_SET_UP = (
    "gitmem is not set up here, so no commit takes it by itself: "
    "run `gitmem init` before the commit, or `gitmem capture` after it"
)
"""What to say of a note where no hook will hear of the commit."""

MAX_TEXT = 4_000
MAX_TITLE = 200
MAX_FILES = 50
MAX_PENDING_NOTES = 200


@dataclass(frozen=True)
class AgentNote:
    """What an agent asks to remember; paths are as given in the folder that it works in.

    ``session`` is the agent's id of its session, ``agent`` its name, where they are known.
    A person's note names its ``author``, and another ``writer``.
    """

    text: str
    title: str = ""
    kind: str = "discovery"
    files: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    session: str = ""
    agent: str = ""
    author: str = ""
    writer: str = WRITER


def write_agent_note(
    repo: Repo, note: AgentNote, here: Path, *, now: float | None = None
) -> Memory:
    """Keep the note as pending until a commit of its files (or of its session) takes it.

    Durable on return.  The same note twice is one.

    Raises:
        UsageError: it is empty, too long, of no kind there is, or too many notes wait.
        BareRepository: there is no work tree, so no commit will come.
        GitmemError: gitmem is switched off here.
        SettingsInvalid: the team's file cannot be read.
        DiskFull, ReadOnlyRepository: it could not be written.
    """
    _check(note)
    settings = read_settings(repo)
    if not (settings.enabled and settings.pending):
        raise GitmemError("notes are switched off here", "Nothing was kept. See: gitmem config")
    refuse_unreadable_team(settings)
    worktree = repo.need_worktree()
    policy = Policy(
        (*settings.redact, *read_scrub_patterns(repo)),
        settings.exclude,
        settings.redact_cards,
        settings.prompts,
    )
    memory = redact_memory(_memory(repo, note, here, policy, now), policy)
    memory = limit_to_policy(memory, policy, _events_of(note, policy))
    store = PendingStore(repo)
    name = _name(memory)
    if (
        store.get(name) is None
        and sum(1 for p in store.newest_first() if p.note) >= MAX_PENDING_NOTES
    ):
        raise UsageError(
            f"{MAX_PENDING_NOTES} notes wait for a commit already", "Commit, then continue"
        )
    store.put(Pending(memory, os.fspath(worktree), note=name, session=note.session))
    return memory


def _events_of(note: AgentNote, policy: Policy) -> Sequence[Event]:
    """What was said in the note's session, where that matters and can be read."""
    if policy.prompts == FULL or not note.session:
        return ()
    agents = Agents.from_environment(os.environ)
    path = agents.find(note.session)
    try:
        return agents.read(path).events if path is not None else ()
    except TranscriptMissing:
        return ()


def _check(note: AgentNote) -> None:
    if not note.text.strip():
        raise UsageError("there is nothing to remember", "Say in 'text' what a later reader needs")
    if len(note.text) > MAX_TEXT:
        raise UsageError(
            f"the note has {len(note.text)} characters; the limit is {MAX_TEXT}",
            "Nothing was kept. Shorten it, or split it into several notes",
        )
    if note.kind not in KINDS:
        raise UsageError(f"'{note.kind}' is not a kind of memory", f"The kinds: {', '.join(KINDS)}")
    if len(note.files) > MAX_FILES:
        raise UsageError(f"a note can be about {MAX_FILES} files at most", "Name the main ones")


def _memory(repo: Repo, note: AgentNote, here: Path, policy: Policy, now: float | None) -> Memory:
    text = clean_text(note.text, MAX_TEXT).strip()
    first, _, rest = text.partition("\n")
    title = note.title.strip() or first
    # A first line that serves as the title is not told twice.
    why = text if note.title.strip() or len(first) > MAX_TITLE else rest.strip()
    return Memory(
        kind=note.kind,
        title=clean_line(title, MAX_TITLE) or "note",
        why=why,
        concepts=tuple(clean_line(concept, 60) for concept in note.concepts[:10]),
        files_changed=paths_of(repo, note.files, here, policy),
        provenance=Provenance(
            branch=current_branch(repo),
            time=iso_time(time.time() if now is None else now),
            agent=clean_line(note.agent, 60),
            author=note.author,
            compressor=note.writer,
        ),
    )


def paths_of(repo: Repo, files: Sequence[str], here: Path, policy: Policy) -> tuple[str, ...]:
    """The paths relative to the top; what lies outside, or is excluded, is left out."""
    found = [top_relative(repo, path, here) for path in files if path.strip()]
    inside = [path for path in found if path != ".." and not path.startswith("../")]
    return tuple(dict.fromkeys(path for path in inside if not policy.covers(path)))


def _name(memory: Memory) -> str:
    content = "\0".join((memory.kind, memory.title, memory.why))
    return "note-" + hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:20]
