"""The question to a session's agent, after a commit of its work: why?

Asked once a commit, in at most 60 tokens, and never where the answer would be worth less than that:
of a merge or a pick, of a robot's commit, of formatting, versions and lock files, of a line or
two, of what its message explains already.  Standard library only: it runs while an agent waits.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Sequence

from gitmem.compress.offline.gate import is_trivial
from gitmem.compress.offline.history import is_bot
from gitmem.git.repo import Repo, try_git
from gitmem.guard.policy import Policy
from gitmem.model.change import Change, FileChange
from gitmem.process.search_path import may_start
from gitmem.state.questions import Questions
from gitmem.state.settings import Settings

MAX_TOKENS = 60

_TEXT = (
    "gitmem: if the diff does not say why, record it: `{program} remember --commit {commit} <<'E'`"
    " (or tool remember), lines why: decision: because: rejected: quote: fact: quote: next:"
    " (quote this session verbatim)"
)
_FEW_LINES = 2
_LONG_BODY = 240
_FORMAT = "--format=%h%x00%P%x00%an <%ae>%x00%B%x01"
_REFLOG_ENTRIES = 50
_TAKEN_OVER = ("cherry-pick", "rebase", "merge", "pull", "am")
_REASON = re.compile(
    r"\b(?:because|so that|instead of|rather than|in order to|otherwise|due to)\b", re.IGNORECASE
)
_TRAILER = re.compile(r"^[A-Z][\w-]{1,40}: \S.*$", re.MULTILINE)


def question_for(repo: Repo, session: str, settings: Settings, here: str) -> str:
    """What to ask the session now; mostly nothing.  Whatever is asked counts as asked.

    ``here`` is the folder that the agent's shell is in.  Of several commits since the last time
    only the newest is asked about.

    Raises:
        DiskFull, ReadOnlyRepository: that it is asked cannot be noted.
    """
    questions = Questions(repo)
    made = questions.take_commits(session)
    if not made or settings.ask == "never":
        return ""
    policy = Policy(settings.redact, settings.exclude, settings.redact_cards)
    moves = _read_moves(repo)
    reached = _reachable(repo, made)
    for commit in reversed([one for one in made if one in reached]):
        short = _worth_asking(repo, commit, policy, moves, questions)
        if short and questions.ask(commit, session):
            return _TEXT.format(commit=short, program=_program(repo, here))
    return ""


def is_worth_asking(change: Change, policy: Policy) -> bool:
    """Whether the reason for a commit may be worth a question."""
    if len(change.parents) > 1 or is_bot(change.author) or is_trivial(change):
        return False
    files = [file for file in change.files if not policy.covers(file.path)]
    lines = sum(file.insertions + file.deletions for file in files)
    return bool(files) and lines > _FEW_LINES and not _says_why(change.message)


def _says_why(message: str) -> bool:
    body = _TRAILER.sub("", message.partition("\n")[2]).strip()
    return len(body) >= _LONG_BODY and _REASON.search(body) is not None


def _worth_asking(
    repo: Repo,
    commit: str,
    policy: Policy,
    moves: Sequence[tuple[str, str]],
    questions: Questions,
) -> str:
    """The commit's short id if it is to be asked about, else empty."""
    for place, (moved_to, how) in enumerate(moves):
        if moved_to != commit:
            continue
        if how.startswith(_TAKEN_OVER):
            return ""
        before = moves[place + 1][0] if place + 1 < len(moves) else ""
        if how.startswith("commit (amend)") and before and questions.about(before):
            return ""  # the same work was asked about
        break
    short, change = _read_commit(repo, commit)
    return short if change is not None and is_worth_asking(change, policy) else ""


def _read_moves(repo: Repo) -> list[tuple[str, str]]:
    """Where HEAD was moved to and how, last first."""
    done = try_git(repo, "log", "-g", f"-{_REFLOG_ENTRIES}", "--format=%H %gs", "HEAD", "--")
    lines = os.fsdecode(done.stdout).splitlines()
    return [(commit, how) for commit, _, how in (line.partition(" ") for line in lines)]


def _reachable(repo: Repo, commits: Sequence[str]) -> set[str]:
    """Those of the commits that HEAD still reaches, as far as it is not far behind."""
    done = try_git(repo, "rev-list", f"-{_REFLOG_ENTRIES}", "HEAD", "--")
    return set(commits) & set(os.fsdecode(done.stdout).split())


def _read_commit(repo: Repo, commit: str) -> tuple[str, Change | None]:
    """The commit's short id, and what is needed to judge it; None for a merge."""
    options = ("--root", "-r", "-M", "-z", "--numstat", "--abbrev=7", _FORMAT)
    done = try_git(repo, "diff-tree", *options, commit, "--")
    head, found, rest = done.stdout.decode("utf-8", "replace").partition("\x01")
    fields = head.split("\0", 3)
    if not found or len(fields) < 4:
        return "", None
    short, parents, author, message = fields
    change = Change(
        commit=commit,
        parents=tuple(parents.split()),
        subject=message.strip().partition("\n")[0].strip(),
        message=message,
        author=author,
        committer_name="",
        committer_email="",
        time=0,
        commit_time=0,
        files=tuple(_files(rest)),
    )
    return short, change


def _files(text: str) -> list[FileChange]:
    """The files of ``--numstat -z``: a renamed one has its two names behind an empty one."""
    parts = [part.lstrip("\n") for part in text.split("\0")]
    found: list[FileChange] = []
    remaining = iter(part for part in parts if part)
    for part in remaining:
        added, tab, rest = part.partition("\t")
        removed, second, path = rest.partition("\t")
        if not (tab and second):
            continue
        old = ""
        if not path:
            old, path = next(remaining, ""), next(remaining, "")
        counts = (int(count) if count.isdigit() else 0 for count in (added, removed))
        found.append(FileChange(path, "M", next(counts), next(counts), old, added == "-"))
    return found


def _program(repo: Repo, here: str) -> str:
    """How the agent's shell starts gitmem: never one that the project may have brought."""
    found = shutil.which("gitmem")
    if found and may_start(found, os.environ):
        return "gitmem"
    run = os.fspath(repo.state_dir / "run")
    return shlex.quote(os.path.relpath(run, here) if here else run)
