from __future__ import annotations

import json
from typing import Any

import pytest

from gitmem.compress.compressor import BatchItem, Compression
from gitmem.compress.models.batches import MessageBatches
from gitmem.compress.models.messages_api import MessagesApi
from gitmem.errors import CompressorFailed
from tests.support.batch_api import ANSWER, BatchServer, serving_batches, succeeded
from tests.support.evidence import change_of, event, evidence_of


def _batches(server: BatchServer, **given: Any) -> MessageBatches:
    options = {"model": "a-model", "api_key": "made-up", "base_url": server.url, "retries": 0}
    return MessageBatches(MessagesApi(**{**options, **given}))


def _item(key: str = "m1") -> BatchItem:
    evidence = evidence_of(event("prompt", "Retry uploads because the proxy hangs up."))
    return BatchItem(key, evidence, change_of("up.py"))


def test_what_is_handed_over_is_the_request_of_a_single_one() -> None:
    with serving_batches() as server:
        batch = _batches(server).submit([_item("m1"), _item("m2")])

    (created,) = server.created
    assert batch == "msgbatch_1"
    assert [request["custom_id"] for request in created["requests"]] == ["m1", "m2"]
    params = created["requests"][0]["params"]
    assert params["model"] == "a-model"
    assert "the proxy hangs up" in params["messages"][0]["content"][0]["text"]
    assert params["output_config"]["format"]["type"] == "json_schema"


def test_a_batch_that_is_worked_on_is_no_answer_yet() -> None:
    with serving_batches() as server:
        assert _batches(server).collect("msgbatch_1", [_item()]) is None


def test_each_item_is_answered_for_itself() -> None:
    with serving_batches() as server:
        server.status = "ended"
        server.results = [
            succeeded("m1", json.dumps(ANSWER)),
            succeeded("m2", "no JSON"),
            succeeded("m3", json.dumps(ANSWER), "max_tokens"),
            {"custom_id": "m4", "result": {"type": "expired"}},
            succeeded("somebody-elses", json.dumps(ANSWER)),
        ]
        found = _batches(server).collect("msgbatch_1", [_item(f"m{n}") for n in range(1, 5)])

    assert found is not None
    stranger = found["somebody-elses"]
    assert isinstance(stranger, Compression)
    assert (stranger.memories, stranger.tokens_in) == ((), 1_230)  # paid for all the same
    assert set(found) == {"m1", "m2", "m3", "m4", "somebody-elses"}
    good, useless, cut, expired = (found[f"m{n}"] for n in range(1, 5))
    assert isinstance(good, Compression)
    assert [memory.title for memory in good.memories] == ["Uploads are retried"]
    assert (good.model, good.tokens_in, good.tokens_out) == ("a-model-2026", 1_230, 80)
    for paid in (useless, cut):
        assert isinstance(paid, Compression)
        assert (paid.memories, paid.tokens_out) == ((), 80)
        assert paid.notice
    assert isinstance(expired, CompressorFailed)


@pytest.mark.parametrize("status", [401, 404, 429, 529])
def test_a_refusal_is_told(status: int) -> None:
    with serving_batches() as server:
        server.refusal = status
        with pytest.raises(CompressorFailed, match=str(status)):
            _batches(server).collect("msgbatch_1", [_item()])


def test_handing_over_is_tried_once_because_a_second_try_may_be_a_second_batch() -> None:
    with serving_batches() as server:
        server.refusal = 529
        with pytest.raises(CompressorFailed, match="529"):
            _batches(server, retries=3).submit([_item()])

    assert server.tries == 1


def test_without_a_key_nothing_is_sent() -> None:
    with serving_batches() as server, pytest.raises(CompressorFailed, match="ANTHROPIC_API_KEY"):
        _batches(server, api_key="").submit([_item()])

    assert server.tries == 0


def test_the_estimate_counts_the_request() -> None:
    item = _item()
    estimate = _batches(BatchServer()).estimate(item.evidence, item.change)

    assert estimate.tokens_in > 500
    assert estimate.tokens_out > 0
