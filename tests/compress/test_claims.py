from __future__ import annotations

import json

import pytest

from gitmem.compress.claims import is_borne_out
from gitmem.compress.models.answer import parse_answer
from gitmem.compress.offline.extractive import ExtractiveCompressor
from tests.support.answers import answered_memory
from tests.support.evidence import change_of, event, evidence_of

CHANGE = change_of("src/up.py", "README.md")


@pytest.mark.parametrize(
    "sentence",
    [
        "Updated up.py so that it retries.",
        "Updated src/up.py and tests/test_up.py because the proxy hangs up.",
        "The proxy in gateway.yaml hangs up after ten seconds.",
        "I fixed the retry by version 1.2.3 of the client.",
        "Changed the order, since os.path.join() was wrong.",
    ],
)
def test_what_the_change_bears_or_nobody_claims_passes(sentence: str) -> None:
    assert is_borne_out(sentence, CHANGE)


@pytest.mark.parametrize(
    "sentence", ["I updated gateway.yaml for the new limit.", "Removed docs/old.md, it was wrong."]
)
def test_a_change_of_a_file_that_is_not_there_is_no_claim_to_keep(sentence: str) -> None:
    assert not is_borne_out(sentence, CHANGE)
    assert is_borne_out(sentence, None), "work that is not committed has no difference yet"


def test_neither_compressor_keeps_such_a_claim() -> None:
    false = (
        "I use retries in the updated gateway.yaml because the proxy hangs up after ten seconds."
    )
    true = "We keep the pause in the updated up.py because a request now waits for ten minutes."
    told = evidence_of(event("prompt", "Retry uploads."), event("say", f"{false}\n{true}"))

    (offline,) = ExtractiveCompressor().compress(told, CHANGE).memories
    claims = [{"text": claim, "quote": claim} for claim in (false, true)]
    answer = json.dumps({"memories": [answered_memory(what=claims, decisions=[])]})
    (model,) = parse_answer(answer, told, CHANGE)

    assert "gateway.yaml" not in str(offline)
    assert "up.py" in str(offline.decisions)
    assert model.what == (true,)
