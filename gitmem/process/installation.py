"""How the running gitmem was installed, as far as its own place shows, and so how to change that.

uv and pipx leave a file of theirs in the environment of a tool.  Standard library only.
"""

from __future__ import annotations

import os
import shlex
import sys

from gitmem.model.release import DISTRIBUTION

_UV_MARK = "uv-receipt.toml"
_PIPX_MARK = "pipx_metadata.json"


def install_command(extra: str = "", prefix: str | None = None) -> str:
    """The command that installs gitmem again, with an extra, where it is installed now.

    ``prefix`` is the environment's folder: this interpreter's, unless another is given.
    """
    wanted = shlex.quote(f"{DISTRIBUTION}[{extra}]") if extra else DISTRIBUTION
    place = sys.prefix if prefix is None else prefix
    if _has(place, _UV_MARK):
        return f"uv tool install --reinstall {wanted}"
    if _has(place, _PIPX_MARK):
        return f"pipx install --force {wanted}"
    if is_in_cache(place):
        return f"uv tool install {wanted}"
    return f"pip install {wanted}"


def is_in_cache(prefix: str | None = None) -> bool:
    """Whether this environment is one that uvx or ``pipx run`` made for a while.

    Every environment of uv's bears the mark of a cache itself; only its cache holds some below one.
    """
    place = os.path.dirname(sys.prefix if prefix is None else prefix)  # noqa: PTH120
    while place not in ("", "/"):
        if _has(place, "CACHEDIR.TAG") or os.path.basename(place) == ".cache":  # noqa: PTH119
            return True
        place = os.path.dirname(place)  # noqa: PTH120
    return False


def _has(folder: str, name: str) -> bool:
    return os.path.isfile(os.path.join(folder, name))  # noqa: PTH113, PTH118
