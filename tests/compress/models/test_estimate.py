"""What a compression would cost is reckoned, not asked."""

from __future__ import annotations

import pytest

from gitmem.compress.compressor import Compressor, Estimate
from gitmem.compress.fallback import FallbackCompressor
from gitmem.compress.models.claude_cli import ClaudeCli
from gitmem.compress.models.messages_api import MessagesApi
from gitmem.compress.models.model_compressor import ModelCompressor
from gitmem.compress.models.openai_api import OpenAiApi
from gitmem.compress.offline.extractive import ExtractiveCompressor
from tests.support.answers import session_evidence
from tests.support.evidence import change_of, event, evidence_of

NOWHERE = "http://127.0.0.1:9"
MODELS: list[Compressor] = [
    ModelCompressor(MessagesApi("m", "", NOWHERE)),
    ModelCompressor(ClaudeCli({}, command="no-such-client")),
    ModelCompressor(OpenAiApi("m", base_url=NOWHERE)),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_model_costs_more_the_longer_the_session(model: Compressor) -> None:
    short = model.estimate(session_evidence(), change_of("a.py"))
    long = evidence_of(*(event("say", "word " * 400) for _ in range(10)))

    assert short.tokens_in > 300, "instructions and form are paid for, too"
    assert short.tokens_out > 0
    assert model.estimate(long, None).tokens_in > short.tokens_in + 4_000


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_nothing_done_costs_nothing(model: Compressor) -> None:
    assert model.estimate(evidence_of(), None) == Estimate()


def test_offline_is_free_and_a_row_costs_what_its_first_does() -> None:
    offline = ExtractiveCompressor()
    row = FallbackCompressor(MODELS[0], offline)

    assert offline.estimate(session_evidence(), None) == Estimate()
    assert row.estimate(session_evidence(), None) == MODELS[0].estimate(session_evidence(), None)
