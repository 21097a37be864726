"""What a person means by the place of ``gitmem why``: a path, lines, a revision, or just a name.

A name is a file's, by its last part or its end, or a function's, class's or type's, by the line
that defines it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gitmem.errors import UnknownRevision, UsageError
from gitmem.git.blame import blamed_lines
from gitmem.git.repo import Repo, resolve_commit, shown, try_git
from gitmem.guard.untrusted import clean_line
from gitmem.recall.near_names import file_names, near_hint, near_names
from gitmem.recall.why import CodePlace, parse_place

_MOST_SHOWN = 12
_SYMBOL = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|#)[A-Za-z_$][\w$]*)*")
_DEFINES = (
    r"(^|[^[:alnum:]_])(def|class|func|fn|function|fun|sub|proc|method|module|struct|interface|type"
    r"|trait|enum|union|record|object|protocol|namespace|impl|defp|defmodule|macro_rules!"
    r"|const|let|var|val|static|void|int|bool|char|string|public|private|protected)"
    r"[[:space:]]+([][A-Za-z0-9_<>,*&():.]+[[:space:]]+|[*&]+)*%s([^[:alnum:]_]|$)"
)
_ASSIGNS = r"^%s[[:space:]]*(:[^=]*)?=[^=]"


def find_place(
    repo: Repo, words: Sequence[str], paths: Sequence[str] | None, lines: str, here: Path
) -> CodePlace:
    """The place that ``words`` (before ``--``) and ``paths`` (after it, if there is one) name.

    ``lines`` is the value of ``-L``, "" without: as for ``git blame``, or for ``git log`` with the
    file behind it.

    Raises:
        UsageError: it cannot be understood, or several places answer to the name.
        UnknownRevision: nothing answers to it.
    """
    revision = ""
    words = list(words)
    if paths is not None:
        if len(words) > 1 or len(paths) != 1:
            raise UsageError("one place at a time: gitmem why [REVISION --] PATH")
        revision, text = (words[0] if words else ""), paths[0]
    elif len(words) == 2 and not os.path.lexists(here / words[0]):
        revision, text = words
    elif len(words) > 1:
        raise UsageError("one place at a time: gitmem why PATH[:LINE[-LINE]]")
    elif words:
        text = words[0]
    elif lines:
        lines, text = _split_lines(lines)
    else:
        raise UsageError("name a file, lines of one, or a function: gitmem why PATH:LINE")
    commit = resolve_commit(repo, revision) if revision else ""
    if not commit and paths is None and not os.path.lexists(here / text):
        commit, text = _split_revision(repo, text)
    place = _resolve(repo, text, here, commit, is_literal=paths is not None)
    place = replace(place, revision=commit)
    if lines:
        first, last = blamed_lines(repo, place.path, lines, commit)
        place = replace(place, first=first, last=last)
    return place


def _split_lines(lines: str) -> tuple[str, str]:
    """``10,20:FILE`` and ``:function:FILE``, as ``git log -L`` has them."""
    wanted, _, path = lines.rpartition(":")
    if not wanted or not path:
        raise UsageError(f"'-L {shown(lines)}' needs a file: gitmem why -L 10,20 FILE")
    return wanted, path


def _split_revision(repo: Repo, text: str) -> tuple[str, str]:
    """``REVISION:PATH``, where there is such a revision."""
    revision, colon, path = text.partition(":")
    if not colon or not revision or not path or re.fullmatch(r"\d+([-,:]\d*)*", path):
        return "", text
    try:
        return resolve_commit(repo, revision), f":/{path}"
    except UnknownRevision:
        return "", text


def _resolve(repo: Repo, text: str, here: Path, commit: str, *, is_literal: bool) -> CodePlace:
    if text.startswith(":/"):  # from the top, as in REVISION:PATH
        top = repo.worktree or here
        return parse_place(repo, text[2:], top)
    place = parse_place(repo, text, here)
    if is_literal or commit or _is_known(repo, place.path):
        return place
    name = text if place.first is None else text[: _name_length(text)]
    files = _files_named(repo, name)
    if len(files) == 1:
        return replace(place, path=files[0])
    if len(files) > 1:
        raise _several(name, files)
    if place.first is None and _SYMBOL.fullmatch(name):
        found = _definitions(repo, name)
        if len(found) == 1:
            path, first = found[0]
            return CodePlace(path, first, _end_of(repo, path, first))
        if found:
            raise _several(name, [f"{path}:{line}" for path, line in found])
    near = near_names(repo, name)
    what = "neither a file nor a definition here" if _SYMBOL.fullmatch(name) else "no file here"
    if place.first is not None:
        raise UnknownRevision(f"'{shown(name)}' is not a file that git knows", near_hint(near))
    if _was_known(repo, place.path):
        return place
    raise UnknownRevision(
        f"'{shown(name)}' is {what}, and nothing was ever committed under it", near_hint(near)
    )


def _name_length(text: str) -> int:
    found = re.search(r"(:\d+([-,]\d+)?(:\d*)?|#L\d+(-L?\d+)?)$", text)
    return found.start() if found else len(text)


def _is_known(repo: Repo, path: str) -> bool:
    if repo.worktree is not None and os.path.lexists(repo.worktree / path):
        return True
    if path == ".":
        return True
    return try_git(repo, "cat-file", "-e", f"HEAD:{path}").returncode == 0


def _was_known(repo: Repo, path: str) -> bool:
    done = try_git(repo, "--literal-pathspecs", "rev-list", "-1", "HEAD", "--", path)
    return bool(done.stdout.strip())


def _files_named(repo: Repo, name: str) -> list[str]:
    """Those of that name, or whose path ends so, or else whose name before the last dot it is."""
    names = file_names(repo)
    wanted = name.removeprefix("./").strip("/")
    found = [path for path in names if path == wanted or path.endswith(f"/{wanted}")]
    if not found and "/" not in wanted:
        found = [p for p in names if p.rpartition("/")[2].rpartition(".")[0] == wanted]
    return found


def _definitions(repo: Repo, name: str) -> list[tuple[str, int]]:
    """Where the name is defined; of ``Class.method``, the method in the files of the class."""
    *outer, last = re.split(r"\.|::|#", name)
    found = _grep(repo, _DEFINES % re.escape(last)) or _grep(repo, _ASSIGNS % re.escape(last))
    if outer:
        classes = _grep(repo, _DEFINES % re.escape(outer[-1]))
        spans = [(path, line, _end_of(repo, path, line)) for path, line in classes]
        within = [
            (path, line)
            for path, line in found
            if any(p == path and a <= line <= z for p, a, z in spans)
        ]
        files = {path for path, _ in classes}
        found = within or [(path, line) for path, line in found if path in files]
    return found


def _grep(repo: Repo, pattern: str) -> list[tuple[str, int]]:
    options = ["grep", "-I", "-n", "-z", "--no-color", "-E", "--full-name", "-e", pattern]
    where = [] if repo.worktree else ["HEAD"]
    done = try_git(repo, "-c", "grep.column=false", *options, *where, timeout=20.0)
    found = []
    for line in done.stdout.split(b"\n"):
        path, _, rest = line.partition(b"\0")
        number = rest.partition(b"\0")[0]
        if number.isdigit():
            name = os.fsdecode(path)
            found.append((name if repo.worktree else name.removeprefix("HEAD:"), int(number)))
    return found


def _end_of(repo: Repo, path: str, first: int) -> int:
    """The last line of what begins there: up to what is indented no deeper, closing brackets
    apart.
    """
    lines = read_lines(repo, path)
    if first > len(lines):
        return first
    depth = _depth(lines[first - 1])
    end = first
    for number, line in enumerate(lines[first:], first + 1):
        if not line.strip():
            continue
        if _depth(line) <= depth:
            if re.match(r"\s*[)}\]{]", line):
                end = number
                if re.match(r"\s*[)\]{]", line):
                    continue  # the end of a long head, or the beginning of its body
            break
        end = number
    return end


def _depth(line: str) -> int:
    plain = line.expandtabs(8)
    return len(plain) - len(plain.lstrip())


def read_lines(repo: Repo, path: str, revision: str = "") -> list[str]:
    """The lines of a file, in the work tree or a commit; none of one that cannot be read."""
    if revision or repo.worktree is None:
        done = try_git(repo, "cat-file", "blob", f"{revision or 'HEAD'}:{path}")
        return done.stdout.decode("utf-8", "replace").split("\n") if done.returncode == 0 else []
    try:
        return (repo.worktree / path).read_bytes().decode("utf-8", "replace").split("\n")
    except OSError:
        return []


def _several(name: str, places: Sequence[str]) -> UsageError:
    told = ", ".join(clean_line(place, 200) for place in places[:_MOST_SHOWN])
    more = f" and {len(places) - _MOST_SHOWN} more" if len(places) > _MOST_SHOWN else ""
    return UsageError(f"'{shown(name)}' may be any of {len(places)}", f"Name one: {told}{more}")
