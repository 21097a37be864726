"""What a session receives with a prompt: the few memories that fit it, or none.

Only what a prompt contains calls for a memory: a file that it names, an identifier, words of this
repository (:mod:`gitmem.recall.prompt_evidence`).  What the branch is at was told at the start.
"""

from __future__ import annotations

from contextlib import closing, suppress

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commit_count
from gitmem.index.lexical import match_of
from gitmem.recall.context_choice import ContextChoice, Quota, weigh
from gitmem.recall.likely_files import MAX_PROMPT, files_in_text, predict_files
from gitmem.recall.prompt_evidence import PromptEvidence, weigh_words
from gitmem.recall.worktree_state import read_worktree_state
from gitmem.render.context import ContextBlock
from gitmem.state.context_history import ContextHistory, SessionContext
from gitmem.state.settings import Settings

WITH_PROMPT = Quota(0.2, 2)
WITH_PROMPT_ONLY = Quota(0.06, 6)
"""If nothing is given with files, the prompt is the last chance and receives more."""


def weigh_prompt(
    repo: Repo,
    prompt: str,
    known: SessionContext | None = None,
    *,
    is_last_chance: bool = False,
    explain: bool = False,
) -> ContextChoice:
    """The memories that a prompt calls for and that its session has not received.

    A prompt that calls for none costs one look into the index and none at git.  If nothing is
    given with files, a session's first prompt may also call for what the branch is at, provided
    that it speaks of this repository at all.
    """
    text, given = prompt[:MAX_PROMPT], known or SessionContext()
    quota = WITH_PROMPT_ONLY if is_last_chance else WITH_PROMPT
    with closing(Index.open(repo.state_dir)) as index:
        evidence = weigh_words(index, text)
        is_called = evidence.calls or bool(files_in_text(index, text))
        is_wide = is_last_chance and not given.prompts and evidence.hints(is_trunk=False)
        if not (is_called or is_wide):
            silence = _why_silent(index, evidence) if explain else ""
            return ContextChoice(repo, None, [], {}, silence=silence)
        worktree_state = read_worktree_state(repo)
        is_wide = is_wide and evidence.hints(is_trunk=worktree_state.is_trunk)
        prediction = predict_files(repo, index, worktree_state, text, evidence, others=True)
        called = prediction.by_files if is_wide else prediction.for_prompt
        found = weigh(index, called, quota, given, "", explain=explain)
    silence = "no memory that a branch reaches fits the prompt"
    return ContextChoice(repo, worktree_state, found, prediction.likely_files, silence=silence)


def _why_silent(index: Index, evidence: PromptEvidence) -> str:
    """Why the prompt calls for nothing."""
    if not annotated_commit_count(index):
        return "nothing is remembered here"
    return (
        "the prompt names no file or identifier that singles out a memory here, and its words are "
        f"too common or unknown (strength {evidence.reached:.1f}, needed {evidence.needed:.1f})"
    )


def context_of_prompt(repo: Repo, session: str, prompt: str, settings: Settings) -> ContextBlock:
    """What a prompt calls for and the session has not received; that is then recorded."""
    told = ContextHistory(repo)
    known = told.of(session) or SessionContext()
    room = min(settings.prompt_tokens, settings.session_tokens - known.tokens)
    if room <= 0 or not match_of(prompt[:MAX_PROMPT]):
        return ContextBlock("", 0, 0)
    weighed = weigh_prompt(repo, prompt, known, is_last_chance=not settings.file_tokens)
    block = weighed.block(room)
    with suppress(GitmemError):
        ids = frozenset(block.ids)  # what found no room is told another time
        told.add(
            session,
            SessionContext(ids, likely_files=weighed.likely_files, tokens=block.tokens, prompts=1),
        )
    return block
