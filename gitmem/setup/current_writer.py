"""Who writes the memories here now, and how that fared, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gitmem.capture.compressors import endpoint_of, unusable_compressors
from gitmem.git.repo import Repo
from gitmem.guard.untrusted import clean_line
from gitmem.model.duration import ago
from gitmem.state.settings import Settings
from gitmem.state.writer_record import WriterRecord, read_writer_records

OFFLINE = "the offline compressor (free: no model is asked)"


@dataclass(frozen=True)
class CurrentWriter:
    """Who writes, in a sentence.  ``lack`` is what the first that is named lacks to be asked from
    here, empty where nothing; ``failed_last``, whether it failed when it was asked last.
    """

    text: str
    lack: str = ""
    failed_last: bool = False


def describe_writer(
    repo: Repo, settings: Settings, environ: Mapping[str, str], now: float
) -> CurrentWriter:
    """The writer as it is seen from here; ``now`` is POSIX seconds."""
    models = [name for name in settings.compressor if name != "extractive"]
    if not models:
        return CurrentWriter(f"memories are written by {OFFLINE}")
    lacks = unusable_compressors(settings, environ)
    if lack := lacks.get(models[0], ""):
        stand_in = next((name for name in models if name not in lacks), "the offline one")
        first = _named(models[0], settings, environ)
        return CurrentWriter(f"{first} cannot be used now: {lack}; {stand_in} stands in", lack)
    told = [_named(name, settings, environ) for name in models]
    others = f", then by {' and '.join(told[1:])} where that fails" if told[1:] else ""
    record = read_writer_records(repo).get(models[0], WriterRecord())
    stand_in = "the next one" if told[1:] else "the offline one"
    fared = _fared(record, stand_in, now)
    text = f"memories are written by {told[0]}{others}; {fared}"
    return CurrentWriter(text, failed_last=record.failed_last)


def _named(name: str, settings: Settings, environ: Mapping[str, str]) -> str:
    model = endpoint_of(name, settings, environ).model
    return f"{name} (model {clean_line(model, 100)})" if model else name


def _fared(record: WriterRecord, stand_in: str, now: float) -> str:
    success = (
        f"last success {ago(now - record.succeeded)}"
        if record.succeeded
        else "it has not succeeded yet"
    )
    if not record.failed_last:
        return success
    reason = clean_line(record.reason, 200)
    failure = f"it failed {ago(now - record.failed)}: {reason}; {stand_in} stood in"
    return f"{failure}; {success}"
