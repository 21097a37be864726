"""What others wrote is what its note says, and is shipped with its licence."""

from __future__ import annotations

import hashlib
import re

from gitmem.render.page import ASSETS


def test_the_vendored_library_is_the_one_that_was_taken() -> None:
    note = (ASSETS / "vendor" / "README.md").read_text()
    told = re.search(r"`([0-9a-f]{64})`", note)
    assert told

    content = (ASSETS / "vendor" / "dagre.min.js").read_bytes()
    assert told[1] == hashlib.sha256(content).hexdigest()
    assert "Permission is hereby granted" in (ASSETS / "vendor" / "dagre.LICENSE").read_text()
