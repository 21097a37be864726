"""Who makes a note commit: the person that git itself would name as committer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gitmem.git.repo import Repo, try_git

_IDENT = re.compile(rb"(.*) <(.*)> [0-9]+ [-+][0-9]{4}\s*", re.DOTALL)
_CRUD = re.compile("[<>\n\r\0]")


@dataclass(frozen=True)
class Identity:
    """A name and an e-mail address, either of them possibly empty."""

    name: str
    email: str

    def __str__(self) -> str:
        """As a commit's header has it."""
        return f"{_CRUD.sub('', self.name).strip()} <{_CRUD.sub('', self.email).strip()}>"


NOBODY = Identity("gitmem", "gitmem@localhost")


def find_identity(repo: Repo, fallback: Identity | None = None) -> tuple[Identity, bool]:
    """The committer by git's own rules, and whether the fallback was needed.

    Environment first, then ``committer.*`` and ``user.*`` in git config, never a guess from the
    machine's name.  Without a fallback a neutral name is used: a memory is not lost for want
    of an identity.
    """
    done = try_git(repo, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
    match = _IDENT.fullmatch(done.stdout)
    if done.returncode != 0 or match is None:
        return fallback or NOBODY, True
    name, email = (part.decode("utf-8", "replace") for part in match.groups())
    return Identity(name, email), False
