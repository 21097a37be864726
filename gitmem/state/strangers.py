"""Which remotes are trusted now, and which have memories that are kept apart.

The configuration says it but for one case: where ``origin`` is removed, a fork may be the remote
that was configured first.  That it was kept apart until then is among what was seen.
"""

from __future__ import annotations

from gitmem.git.remotes import remote_names, remote_of, tracking_tips
from gitmem.git.repo import Repo, try_git
from gitmem.git.trusted_remotes import Trust, read_trust
from gitmem.model.note import NOTES_REF
from gitmem.state.cursors import read_cursors


def trust_of(repo: Repo) -> Trust:
    """Whom the repository trusts at this moment; two git processes."""
    return read_trust(repo, {remote_of(place) for place in read_cursors(repo).apart})


def remotes_apart(repo: Repo) -> list[str]:
    """The remotes that have memories which are not joined, for nobody trusts them; sorted."""
    tips = tracking_tips(repo)
    if not tips:
        return []
    trust = trust_of(repo)
    names = {*remote_names(repo)}
    others = [p for p in tips if remote_of(p) in names and not trust.has(remote_of(p))]
    return sorted({remote_of(place) for place in others if not _is_ours(repo, tips[place])})


def _is_ours(repo: Repo, tip: str) -> bool:
    """Whether our notes contain that commit: then it brings nothing."""
    return try_git(repo, "merge-base", "--is-ancestor", tip, NOTES_REF).returncode == 0
