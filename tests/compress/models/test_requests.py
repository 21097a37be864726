"""What goes over the wire, whole: a word more or less here is a word that is paid for."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gitmem.compress.models.claude_cli import ClaudeCli
from gitmem.compress.models.messages_api import MessagesApi
from gitmem.compress.models.openai_api import OpenAiApi
from gitmem.compress.models.passes import Endpoint, UselessAnswer
from gitmem.compress.models.plan import Request
from gitmem.errors import CompressorFailed
from tests.support.api import Answer, api
from tests.support.fake_claude import FakeClaude

SCHEMA: dict[str, object] = {"type": "object", "properties": {}}
REQUEST = Request("You write.", SCHEMA, "", "What was it?", 100, 10)
SHARED = replace(REQUEST, shared="The whole session. ")
LONG = replace(REQUEST, shared="word " * 4_000)
USELESS = UselessAnswer("no", "That is no JSON.", "  I would rather chat. ")
REPAIR = "That is no JSON.\nAnswer again, with one JSON object of the schema."


def sent_to(
    kind: type[MessagesApi] | type[OpenAiApi], request: Request, before: UselessAnswer | None = None
) -> list[dict[str, Any]]:
    """The bodies of all requests that a request becomes where nobody understands them."""
    with api([Answer(status=400)]) as served:
        endpoint: Endpoint = kind("a-model", "a-key", served.url, 20.0, 0)
        with suppress(CompressorFailed):
            endpoint.send(request, before, 20.0)
    return served.requests


def messages_body(*content: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": "a-model",
        "max_tokens": 100,
        "system": "You write.",
        "messages": [{"role": "user", "content": list(content)}],
        "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
    }


OWN = {"type": "text", "text": "What was it?"}
CHAT = [
    {"role": "assistant", "content": "I would rather chat."},
    {"role": "user", "content": REPAIR},
]


@pytest.mark.parametrize(
    ("asked", "content"),
    [
        (REQUEST, [OWN]),
        (SHARED, [{"type": "text", "text": SHARED.shared}, OWN]),
        (
            LONG,
            [{"type": "text", "text": LONG.shared, "cache_control": {"type": "ephemeral"}}, OWN],
        ),
    ],
    ids=["alone", "with a part that is shared", "with one that is long enough to be cached"],
)
def test_to_the_messages_api(asked: Request, content: list[dict[str, Any]]) -> None:
    assert sent_to(MessagesApi, asked) == [messages_body(*content)]


def test_to_the_messages_api_after_a_useless_answer() -> None:
    body = messages_body(OWN)
    body["messages"] += CHAT

    assert sent_to(MessagesApi, REQUEST, USELESS) == [body]


@pytest.mark.parametrize(("useless", "chat"), [(None, []), (USELESS, CHAT)])
def test_to_openais_interface_with_a_schema_and_then_in_words(
    useless: UselessAnswer | None, chat: list[dict[str, str]]
) -> None:
    said = [{"role": "user", "content": "The whole session. What was it?"}, *chat]
    in_words = (
        "You write.\n\nAnswer with one JSON object of this schema and nothing else:\n"
        '{"type":"object","properties":{}}'
    )
    schema = {"name": "answer", "strict": True, "schema": SCHEMA}

    assert sent_to(OpenAiApi, SHARED, useless) == [
        {
            "model": "a-model",
            "messages": [{"role": "system", "content": "You write."}, *said],
            "response_format": {"type": "json_schema", "json_schema": schema},
            "max_completion_tokens": 100,
        },
        {
            "model": "a-model",
            "messages": [{"role": "system", "content": in_words}, *said],
        },
    ]


@pytest.mark.parametrize(
    ("useless", "more"),
    [
        (None, ""),
        (USELESS, f"\nYour earlier answer:\n<answer>\nI would rather chat.\n</answer>\n{REPAIR}\n"),
    ],
)
def test_to_the_client(tmp_path: Path, useless: UselessAnswer | None, more: str) -> None:
    claude = FakeClaude(tmp_path / "bin").answers(structured_output={})
    endpoint = ClaudeCli({"PATH": os.environ["PATH"]}, command=str(claude.path), model="a-model")

    endpoint.send(SHARED, useless, 20.0)

    assert claude.arguments == [
        *("-p", "--output-format", "json", "--model", "a-model"),
        *("--system-prompt", "You write."),
        *("--json-schema", json.dumps(SCHEMA, separators=(",", ":"))),
        *("--tools", "", "--strict-mcp-config", "--no-session-persistence"),
        *("--disable-slash-commands", "--settings", '{"disableAllHooks":true}'),
        *("--setting-sources", ""),
    ]
    assert claude.stdin == f"The whole session. What was it?{more}"
