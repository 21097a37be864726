"""The address of a commit on the forge that a remote names, where its form is known.

Only the host and the path of the remote's URL are taken; a name, password or port never are.
"""

from __future__ import annotations

import os
import re

from gitmem.git.remotes import memory_remote
from gitmem.git.repo import Repo, try_git

_ADDRESS = re.compile(
    r"(?:(?:https?|ssh|git|git\+ssh)://(?:[^/@\s]*@)?(?P<host>[a-z0-9][a-z0-9.-]*)(?::\d+)?/"
    r"|(?:[^/@:\s]+@)?(?P<short>[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+):)"
    r"(?P<path>[~\w][\w.~-]*(?:/[\w.~-]+)+?)(?:\.git)?/?",
    re.I,
)
_FORGES = (
    (re.compile(r"(?:.+\.)?github\..+|github", re.I), "commit"),
    (re.compile(r"(?:.+\.)?gitlab\..+", re.I), "-/commit"),
    (re.compile(r"bitbucket\.org", re.I), "commits"),
    (re.compile(r"(?:codeberg\.org|(?:.+\.)?(?:gitea|forgejo)\..+)", re.I), "commit"),
    (re.compile(r"(?:.+\.)?sr\.ht", re.I), "commit"),
)


def commit_link(repo: Repo) -> str:
    """What a commit's id is put behind to make its address: ``https://…/commit/``; empty if the
    remote that memories are sent to is none, or no forge that is known.
    """
    remote = memory_remote(repo)
    if remote is None:
        return ""
    done = try_git(repo, "remote", "get-url", "--", remote)
    return link_of_address(os.fsdecode(done.stdout).strip()) if done.returncode == 0 else ""


def link_of_address(address: str) -> str:
    """The same of a remote's URL, in any of the forms that git takes."""
    found = _ADDRESS.fullmatch(address)
    if found is None or any(part in (".", "..") for part in found["path"].split("/")):
        return ""
    host = (found["host"] or found["short"]).lower()
    for form, word in _FORGES:
        if form.fullmatch(host):
            return f"https://{host}/{found['path']}/{word}/"
    return ""
