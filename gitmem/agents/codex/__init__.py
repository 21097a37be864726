"""Codex CLI: where its rollout files lie, and how they are read."""
