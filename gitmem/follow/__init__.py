"""Memories that follow rewritten history and travel between clones."""
