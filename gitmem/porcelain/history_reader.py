"""A process of :mod:`gitmem.porcelain.history`, which starts it; not for anybody else."""

from __future__ import annotations

import sys

from gitmem.porcelain.history import serve

if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
