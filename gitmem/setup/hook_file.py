"""The few marked lines that call gitmem from a hook file that belongs to somebody else.

Hook folders such as ``.husky`` are committed and shared, so the block holds no absolute path
and does nothing in a clone without gitmem.  It stands at the top, because the rest of a hook may
exit or exec.  It runs in a subshell and leaves arguments, status, variables and stdin as they
were.  Pure: bytes in, bytes out.
"""

from __future__ import annotations

import re
from pathlib import Path

EVENTS = (
    "prepare-commit-msg",
    "post-commit",
    "post-applypatch",
    "post-merge",
    "post-rewrite",
    "pre-push",
)
"""The git events that gitmem listens to."""

ASIDE_SUFFIX = ".gitmem-kept"
"""A hook that is no shell script is set aside in a folder named like its own, with this at the
end.  A folder keeps its name (some managers look at it) and its depth (some look upwards).
"""

SHEBANG = b"#!/bin/sh\n"

_BEGIN = "# >>> gitmem >>> does nothing where gitmem is not set up; to remove: gitmem uninstall"
_END = "# <<< gitmem <<<"
_BLOCK = re.compile(rb"^# >>> gitmem >>>[^\n]*\n.*?^# <<< gitmem <<<[^\n]*(?:\n|\Z)", re.S | re.M)
_SH = re.compile(
    rb"#![ \t]*(?:\S*/env[ \t]+(?:-S[ \t]*)?|\S*/busybox[ \t]+|\S*/)"
    rb"(?:sh|bash|dash|ash|ksh|mksh|zsh)(?:[ \t][^\r\n]*)?(?:\n|\Z)"
)

# The common git directory costs no process where git's own variables or ./.git show it.
_FIND = (
    "g=${GIT_COMMON_DIR:-${GIT_DIR:-.git}}\n"
    'if [ ! -f "$g/HEAD" ] || [ -f "$g/commondir" ]; then\n'
    "    g=$(git rev-parse --git-common-dir 2>/dev/null)\n"
    "fi\n"
)
_CALL = '[ ! -x "$g/gitmem/hooks/{event}" ] || exec "$g/gitmem/hooks/{event}" "$@"'

# Nearly every commit is an ordinary one, for which prepare-commit-msg has nothing to note: it finds
# that out without a process.  A file left by an aborted commit counts too, for it must go.
_NOTEWORTHY = (
    '[ -f "${GIT_DIR:-.git}/CHERRY_PICK_HEAD" ] && [ ! -d "${GIT_DIR:-.git}/rebase-merge" ]',
    '[ -f "${GIT_DIR:-.git}/SQUASH_MSG" ]',
    '[ -f "${GIT_DIR:-.git}/gitmem-sources" ]',
    '[ -n "${GITMEM_PROBE-}" ]',
)

# A hook file that is part of the project may be checked out with carriage returns, which no shell
# outside of Windows takes for a line's end; in a comment they do no harm.  A here-document has no
# room for one: there the word that ends it stands last in its line, and bears one at both places.
_SWALLOW = " #"
_HERE = re.compile(r"(?<=<<gitmem) #$|(?<=^\$gitmem_stdin) #$|(?<=^gitmem) #$", re.M)

# git tells post-rewrite and pre-push its news on stdin: ours reads it, theirs finds it unread.
_WITH_STDIN = ("post-rewrite", "pre-push")
_BORROWED_STDIN = """\
[ -t 0 ] && gitmem_stdin= || gitmem_stdin=$(cat 2>/dev/null) || :
if (
{body}
) <<gitmem
$gitmem_stdin
gitmem
then :; fi
[ -z "${{GITMEM_PROBE-}}" ] || exit 0
[ -z "$gitmem_stdin" ] || exec <<gitmem
$gitmem_stdin
gitmem
unset gitmem_stdin
"""
_NO_STDIN = """\
(
{body}
) </dev/null || :
[ -z "${{GITMEM_PROBE-}}" ] || exit 0
"""


def block(event: str, tail: str = "") -> bytes:
    """The marked lines for ``event``; ``tail`` is shell text that stands last among them."""
    body = _FIND + _CALL.format(event=event)
    form = _BORROWED_STDIN if event in _WITH_STDIN else _NO_STDIN
    lines = form.format(body=body)
    if event == "prepare-commit-msg":
        lines = "if {}; then\n{}fi\n".format(" ||\n    ".join(_NOTEWORTHY), lines)
    lines = _HERE.sub("", lines.replace("\n", f"{_SWALLOW}\n"))
    return f"{_BEGIN}\n{lines}{tail}{_END}\n".encode()


def command(event: str) -> str:
    """The same call as a command for git's configuration, which gives each hook its own stdin.

    git adds the hook's arguments at the end, hence the colon.
    """
    call = _CALL.format(event=event).replace("|| exec ", "|| ")
    lines = "; ".join(line.strip() for line in _FIND.splitlines()).replace("then;", "then")
    if event == "prepare-commit-msg":
        return f"if {' || '.join(_NOTEWORTHY)}; then {lines}; {call}; fi; :"
    return f"{lines}; {call}; :"


def with_block(content: bytes, event: str) -> bytes:
    """The hook file with the block at its top, once; the same bytes when it is there already.

    >>> is_block_first(with_block(b"exit 0", "post-commit"))
    True
    """
    ours = block(event)
    if content.count(ours) == 1 and len(_BLOCK.findall(content)) == 1:
        return content
    shebang, rest = _split_shebang(without_block(content))
    if shebang and not shebang.endswith(b"\n"):
        shebang += b"\n"
    return shebang + ours + rest


def without_block(content: bytes) -> bytes:
    """The hook file without any lines of ours."""
    return _BLOCK.sub(b"", content)


def has_block(content: bytes) -> bool:
    """Whether lines of ours, begin to end, are in the file."""
    return _BLOCK.search(content) is not None


def is_block_first(content: bytes) -> bool:
    """Whether nothing but the shebang stands above our lines, so that a probe runs only them."""
    return _BLOCK.match(_split_shebang(content)[1]) is not None


def is_empty_hook(content: bytes) -> bool:
    """Whether the file does nothing: no line but the shebang we would write."""
    return content.strip() in (b"", SHEBANG.strip())


def is_shell(content: bytes) -> bool:
    """Whether the file is a script that a POSIX shell reads, line ends included.

    Without a shebang the system hands a text to ``sh``.  Carriage returns break every shell but
    some on Windows: such a file is better left as it is.
    """
    if b"\0" in content[:8192] or b"\r\n" in content:
        return False
    return not content.startswith(b"#!") or _SH.match(content) is not None


def wrapper(event: str) -> bytes:
    """A hook file that calls gitmem and then becomes the hook that was set aside, if it may run."""
    tail = f'kept=${{0%/*}}{ASIDE_SUFFIX}/{event}\n[ ! -x "$kept" ] || exec "$kept" "$@"\n'
    return SHEBANG + block(event, tail)


def aside_of(path: Path) -> Path:
    """Where the hook file that cannot hold our lines is kept."""
    return path.parent.with_name(path.parent.name + ASIDE_SUFFIX) / path.name


def _split_shebang(content: bytes) -> tuple[bytes, bytes]:
    """The shebang line, if any, and the rest."""
    if not content.startswith(b"#!"):
        return b"", content
    line, newline, rest = content.partition(b"\n")
    return line + newline, rest
