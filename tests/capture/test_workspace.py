"""Which compressors are asked, in which order, and what is left behind about it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gitmem.capture.compressors import choose_compressor
from gitmem.compress.compressor import Compression
from gitmem.state.settings import parse_settings
from tests.support.answers import answered_memory, session_evidence
from tests.support.api import Answer, api
from tests.support.evidence import change_of
from tests.support.fake_claude import FakeClaude

KEY = "not-a-real-key"


def compress(listed: str, environ: dict[str, str], **settings: str) -> Compression:
    given = {"gitmem.compressor": [listed], "gitmem.apiretries": ["0"]}
    given |= {f"gitmem.{name}": [value] for name, value in settings.items()}
    chosen = choose_compressor(parse_settings(given), environ)
    return chosen.compress(session_evidence(), change_of("dates.py", subject="Read time zones"))


def good() -> Answer:
    return Answer(json.dumps({"memories": [answered_memory()]}))


@pytest.fixture
def broken_claude(tmp_path: Path) -> dict[str, str]:
    """An environment in which ``claude`` is not logged in."""
    said = "Not logged in · Please run /login"
    claude = FakeClaude(tmp_path / "bin").answers(is_error=True, result=said)
    return {"PATH": f"{claude.folder}:{os.environ['PATH']}", "ANTHROPIC_API_KEY": KEY}


def test_nothing_is_asked_unless_it_is_named(tmp_path: Path) -> None:
    """Keys and programs that happen to be there are no consent."""
    claude = FakeClaude(tmp_path / "bin").answers(structured_output={"memories": []})
    with api([good()]) as served:
        environ = {
            "PATH": f"{claude.folder}:{os.environ['PATH']}",
            "ANTHROPIC_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": served.url,
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": served.url,
        }
        made = choose_compressor(parse_settings({}), environ).compress(
            session_evidence(), change_of("dates.py")
        )

    assert made.compressor.startswith("extractive/")
    assert " after " not in made.compressor
    assert served.requests == []
    assert not claude.was_run


def test_the_second_stands_in_for_the_first(broken_claude: dict[str, str]) -> None:
    with api([good()]) as served:
        made = compress("claude-cli,anthropic", broken_claude, apibaseurl=served.url)

    assert made.compressor == "anthropic/3 after claude-cli/2"
    assert made.model == "a-model-2026"
    assert "not logged in" in made.notice


def test_when_all_fail_the_offline_one_answers_and_says_for_whom(
    broken_claude: dict[str, str],
) -> None:
    with api([Answer(status=500)]) as served:
        made = compress("claude-cli,anthropic", broken_claude, apibaseurl=served.url)

    writer, *others = made.compressor.split(" after ")
    assert writer.startswith("extractive/")
    assert others == ["anthropic/3", "claude-cli/2"]
    assert len(made.memories) == 1
    assert "not logged in" in made.notice
    assert "the API answered 500" in made.notice


def test_the_first_that_answers_is_the_only_one_asked(broken_claude: dict[str, str]) -> None:
    with api([good()]) as served:
        made = compress("anthropic,claude-cli", broken_claude, apibaseurl=served.url)

    assert (made.compressor, made.notice) == ("anthropic/3", "")


def test_an_endpoint_is_told_by_its_settings() -> None:
    body = {
        "model": "local",
        "choices": [{"message": {"content": json.dumps({"memories": [answered_memory()]})}}],
    }
    with api([Answer(raw=json.dumps(body).encode())]) as served:
        made = compress("openai", {}, openaibaseurl=served.url, openaimodel="llama")

    assert (made.compressor, made.model) == ("openai/2", "local")
    assert served.requests[0]["model"] == "llama"
