"""git itself is the oracle of what its strategy leaves behind."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gitmem.notes.sorted_lines import is_sorted_union
from tests.strategies import scaled
from tests.support.git import GitDriver

_LINES = st.lists(st.sampled_from([b"", b"---", b"id: m1", b"a", b"\xff", b" b"]), max_size=6)
_TEXTS = st.builds(
    lambda lines, end: b"\n".join(lines) + end, _LINES, st.sampled_from([b"", b"\n"])
)


@settings(max_examples=scaled(25))
@given(ours=_TEXTS, theirs=_TEXTS)
def test_what_git_makes_of_two_notes_is_recognised(
    committed: GitDriver, ours: bytes, theirs: bytes
) -> None:
    """Of any two notes that differ from each other and from what they had in common."""
    if ours == theirs or not (ours.strip() and theirs.strip()):
        return
    for ref in ("base", "x", "y"):
        committed.run("update-ref", "-d", f"refs/notes/{ref}")
    committed.run("notes", "--ref", "base", "add", "-f", "-m", "in common", "HEAD")
    for ref, text in (("x", ours), ("y", theirs)):
        committed.run("update-ref", f"refs/notes/{ref}", "refs/notes/base")
        blob = committed.out("hash-object", "-w", "--stdin", stdin=text)
        committed.run("notes", "--ref", ref, "add", "-f", "-C", blob, "HEAD")
    committed.run("notes", "--ref", "x", "merge", "-q", "-s", "cat_sort_uniq", "y")
    made = committed.run("cat-file", "blob", committed.out("notes", "--ref", "x", "list", "HEAD"))

    assert is_sorted_union(made.stdout, [ours, theirs])


def test_anything_else_is_not() -> None:
    texts = [b"b\na\n", b"c\n"]

    assert is_sorted_union(b"a\nb\nc\n", texts)
    for other in (b"", b"a\nb\nc", b"b\na\nc\n", b"a\nb\n", b"a\nb\nc\nd\n", b"a\na\nb\nc\n"):
        assert not is_sorted_union(other, texts)
    assert not is_sorted_union(b"", [b"", b"\n"])
