"""The design names what is there: folders, modules, records, commands and headings."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
RECORDS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
PAGES = [
    *(DOCS / name for name in ("design.md", "measured.md", "trust.md", "decisions/index.md")),
    *RECORDS,
]

MOST_WORDS = 1_500
"""Of the overview: three pages."""

_QUOTED = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[a-z_]+(?:/[a-z_][\w.-]*)+/?")
_BENCH = re.compile(r"`python -m (tests\.bench\.\w+)")
_LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_INDEXED = re.compile(r"^- (\d{3}) \[(.+)\]\((\S+\.md)\)$", re.MULTILINE)
_ROW = re.compile(r"^\| *(\d*) *\| (`.+?`) \|", re.MULTILINE)
_LAYERS = re.compile(r'type = "layers".*?layers = \[(.*?)\]', re.DOTALL)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def paths_in(text: str) -> set[str]:
    """What looks like a path of the package or of the repository; refs look like one, too."""
    quoted = (token for token in _QUOTED.findall(text) if _PATH.fullmatch(token))
    return {token for token in quoted if not token.startswith("refs/")}


def is_there(path: str) -> bool:
    places = (ROOT / path, ROOT / "gitmem" / path, ROOT / "gitmem" / f"{path}.py")
    return any(place.exists() for place in places)


def anchors_of(page: Path) -> set[str]:
    """The names by which GitHub and GitLab link to a page's headings."""
    headings = _HEADING.findall(_FENCED.sub("", read(page)))
    words = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in headings)
    return {word.strip().replace(" ", "-") for word in words}


def leads_somewhere(page: Path, target: str, anchor: str) -> bool:
    place = (page.parent / target).resolve() if target else page
    return place.exists() and (not anchor or anchor in anchors_of(place))


def test_every_module_that_is_named_exists() -> None:
    missing = {
        (name_of(page), path)
        for page in PAGES
        for path in paths_in(read(page))
        if not is_there(path)
    }

    assert set() == missing


def test_a_module_that_moved_is_noticed() -> None:
    """The former homes of modules, as a stale page would name them."""
    named = paths_in("`store/notes`, `porcelain/remember.py`, `compress/history`, `refs/notes/x`")

    assert {"store/notes", "porcelain/remember.py", "compress/history"} == named
    assert not any(map(is_there, named))


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    broken = [
        (name_of(page), target, anchor)
        for page in PAGES
        for target, anchor in _LINK.findall(read(page))
        if "://" not in target and not leads_somewhere(page, target, anchor)
    ]

    assert broken == []


def test_every_command_that_measures_exists() -> None:
    missing = {
        (name_of(page), name)
        for page in PAGES
        for name in _BENCH.findall(read(page))
        if not (ROOT / f"{name.replace('.', '/')}.py").is_file()
    }

    assert set() == missing


def test_the_index_lists_every_record_by_its_number_and_title() -> None:
    written = []
    for record in RECORDS:  # a number may be missing: its record is still on a branch
        heading, number = _HEADING.findall(read(record))[0], record.name[:3]
        assert record.name[3] == "-"
        assert heading.startswith(f"{number}. ")
        written.append((number, heading[5:], record.name))

    assert len({number for number, *_ in written}) == len(RECORDS)
    assert written == sorted(_INDEXED.findall(read(DOCS / "decisions" / "index.md")))


def test_a_record_says_what_and_why_first_and_where_last() -> None:
    for record in RECORDS:
        _, *headings = _HEADING.findall(read(record))

        assert (record.name, ["What", "Why"]) == (record.name, headings[:2])
        assert (record.name, ["Where"]) == (record.name, headings[-1:])
        assert set(headings[2:-1]) <= {"Alternatives", "Figures"}, record.name


def test_the_overview_fits_three_pages() -> None:
    assert len(read(DOCS / "design.md").split()) <= MOST_WORDS


def test_the_floors_are_those_that_import_linter_checks() -> None:
    """Each row of the table that has a number is a folder or module of that floor."""
    drawn = defaultdict(set)
    for number, folder in _ROW.findall(read(DOCS / "design.md")):
        if number:
            drawn[int(number)].add(folder.strip("`/"))
    layers = _LAYERS.search(read(ROOT / "pyproject.toml"))
    assert layers is not None
    checked = [set(re.split(r"\s*\|\s*", line)) for line in re.findall(r'"(.+?)"', layers[1])]

    assert dict(enumerate(reversed(checked), 1)) == dict(drawn)


def test_the_floors_name_every_folder_of_the_package() -> None:
    folders = {
        path.parent.relative_to(ROOT / "gitmem").as_posix()
        for path in (ROOT / "gitmem").glob("*/**/__init__.py")
    }
    rows = [folder for _, folder in _ROW.findall(read(DOCS / "design.md"))]
    drawn = {name.strip("/") for row in rows for name in _QUOTED.findall(row)}

    assert set() == folders - drawn
