"""Hypothesis strategies of the model's values: anything a note may have to carry."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

from gitmem.model.link import Link
from gitmem.model.memory import (
    KINDS,
    Citation,
    Decision,
    Json,
    Memory,
    Provenance,
    RecordedError,
    Tombstone,
)
from gitmem.model.note import Document, Note, note_of
from gitmem.notes.codec import document_of, tombstone_document

# Words that some YAML reader somewhere takes for a number, a date, a truth value or a marker.
TREACHEROUS = [
    "yes", "No", "on", "OFF", "y", "n", "true", "null", "~", "", " ", "=", "<<", "-", "--- a",
    "0x1f", "0o17", "017", "1e3", "1_000", "12:30:00", "2026-11-20", "2026-11-20T10:00:00Z",
    ".inf", "-.5", "+1", "# no comment", "a: b", "a #b", "- item", "? key", "[flow", "{flow",
    "*alias", "&anchor", "!tag", "%directive", "@at", "`tick", "'single", '"double', "...",
    "\nstarts", "ends\n", "ends twice\n\n", "line\n\n\nline", " leads\nwith space", "trailing \nx",
    "tab\tinside", "\tleads", "carriage\rreturn", "next\x85line", "sep\u2028arator", "\ufeffbom",
    "nul\x00", "esc\x1b[31m", "é", "🎉", "a\n--- b\nc", "word " * 40, "x" * 200,
]  # fmt: skip


def scaled(examples: int) -> int:
    """How many examples of a costly law to try: ``examples`` where the profile gives 100."""
    return max(1, settings().max_examples * examples // 100)


_SCALAR_TEXT = st.text(st.characters(codec="utf-8"), max_size=60)


def texts(min_size: int = 0) -> st.SearchStrategy[str]:
    """Any text, the treacherous ones often."""
    found = st.one_of(st.sampled_from(TREACHEROUS), _SCALAR_TEXT)
    return found.filter(lambda text: len(text) >= min_size)


def names() -> st.SearchStrategy[str]:
    """Field names that no known field has."""
    return texts(1).map(lambda text: "x-" + text)


def values() -> st.SearchStrategy[Json]:
    """Values of unknown fields, as a later version may write them."""
    whole = st.integers(-(10**18) + 1, 10**18 - 1)
    fraction = st.floats(allow_nan=False, allow_infinity=False)
    leaves: st.SearchStrategy[Json] = st.one_of(st.none(), st.booleans(), whole, fraction, texts())
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(names(), inner, max_size=3)
        ),
        max_leaves=6,
    )


def extras() -> st.SearchStrategy[dict[str, Json]]:
    return st.dictionaries(names(), values(), max_size=2)


def text_tuples() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(texts(), max_size=3).map(tuple)


def decisions() -> st.SearchStrategy[Decision]:
    return st.builds(
        Decision, chose=texts(), because=texts(), rejected=text_tuples(), extra=extras()
    )


def errors() -> st.SearchStrategy[RecordedError]:
    return st.builds(
        RecordedError, message=texts(), frames=text_tuples(), resolution=texts(), extra=extras()
    )


def citations() -> st.SearchStrategy[Citation]:
    items = st.sampled_from(["why", "what/0", "decisions/0", "errors/1", "next/0"]) | texts()
    return st.builds(
        Citation,
        item=items,
        records=st.lists(st.integers(0, 10**6), max_size=3).map(tuple),
        quote=texts(),
        extra=extras(),
    )


def links() -> st.SearchStrategy[Link]:
    return st.builds(
        Link, recorder=texts(), session=texts(), checkpoint=texts(), url=texts(), extra=extras()
    )


def provenances() -> st.SearchStrategy[Provenance]:
    ranges = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(
        lambda pair: (min(pair), max(pair))
    )
    return st.builds(
        Provenance,
        commit=texts(),
        branch=texts(),
        author=texts(),
        time=st.sampled_from(["", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]),
        session=texts(),
        records=st.none() | ranges,
        tokens_in=st.integers(0, 10**9),
        tokens_extra=extras(),
        picked_from=text_tuples(),
        links=st.lists(links(), max_size=2).map(tuple),
        extra=extras(),
    )


def memories() -> st.SearchStrategy[Memory]:
    """Memories as any gitmem of this schema may write them."""
    return st.builds(
        Memory,
        kind=st.sampled_from(KINDS) | texts(1),
        title=texts(1),
        why=texts(),
        what=text_tuples(),
        decisions=st.lists(decisions(), max_size=2).map(tuple),
        errors=st.lists(errors(), max_size=2).map(tuple),
        next=text_tuples(),
        tags=extras(),
        files_changed=text_tuples(),
        files_extra=extras(),
        terms=texts(),
        supersedes=text_tuples(),
        corrects=text_tuples(),
        citations=st.lists(citations(), max_size=2).map(tuple),
        provenance=provenances(),
        extra=extras(),
    )


def ids() -> st.SearchStrategy[str]:
    return st.text("0123456789abcdef", min_size=20, max_size=20).map("m{}".format)


def tombstones() -> st.SearchStrategy[Tombstone]:
    return st.builds(Tombstone, id=ids(), forgotten=texts(1), extra=extras())


def foreign_documents() -> st.SearchStrategy[Document]:
    """Documents that are no memory and must be kept as they are."""
    line = st.text("abc: -#\t é", max_size=12).filter(lambda text: not text.startswith("---"))
    lines = st.lists(line, min_size=1, max_size=4)  # "---" would begin another document
    bodies = lines.map("\n".join).map(lambda body: f"[foreign\n{body}".rstrip() + "\n")
    return bodies.map(lambda body: Document(b"---\n" + body.encode(), problem="is foreign"))


def notes(max_size: int = 4) -> st.SearchStrategy[Note]:
    """Notes of memories, tombstones (some of a memory in the note) and foreign documents."""
    written = st.one_of(
        memories().map(document_of), tombstones().map(tombstone_document), foreign_documents()
    )

    def with_forgotten(documents: list[Document]) -> st.SearchStrategy[Note]:
        known = sorted(d.memory.id for d in documents if d.memory is not None)
        picked = st.lists(st.sampled_from(known), max_size=1) if known else st.just([])
        return picked.map(
            lambda found: note_of(
                documents + [tombstone_document(Tombstone(name, "by hand")) for name in found]
            )
        )

    return st.lists(written, max_size=max_size).flatmap(with_forgotten)
