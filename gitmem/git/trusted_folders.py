"""The folders that a person told git to trust by its environment, as containers and builds do.

Of configuration in the environment nothing else may reach a git command of ours: what a hook
inherits of it belongs to the command that ran the hook.  Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_NAME = "safe.directory"
_MAX = 1_000


def trusted_folders(environ: Mapping[str, str]) -> dict[str, str]:
    """``safe.directory`` of the environment, in variables of the same form; mostly none."""
    values = [*_counted(environ), *_given(environ.get("GIT_CONFIG_PARAMETERS", ""))]
    if not values:
        return {}
    found = {"GIT_CONFIG_COUNT": str(len(values))}
    for number, value in enumerate(values):
        found.update({f"GIT_CONFIG_KEY_{number}": _NAME, f"GIT_CONFIG_VALUE_{number}": value})
    return found


def _counted(environ: Mapping[str, str]) -> Iterator[str]:
    count = environ.get("GIT_CONFIG_COUNT", "")
    for number in range(min(int(count), _MAX) if count.isdecimal() else 0):
        if environ.get(f"GIT_CONFIG_KEY_{number}", "").lower() == _NAME:
            yield environ.get(f"GIT_CONFIG_VALUE_{number}", "")


def _given(parameters: str) -> Iterator[str]:
    """Those of ``git -c``: quoted for a shell, ``'name=value'`` or ``'name'='value'``."""
    if _NAME not in parameters.lower():
        return
    import shlex  # only here: hardly anybody names a folder so

    try:
        words = shlex.split(parameters)
    except ValueError:
        return
    for word in words:
        name, _, value = word.partition("=")
        if name.lower() == _NAME:
            yield value
