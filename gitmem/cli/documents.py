"""The pages of the documentation that lie beside an installed gitmem, or in its clone."""

from __future__ import annotations

from pathlib import Path

from gitmem.setup.clients.clients import find_client

_PACKAGE = Path(__file__).resolve().parents[1]
_PLACES = (_PACKAGE / "docs", _PACKAGE.parent / "docs")
_MAX_TITLE = 80
_OTHER_NAMES = {"mine": "personal", "preferences": "personal"}


def page_titles() -> dict[str, str]:
    """The name of each page and its title, by name; empty where no pages were installed."""
    folder = _folder()
    pages = sorted(folder.glob("*.md")) if folder else []
    return {page.stem: _title(page) for page in pages}


def find_page(name: str) -> str | None:
    """The text of the page of that name, such as ``privacy`` or ``privacy.md``, or of what is
    told there, such as a client; None for none.
    """
    folder, stem = _folder(), name.casefold().removeprefix("docs/").removesuffix(".md")
    stem = "clients" if find_client(stem) else _OTHER_NAMES.get(stem, stem)
    if folder is None or stem not in page_titles():
        return None
    return (folder / f"{stem}.md").read_text("utf-8")


def _folder() -> Path | None:
    return next((place for place in _PLACES if (place / "commands.md").is_file()), None)


def _title(page: Path) -> str:
    with page.open(encoding="utf-8") as file:
        return file.readline().lstrip("# ").strip()[:_MAX_TITLE]
