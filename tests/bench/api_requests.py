"""What a model would be asked for real sessions, and what that costs.

``python -m tests.bench.api_requests [--commits N] [--model NAME]``

Each commit's own lines of each session go through the Messages API compressor, whose requests an
API on loopback answers; counted is what was sent, four characters a token.  A memory is an
answer: what it says is not judged here.  The baseline is what the same commits would take if all
that their transcripts hold was sent, a result cut at 2,000 characters, and the figure that the
field knows for one stored item.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

from gitmem.compress.models.messages_api import MessagesApi
from gitmem.compress.models.model_compressor import ModelCompressor
from gitmem.compress.models.prices import price_of
from gitmem.git.commits import read_change
from gitmem.git.repo import find_repo
from gitmem.guard.redact import Evidence, make_evidence, redact_change
from gitmem.model.session import EventKind
from tests.bench import real_sessions
from tests.support.api import Answer, Api, api

_FIELD_TOKENS = 55_960
_MEMORY = {
    "kind": "change",
    "title": "A memory",
    "why": {"text": "Because.", "quote": ""},
    "what": [],
    "decisions": [],
    "errors": [],
    "next": [],
    "concepts": [],
    "files": [],
}
_EXTRACT: dict[str, list[str]] = {
    name: [] for name in ("intents", "decisions", "errors", "facts", "open")
}
_ANSWER = json.dumps({"memories": [_MEMORY], **_EXTRACT})
"""One text that is an answer to either pass."""


@dataclass(frozen=True)
class Asked:
    """What was sent for one slice; tokens."""

    requests: int
    sent: int
    shared: int
    written: int
    dollars: float
    whole: int

    @property
    def total(self) -> int:
        """All tokens that are paid for, those read from a cache as well."""
        return self.sent + self.written


@contextmanager
def asking(model: str) -> Iterator[tuple[ModelCompressor, Api]]:
    """A compressor and the API that answers it."""
    with api([Answer(_ANSWER)]) as served:
        endpoint = MessagesApi(model, "not-a-real-key", served.url)
        yield ModelCompressor(endpoint, price=price_of(model)), served


def ask(compressor: ModelCompressor, served: Api, evidence: Evidence, change: Any) -> Asked:
    """Compress one slice and look at what was sent."""
    served.requests.clear()
    estimate = compressor.estimate(evidence, change)
    compressor.compress(evidence, change)
    return Asked(
        requests=len(served.requests),
        sent=sum(_tokens(request) for request in served.requests),
        shared=sum(_shared(request) for request in served.requests[1:]),
        written=estimate.tokens_out,
        dollars=estimate.dollars,
        whole=_whole(evidence),
    )


def _tokens(request: dict[str, Any]) -> int:
    said = [request["system"], *(b["text"] for b in request["messages"][0]["content"])]
    schema = json.dumps(request["output_config"]["format"]["schema"], separators=(",", ":"))
    return (sum(map(len, said)) + len(schema)) // 4


def _shared(request: dict[str, Any]) -> int:
    """What of a later request the cache holds."""
    blocks = request["messages"][0]["content"]
    marked = [block for block in blocks if "cache_control" in block]
    return (len(request["system"]) + len(marked[0]["text"])) // 4 if marked else 0


def _whole(evidence: Evidence) -> int:
    kinds = (EventKind.RESULT,)
    return (
        sum(
            min(len(event.text), 2_000) if event.kind in kinds else len(event.text)
            for event in evidence.slice.events
        )
        // 4
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, default=0, help="only so many")
    parser.add_argument("--model", default="claude-haiku-5-5")
    given = parser.parse_args(arguments)
    real_sessions.require_sessions()
    data = real_sessions.load_eval("transcripts").Dataset(str(real_sessions.FOLDER))
    commits = data.with_memory()
    commits = commits[: given.commits or len(commits)]
    known = frozenset(data.files)
    repo = find_repo(data.clone())
    with tempfile.TemporaryDirectory() as scratch, asking(given.model) as (compressor, served):
        asked = []
        for part in real_sessions.write_parts(data, Path(scratch), commits):
            change = redact_change(read_change(repo, part.commit))
            evidence = make_evidence(real_sessions.read_part(part, known))
            asked.append(ask(compressor, served, evidence, change))
    _print([each for each in asked if each.requests], given.model)


def _print(asked: Sequence[Asked], model: str) -> None:
    def row(name: str, values: Sequence[float], form: str = ",.0f") -> None:
        ordered = sorted(values)
        figures = (mean(values), median(values), ordered[int(len(values) * 0.95)], ordered[-1])
        print(f"| {name} | {' | '.join(format(figure, form) for figure in figures)} |")

    print(f"{len(asked)} slices, model {model}, an answer each")
    print("| per stored memory | mean | p50 | p95 | most |")
    print("| --- | --- | --- | --- | --- |")
    row("requests", [each.requests for each in asked], ",.2f")
    row("tokens sent", [each.sent for each in asked])
    row("of these in the cache already", [each.shared for each in asked])
    row("tokens written (usual)", [each.written for each in asked])
    row("tokens in all", [each.total for each in asked])
    row("dollars", [each.dollars for each in asked], ",.4f")
    row("baseline: all that the slice holds", [each.whole for each in asked])
    share = mean(each.total for each in asked) / _FIELD_TOKENS
    print(f"the field's {_FIELD_TOKENS:,} tokens a stored item; ours {share:.1%} of it")


if __name__ == "__main__":
    main()
