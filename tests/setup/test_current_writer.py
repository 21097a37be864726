from __future__ import annotations

import json
import sys

import pytest

from gitmem.capture.workspace import open_workspace
from gitmem.errors import CompressorFailed
from gitmem.setup.current_writer import describe_writer
from gitmem.setup.doctor import diagnose
from gitmem.setup.doctor_finding import Level, Practice
from gitmem.setup.install import install
from gitmem.setup.status import read_status, render_status
from gitmem.state.settings import Settings, parse_settings
from gitmem.state.writer_record import keep_failure, keep_success, read_writer_records
from tests.support.answers import answered_memory, session_evidence
from tests.support.api import Answer, api
from tests.support.evidence import change_of, evidence_of
from tests.support.git import GitDriver
from tests.support.layouts import OLD_GIT

KEY = "not-a-real-key"
READY = {"ANTHROPIC_API_KEY": KEY}
NO_KEY = "anthropic (model claude-haiku-5-5) cannot be used now: ANTHROPIC_API_KEY is not set"
NOW = 1_000_000.0


def said(git: GitDriver, compressor: str = "anthropic") -> str:
    git.repo.state_dir.mkdir(exist_ok=True)
    settings = parse_settings(
        {"gitmem.compressor": [compressor], "gitmem.claudecommand": [sys.executable]}
    )
    return describe_writer(git.repo, settings, READY, NOW).text


def test_offline_is_said_to_be_free(git: GitDriver) -> None:
    writer = describe_writer(git.repo, Settings(), {}, NOW)

    assert writer.text.endswith("the offline compressor (free: no model is asked)")
    assert not writer.failed_last
    assert not writer.lack


@pytest.mark.parametrize(
    ("compressors", "expected"),
    [
        (
            "anthropic",
            f"{NO_KEY}; the offline one stands in",
        ),
        (
            "anthropic, openai",
            f"{NO_KEY}; openai stands in",
        ),
    ],
)
def test_what_cannot_be_used_now_is_not_said_to_write(
    committed: GitDriver, compressors: str, expected: str
) -> None:
    install(committed.repo, git_version=OLD_GIT)
    committed.run("config", "gitmem.compressor", compressors)
    committed.run("config", "gitmem.openaiModel", "some-model")
    committed.run("config", "gitmem.openaiBaseUrl", "http://localhost:1/v1")

    lines = render_status(read_status(committed.repo, OLD_GIT, environ={}))
    found = diagnose(committed.repo, Practice(client=None, git_version=OLD_GIT))

    assert expected in lines
    assert [f.level for f in found if f.what == expected] == [Level.WARNING]
    assert not [f for f in found if "are written by" in f.what]
    assert len([f for f in found if "cannot be used" in f.what]) == 1


@pytest.mark.parametrize(
    ("seconds", "ago"),
    [(5, "just now"), (60, "1 minute ago"), (7_300, "2 hours ago"), (86_400, "1 day ago")],
)
def test_the_last_success_is_told(git: GitDriver, seconds: int, ago: str) -> None:
    assert said(git) == (
        "memories are written by anthropic (model claude-haiku-5-5); it has not succeeded yet"
    )
    keep_success(git.repo, "anthropic", NOW - seconds)

    assert said(git).endswith(f"; last success {ago}")


def test_a_failure_is_told_until_it_succeeds_again(git: GitDriver) -> None:
    said(git)
    keep_failure(git.repo, "claude-cli", "'claude' is not logged in", NOW - 120)

    assert said(git, "claude-cli").endswith(
        "(model haiku); it failed 2 minutes ago: 'claude' is not logged in; the offline one stood "
        "in; it has not succeeded yet"
    )
    assert "then by openai where that fails; it failed" in said(git, "claude-cli, openai")
    assert "the next one stood in" in said(git, "claude-cli, openai")
    keep_success(git.repo, "claude-cli", NOW)
    assert "failed" not in said(git, "claude-cli")


def test_what_the_worker_did_is_what_status_and_doctor_say(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(committed.repo, git_version=OLD_GIT)
    committed.run("config", "gitmem.compressor", "anthropic")
    committed.run("config", "gitmem.apiRetries", "0")
    good = Answer(json.dumps({"memories": [answered_memory()]}))
    with api([good, Answer(status=500)]) as served:
        environ = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": served.url}
        compressor = open_workspace(committed.repo, environ).compressor
        compressor.compress(evidence_of(), change_of("a.py"))
        assert read_writer_records(committed.repo) == {}, "nobody was asked"
        compressor.compress(session_evidence(), change_of("dates.py"))
        after_success = render_status(read_status(committed.repo, OLD_GIT, environ=environ))
        compressor.compress(session_evidence(), change_of("dates.py"))
        after_failure = render_status(read_status(committed.repo, OLD_GIT, environ=environ))

    assert "anthropic (model claude-haiku-5-5); last success just now" in after_success[5]
    assert "it failed just now: the API answered 500; the offline one stood in" in after_failure[5]
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    practice = Practice(client=None, git_version=OLD_GIT)
    (found,) = [f for f in diagnose(committed.repo, practice) if "are written by" in f.what]
    assert found.level is Level.NOTE
    assert "gitmem recompress" in found.remedy


def test_a_reason_is_masked_before_it_is_kept(committed: GitDriver) -> None:
    from gitmem.capture.recorded_compressor import RecordedCompressor
    from gitmem.compress.compressor import Compression
    from gitmem.compress.offline.extractive import ExtractiveCompressor
    from gitmem.guard.redact import Evidence
    from gitmem.model.change import Change

    class Leaky(ExtractiveCompressor):
        def compress(self, evidence: Evidence, change: Change | None) -> Compression:
            raise CompressorFailed("bad key ghp_" + "A1b2C3d4" * 5 + "\n\x1b[31mred")

    committed.repo.state_dir.mkdir()
    with pytest.raises(CompressorFailed):
        RecordedCompressor(Leaky(), committed.repo, "x").compress(evidence_of(), None)

    reason = read_writer_records(committed.repo)["x"].reason
    assert "A1b2C3d4" not in reason
    assert "\x1b" not in reason
    assert "\n" not in reason
