"""A rollout that the client has packed, opened as what it was.

Codex packs sessions that are over (``rollout-….jsonl.zst``, by zstd) and takes the plain file away.
Unpacked, a packed rollout is byte for byte what it was, so records and offsets known from before
still hold.

**Source:** ``codex-rs/rollout/src/compression.rs`` of openai/codex, and what 0.171 wrote.
"""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, cast

from gitmem.agents.lines import read_head
from gitmem.git.regular_file import open_regular

SUFFIX = ".zst"

_MODULES = ("compression.zstd", "backports.zstd")  # the first since Python 3.14
_MAX_BYTES = 1 << 30
_IN_MEMORY = 16 << 20
_CHUNK = 1 << 20


def is_packed(path: Path) -> bool:
    """Whether a rollout's name says that it is packed."""
    return path.suffix == SUFFIX


def plain_name(path: Path) -> str:
    """The name that a rollout has, or had before it was packed."""
    return path.name.removesuffix(SUFFIX)


def present_form(path: Path) -> Path:
    """The file in which a rollout is now: the plain one as long as it is there, as for the client;
    the path itself where there is neither.
    """
    plain = path.with_name(plain_name(path))
    packed = plain.with_name(plain.name + SUFFIX)
    return next((one for one in (plain, packed) if one.is_file()), path)


def open_rollout(path: Path) -> BinaryIO:
    """Open a rollout for reading and seeking, packed or not.

    Raises:
        OSError: it is gone, cannot be read, cannot be unpacked, or holds more than a gigabyte.
    """
    path = present_form(path)
    return _unpack(path, _MAX_BYTES) if is_packed(path) else open_regular(path)


def read_rollout_head(path: Path, limit: int) -> bytes:
    """The first ``limit`` bytes of a rollout, of which no more is unpacked; empty when it cannot
    be read.
    """
    with suppress(OSError):
        if not is_packed(path):
            return read_head(path, limit)
        with _unpack(path, limit, is_cut=True) as file:
            return file.read()
    return b""


def _unpack(path: Path, limit: int, *, is_cut: bool = False) -> BinaryIO:
    """Unpack at most ``limit`` bytes; more is an error unless the file may be cut there.

    What was packed until the file broke off is read: it may be copied while it is written.
    """
    zstd = _zstd(path)
    unpacked = cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115
    left = limit
    try:
        with open_regular(path) as packed, zstd.open(packed) as reader:
            while left > 0 and (chunk := reader.read(min(left, _CHUNK))):
                unpacked.write(chunk)
                left -= len(chunk)
            if not left and not is_cut and reader.read(1):
                raise OSError(errno.EFBIG, "holds too much", os.fspath(path))
    except EOFError:
        pass
    except zstd.ZstdError as error:
        unpacked.close()
        raise OSError(errno.EINVAL, "cannot be unpacked", os.fspath(path)) from error
    except OSError:
        unpacked.close()
        raise
    unpacked.seek(0)
    return unpacked


def _zstd(path: Path) -> Any:
    """The module that unpacks; loaded where there is something to unpack, and only then."""
    for name in _MODULES:
        with suppress(ImportError):
            return import_module(name)
    raise OSError(errno.ENOSYS, "is packed, and nothing here unpacks zstd", os.fspath(path))
