"""The page opens in a real Chromium, is searched, walked by keys and linked to."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.model.memory import Decision, Memory, Provenance, RecordedError
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.browser import browser, opened
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared


@prepared
def story(git: GitDriver) -> GitDriver:
    """Three commits with memories; the last supersedes the first."""
    first = git.commit("store sessions", **{"src/session_store.py": "redis = 1\n"})
    second = git.commit("limit the rate", **{"src/limit.py": "rateLimit = 5\n"})
    third = git.commit("move sessions", **{"src/session_store.py": "postgres = 1\n"})
    old = Memory(
        "decision",
        "Store sessions in Redis",
        files_changed=("src/session_store.py",),
        provenance=Provenance(commit=first, time="2026-01-01T00:01:00Z"),
    )
    error = Memory(
        "bugfix",
        "Limit the rate",
        errors=(RecordedError("KeyError: 'max_burst'", resolution="a default of 10"),),
        files_changed=("src/limit.py",),
        symbols=("rateLimit",),
        provenance=Provenance(commit=second, time="2026-01-01T00:02:00Z", agent="claude-code"),
    )
    new = Memory(
        "decision",
        "Sessions in Postgres: größer als erwartet",
        decisions=(Decision("Postgres", "one store less", ("Redis: another server",)),),
        files_changed=("src/session_store.py",),
        supersedes=(old.id,),
        provenance=Provenance(commit=third, time="2026-01-01T00:03:00Z"),
    )
    notes = {first: old, second: error, third: new}
    NoteStore(git.repo).add({c: [document_of(m)] for c, m in notes.items()}, "notes: test")
    git.run("remote", "add", "origin", "https://me:s3cr3t-t0ken@github.com/o/r.git")
    return git


def written(git: GitDriver, *arguments: str) -> Path:
    done = gitmem(git, "page", *arguments)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.splitlines()[0])


def test_the_page_can_be_searched_and_walked(story: GitDriver) -> None:
    """Identifiers are found in any writing; keys choose; links lead to the memory and the forge."""
    file = written(story)

    with browser() as chromium:
        page = chromium.new_page()
        watch = opened(page, file)
        assert page.locator(".card h3").all_inner_texts() == [
            "decisionSessions in Postgres: größer als erwartet",
            "bugfixLimit the rate",
        ]
        for query in ("rate_limit", "rateLimit", "RATE limit", "max_burst", "src/limit.py"):
            page.fill("#query", query)
            assert page.locator(".card").count() == 1, query
        page.fill("#query", "grösser")
        assert page.locator(".card").count() == 0
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        link = page.locator("#detail a[target=_blank]")
        assert link.get_attribute("href") == (
            f"https://github.com/o/r/commit/{story.out('rev-parse', 'HEAD')}"
        )
        page.select_option("#filter-standing", "superseded")
        assert page.locator(".card h3").all_inner_texts() == ["decisionStore sessions in Redis"]
        page.keyboard.press("Escape")
        page.click("#tab-files")
        page.click(".names >> text=src/session_store.py")
        assert "Sessions in Postgres" in page.locator(".src").first.inner_text()
        page.click("#tab-graph")
        assert page.locator("svg .edge.supersedes").count() == 1
        memory = page.evaluate("Data.memories[0].id")
        second = chromium.new_page()
        opened(second, file, f"#{memory[:8]}")
        assert "Sessions in Postgres" in second.locator("#detail h2").inner_text()

    assert watch.complaints == []
    assert watch.requests == [file.as_uri()]
    assert "s3cr3t-t0ken" not in file.read_text()


def test_a_repository_without_memories_has_a_page_that_says_so(git: GitDriver) -> None:
    git.commit("first", **{"a.py": "1\n"})
    file = written(git)

    with browser() as chromium:
        page = chromium.new_page()
        opened(page, file)

        assert "gitmem backfill" in page.locator("#rows").inner_text()
        for key in "123":
            page.keyboard.press(key)
        assert "No files to show" in page.locator("#files").inner_text()


def test_what_is_no_page_is_not_written_over(story: GitDriver) -> None:
    (story.path / "mine.html").write_text("<p>mine")

    refused = gitmem(story, "page", "-o", "mine.html")
    assert (refused.returncode, (story.path / "mine.html").read_text()) == (52, "<p>mine")
    assert "--force" in refused.stderr

    assert gitmem(story, "page", "-o", "mine.html", "--force").returncode == 0
    assert gitmem(story, "page", "-o", "mine.html").returncode == 0
    assert gitmem(story, "page", "-o", "-").stdout.startswith("<!doctype html>")
    assert story.out("status", "--porcelain") == "?? mine.html"


def test_excluded_paths_secrets_and_forgotten_memories_stay_out(story: GitDriver) -> None:
    key = "AKIA" + "Z7Q2M4XW8RLT5KNB"
    story.commit("a key", **{"src/limit.py": f"rateLimit = 5\naws_access_key_id = '{key}'\n"})
    story.run("config", "gitmem.exclude", "src/session_store.py")
    found = gitmem(story, "log", "--oneline", "-n", "3").stdout
    memory = next(line for line in found.splitlines() if "Limit" in line).split("(m")[1][:8]

    text = written(story).read_text()
    assert key not in text
    assert "aws_access_key_id" in text
    assert "session_store" not in text.partition('id="data"')[2]

    assert gitmem(story, "scrub", f"m{memory}", "--yes").returncode == 0
    assert "max_burst" not in written(story).read_text()


def test_what_a_person_says_is_wrong_is_not_told(story: GitDriver) -> None:
    commit = story.out("rev-parse", "HEAD~1")
    (wrong,) = (m for m in NoteStore(story.repo).read(commit).memories)  # type: ignore[union-attr]
    assert "max_burst" in written(story).read_text()

    origin = Provenance(commit=commit, compressor="person/1", time="2026-01-02T00:00:00Z")
    said = Memory("note", "It never was", corrects=(wrong.id,), provenance=origin)
    NoteStore(story.repo).add({commit: [document_of(said)]}, "notes: test")
    text = written(story).read_text()

    assert "max_burst" not in text
    assert "It never was" in text


@pytest.mark.parametrize("arguments", [("nowhere..HEAD",), ("-o", "absent/page.html")], ids=str)
def test_what_cannot_be_is_refused_with_a_hint(story: GitDriver, arguments: tuple[str]) -> None:
    done = gitmem(story, "page", *arguments)

    assert done.returncode in (2, 13)
    assert not done.stdout
