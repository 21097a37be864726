from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitmem.setup.writer_offers import WriterOffer, find_writers, has_login, host_of
from gitmem.state.settings import Settings, parse_settings
from tests.support.fake_claude import FakeClaude


def offers(environ: dict[str, str], **given: str) -> list[WriterOffer]:
    settings = parse_settings({f"gitmem.{name.lower()}": [value] for name, value in given.items()})
    return find_writers(settings, environ)


def test_where_nothing_is_nothing_is_offered(tmp_path: Path) -> None:
    assert find_writers(Settings(), {"PATH": str(tmp_path), "HOME": str(tmp_path)}) == []


def test_a_key_is_offered_with_where_it_leads_and_what_a_commit_costs(tmp_path: Path) -> None:
    environ = {"PATH": "", "HOME": str(tmp_path), "ANTHROPIC_API_KEY": "not-a-real-key"}

    (usual,) = offers(environ)
    (proxied,) = offers({**environ, "ANTHROPIC_BASE_URL": "https://ada:secret@proxy.example/v1"})
    (unknown,) = offers(environ, model="some-model", maxDollarsPerDay="0")
    (priced,) = offers(environ, model="some-model", price="10,100", maxDollarsPerDay="3")

    assert (usual.key, usual.compressor, usual.lack) == ("a", "anthropic", "")
    assert "api.anthropic.com" in usual.asks
    assert "claude-haiku" in usual.asks
    assert "4,200 tokens a commit, $0.007" in usual.cost
    assert "at most $5 a day" in usual.cost
    assert "proxy.example" in proxied.asks
    assert "secret" not in str(proxied)
    assert "not known" in unknown.cost
    assert "$0.096" in priced.cost
    assert "at most $3 a day" in priced.cost


@pytest.mark.parametrize(
    ("environ", "given", "lack"),
    [
        ({"OPENAI_API_KEY": "k"}, {}, "no model is chosen"),
        ({"OPENAI_BASE_URL": "http://localhost:11434/v1"}, {"openaiModel": "llama"}, ""),
        ({}, {"openaiBaseUrl": "http://localhost:11434/v1", "openaiModel": "llama"}, ""),
    ],
)
def test_an_endpoint_is_offered_if_its_model_is_known(
    tmp_path: Path, environ: dict[str, str], given: dict[str, str], lack: str
) -> None:
    pytest.importorskip("openai")

    (offer,) = offers({"PATH": "", "HOME": str(tmp_path), **environ}, **given)

    assert (offer.key, offer.compressor) == ("o", "openai")
    assert offer.lack.startswith(lack) if lack else offer.lack == ""
    assert "localhost:11434" in offer.asks or environ.get("OPENAI_API_KEY")


def test_the_program_is_offered_with_its_login_and_is_not_started(tmp_path: Path) -> None:
    claude = FakeClaude(tmp_path / "bin").answers(structured_output={})
    environ = {"PATH": str(claude.path.parent), "HOME": str(tmp_path)}

    (without,) = offers(environ)
    (tmp_path / ".claude.json").write_text(json.dumps({"oauthAccount": {"x": 1}}))
    (with_login,) = offers(environ)

    assert "no login of it was found" in without.lack
    assert with_login.lack == ""
    assert "login's limits" in with_login.cost
    assert not (claude.folder / "stdin").exists()


@pytest.mark.parametrize(
    ("name", "content", "known"),
    [
        (".claude/.credentials.json", "whatever it is", True),
        (".claude.json", '{"oauthAccount": {"emailAddress": "ada@example.com"}}', True),
        (".claude.json", '{"oauthAccount": null}', False),
        (".claude.json", "[]", False),
        (".claude.json", "[" * 100_000, False),
        (".claude.json", "{", False),
        (".claude/settings.json", "{}", False),
    ],
)
def test_a_login_is_known_by_its_file(tmp_path: Path, name: str, content: str, known: bool) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)

    assert has_login({"HOME": str(tmp_path)}) is known
    assert has_login({"HOME": str(tmp_path), "CLAUDE_CODE_OAUTH_TOKEN": "x"})


def test_a_login_elsewhere_is_found_where_the_client_is_told_to_look(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / ".credentials.json").write_text("")

    assert has_login({"HOME": "/nowhere", "CLAUDE_CONFIG_DIR": str(tmp_path / "conf")})


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://a.example:8443/v1", "a.example:8443"),
        ("http://user:pass@a.example", "a.example"),
        ("http://[::1", ""),
        ("http://a.example:99999", ""),
        ("", ""),
    ],
)
def test_of_an_address_only_the_host_is_told(address: str, host: str) -> None:
    assert host_of(address) == host
