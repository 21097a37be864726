"""A link: what another recorder says about a commit, kept as it was found and never opened.

How the recorders spell it is known in :mod:`gitmem.model.recorder_formats`.  Agent hooks import
this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gitmem.model.text_roles import Role
from gitmem.model.value import TYPE_CHECKING, dataclass, field

if TYPE_CHECKING:
    from typing import Any

MAX_LINKS = 20
"""How many links of a commit are kept."""

AUTHORSHIP = "git-ai"
"""The recorder that says which lines a session wrote, not only that there was one."""


@dataclass(frozen=True)
class Link:
    """One recorder's word about a commit: a session's id, a checkpoint's, or an address."""

    recorder: str = field(metadata={Role: Role.LABEL})
    session: str = field(default="", metadata={Role: Role.LABEL})
    checkpoint: str = field(default="", metadata={Role: Role.LABEL})
    url: str = field(default="", metadata={Role: Role.LABEL})
    extra: Mapping[str, Any] = field(default_factory=dict, metadata={Role: Role.LABEL})


def sessions_of(links: Iterable[Link]) -> Iterator[str]:
    """The sessions that the links name, in order."""
    yield from (link.session for link in links if link.session)
