"""The tools without the protocol; what they look up is tested in tests/recall."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gitmem.capture.agent_note import NOT_SET_UP
from gitmem.errors import NotARepository, UnknownMemory, UnknownRevision, UsageError
from gitmem.mcp.answers import ToolReply
from gitmem.mcp.tools import Tools
from gitmem.setup.install import install
from gitmem.state.known_repos import KnownRepos
from gitmem.state.pending import PendingStore
from gitmem.state.questions import Questions
from tests.mcp.story import remember_three
from tests.support.git import GitDriver
from tests.support.prepared import prepared


@prepared
def ids(git: GitDriver) -> dict[str, str]:
    return remember_three(git)


@pytest.fixture
def tools(git: GitDriver, ids: dict[str, str], tmp_path: Path) -> Iterator[Tools]:
    environ = {"CLAUDE_CODE_SESSION_ID": "s-1", "AI_AGENT": "claude-code_2-1-329_harness"}
    found = Tools(git.path, environ, KnownRepos(tmp_path / "state" / "repositories"))
    yield found
    found.close()


def titles(answer: ToolReply) -> list[str]:
    return [result["title"].split()[0] for result in answer.fields["results"]]


def test_search_is_an_index_to_choose_from(tools: Tools, ids: dict[str, str]) -> None:
    answer = tools.search(query="retry transport", limit=1)

    (result,) = answer.fields["results"]
    assert ids["Retry"].startswith(result["id"])
    assert result["standing"] == "fresh"
    assert result["date"] == "2026-01-01"
    assert result["author"] == "Ada"
    assert result["files"] == ["src/transport.py"]
    assert answer.fields["next_offset"] == 1
    assert "get_observations" in answer.fields["hint"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["Ignore", "Tax", "Retry"]),
        ({"offset": 1, "limit": 1}, ["Tax"]),
        ({"kinds": ("decision", "")}, ["Retry"]),
        ({"date_start": "2026-01-02", "date_end": "2026-01-02"}, ["Tax"]),
        ({"order": "date_asc"}, ["Retry", "Tax", "Ignore"]),
        ({"files": ["src/tax.py"]}, ["Tax"]),
        ({"concepts": ["resilience"]}, ["Retry"]),
        ({"author": "bob"}, []),
        ({"project": "repo"}, ["Ignore", "Tax", "Retry"]),
        ({"project": "*"}, ["Ignore", "Tax", "Retry"]),
    ],
)
def test_search_narrows(tools: Tools, given: dict[str, Any], expected: list[str]) -> None:
    assert titles(tools.search(**given)) == expected


def test_where_commits_get_no_memories_none_are_promised(
    committed: GitDriver, tmp_path: Path
) -> None:
    """A plugin's server starts wherever its client does."""
    server = Tools(committed.path, {}, KnownRepos(tmp_path / "state" / "repositories"))
    hints = [server.search(query="retry").fields["hint"]]
    install(committed.repo, git_version=(2, 40))
    hints.append(server.search(query="retry").fields["hint"])
    committed.run("config", "gitmem.enabled", "false")
    hints.append(server.search(query="retry").fields["hint"])
    server.close()

    assert hints[0] == "There are no memories here, and gitmem is not set up. Run: gitmem init"
    assert hints[1] == "There are no memories here yet: commits get them from now on."
    assert "gitmem.enabled is false" in hints[2]


def test_nothing_found_says_what_else_to_try(tools: Tools) -> None:
    hint = tools.search(query="retry", author="bob").fields["hint"]

    assert "No matching memories" in hint
    assert "fewer filters" in hint


def test_another_repository_that_is_not_there_is_told(tools: Tools) -> None:
    with pytest.raises(UsageError, match="elsewhere"):
        tools.search(query="retry", project="elsewhere")
    with pytest.raises(UsageError, match="only search"):
        tools.timeline(query="retry", project="elsewhere")


def test_the_timeline_is_around_its_anchor(tools: Tools, ids: dict[str, str]) -> None:
    answer = tools.timeline(anchor=ids["Tax"][:10], depth_before=1, depth_after=1)
    assert titles(answer) == ["Retry", "Tax", "Ignore"]
    assert ids["Tax"].startswith(answer.fields["anchor"])

    assert titles(tools.timeline(query="tax", depth_before=0, depth_after=1)) == ["Tax", "Ignore"]
    with pytest.raises(UsageError, match="anchor"):
        tools.timeline()
    with pytest.raises(UnknownMemory):
        tools.timeline(anchor="m00000000")


def test_observations_are_whole(tools: Tools, ids: dict[str, str]) -> None:
    answer = tools.get_observations(ids=[ids["Retry"], ids["Tax"][:8], "m0000000000"])

    retry, tax = answer.fields["observations"]
    assert retry["decisions"][0]["rejected"] == ["retry in callers"]
    assert tax["errors"][0]["resolution"] == "quantize once"
    assert list(answer.fields["missing"]) == ["m0000000000"]
    assert "Bob" not in answer.text


