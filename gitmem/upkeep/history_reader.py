"""A process that :mod:`gitmem.upkeep.history_memories` starts; not for anyone else."""

from __future__ import annotations

import sys

from gitmem.upkeep.history_memories import serve

if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
