"""What the pages say of files, links and defaults is so."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from gitmem.state.settings import Settings
from tests.docs.generate import DOCS, command_contexts

ROOT = DOCS.parent
PAGES = {
    path.relative_to(ROOT).as_posix(): path for path in [ROOT / "README.md", *DOCS.glob("*.md")]
}
# A changelog tells of files as they were.
OF_TODAY = [name for name in PAGES if name != "docs/changelog.md"]


OURS = [name for name in PAGES if name != "docs/design.md"]
STILTED = ("anew", "all the same", "bettered", "drawn by lot", "of which nothing", "is told of")


def anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    path = PAGES[name]
    lost = []
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", path.read_text("utf-8")):
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)

    assert lost == []


@pytest.mark.parametrize("name", OF_TODAY)
def test_every_file_of_ours_that_is_named_exists(name: str) -> None:
    text = PAGES[name].read_text("utf-8")
    named = re.findall(r"`((?:gitmem|githooks|tests|docs)/[\w/.-]+)`", text)

    named = [file for file in named if "NAME" not in file]

    assert [file for file in named if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("name", OF_TODAY)
def test_every_module_of_the_tests_that_is_named_can_be_run(name: str) -> None:
    modules = set(re.findall(r"python -m (tests[\w.]+)", PAGES[name].read_text("utf-8")))

    assert [each for each in modules if importlib.util.find_spec(each) is None] == []


def test_the_budget_of_a_start_is_the_default() -> None:
    (help_text,) = (
        context.get_help()
        for context in command_contexts()
        if context.command_path == "gitmem context"
    )

    assert f"{Settings().budget_tokens} tokens" in PAGES["docs/tutorial.md"].read_text("utf-8")
    assert f"gitmem.budgetTokens, {Settings().budget_tokens}" in help_text


@pytest.mark.parametrize("name", OURS)
def test_pages_say_nothing_that_a_native_writer_would_not(name: str) -> None:
    """``commands.md`` and ``settings.md`` are the help, so this is about the help, too."""
    text = " ".join(PAGES[name].read_text("utf-8").split())

    assert [word for word in STILTED if re.search(rf"\b{word}\b", text)] == []
