from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.digest import sha256_hex


@given(st.binary())
def test_it_is_the_usual_digest(data: bytes) -> None:
    assert hashlib.sha256(data).hexdigest() == sha256_hex(data)
