"""The prompt that a commit answers, where the session is gone and only what was typed is left.

Which commit a prompt belongs to is not recorded, so all of this must hold: it is the last prompt
before the commit and the commit the first after it, at most half an hour later, by somebody who
commits here; nothing else was typed in another session of the project meanwhile; and the two speak
of the same thing: a file or a name that the commit touches, or three of its words.  A prompt that
several commits could answer is none's.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gitmem.agents.claude.prompt_history import HistoryPrompt, read_prompts
from gitmem.agents.folders import resolve_names
from gitmem.capture.compress_slice import finish
from gitmem.capture.workspace import Workspace
from gitmem.compress.compressor import Compression
from gitmem.compress.offline.history import NAME
from gitmem.errors import GitmemError
from gitmem.git.commits import CommitReader
from gitmem.git.log import committer_emails
from gitmem.git.worktrees import worktrees_of
from gitmem.guard.prompts import FULL
from gitmem.guard.redact import redact, redact_change, redact_memory
from gitmem.guard.untrusted import clean_text
from gitmem.model.change import Change
from gitmem.model.common_words import LEAST, common_share
from gitmem.model.memory import Memory
from gitmem.model.note import Document
from gitmem.model.session import Slice, is_session_id
from gitmem.notes.codec import document_of
from gitmem.upkeep.import_batch import SOURCE

HISTORY = "prompt history"
"""What the provenance's ``source`` says of a reason that was found so."""

_MAX_SAID = 600
_MOST_PATHS = 200
LONGEST_SECONDS = 30 * 60.0
_LEAST_WORDS = 4
_SHARED_WORDS = 3
_OF_ANY_WORK = {
    "add", "fix", "test", "commit", "push", "branch", "code", "file", "function", "implement",
    "update", "remove", "make", "refactor", "change", "build", "run", "check", "review", "error",
    "merge", "feature",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{2,}")
_NAME = re.compile(r"[A-Za-z_][\w.-]*\.[A-Za-z]{1,5}\b|\b\w+_\w+\b|\b[a-z]+[A-Z]\w+\b")


@dataclass(frozen=True)
class CommitMoment:
    """A commit of HEAD's history by its author's time (POSIX seconds)."""

    time: float
    commit: str


def candidates(
    prompts: Sequence[HistoryPrompt], commits: Sequence[CommitMoment], gone: Collection[str]
) -> dict[str, HistoryPrompt]:
    """For each commit the prompt that it may answer, by time alone.

    ``prompts`` and ``commits`` are in order of time; ``gone`` are sessions without a transcript.
    """
    times = [prompt.time for prompt in prompts]
    found: dict[str, HistoryPrompt] = {}
    before = 0.0
    for moment in commits:
        place = bisect_left(times, moment.time + 1.0) - 1
        if place >= 0:
            prompt = prompts[place]
            is_first = prompt.time > before
            is_near = moment.time - prompt.time <= LONGEST_SECONDS
            if (
                is_first
                and is_near
                and prompt.session in gone
                and _is_alone(prompts, place, moment)
            ):
                found[moment.commit] = prompt
        before = moment.time
    return found


def _is_alone(prompts: Sequence[HistoryPrompt], place: int, moment: CommitMoment) -> bool:
    """Whether no other session of the project was talked to within the half hour."""
    session, start = prompts[place].session, moment.time - LONGEST_SECONDS
    nearby = (prompt for prompt in prompts[max(0, place - 50) : place + 50])
    return not any(
        prompt.session != session and start <= prompt.time <= moment.time + LONGEST_SECONDS
        for prompt in nearby
    )


def speaks_of(text: str, change: Change) -> bool:
    """Whether the prompt names what the commit touches, or shares three of its telling words."""
    if len(text.split()) < _LEAST_WORDS:
        return False
    low = text.lower()
    names = {path.rpartition("/")[2].lower() for path in change.paths}
    symbols = {symbol.lower() for symbol in change.symbols if len(symbol) > 4}
    asked = {name.lower() for name in _NAME.findall(text)}
    if asked & (names | symbols) or any(path.lower() in low for path in change.paths):
        return True
    subject = change.message.partition("\n")[0]
    ours = _words(" ".join([subject, *change.paths, *change.symbols]))
    return len(_words(text) & ours) >= _SHARED_WORDS


def _words(text: str) -> set[str]:
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    stems = {_stem(word.lower()) for word in _WORD.findall(split)}
    return {stem for stem in stems if common_share(stem) <= LEAST and stem not in _OF_ANY_WORK}


def _stem(word: str) -> str:
    for end in ("ing", "ies", "ed", "es", "s"):
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word[: -len(end)]
    return word


class PromptReasons:
    """The prompts that commits of this repository answer, of sessions that are gone."""

    def __init__(
        self, workspace: Workspace, commits: Sequence[str], environ: Mapping[str, str]
    ) -> None:
        self._workspace = workspace
        self._reader = CommitReader(workspace.repo)
        self._of_commit: dict[str, HistoryPrompt] = {}
        places = [str(place.worktree) for place in worktrees_of(workspace.repo) if place.worktree]
        names = [name for place in places for name in resolve_names(Path(place))]
        prompts = read_prompts(environ, names) if workspace.policy.prompts == FULL else []
        if prompts:
            gone = {
                session
                for session in {prompt.session for prompt in prompts}
                if is_session_id(session) and workspace.agents.find(session) is None
            }
            self._of_commit = candidates(prompts, self._moments(commits), gone)

    def revise(self, commit: str, document: Document | None) -> Document | None:
        """The memory that was made of the commit alone, with the prompt as its reason: quoted, and
        marked as what it is.  Where there was none, one of the commit's subject.
        """
        prompt = self._of_commit.get(commit)
        if prompt is None:
            return document
        try:
            change = self._reader.change(commit, is_excluded=self._workspace.policy.covers)
            if not change.paths or not speaks_of(prompt.text, change):
                return document
            policy = self._workspace.policy
            base = document.memory if document is not None else None
            if base is None:
                told = redact_change(change, policy)
                (base,) = finish(
                    Compression((Memory(kind="change", title=told.subject[:160]),), NAME),
                    Slice("", "", (), 0, 0),
                    change,
                    policy,
                )
                base = replace(base, files_changed=told.paths[:_MOST_PATHS])
            said = " ".join(clean_text(redact(prompt.text, policy), _MAX_SAID).split())
            why = f'Asked before this commit: "{said}"'
            origin = base.provenance
            extra = {**origin.extra, SOURCE: HISTORY}
            memory = replace(
                base,
                why=f"{base.why}\n{why}" if base.why else why,
                provenance=replace(
                    origin, agent="claude-code", session=prompt.session, extra=extra
                ),
            )
            return document_of(redact_memory(memory, policy))
        except GitmemError:
            return document

    def _moments(self, commits: Sequence[str]) -> list[CommitMoment]:
        """The commits of people who commit here, merges apart, by time."""
        ours = committer_emails(self._workspace.repo)
        heads = ((commit, self._reader.head(commit)) for commit in commits)
        found = [
            CommitMoment(float(head.author_time), commit)
            for commit, head in heads
            if head.parents < 2 and (not ours or ours & head.emails)
        ]
        return sorted(found, key=lambda moment: (moment.time, moment.commit))
