"""What a commit holds: each kind writes files below ``work/`` and says which the session edited.

A kind gets the work tree and the number of the change, and does the same wherever it is called.
Files called ``base-N`` are there from the beginning, one for each change that needs one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

LINES = 4
BASES = 40


def text_of(number: int) -> str:
    """Lines that nothing else has, by which git tells who carries the change."""
    return "".join(f"change {number} line {n} of {LINES}\n" for n in range(LINES))


def carrier(tree: Path, number: int) -> list[str]:
    """An ordinary file with the lines of the change."""
    return _put(tree, f"file-{number}.txt", text_of(number).encode())


def _put(tree: Path, name: str, content: bytes) -> list[str]:
    path = tree / "work" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return [f"work/{name}"]


def _named(form: str) -> Callable[[Path, int], list[str]]:
    return lambda tree, number: _put(tree, form.format(number), text_of(number).encode())


def _mode(tree: Path, number: int) -> list[str]:
    (tree / f"work/base-{number % BASES}.txt").chmod(0o755)
    return [f"work/base-{number % BASES}.txt"]


def _rename(tree: Path, number: int) -> list[str]:
    old, new = f"work/base-{number % BASES}.txt", f"work/renamed-{number}.txt"
    os.replace(tree / old, tree / new)
    return [old, new]


def _delete(tree: Path, number: int) -> list[str]:
    (tree / f"work/base-{number % BASES}.txt").unlink()
    return [f"work/base-{number % BASES}.txt"]


def _symlink(tree: Path, number: int) -> list[str]:
    (tree / "work").mkdir(exist_ok=True)
    os.symlink(f"base-{number}.txt", tree / f"work/link-{number}")
    return [f"work/link-{number}"]


def _file_to_folder(tree: Path, number: int) -> list[str]:
    base = tree / f"work/base-{number % BASES}.txt"
    base.unlink()
    return _put(tree, f"base-{number % BASES}.txt/inside", text_of(number).encode())


def _many(tree: Path, number: int) -> list[str]:
    return [_put(tree, f"many-{number}/{n}.txt", b"%d of many\n" % n)[0] for n in range(60)]


def _sub_repository(tree: Path, number: int) -> list[str]:
    """A folder that is a repository with a commit: ``git add`` makes it a link to that."""
    folder = tree / f"work/nested-{number}"
    for name in ("objects", "refs/heads"):
        (folder / ".git" / name).mkdir(parents=True)
    (folder / ".git/HEAD").write_text("ref: refs/heads/main\n")
    return _put(tree, f"nested-{number}.txt", text_of(number).encode())


CONTENTS: dict[str, Callable[[Path, int], list[str]]] = {
    "text": carrier,
    "empty file": lambda tree, number: _put(tree, f"empty-{number}", b""),
    "binary": lambda tree, number: _put(tree, f"image-{number}.bin", bytes(range(256)) * 9),
    "carriage returns": lambda tree, number: _put(
        tree, f"dos-{number}.txt", text_of(number).replace("\n", "\r\n").encode()
    ),
    "mixed ends": lambda tree, number: _put(
        tree, f"mixed-{number}.txt", f"one of {number}\r\ntwo of {number}\nthree\rfour".encode()
    ),
    "huge line": lambda tree, number: _put(tree, f"huge-{number}.js", b"x" * 300_000 + b"\n"),
    "Latin-1": lambda tree, number: _put(tree, f"latin-{number}.txt", b"caf\xe9 na\xefve\n" * 3),
    "UTF-16": lambda tree, number: _put(
        tree, f"wide-{number}.txt", text_of(number).encode("utf-16")
    ),
    "conflict marks": lambda tree, number: _put(
        tree, f"marks-{number}.txt", b"<<<<<<< ours\n=======\n>>>>>>> theirs\n"
    ),
    "looks like a diff": lambda tree, number: _put(
        tree, f"patch-{number}.txt", b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
    ),
    "mode": _mode,
    "rename": _rename,
    "delete": _delete,
    "symlink": _symlink,
    "file to folder": _file_to_folder,
    "many": _many,
    "nested repository": _sub_repository,
    "emoji name": _named("🚀-{}.txt"),
    "quoted name": _named('it\'s "{}".txt'),
    "tab in name": _named("a\tb-{}.txt"),
    "newline in name": _named("a\nb-{}.txt"),
    "dash name": _named("-{}.txt"),
    "blank at end": _named("{} "),
    "backslash": _named("a\\b-{}.txt"),
    "glob name": _named("[a]*?-{}.txt"),
    "colon name": _named(":(top){}.txt"),
    "percent name": _named("%s%d-{}.txt"),
    "decomposed name": _named("e\u0301-{}.txt"),
    "Latin-1 name": _named("caf\udce9-{}.txt"),
    "Chinese name": _named("文件-{}.txt"),
    "long name": _named("n" * 180 + "-{}.txt"),
    "deep folder": _named("/".join("abcdefghij") + "/{}.txt"),
    "attributes": lambda tree, number: _put(
        tree, ".gitattributes", b"*.txt -diff\n# %d\n" % number
    ),
    "environment file": lambda tree, number: _put(
        tree, ".env.sample", b"# %d\nNAME=value\n" % number
    ),
}
"""Kind → how it is written."""

UNTOLD = frozenset({"text", "empty file", "binary", "Latin-1", "UTF-16", "Latin-1 name"}) | {
    "mode",
    "rename",
    "delete",
    "symlink",
}
"""Kinds of which a transcript holds no line, or not the name: they need an ordinary file beside
them, by which the session is found."""
