from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from gitmem.capture.compressors import allowance_of
from gitmem.capture.workspace import open_workspace
from gitmem.compress.compressor import BatchItem, Compression, Estimate
from gitmem.compress.models.allowance import Limits
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change
from gitmem.model.memory import Memory
from gitmem.recall.log import LogSelection, read_log_entries
from gitmem.state.batch_files import BatchFiles
from gitmem.state.ledger import Ledger
from gitmem.upkeep.backfill import Report, backfill, collect
from gitmem.upkeep.backfill_plan import BackfillSelection, estimate_backfill, plan_backfill
from gitmem.upkeep.batches import Batches, choose_batches
from tests.support.capture import commit_of, memories_on, session_in, workspace_of
from tests.support.git import GitDriver
from tests.support.session import SESSION

LONG = "Retry uploads\n\n" + "The proxy hangs up after a minute, so that long uploads failed. " * 20


@dataclass
class Model:
    """Answers each item with one memory, once it is ``ended``."""

    ended: bool = False
    failing: bool = False
    refused: bool = False
    batches: dict[str, list[BatchItem]] = field(default_factory=dict)
    asked: int = 0
    name: str = "model/1"

    def submit(self, items: Sequence[BatchItem]) -> str:
        if self.refused:
            raise CompressorFailed("the API answered 401")
        batch = f"batch_{len(self.batches)}/../x"
        self.batches[batch] = list(items)
        return batch

    def collect(
        self, batch_id: str, items: Sequence[BatchItem]
    ) -> Mapping[str, Compression | CompressorFailed] | None:
        self.asked += 1
        if not self.ended:
            return None
        if self.failing:
            return {item.key: CompressorFailed("expired") for item in items}
        return {item.key: _made(item) for item in items}

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        return Estimate(1_000, 100)


def _made(item: BatchItem) -> Compression:
    assert item.change is not None
    memory = Memory("decision", f"What the model says of {item.change.subject}")
    return Compression((memory,), "model/1", "a-model", 900, 90)


def _batches(git: GitDriver, model: Model, **limits: int) -> Batches:
    workspace = workspace_of(git)
    allowance = allowance_of(workspace.repo, workspace.settings)
    return Batches(model, replace(allowance, limits=Limits(**limits)))


def _run(git: GitDriver, batches: Batches) -> Report:
    workspace = workspace_of(git)
    return backfill(
        workspace, plan_backfill(workspace, BackfillSelection()), lambda count: None, batches
    )


def _titles(git: GitDriver) -> list[str]:
    entries = read_log_entries(git.repo, LogSelection((), (), (), frozenset(), None))
    return [memory.title for entry in entries for memory in entry.memories]


def _of_model(git: GitDriver, commit: str) -> Memory:
    (found,) = [m for m in memories_on(git, commit) if m.provenance.model == "a-model"]
    return found


def test_a_long_message_is_made_again_by_the_model_in_its_own_time(committed: GitDriver) -> None:
    model = Model()
    commit = committed.commit(LONG, **{"up.py": "1"})

    first = _run(committed, _batches(committed, model))
    (offline,) = memories_on(committed, commit)
    waiting = _run(committed, _batches(committed, model))
    model.ended = True
    last = _run(committed, _batches(committed, model))

    assert (first.from_history, first.handed_over, first.running) == (1, 1, 1)
    assert (waiting.handed_over, waiting.collected, waiting.running) == (0, 0, 1)
    assert (last.collected, last.running) == (1, 0)
    better = _of_model(committed, commit)
    assert better.supersedes == (offline.id,)
    assert better.provenance.compressor == "model/1"
    assert better.provenance.commit == commit
    assert better.provenance.session == ""
    assert _titles(committed) == ["What the model says of Retry uploads"]
    assert BatchFiles(committed.repo).running() == {}


def test_what_the_model_is_given_is_masked_and_holds_the_difference(committed: GitDriver) -> None:
    model = Model()
    key = "sk-ant-" + "api03-" + "A1b2C3d4" * 8
    committed.commit(f"{LONG} {key}", **{"up.py": f"key = '{key}'\ndef retry(): pass\n"})

    _run(committed, _batches(committed, model))

    (item,) = model.batches["batch_0/../x"]
    assert key not in str(item)
    assert "def retry" in str(item.evidence)


def test_a_session_is_made_again_of_its_own_records(committed: GitDriver) -> None:
    model = Model(ended=True)
    writer = session_in(committed).prompt("Retry uploads because of the proxy.").write("up.py")
    first = commit_of(committed, writer, "Retry the uploads", "up.py")
    writer.now += 120
    writer.prompt("Store prices as integers because floats lie.").write("price.py")
    commit_of(committed, writer, "Store exact prices", "price.py")

    _run(committed, _batches(committed, model))
    _run(committed, _batches(committed, model))

    items = {item.change.subject: item for item in model.batches["batch_0/../x"] if item.change}
    assert "proxy" in str(items["Retry the uploads"].evidence)
    assert "floats" not in str(items["Retry the uploads"].evidence)
    assert "floats" in str(items["Store exact prices"].evidence)
    after = _of_model(committed, first)
    (before,) = [memory for memory in memories_on(committed, first) if memory != after]
    assert after.supersedes == (before.id,)
    assert after.provenance.session == SESSION
    assert after.provenance.records == before.provenance.records
    assert after.provenance.agent == before.provenance.agent


