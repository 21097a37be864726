"""What a commit changed, as text for a model: its message, files and symbols.  Pure.

The diff itself is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gitmem.compress.models.excerpts import keep_lines
from gitmem.compress.models.other_work import commits_of_others, shared_files
from gitmem.compress.models.session_text import as_data
from gitmem.model.change import Change, FileChange
from gitmem.model.session import Slice

_MAX_MESSAGE = 12_000
_MAX_NAMED = 40
_MAX_OTHERS = 12
_MAX_UNTOUCHED = 10
_MAX_FOLDERS = 12
_MAX_SYMBOLS = 30
_MAX_COMMITS = 4
_PEOPLE = re.compile(
    r"^(?:(?:Co-authored|Signed-off|Reviewed|Acked|Tested)-by:[^\n]*"
    r"|[^\n]{0,8}Generated with [^\n]*)\n?",
    re.IGNORECASE | re.MULTILINE,
)


def change_part(change: Change | None, part: Slice) -> str:
    """The change between marks, with how much of it the session edited.

    The files that the session edited come first, the rest by folder where they are many.
    """
    return f"<change>\n{_change_text(change, part)}\n</change>\n"


def _change_text(change: Change | None, part: Slice) -> str:
    if change is None:
        return "(not committed yet)"
    mine, others = shared_files(part, change)
    message = keep_lines(_PEOPLE.sub("", change.message).strip(), _MAX_MESSAGE)
    symbols = ", ".join(change.symbols[:_MAX_SYMBOLS])
    lines = [
        message,
        "",
        *_file_lines(change.files, set(mine)),
        *([f"symbols: {symbols}"] if symbols else []),
        _share(change, mine, others),
        *_elsewhere(part, change),
    ]
    return as_data("\n".join(lines))


def _file_lines(files: Sequence[FileChange], mine: set[str]) -> Iterator[str]:
    first = [file for file in files if file.path in mine or file.old_path in mine]
    rest = [file for file in files if file not in first]
    yield from map(_file_line, first[:_MAX_NAMED])
    rest = [*first[_MAX_NAMED:], *rest]
    if len(rest) <= _MAX_UNTOUCHED:
        yield from map(_file_line, rest)
    else:
        yield from _folder_lines(rest)


def _file_line(file: FileChange) -> str:
    name = f"{file.old_path} -> {file.path}" if file.old_path else file.path
    size = "binary" if file.is_binary else f"+{file.insertions} -{file.deletions}"
    return f"{file.status} {name} {size}"


def _folder_lines(files: Sequence[FileChange]) -> Iterator[str]:
    folders: dict[str, list[FileChange]] = {}
    for file in files:
        folders.setdefault(file.path.rpartition("/")[0] or ".", []).append(file)
    largest = sorted(folders.items(), key=lambda item: (-len(item[1]), item[0]))
    for folder, held in largest[:_MAX_FOLDERS]:
        if len(held) == 1:
            yield _file_line(held[0])
            continue
        added, removed = sum(f.insertions for f in held), sum(f.deletions for f in held)
        yield f"{folder}/: {len(held)} files +{added} -{removed}"
    if left := sum(len(held) for _, held in largest[_MAX_FOLDERS:]):
        yield f"{left} files in other folders"


def _share(change: Change, mine: Sequence[str], others: Sequence[str]) -> str:
    """How much of the commit the session is about, as far as its edits tell."""
    if not mine and not others:
        return "The session recorded no edit of a file."
    if not mine:
        return (
            f"NONE of the {len(others)} files that the session edited is in this commit: answer "
            "with no memory unless its words tell why this very change was made. "
            f"It edited {_names(others)}."
        )
    count = len(change.files)
    told = f"The session edited {len(mine)} of the commit's {count} files"
    if len(mine) >= count:
        told = "The session edited the commit's file" if count == 1 else f"{told}, all of them"
    return f"{told}, and besides {_names(others)}." if others else f"{told}."


def _elsewhere(part: Slice, change: Change) -> list[str]:
    """A word where all that was edited is in commits that git printed, and none of them is this."""
    made = commits_of_others(part, change)
    if not made:
        return []
    named = "; ".join(f"{commit.oid} {commit.subject}" for commit in made[-_MAX_COMMITS:])
    told = f"All that it edited was committed as {named}."
    return [f"{told} Unless this commit joins or repeats that, the session is about other work."]


def _names(paths: Sequence[str]) -> str:
    shown = ", ".join(paths[:_MAX_OTHERS])
    return f"{shown} and {len(paths) - _MAX_OTHERS} more" if len(paths) > _MAX_OTHERS else shown
