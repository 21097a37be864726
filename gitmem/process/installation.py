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
    return f"pip install {wanted}"


def _has(folder: str, name: str) -> bool:
    return os.path.isfile(os.path.join(folder, name))  # noqa: PTH113, PTH118
