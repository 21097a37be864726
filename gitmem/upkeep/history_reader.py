"""A process of :mod:`gitmem.upkeep.history_memories`, which starts it; not for anybody else."""

from __future__ import annotations

import sys

from gitmem.upkeep.history_memories import serve

if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
