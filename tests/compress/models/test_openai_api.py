from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from gitmem.compress.models.allowance import Allowance, Expense, Limits, Payment
from gitmem.compress.models.model_compressor import ModelCompressor
from gitmem.compress.models.openai_api import OpenAiApi
from gitmem.errors import CompressorFailed
from tests.support.answers import ERROR, answered_memory, extracted, session_evidence
from tests.support.api import Answer, api
from tests.support.evidence import change_of, event, evidence_of

KEY = "not-a-real-key"


def completion(text: str | None, *, finish_reason: str = "stop", **message: object) -> Answer:
    """An answer in the endpoint's form."""
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "a-model-2026",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish_reason,
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
        "usage": {"prompt_tokens": 1200, "completion_tokens": 80, "total_tokens": 1280},
    }
    return Answer(raw=json.dumps(body).encode())


def good(*memories: dict[str, object]) -> Answer:
    return completion(json.dumps({"memories": list(memories) or [answered_memory()]}))


def error(status: int, message: str = "no") -> Answer:
    body = {"error": {"message": message, "type": "invalid_request_error"}}
    return Answer(status=status, raw=json.dumps(body).encode())


def compressor(url: str, *, allowance: Allowance | None = None, **options: Any) -> ModelCompressor:
    given = {"model": "a-model", "api_key": KEY, "retries": 0, "timeout": 20.0, **options}
    return ModelCompressor(OpenAiApi(base_url=url, **given), allowance=allowance)


def failure(url: str, **options: Any) -> str:
    """Why nothing came of it."""
    with pytest.raises(CompressorFailed) as raised:
        compressor(url, **options).compress(session_evidence(), change_of("dates.py"))
    return raised.value.message


def test_an_answer_becomes_a_memory_with_what_it_cost() -> None:
    with api([good()]) as served:
        made = compressor(served.url).compress(session_evidence(), change_of("dates.py"))

    (found,) = made.memories
    assert found.errors[0].message == ERROR
    assert (made.compressor, made.model) == ("openai/2", "a-model-2026")
    assert (made.tokens_in, made.tokens_out, made.notice) == (1200, 80, "")
    (asked,) = served.requests
    assert asked["model"] == "a-model"
    assert asked["response_format"]["json_schema"]["strict"] is True
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert "Find out why" in asked["messages"][1]["content"]


def test_where_a_schema_is_refused_the_form_is_asked_for_in_words() -> None:
    text = "```json\n" + json.dumps({"memories": [answered_memory()]}) + "\n```"
    with api([error(400, "response_format is not supported"), completion(text)]) as served:
        made = compressor(served.url).compress(session_evidence(), change_of("dates.py"))

    assert [memory.kind for memory in made.memories] == ["bugfix"]
    assert "response_format" not in served.requests[1]
    assert '"additionalProperties"' in served.requests[1]["messages"][0]["content"]


def test_thoughts_before_the_answer_are_passed_over() -> None:
    text = '<think>{"memories": 1} or not?</think>' + json.dumps({"memories": []})
    with api([completion(text)]) as served:
        made = compressor(served.url).compress(session_evidence(), change_of("dates.py"))

    assert (made.memories, made.tokens_out) == ((), 80)


def test_a_useless_answer_is_asked_for_once_more() -> None:
    with api([completion("I would rather chat."), good()]) as served:
        made = compressor(served.url).compress(session_evidence(), change_of("dates.py"))

    assert len(made.memories) == 1
    assert made.tokens_out == 160, "what was of no use was paid for, too"
    said = [message["content"] for message in served.requests[1]["messages"]]
    assert said[2] == "I would rather chat."
    assert "Answer again" in said[3]


def test_a_long_session_is_read_in_two_passes() -> None:
    fact = {"text": "The API sends Z.", "quote": "Word 3. Word 3."}
    extract = completion(json.dumps(extracted(facts=[fact])))
    long = evidence_of(*(event("prompt", f"Word {n}. " * 300) for n in range(25)))
    with api([extract, extract, extract, good()]) as served:
        made = compressor(served.url).compress(long, change_of("dates.py"))

    first, last = served.requests[0], served.requests[-1]
    assert len(made.memories) == 1
    assert "Segment 1 of 3" in first["messages"][1]["content"]
    assert "facts" in first["response_format"]["json_schema"]["schema"]["properties"]
    assert last["messages"][1]["content"].count("The API sends Z.") == 3


