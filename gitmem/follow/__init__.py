"""Memories through rewritten history, and between clones."""
