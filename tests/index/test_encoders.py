"""The encoders that are extras: a model on this machine, and one behind an endpoint."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from gitmem.errors import EncoderUnavailable
from gitmem.index.embeddings_api import ApiEncoder
from gitmem.index.local_model import LocalModelEncoder
from tests.support.api import Answer, api


def answer(*vectors: list[float]) -> Answer:
    rows = [{"object": "embedding", "index": n, "embedding": v} for n, v in enumerate(vectors)]
    body = {"object": "list", "model": "m", "data": rows, "usage": {"prompt_tokens": 1}}
    return Answer(raw=json.dumps(body).encode())


def test_the_endpoint_is_asked_for_floats_and_answers_in_the_order_of_its_numbers() -> None:
    reply = json.loads(answer([3.0, 4.0], [0.0, 2.0]).raw or b"")
    reply["data"].reverse()
    with api([Answer(raw=json.dumps(reply).encode())]) as served:
        made = ApiEncoder("m", base_url=f"{served.url}/v1").encode(["one", "two"])

    assert made.tolist() == [pytest.approx([0.6, 0.8]), [0.0, 1.0]]
    assert served.requests == [{"model": "m", "input": ["one", "two"], "encoding_format": "float"}]


def test_more_texts_than_a_request_takes() -> None:
    with api([answer(*[[1.0, 0.0]] * 128), answer(*[[0.0, 1.0]] * 2)]) as served:
        made = ApiEncoder("m", base_url=f"{served.url}/v1").encode(["text"] * 130)

    assert made.shape == (130, 2)
    assert made[129].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    "bad",
    [
        Answer(status=401),
        Answer(raw=b"no JSON at all"),
        Answer(raw=b'{"data": []}'),
        Answer(raw=b'{"data": [{"index": 0, "embedding": "AAAA"}]}'),
        answer([1.0, float("nan")]),
        answer([1.0, 0.0], [1.0, 0.0]),
        Answer(raw=b"[]"),
    ],
    ids=range(7),
)
def test_what_is_no_answer_is_told_as_one(bad: Answer) -> None:
    with api([bad]) as served, pytest.raises(EncoderUnavailable) as caught:
        ApiEncoder("m", base_url=f"{served.url}/v1", timeout=5).encode(["one"])

    assert "words" in caught.value.hint


def test_without_the_library_a_local_model_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(EncoderUnavailable) as caught:
        LocalModelEncoder("all-MiniLM-L6-v2").encode(["one"])

    assert "gitmem-cli[local-model]" in caught.value.hint


def test_a_local_model_tells_like_from_unlike() -> None:
    pytest.importorskip("sentence_transformers", reason="the extra 'local-model' is not installed")
    folder = os.environ.get("GITMEM_TEST_MODEL", "")
    if not Path(folder).is_dir():
        pytest.skip("GITMEM_TEST_MODEL names no folder with a model")
    query, near, far = LocalModelEncoder(folder).encode(
        ["delete the temporary file", "remove temp files afterwards", "parse the user's locale"]
    )

    assert query @ near > query @ far
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-4)
