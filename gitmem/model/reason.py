"""Whether a memory says more than a reader of the code and its log has before them anyway.  Pure.

One rule for all that is told without being asked for: at a start, with a prompt, beside lines and
to a subagent.
"""

from __future__ import annotations

from gitmem.model.memory import Memory
from gitmem.model.repeats import fold_words


def gives_reason(memory: Memory) -> bool:
    """Whether it says why, or what was decided, or what went wrong.

    Facts count as well where a session told them, unless they only repeat the title.  Those made
    from history are the rest of the commit's message ("See #12", a list of words), no reason.
    What a person wrote themselves is what they want to be told, be it one line.
    """
    if memory.why or memory.decisions or memory.errors or memory.provenance.is_of_person:
        return True
    title = fold_words(memory.title)
    return not memory.provenance.is_of_history and any(
        fold_words(fact) != title for fact in memory.what
    )
