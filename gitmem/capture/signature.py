"""Who signs what is said about memories: the person that git names, or the agent in whose session
the command was run.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from gitmem.capture.agent_answer import speaker_of
from gitmem.capture.agent_note import WRITER as AGENT_NOTE
from gitmem.errors import UsageError
from gitmem.git.identity import find_identity
from gitmem.git.repo import Repo
from gitmem.guard.untrusted import clean_line

PERSON = "person/1"
"""What a memory that a person wrote names as its compressor."""


@dataclass(frozen=True)
class Signature:
    """``author`` as git names the person, ``compressor`` for what wrote it; ``agent`` and
    ``session`` only where an agent speaks.
    """

    author: str
    compressor: str = PERSON
    agent: str = ""
    session: str = ""

    @property
    def is_of_person(self) -> bool:
        """Whether no agent speaks."""
        return self.compressor == PERSON


def signature_of(repo: Repo, environ: Mapping[str, str] | None = None) -> Signature:
    """Who speaks here.

    Raises:
        UsageError: a person does, and git does not know who they are.
    """
    surroundings = os.environ if environ is None else environ
    speaker = speaker_of(surroundings)
    identity, is_unknown = find_identity(repo)
    if speaker.session or speaker.agent:
        author = "" if is_unknown else str(identity)
        return Signature(author, AGENT_NOTE, clean_line(speaker.agent, 60), speaker.session)
    if is_unknown:
        raise UsageError(
            "git does not know who you are, so nothing can be signed",
            "Nothing was changed. Run: git config user.name NAME, git config user.email ADDRESS",
        )
    return Signature(str(identity))
