"""Finding the JSON in an answer that also contains words, code fences or thoughts.

Pure.  What comes out is still checked like any answer.
"""

from __future__ import annotations

import re

_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


def json_part(text: str) -> str:
    """From the first brace to the last, thoughts left out; the text itself where there is none."""
    said = _THOUGHTS.sub("", text) if "<think>" in text else text
    start, end = said.find("{"), said.rfind("}")
    return said[start : end + 1] if 0 <= start < end else said
