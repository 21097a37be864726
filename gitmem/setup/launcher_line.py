"""The shell text by which an agent's client finds ``.git/gitmem/run`` of the clone it works in.

It is committed with the project, hence no path of this machine.  Only a git directory that a
``.git`` entry leads to counts: git lets nobody commit an entry of that name, whereas a folder
that looks like a bare repository can be committed, cloned, and bring a program of its own.
"""

from __future__ import annotations

LAUNCHER = "/gitmem/run"
"""What marks a command as ours: the launcher, behind a git directory."""

FIND_LAUNCHER = (
    "d=$(cd -P . && while [ ! -e .git ]; do case $PWD in / | //) break ;; esac; cd -P .. || exit"
    '; done; printf %s/ "$PWD")'
    f' && [ -e "$d.git" ] && g=$d.git{LAUNCHER} && {{ [ -O "$g" ]'
    " || g=$(unset GIT_DIR GIT_COMMON_DIR GIT_WORK_TREE"
    '; git -C "$d" rev-parse --path-format=absolute --git-common-dir 2>/dev/null)'
    f'{LAUNCHER}; }} && [ -x "$g" ]'
)
"""Sets ``g`` to the launcher of the work tree that the current folder lies in; fails where there
is none.

``d`` ends with a slash, so that a newline at the end of a folder's name is not lost.  git is asked
for a linked work tree or a submodule, whatever repository the environment names, and for a
launcher that belongs to somebody else, which is git's to refuse.  No brace follows a dollar: that
is the client's to replace.
"""


def native_command(event: str, client: str, tool: str = "", variable: str = "") -> str:
    """The command of a hook in a client's own file: one text for all versions of gitmem, for some
    clients trust a hook by its hash.

    ``event`` is our word for it, ``tool`` as in :func:`gitmem.hooks.main.run_hook`; ``variable``
    holds the project's folder, where the client has one and starts its hooks elsewhere.
    """
    words = " ".join(word for word in (event, tool, "--client", client) if word)
    place = f'cd "${{{variable}:-.}}" 2>/dev/null && ' if variable else ""
    return f'{place}{FIND_LAUNCHER} && exec "$g" hook {words}; exit 0'
