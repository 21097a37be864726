"""Every page can be reached from the README."""

from __future__ import annotations

import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)#\s]+\.md)")


def linked_from(page: Path) -> set[Path]:
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    return {(page.parent / link).resolve() for link in links}


def test_every_page_is_reached_from_the_readme() -> None:
    found, left = set[Path](), {TOP / "README.md"}
    while left:
        page = left.pop()
        found.add(page)
        left |= {other for other in linked_from(page) if other.is_file()} - found

    pages = set((TOP / "docs").glob("*.md")) | set((TOP / "docs" / "decisions").glob("*.md"))
    assert sorted(pages - found) == []
