from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from gitmem.compress.extractive import ExtractiveCompressor
from gitmem.compress.fallback import FallbackCompressor
from gitmem.compress.messages_api import MessagesApiCompressor
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from tests.support.api import Answer, api
from tests.support.evidence import change_of, event, evidence_of

KEY = "not-a-real-key"
ERROR = "ValueError: unconverted data remains: Z"


def memory(**fields: object) -> dict[str, object]:
    return {
        "kind": "bugfix",
        "title": "Read time stamps with a zone",
        "why": "The API sends Z.",
        "what": [],
        "decisions": [{"chose": "fromisoformat", "because": "it reads Z", "rejected": ["%Z"]}],
        "errors": [{"message": ERROR, "resolution": "fromisoformat"}],
        "next": [],
        "concepts": ["dates"],
        "files": ["dates.py"],
        **fields,
    }


def answer(*memories: dict[str, object]) -> Answer:
    return Answer(json.dumps({"memories": list(memories)}))


def evidence() -> Evidence:
    return evidence_of(
        event("prompt", "Find out why the test fails."),
        event("call", "pytest", tool="Bash", call_id="1"),
        event("result", f"E   {ERROR}", call_id="1", is_error=True),
        event("say", "I use fromisoformat instead."),
    )


def compressor(url: str, **options: Any) -> MessagesApiCompressor:
    given = {"model": "a-model", "api_key": KEY, "retries": 0, "timeout": 20.0, **options}
    return MessagesApiCompressor(base_url=url, **given)


def test_an_answer_becomes_a_memory_with_what_it_cost() -> None:
    with api([answer(memory())]) as served:
        made = compressor(served.url).compress(evidence(), change_of("dates.py"))

    (found,) = made.memories
    assert (found.kind, found.title) == ("bugfix", "Read time stamps with a zone")
    assert found.errors[0].message == ERROR
    assert found.decisions[0].rejected == ("%Z",)
    assert (made.compressor, made.model) == ("anthropic/1", "a-model-2026")
    assert (made.tokens_in, made.tokens_out) == (1200, 80)
    asked = served.requests[0]
    assert asked["model"] == "a-model"
    assert asked["output_config"]["format"]["type"] == "json_schema"
    assert "Find out why" in asked["messages"][0]["content"]


def test_no_secret_leaves_the_machine() -> None:
    key = "ghp_" + "A1b2C3d4" * 5
    told = evidence_of(
        event("prompt", f"Use {key} to push."), event("say", f"password={'x9K' * 6}")
    )
    with api([answer(memory())]) as served:
        compressor(served.url).compress(told, change_of("dates.py"))

    body = json.dumps(served.requests)
    assert key not in body
    assert "x9K" * 6 not in body
    assert "[masked:" in body


def test_an_overload_is_tried_again() -> None:
    with api([Answer(status=529), answer(memory())]) as served:
        made = compressor(served.url, retries=2).compress(evidence(), change_of("dates.py"))

    assert len(made.memories) == 1
    assert len(served.requests) == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Answer(status=401), "the API answered 401"),
        (Answer(status=400), "the API answered 400"),
        (Answer(is_dropped=True), "cannot be reached"),
        (Answer("no", stop_reason="refusal"), "refused"),
        (Answer('{"memories": [', stop_reason="max_tokens"), "cut off"),
        (Answer("I would rather chat."), "not of the form"),
        (Answer('{"memories": [{"title": "x"}]}'), "not of the form"),
        (Answer('{"memories": 3}'), "not of the form"),
        (Answer("[]"), "not of the form"),
        (Answer("[" * 100_000), "not of the form"),
    ],
)
def test_what_is_no_answer_is_told(given: Answer, said: str) -> None:
    with api([given]) as served, pytest.raises(CompressorFailed, match=said):
        compressor(served.url).compress(evidence(), change_of("dates.py"))


def test_an_answer_that_takes_too_long_is_left() -> None:
    slow = Answer(delay=5.0)
    with api([slow]) as served, pytest.raises(CompressorFailed, match=r"did not answer in 0\.2 s"):
        compressor(served.url, timeout=0.2).compress(evidence(), change_of("dates.py"))


def test_without_a_key_nobody_is_asked() -> None:
    with api([answer(memory())]) as served, pytest.raises(CompressorFailed, match="API_KEY"):
        compressor(served.url, api_key="").compress(evidence(), None)

    assert served.requests == []


def test_nothing_done_is_nothing_asked() -> None:
    with api([answer(memory())]) as served:
        made = compressor(served.url).compress(evidence_of(), change_of("dates.py"))

    assert (made.memories, served.requests) == ((), [])


def test_behind_a_failure_stands_the_offline_compressor() -> None:
    with api([Answer(status=500)]) as served:
        both = FallbackCompressor(compressor(served.url), ExtractiveCompressor())
        made = both.compress(evidence(), change_of("dates.py"))

    assert len(made.memories) == 1
    assert made.compressor == "extractive/1 after anthropic/1"
    assert "the API answered 500" in made.notice


def test_with_the_full_fake_of_the_api(shared: Path) -> None:
    """The same, against the workplace's own fake: a retry, then a good answer."""
    spec = importlib.util.spec_from_file_location(
        "fake_anthropic", shared / "claude-code" / "fake_anthropic.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    turns = [{"status": 529}, {"json": {"memories": [memory()]}}]
    with module.FakeAnthropic(turns) as fake:
        made = compressor(fake.url, retries=1).compress(evidence(), change_of("dates.py"))

    assert made.memories[0].title == "Read time stamps with a zone"
    assert [request["path"] for request in fake.requests] == ["/v1/messages"] * 2
