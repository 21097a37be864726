"""Gemini CLI: where its session files lie, and how they are read."""
