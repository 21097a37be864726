from __future__ import annotations

from gitmem.agents.turns import drop_waiting_turns
from gitmem.agents.worktree import WorkTree
from gitmem.model.session import Event, EventKind, Transcript


def test_where_waiting_turns_are_cut_off_the_session_goes_on() -> None:
    events = []
    for number, name in enumerate(("a.py", "b.py")):
        at = 2 * number
        events.append(Event(EventKind.PROMPT, at, float(at), f"About {name}"))
        call = Event(EventKind.CALL, at + 1, at + 1.0, tool="Edit", path=f"/w/{name}")
        events.append(call)
    transcript = Transcript("s", "claude-code", tuple(events), 0, 4, 99)
    tree = WorkTree(["/w"])

    cut = drop_waiting_turns(transcript, tree, {"a.py"}, {"b.py"})

    assert (cut.end, cut.goes_on) == (2, True)
    assert not drop_waiting_turns(transcript, tree, {"a.py", "b.py"}, set()).goes_on