def test_of_a_session_whose_transcript_is_gone_by_then_the_answer_still_counts(
    committed: GitDriver,
) -> None:
    model = Model()
    writer = session_in(committed).prompt("Retry uploads because of the proxy.").write("up.py")
    commit = commit_of(committed, writer, "Retry the uploads", "up.py")
    _run(committed, _batches(committed, model))
    writer.path.unlink()
    model.ended = True

    assert _run(committed, _batches(committed, model)).collected == 1
    assert _of_model(committed, commit).provenance.session == SESSION


def test_short_messages_cost_nothing(committed: GitDriver) -> None:
    model = Model()
    committed.commit("Retry uploads\n\nThe proxy hangs up after a minute.", **{"up.py": "1"})

    assert _run(committed, _batches(committed, model)).handed_over == 0
    assert model.batches == {}


def test_where_the_model_fails_the_offline_memory_stays(committed: GitDriver) -> None:
    model = Model(ended=True, failing=True)
    commit = committed.commit(LONG, **{"up.py": "1"})

    _run(committed, _batches(committed, model))
    report = _run(committed, _batches(committed, model))

    assert (report.collected, report.running) == (0, 0)
    assert "their memories stay" in report.notices[0]
    assert len(memories_on(committed, commit)) == 1


def test_what_could_not_be_handed_over_waits_for_the_next_run(committed: GitDriver) -> None:
    model = Model(refused=True)
    committed.commit(LONG, **{"up.py": "1"})

    refused = _run(committed, _batches(committed, model))
    model.refused = False
    accepted = _run(committed, _batches(committed, model))

    assert refused.handed_over == 0
    assert "the API answered 401" in refused.notices[0]
    assert accepted.handed_over == 1


def test_what_is_too_much_for_a_day_waits(committed: GitDriver) -> None:
    model = Model()
    for number in range(3):
        committed.commit(LONG, **{f"{number}.py": "1"})

    first = _run(committed, _batches(committed, model, tokens_per_day=2_500))
    second = _run(committed, _batches(committed, model))

    assert (first.handed_over, second.handed_over) == (2, 1)
    assert "maxTokensPerDay" in first.notices[0]


def test_what_is_too_much_for_a_commit_is_left_out(committed: GitDriver) -> None:
    model = Model()
    committed.commit(LONG, **{"up.py": "1"})

    first = _run(committed, _batches(committed, model, tokens_per_commit=500))
    second = _run(committed, _batches(committed, model))

    assert (first.handed_over, second.handed_over) == (0, 0)
    assert "maxTokensPerCommit" in first.notices[0]


def test_what_was_paid_is_in_the_ledger(committed: GitDriver) -> None:
    model = Model(ended=True)
    committed.commit(LONG, **{"up.py": "1"})
    _run(committed, _batches(committed, model))

    _run(committed, _batches(committed, model))

    (paid,) = Ledger(committed.repo).since("2000-01-01")
    assert (paid.model, paid.tokens_in, paid.tokens_out) == ("a-model", 900, 90)


def test_collecting_can_wait(committed: GitDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model()
    committed.commit(LONG, **{"up.py": "1"})
    _run(committed, _batches(committed, model))
    from gitmem.upkeep import batches as module

    def slept(seconds: float) -> None:
        model.ended = model.asked > 2

    report = Report()
    found = module.collect_batches(
        workspace_of(committed), _batches(committed, model), wait=True, sleep=slept
    )
    collect(workspace_of(committed), _batches(committed, model), report, wait=True)

    assert (found.memories, found.running) == (1, 0)
    assert (report.collected, report.running) == (0, 0)


def test_a_commit_that_is_gone_is_nobodys_loss(committed: GitDriver) -> None:
    model = Model(ended=True)
    head = committed.out("rev-parse", "HEAD")
    commit = committed.commit(LONG, **{"up.py": "1"})
    _run(committed, _batches(committed, model))
    committed.run("reset", "-q", "--hard", head)
    path = committed.path / ".git" / "objects" / commit[:2] / commit[2:]
    path.unlink()

    assert _run(committed, _batches(committed, model)).collected == 0
    assert BatchFiles(committed.repo).running() == {}


def test_only_where_anthropic_comes_first_there_are_batches(committed: GitDriver) -> None:
    chosen = {}
    for names in ("extractive", "anthropic", "openai, anthropic"):
        committed.run("config", "gitmem.compressor", names)
        chosen[names] = choose_batches(open_workspace(committed.repo, {}), {}) is not None

    assert chosen == {"extractive": False, "anthropic": True, "openai, anthropic": False}


def test_what_it_will_cost_is_told_before(committed: GitDriver) -> None:
    for number in range(3):
        committed.commit(LONG, **{f"{number}.py": "1"})
    committed.run("config", "gitmem.compressor", "anthropic")
    workspace = open_workspace(committed.repo, {})
    plan = plan_backfill(workspace, BackfillSelection())
    model = Model()

    cost = estimate_backfill(workspace, plan, _batches(committed, model))

    assert (cost.tokens_in, cost.tokens_out) == (3_000, 300)
    assert estimate_backfill(workspace_of(committed), plan, None) == Estimate()
    assert model.batches == {}