def test_no_request_is_made_beyond_a_limit_and_useless_answers_count() -> None:
    paid: list[Payment] = []
    allowance = Allowance(Limits(tokens_per_commit=4_900), Expense, paid.append, lambda *_: None)
    with api([completion("I would rather chat.")]) as served:
        told = failure(served.url, allowance=allowance)
        again = failure(served.url, allowance=allowance)

    assert "not of the form" in told
    assert "gitmem.maxTokensPerCommit" in again
    assert len(served.requests) == len(paid) == 3, "two for the first, and one more fitted"
    assert {payment.compressor for payment in paid} == {"openai/2"}


def test_no_secret_leaves_the_machine() -> None:
    key = "ghp_" + "A1b2C3d4" * 5
    told = evidence_of(event("prompt", f"Use {key} to push."), event("say", "Done."))
    with api([good()]) as served:
        compressor(served.url).compress(told, change_of("dates.py"))

    assert key not in json.dumps(served.requests)
    assert "[masked:" in json.dumps(served.requests)


def test_an_overload_is_tried_again() -> None:
    with api([error(503), good()]) as served:
        made = compressor(served.url, retries=2).compress(session_evidence(), None)

    assert len(made.memories) == 1
    assert len(served.requests) == 2


def test_a_local_endpoint_needs_no_key() -> None:
    with api([good()]) as served:
        made = compressor(served.url, api_key="").compress(session_evidence(), None)

    assert len(made.memories) == 1


def test_an_endpoint_that_reads_only_a_part_is_told() -> None:
    """Ollama cuts what is over its context without a word."""
    long = evidence_of(*(event("prompt", f"Word {n}. " * 300) for n in range(10)))
    with api([good()]) as served:
        made = compressor(served.url).compress(long, change_of("dates.py"))

    assert "the endpoint read 1,200 of about" in made.notice
    assert "gitmem.maxInputTokens" in made.notice


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (error(401, "bad key"), "the endpoint answered 401: bad key"),
        (error(404, "model 'a-model' not found"), "404: model 'a-model' not found"),
        (error(429), "answered 429"),
        (error(500), "answered 500"),
        (error(529), "answered 529"),
        (error(400, "x\n" * 999), "answered 400: x x"),
        (Answer(status=502, raw=b"<html>Bad gateway</html>"), "answered 502"),
        (Answer(is_dropped=True), "cannot be reached"),
        (completion(None, refusal="I will not."), "refused"),
        (completion("", finish_reason="content_filter"), "refused"),
        (completion('{"memories": [', finish_reason="length"), "cut off"),
        (completion("I would rather chat."), "not of the form"),
        (completion(None), "not of the form"),
        (completion('{"memories": [{"title": "x"}]}'), "not of the form"),
        (Answer(raw=b'{"choices": []}'), "an unknown form"),
        (Answer(raw=b'{"choices": [{}]}'), "an unknown form"),
        (Answer(raw=b'{"choices": ["x"]}'), "an unknown form"),
        (Answer(raw=b'{"choices": {"message": 1}}'), "an unknown form"),
        (Answer(raw=b'"hello"'), "an unknown form"),
        (Answer(raw=b"[1]"), "an unknown form"),
        (Answer(raw=b"<html>Hello</html>"), "cannot be reached"),
        (Answer(raw=b""), "cannot be reached"),
    ],
)
def test_what_is_no_answer_is_told(given: Answer, said: str) -> None:
    with api([given]) as served:
        told = failure(served.url)

    assert said in told
    assert len(told) < 300
    assert "\n" not in told


def test_usage_of_another_form_costs_nothing() -> None:
    body = json.loads(good().raw or b"") | {"usage": {"prompt_tokens": "many"}, "model": None}
    with api([Answer(raw=json.dumps(body).encode())]) as served:
        made = compressor(served.url).compress(session_evidence(), None)

    assert (made.tokens_in, made.tokens_out, made.model) == (0, 0, "a-model")


def test_an_answer_that_takes_too_long_is_left() -> None:
    with api([Answer(delay=5.0)]) as served:
        assert "did not answer in 0.2 s" in failure(served.url, timeout=0.2)


def test_nobody_is_asked_before_all_is_chosen() -> None:
    with api([good()]) as served:
        assert "gitmem.openaiModel" in failure(served.url, model="")
        assert "OPENAI_API_KEY" in failure("", api_key="")

    assert served.requests == []


def test_without_the_sdk_a_person_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)

    assert "pip install 'gitmem-cli[openai]'" in failure("http://127.0.0.1:9")


def test_nothing_done_is_nothing_asked() -> None:
    with api([good()]) as served:
        made = compressor(served.url).compress(evidence_of(), change_of("dates.py"))

    assert (made.memories, served.requests) == ((), [])
