"""Commits that wait, because a session that may have made them lies there and cannot be read.

What history alone would say of them would be all that is ever said: a commit with a memory is not
looked at again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from gitmem.agents.agent_names import agent_name
from gitmem.agents.unread import Unread
from gitmem.git.commits import CommitReader
from gitmem.git.log import committer_emails
from gitmem.git.repo import Repo


def waiting_commits(repo: Repo, commits: Sequence[str], unread: Sequence[Unread]) -> set[str]:
    """Those of the commits that such a session may have made: by somebody who works here, when it
    may have been at work.
    """
    if not unread or not commits:
        return set()
    ours, reader = committer_emails(repo), CommitReader(repo)
    heads = ((commit, reader.head(commit)) for commit in commits)
    return {
        commit
        for commit, head in heads
        if (not ours or ours & head.emails) and any(one.covers(head.author_time) for one in unread)
    }


def unread_lines(unread: Sequence[Unread]) -> list[str]:
    """A line for each agent: where sessions of it cannot be read, and why."""
    found: dict[str, list[Unread]] = defaultdict(list)
    for one in unread:
        found[one.agent].append(one)
    return [_line(agent, of_agent) for agent, of_agent in found.items()]


def _line(agent: str, unread: Sequence[Unread]) -> str:
    first = unread[0]
    more = f" (and {len(unread) - 1} more)" if len(unread) > 1 else ""
    where = f"'{first.path}'{more}"
    return f"{agent_name(agent)}'s sessions in {where} cannot be read: {first.reason}"
