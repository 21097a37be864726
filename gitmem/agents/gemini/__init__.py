"""Gemini CLI: where its session files are, and how they are read."""
