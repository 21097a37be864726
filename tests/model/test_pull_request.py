from __future__ import annotations

from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Memory
from gitmem.model.pull_request import entries_to_tell


def test_oldest_first_and_only_what_says_something() -> None:
    kept = Memory("bugfix", "Mend the tax", why="it was wrong")
    later = Memory("feature", "A report of rates")
    entries = [
        LogEntry(commit="c" * 40, subject="a report", memories=(later, kept)),
        LogEntry(
            commit="b" * 40, subject="say no more", memories=(Memory("change", "Say no more"),)
        ),
        LogEntry(
            commit="d" * 40,
            subject="talk",
            memories=(Memory("session", "Talked", why="who knows"),),
        ),
        LogEntry(commit="e" * 40, subject="odd", problems=("it is not YAML",)),
        LogEntry(commit="a" * 40, subject="tax", memories=(kept,)),
    ]
    told = list(entries_to_tell(entries))

    assert [entry.commit[0] for entry in told] == ["a", "c"]
    assert [memory.id for entry in told for memory in entry.memories] == [kept.id, later.id]
