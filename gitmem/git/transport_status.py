"""What git says about an exchange, sorted by what can be done about it.

git tells why a push failed in words only: its own, the server's git's, or those of a forge.  A
word that nobody here knows counts as a refusal, which is told to the person with the word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from gitmem.errors import RemoteError, RemoteLogin, RemoteReadOnly, RemoteUnavailable
from gitmem.guard.untrusted import clean_line

NO_SUCH_REF = "couldn't find remote ref"

_MAX_REASON = 200


class RemoteOutcome(Enum):
    """How one attempt to push ended, best first."""

    UP_TO_DATE = "up to date"
    PUSHED = "pushed"
    REJECTED = "rejected"
    """The remote has notes that we do not: fetch, join and try again."""
    BUSY = "busy"
    """Its ref could not be locked or moved: another push is under way, or it is stuck."""
    SHALLOW = "cut"
    """Our notes lack history that the remote lacks too."""
    READ_ONLY = "read-only"
    """It takes nothing from this person."""
    REFUSED = "refused"
    """The remote does not take this ref: a hook or a rule of the server."""


@dataclass(frozen=True)
class RemoteAnswer:
    """How an attempt ended, and the remote's reason in its own words, cleaned.

    ``is_new``: it had no such ref before, so all that is in it now was sent by this push.
    """

    outcome: RemoteOutcome
    reason: str = ""
    is_new: bool = False


# Reasons as ``git push --porcelain`` prints them, in brackets behind the flag.  Sources: git's
# transport.c (what the pushing side saw), builtin/receive-pack.c and refs.c (what the server
# answered: up to git 2.49 "failed to update ref" for whatever a transaction ran into, since then
# the words of ``ref_transaction_error_msg``), JGit's ReceiveCommand (Gerrit), and what GitHub
# says when a transaction of its own fails.
_REASONS = (
    (RemoteOutcome.SHALLOW, ("shallow update not allowed", "new shallow roots not allowed")),
    (
        RemoteOutcome.REJECTED,
        (
            "non-fast-forward",
            "fetch first",
            "stale info",
            "remote ref updated since checkout",
            "incorrect old value provided",
            "reference already exists",
            "reference does not exist",
            "remote failed to report status",
        ),
    ),
    (
        RemoteOutcome.BUSY,
        (
            "cannot lock ref",
            "failed to lock",
            "lock failure",
            "failed to update ref",
            "refname conflict",
            "transaction failed to start",
            "fatal error in commit_refs",
        ),
    ),
    (
        RemoteOutcome.READ_ONLY,
        ("unpacker error", "unable to migrate objects", "read-only", "read only"),
    ),
)

# Of a push that ended before any ref was spoken of.
_NO_LOGIN = re.compile(
    r"could not read (?:Username|Password)|Authentication failed|terminal prompts disabled"
    r"|Permission denied \(|Host key verification failed|requested URL returned error: 401",
    re.I,
)
_NO_RIGHT = re.compile(
    r"Permission to .* denied|write access|read[- ]only|not (?:allowed|permitted|authorized)"
    r"|access denied|insufficient permission|DENIED by|service not enabled|GenericContribute"
    r"|requested URL returned error: 403|User permission denied|remote unpack failed"
    r"|'(?:no_?push|disabled?|none|never)' does not appear to be a git repository",
    re.I,
)
_SAYS_WHY = re.compile(r"(?:remote: )?(?:fatal|error|ssh|ERROR|FATAL): *(?P<what>.*)")
_LOGIN_IN_URL = re.compile(r"(?<=://)[^/@\s']+@")


def parse_push(printed: str, ref: str) -> RemoteAnswer | None:
    """What ``git push --porcelain`` says about our ref; None if it says nothing.

    A line is a flag, a tab, FROM:TO, a tab, a summary.  Of several addresses the worst counts.
    """
    answers = []
    for line in printed.splitlines():
        flag, _, rest = line.partition("\t")
        names, tab, summary = rest.partition("\t")
        if tab and names.endswith(f":{ref}"):
            answers.append(_answer(flag, summary))
    order = list(RemoteOutcome)
    worst = max(answers, key=lambda answer: order.index(answer.outcome), default=None)
    if worst and worst.is_new and not all(answer.is_new for answer in answers):
        return replace(worst, is_new=False)
    return worst


def error_of_fetch(remote: str, complaint: str) -> RemoteError:
    """The error that git's complaint about a fetch amounts to."""
    kind = RemoteLogin if _NO_LOGIN.search(complaint) else RemoteUnavailable
    return kind(f"cannot fetch memories from '{remote}': {reason_of(complaint)}")


def error_of_push(remote: str, complaint: str, *, is_refused: bool = False) -> RemoteError:
    """The error that git's complaint about a push amounts to.  ``is_refused``: nothing can be
    written there, whatever the words.
    """
    kind: type[RemoteError] = RemoteUnavailable
    if is_refused or _NO_RIGHT.search(complaint):
        kind = RemoteReadOnly
    elif _NO_LOGIN.search(complaint):
        kind = RemoteLogin
    return kind(f"cannot push memories to '{remote}': {reason_of(complaint)}")


def reason_of(complaint: str) -> str:
    """The most informative line, cleaned and without any login in an address."""
    found = [match["what"] for line in complaint.splitlines() if (match := _SAYS_WHY.match(line))]
    telling = [line for line in found if _NO_LOGIN.search(line) or _NO_RIGHT.search(line)]
    line = next(iter([*telling, *found]), "no reason given")
    return _LOGIN_IN_URL.sub("", clean_line(line, _MAX_REASON))


def _answer(flag: str, summary: str) -> RemoteAnswer:
    if flag == "=":
        return RemoteAnswer(RemoteOutcome.UP_TO_DATE)
    if flag != "!":
        return RemoteAnswer(RemoteOutcome.PUSHED, is_new=flag == "*")
    reason = clean_line(summary.partition("(")[2].rpartition(")")[0], _MAX_REASON)
    for outcome, words in _REASONS:
        if any(word in reason for word in words):
            return RemoteAnswer(outcome, reason)
    return RemoteAnswer(RemoteOutcome.REFUSED, reason)
