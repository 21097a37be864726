"""A preference: what holds for one person in every repository, in their own words.

It is a small YAML document, one file each, named by what it says: so the same words are one
preference on all of a person's machines, and git joins two machines' folders without a conflict.
Hooks read it, so reading takes no YAML library: a document's lines are ``key: value``, the value
in double quotes, bare, or a block of indented lines behind ``|`` or ``>``.  Pure.
"""

from __future__ import annotations

import hashlib
import json
import re

from gitmem.model.value import dataclass

MAX_TEXT = 500
"""The most characters; what takes more is a document of its own."""

MAX_DOCUMENT = 8_192
PERSON = "person"
_PREFIX = "mine-"
_FILE = re.compile(r"mine-[0-9a-f]{4,40}\.yaml")
_ID = re.compile(r"mine-[0-9a-f]*")
_LINE = re.compile(r"([a-z]+):(?: (.*))?")
_HEAD = "# gitmem tells agents this in every repository of yours. To list all: gitmem log --mine"


@dataclass(frozen=True)
class Preference:
    """``time`` is when it was said (ISO 8601, UTC), ``writer`` who wrote it down: the person, or an
    agent by its name; ``agreed`` is when the person said yes to what an agent wrote down.
    """

    id: str
    text: str
    time: str = ""
    writer: str = PERSON
    agreed: str = ""

    @property
    def is_told(self) -> bool:
        """Whether agents are told it; what one of them wrote down waits for the person's yes."""
        return self.writer == PERSON or bool(self.agreed)


def preference_id(text: str) -> str:
    """The name of what it says."""
    return _PREFIX + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def is_preference_id(name: str) -> bool:
    """Whether somebody means a preference, by its id or the beginning of one."""
    return _ID.fullmatch(name) is not None


def file_name(preference: Preference) -> str:
    """The file that holds it."""
    return f"{preference.id}.yaml"


def is_file_name(name: str) -> bool:
    """Whether a file of that name holds a preference."""
    return _FILE.fullmatch(name) is not None


def render_document(preference: Preference) -> str:
    """Its document; :func:`parse_document` gives the same preference."""
    fields = [("text", preference.text), ("time", preference.time), ("writer", preference.writer)]
    if preference.agreed:
        fields.append(("agreed", preference.agreed))
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields]
    return "\n".join([_HEAD, *lines, ""])


def parse_document(name: str, data: bytes) -> Preference | None:
    """What the file of that name says; None where it is no preference."""
    try:
        lines = data[:MAX_DOCUMENT].decode("utf-8").removeprefix("\ufeff").splitlines()
    except UnicodeDecodeError:
        return None
    fields: dict[str, str] = {}
    at = 0
    while at < len(lines):
        found = _LINE.fullmatch(lines[at].rstrip())
        at += 1
        if found is None:
            continue
        value = (found[2] or "").strip()
        if value[:1] in ("|", ">"):
            block = []
            while at < len(lines) and (lines[at].startswith(" ") or not lines[at].strip()):
                block.append(lines[at].strip())
                at += 1
            value = ("\n" if value[0] == "|" else " ").join(block).strip()
        else:
            value = _scalar(value)
        fields.setdefault(found[1], value)
    text = fields.get("text", "").strip()
    if not text or not is_file_name(name):
        return None
    return Preference(
        name.removesuffix(".yaml"),
        text,
        fields.get("time", ""),
        fields.get("writer", "") or PERSON,
        fields.get("agreed", ""),
    )


def _scalar(value: str) -> str:
    """A value on one line, as YAML reads it, as far as people write it."""
    if value.startswith('"'):
        try:
            return str(json.loads(value))
        except (ValueError, RecursionError):
            return value.strip('"')
    if value.startswith("'") and value.endswith("'") and len(value) > 1:
        return value[1:-1].replace("''", "'")
    return value.partition(" #")[0].rstrip()
