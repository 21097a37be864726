"""Which earlier commits a commit's message says it reverts, amends or fixes.

The message is read whole, for a memory keeps little of it.  A name counts where git finds that
commit; a revert that gives a title or a number only is looked up among the commits before it, and
the revert of a merge is one of what came with the merge.  Standard library only.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice

from gitmem.errors import GitFailed, UnknownRevision
from gitmem.git.log import stream_git
from gitmem.git.pipe import GitPipe
from gitmem.git.repo import Repo, try_git
from gitmem.model.amendment import (
    Amendment,
    RevertedTitle,
    comparable_subject,
    mentions_in,
    reverted_title,
)

Named = Mapping[str, Amendment]
"""Commits by their full id, and what is done to each."""

_ID = re.compile("[0-9a-f]{40}")
_AT_ONCE = 2_000
_MAX_BYTES = 32 << 20  # of messages read at once
_MAX_MESSAGE_BYTES = 64 << 10
_MOST_NAMED = 20  # by one message
_MOST_BACK = 5_000  # commits that are looked at for a title
_MOST_MERGED = 100
_SECONDS = 3.0
_MERGE_OF = "merge pull request #"


def named_commits(repo: Repo, commits: Iterable[str]) -> dict[str, Named]:
    """For each of these commits that is here the earlier ones that it says it amends.

    One or two processes for any number, and one more for each revert that gives no id.  What
    could not be read within a few seconds is not in the answer.
    """
    asked = [commit for commit in dict.fromkeys(commits) if _ID.fullmatch(commit)]
    found: dict[str, Named] = {}
    end = time.monotonic() + _SECONDS
    for first in range(0, len(asked), _AT_ONCE):
        messages = dict(_messages(repo, asked[first : first + _AT_ONCE]))
        mentions = {c: list(islice(mentions_in(m), _MOST_NAMED)) for c, m in messages.items()}
        names = {m.name for some in mentions.values() for m in some if not m.name.startswith("m")}
        full = _full_ids(repo, sorted(names))
        for commit, message in messages.items():
            if time.monotonic() > end:
                return found
            named: dict[str, Amendment] = {}
            for mention in mentions[commit]:
                if (name := full.get(mention.name, commit)) != commit:
                    named.setdefault(name, mention.how)
            if Amendment.REVERTED not in named.values() and (title := reverted_title(message)):
                named.update(dict.fromkeys(_by_title(repo, commit, title), Amendment.REVERTED))
            found[commit] = _with_merged(repo, named)
    return found


def _messages(repo: Repo, commits: Sequence[str]) -> Iterator[tuple[str, str]]:
    data = GitPipe(repo, ("cat-file", "--batch"), commits).output(_MAX_BYTES)
    at = 0
    while (end := data.find(b"\n", at)) >= 0:
        fields = data[at:end].split(b" ")
        if len(fields) != 3 or not fields[2].isdigit():
            at = end + 1  # it is not here
            continue
        size = int(fields[2])
        raw = data[end + 1 : end + 1 + size]
        if fields[1] == b"commit" and len(raw) == size:
            message = raw.partition(b"\n\n")[2][:_MAX_MESSAGE_BYTES]
            yield fields[0].decode(), message.decode("utf-8", "replace")
        at = end + 1 + size + 1


def _full_ids(repo: Repo, names: Sequence[str]) -> dict[str, str]:
    """The commits that these beginnings of ids name, those that name one."""
    if not names:
        return {}
    lines = [f"{name}^{{commit}}" for name in names]
    answers = GitPipe(repo, ("cat-file", "--batch-check=%(objectname)"), lines).output(_MAX_BYTES)
    told = answers.decode("ascii", "replace").split("\n")
    return {
        name: answer for name, answer in zip(names, told, strict=False) if _ID.fullmatch(answer)
    }


def _by_title(repo: Repo, commit: str, wanted: RevertedTitle) -> list[str]:
    """The last commit before this one that has the title, or that merged the number."""
    arguments = ["log", f"--max-count={_MOST_BACK}", "--format=%H %s", "--end-of-options"]
    try:
        with closing(stream_git(repo, [*arguments, f"{commit}^"], b"\n")) as lines:
            for line in lines:
                name, _, subject = line.decode("utf-8", "replace").partition(" ")
                if _has_title(subject, wanted):
                    return [name]
    except (UnknownRevision, GitFailed):
        pass  # a first commit
    return []


def _has_title(subject: str, wanted: RevertedTitle) -> bool:
    if wanted.number:
        merged = subject.lower().startswith(f"{_MERGE_OF}{wanted.number} ")
        return merged or subject.rstrip().endswith(f"(#{wanted.number})")
    return comparable_subject(subject) == wanted.subject


def _with_merged(repo: Repo, named: Mapping[str, Amendment]) -> dict[str, Amendment]:
    """With what came with each merge that was reverted, unless it is too much to be one piece."""
    every = dict(named)
    for name, how in named.items():
        if how is not Amendment.REVERTED:
            continue
        options = ["--no-merges", f"--max-count={_MOST_MERGED + 1}"]
        try:
            done = try_git(repo, "rev-list", *options, name, f"^{name}^1", timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        merged = os.fsdecode(done.stdout).split() if done.returncode == 0 else []
        if len(merged) <= _MOST_MERGED:
            every.update({one: how for one in merged if one not in every})
    return every
