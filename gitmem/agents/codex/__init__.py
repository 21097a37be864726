"""Codex CLI: where its rollout files are, and how they are read."""
