"""What gitmem needs from a client that runs its hooks: how its payload is read, what it may be told
at which event, and in which JSON.

One implementation a client (``gitmem.agents.<client>.hook_output``), named in
:mod:`gitmem.agents.hook_clients`; the core (:mod:`gitmem.hooks.agent`) knows none of them.  The
event words are Claude Code's, also in the hooks of other clients: ``SessionStart``,
``UserPromptSubmit``, ``PostToolUse``, ``SubagentStart``, ``Stop``, ``SessionEnd``.
An agent waits for its hooks, so what is here and behind it loads the standard library only.
"""

from __future__ import annotations

from collections.abc import Sequence

from gitmem.model.line_ranges import Ranges
from gitmem.model.value import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # to make a real one takes a hook a quarter of a millisecond


@dataclass(frozen=True)
class HookPayload:
    """What a client says on a hook's stdin, in our words; empty where it says nothing of a thing.

    ``project`` is the folder that the client calls its project, ``cwd`` where the agent is.
    ``source`` is SessionStart's (startup, resume, clear, compact), ``reason`` SessionEnd's,
    ``prompt`` UserPromptSubmit's, ``path`` that of the file a tool is used on, as the agent named
    it.  ``lines`` are those of the file, as it is now, that the tool read or wrote, none where
    that is all of it or unknown; ``is_edit`` tells which, and ``old_texts`` and ``new_texts`` are
    what an edit was asked to replace and to put there.  ``others`` are the other files of the same
    call, each as a payload of its own, and ``has_committed`` tells that the call was a commit, of
    clients that have no event for either.  ``call`` is the id of the tool's call, ``agent_id`` a
    subagent's.  ``permission_mode`` is ``plan`` while the agent only plans.
    """

    session: str = ""
    transcript_path: str = ""
    cwd: str = ""
    event: str = ""
    source: str = ""
    reason: str = ""
    agent_id: str = ""
    prompt: str = ""
    path: str = ""
    permission_mode: str = ""
    lines: Ranges = ()
    is_edit: bool = False
    old_texts: Sequence[str] = ()
    new_texts: Sequence[str] = ()
    project: str = ""
    others: Sequence[HookPayload] = ()
    has_committed: bool = False
    call: str = ""

    @property
    def listener(self) -> str:
        """Who receives the answer: the session, or a subagent, which has its own context."""
        return f"{self.session} {self.agent_id}" if self.agent_id else self.session


@dataclass(frozen=True)
class HookAnswer:
    """``context`` is for the agent, ``message`` a line for its person; both are mostly empty."""

    context: str = ""
    message: str = ""


class HookClient(Protocol):
    """One client, made from the environment of the hook that it runs."""

    @property
    def name(self) -> str:
        """The agent as provenance names it and ``--client`` takes it: ``claude-code``."""

    @property
    def keeps_context(self) -> bool:
        """Whether a session that is resumed still has what it was told before."""

    def parse(self, data: bytes) -> HookPayload:
        """Read what the client said; what is not what it should be reads as empty."""

    def tells(self, event: str) -> bool:
        """Whether what a hook says at this event reaches the agent.  Where it does not, nothing is
        looked up, so that nothing counts as told.
        """

    def shows(self, event: str) -> bool:
        """Whether the client shows its person a line at this event."""

    def asks(self, event: str) -> bool:
        """Whether the agent can be asked at this event about a commit that was just made."""

    def budget_tokens(self, event: str, wanted: int) -> int:
        """How much may be said at the event, of the ``wanted`` tokens that the settings give."""

    def pass_session_on(self, session: str) -> None:
        """Tell the commands of the agent which session they are of, where the client does not."""

    def write(self, event: str, answer: HookAnswer) -> str:
        """What the hook prints: one JSON object of the client's schema, or nothing.  A message that
        the client does not show at that event is left out.
        """
