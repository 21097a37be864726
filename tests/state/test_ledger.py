from __future__ import annotations

from dataclasses import replace
from multiprocessing import get_context

from gitmem.git.repo import Repo
from gitmem.state.ledger import Ledger, LedgerEntry, today
from tests.support.git import GitDriver

ONE = LedgerEntry("2026-11-20", "c" * 40, "anthropic/2", "haiku", 900, 50, 100, 0.0012)


def test_payments_are_read_back_by_day(committed: GitDriver) -> None:
    ledger = Ledger(committed.repo)
    days = ["2026-10-31", "2026-11-01", "2026-11-20"]
    for day in days:
        ledger.add(replace(ONE, day=day))

    assert [paid.day for paid in ledger.since("2026-11-01")] == days[1:]
    assert list(ledger.since("2026-11-20")) == [ONE]
    assert list(ledger.since("2026-12-01")) == []


def test_an_unknown_price_stays_unknown(committed: GitDriver) -> None:
    ledger = Ledger(committed.repo)
    ledger.add(replace(ONE, dollars=None))

    assert [paid.dollars for paid in ledger.since("2026-11-20")] == [None]


def test_damaged_lines_are_passed_over(committed: GitDriver) -> None:
    ledger = Ledger(committed.repo)
    ledger.add(ONE)
    (path,) = (committed.repo.state_dir / "spend").iterdir()
    path.write_bytes(b"\xff{\n" + path.read_bytes() + b'{"day":"2026-11-20"}\n[1]\n{"half')

    assert list(ledger.since("2026-11-20")) == [ONE]


def _pay(repo: Repo) -> None:
    for number in range(50):
        Ledger(repo).add(replace(ONE, tokens_in=number))


def test_several_processes_lose_no_line(committed: GitDriver) -> None:
    start = get_context("spawn").Process
    processes = [start(target=_pay, args=(committed.repo,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert len(list(Ledger(committed.repo).since("2026-11-20"))) == 200


def test_a_payment_behind_a_half_written_one_counts(committed: GitDriver) -> None:
    _pay(committed.repo)
    (path,) = (committed.repo.state_dir / "spend").glob("*.jsonl")
    with path.open("ab") as file:
        file.write(b'{"day":"2026-11-20","com')
    before = len(list(Ledger(committed.repo).since("2026-11-20")))

    _pay(committed.repo)

    assert 2 * before == len(list(Ledger(committed.repo).since("2026-11-20")))


def test_a_ledger_that_cannot_be_written_stops_nothing(committed: GitDriver) -> None:
    committed.repo.state_dir.mkdir(exist_ok=True)
    (committed.repo.state_dir / "spend").write_text("a file where a folder should be")

    Ledger(committed.repo).add(ONE)

    assert list(Ledger(committed.repo).since("2026-11-20")) == []


def test_days_are_utc() -> None:
    assert today(0.0) == "1970-01-01"
    assert today(86_399.0) == "1970-01-01"
