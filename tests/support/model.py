"""A compressor that answers as a test wants it, in the place of a model."""

from __future__ import annotations

from dataclasses import dataclass, field

from gitmem.compress.compressor import Compression, Estimate
from gitmem.errors import CompressorFailed
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change
from gitmem.model.memory import Memory


@dataclass
class FakeModel:
    """Writes one memory with ``title`` a slice, or none without a title; or fails."""

    name: str = "model/1"
    title: str = "Better words"
    fails: str = ""
    count: int = 1
    asked: list[tuple[Evidence, Change | None]] = field(default_factory=list)

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        self.asked.append((evidence, change))
        if self.fails:
            raise CompressorFailed(self.fails)
        titles = [f"{self.title} {n}".removesuffix(" 0") for n in range(self.count) if self.title]
        memories = tuple(Memory("decision", title, why="It said so.") for title in titles)
        return Compression(memories, self.name, "a-model", 1200, 80)

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        return Estimate(1000, 100, 0.25)
