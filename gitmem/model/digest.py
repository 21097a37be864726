"""SHA-256 without OpenSSL, where Python has it.

``hashlib`` loads OpenSSL, which takes a hook two milliseconds; what it names by a digest are a few
short texts.  Standard library only.

**Source:** ``random`` of the standard library does the same for the same reason.
"""

from __future__ import annotations

import sys

if sys.version_info >= (3, 12):
    try:
        from _sha2 import sha256 as _sha256
    except ImportError:
        from hashlib import sha256 as _sha256
else:
    try:
        from _sha256 import sha256 as _sha256  # type: ignore[import-not-found]
    except ImportError:
        from hashlib import sha256 as _sha256


def sha256_hex(data: bytes) -> str:
    """The digest in 64 hexadecimal digits."""
    return str(_sha256(data).hexdigest())
