"""Standard streams that can be written to whatever they are: closed, or of a small character set.

As git does, a closed stream is opened on the null device, so that no file of ours takes its
number.  A character that the stream's encoding lacks is written as JSON escapes it.
"""

from __future__ import annotations

import io
import os
import sys

_HANDLER = "gitmem-escape"


def open_streams() -> None:
    """Make standard input, output and error usable; called once, before anything is opened."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BytesIO())
    sys.stdout = _writable(sys.stdout, 1)
    sys.stderr = _writable(sys.stderr, 2)


def speak_utf8() -> None:
    """For a program that reads us: UTF-8, whatever a person's locale is."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.encoding.lower() != "utf-8":
        sys.stdout.reconfigure(encoding="utf-8")


def _writable(stream: object, number: int) -> io.TextIOWrapper:
    if not isinstance(stream, io.TextIOWrapper):
        raw = io.BufferedWriter(io.FileIO(number, "wb", closefd=False))
        return io.TextIOWrapper(raw, encoding="utf-8", errors="replace", write_through=number == 2)
    if stream.errors in ("strict", "surrogateescape"):  # the latter in the C locale
        import codecs

        codecs.register_error(_HANDLER, _escape)
        stream.reconfigure(errors=_HANDLER)
    return stream


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    units = (lacking[at : at + 2].hex() for at in range(0, len(lacking), 2))
    return "".join(f"\\u{unit}" for unit in units), error.end