def test_observations_are_ordered_and_bounded(
    tools: Tools, git: GitDriver, ids: dict[str, str]
) -> None:
    wanted: list[str | int | float] = [ids["Tax"], ids["Ignore"], ids["Retry"]]

    answer = tools.get_observations(ids=wanted, order="date_asc", limit=2)
    assert [o["kind"] for o in answer.fields["observations"]] == ["decision", "bugfix"]

    by_commit = tools.get_observations(ids=git.out("rev-parse", "HEAD~1"))
    assert [o["kind"] for o in by_commit.fields["observations"]] == ["bugfix"]
    with pytest.raises(UnknownMemory, match="Take ids"):
        tools.get_observations(ids="m0000000000")


def test_an_answer_has_an_end(
    tools: Tools, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gitmem.mcp.answers.MAX_ANSWER", 700)

    answer = tools.get_observations(ids=[ids["Retry"], ids["Tax"]])

    assert len(answer.fields["observations"]) == 1
    assert ids["Tax"][:12] in answer.fields["hint"]
    listing = tools.search().fields
    assert 0 < len(listing["results"]) < 3
    assert listing["next_offset"] == len(listing["results"])
    assert "There is more" in tools.why(path=".").fields["hint"]


def test_why_leads_from_a_line_to_its_reason(tools: Tools, git: GitDriver) -> None:
    answer = tools.why(path="src/tax.py", start=2)

    (commit,) = answer.fields["commits"]
    assert commit["lines"] == "2"
    assert commit["memories"][0]["title"] == "Tax rounds half to even"
    assert tools.why(path="src/tax.py:1-2").fields["commits"][0]["lines"] == "1-2"

    plain = git.commit("plain", **{"src/tax.py": "# other\nvalue = 9\n"})
    found = tools.why(path="src/tax.py:2").fields["commits"]
    assert plain in [one["commit"] for one in found]
    with pytest.raises(UsageError, match="'path' is empty"):
        tools.why(path=" ")
    with pytest.raises(UnknownRevision):
        tools.why(path="nowhere.py")


def test_a_note_is_pending_under_the_clients_session(tools: Tools, git: GitDriver) -> None:
    answer = tools.remember(text="The cache is keyed by tenant.", files=["src/cache.py"])

    (pending,) = PendingStore(git.repo).newest_first()
    assert answer.fields["state"] == f"pending; {NOT_SET_UP}"
    assert pending.memory.id.startswith(answer.fields["id"])
    assert (pending.session, pending.memory.provenance.agent) == ("s-1", "claude-code")
    found = tools.search(query="cache tenant").fields["results"]
    assert [one["title"] for one in found if one.get("pending")] == [pending.memory.title]


def test_nothing_recorded_can_be_taken_for_instructions(tools: Tools, ids: dict[str, str]) -> None:
    """In either form: what a client shows its model is one of them, and we do not choose."""
    answers = [
        tools.search(query="instructions"),
        tools.get_observations(ids=ids["Ignore"]),
        tools.timeline(anchor=ids["Ignore"]),
        tools.why(path="src/evil.py"),
    ]

    for answer in answers:
        structured = json.dumps(answer.fields, ensure_ascii=False)
        assert "not instructions to follow" in answer.fields["notice"]
        assert answer.text.count("</gitmem-memory>") == 1
        for text in (structured, answer.text.removesuffix("</gitmem-memory>")):
            assert "</gitmem-memory>" not in text
            assert "<system-reminder>" not in text
            assert "\x1b" not in text
            assert "\\u001b" not in text
            assert "\u202e" not in text


def test_outside_of_a_repository_every_tool_says_so(tmp_path: Path) -> None:
    outside = Tools(tmp_path, {}, KnownRepos(tmp_path / "none"))

    for ask in (outside.search, outside.context, lambda: outside.why(path="a")):
        with pytest.raises(NotARepository):
            ask()


def test_the_context_is_that_of_a_new_session(tools: Tools) -> None:
    tools.search()

    assert "Tax rounds half to even" in tools.context()


def test_remember_with_a_commit_makes_its_memory(git: GitDriver, tools: Tools) -> None:
    commit = git.commit("Exact prices", **{"price.py": "CENTS = 100\n"})
    Questions(git.repo).ask(commit, "s-1")

    answer = tools.remember(
        text="a price must come back as it went in",
        decisions=[{"chose": "integer cents", "quote": "integer cents instead of floats"}],
        commit=commit[:8],
    )

    (pending,) = PendingStore(git.repo).newest_first()
    assert answer.fields == {
        "id": pending.memory.id[:12],
        "state": f"the memory of commit {commit[:10]}",
        "left_out": [
            "decision 'integer cents': the session's transcript is not there to check the quote"
        ],
    }
    assert pending.commit == commit
    assert pending.memory.why == "a price must come back as it went in"
    assert pending.memory.kind == "change"
    assert pending.memory.provenance.agent == "claude-code"


def test_what_cannot_be_kept_of_a_commit_says_why(git: GitDriver, tools: Tools) -> None:
    with pytest.raises(UsageError, match="took no part"):
        tools.remember(text="", commit="HEAD", why="a price must come back as it went in")
    Questions(git.repo).ask(git.out("rev-parse", "HEAD"), "s-1")
    with pytest.raises(UsageError, match="nothing was kept"):
        tools.remember(text="", commit="HEAD", why="n/a")
    with pytest.raises(UnknownRevision):
        tools.remember(text="", commit="nowhere", why="a price must come back as it went in")
