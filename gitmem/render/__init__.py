"""Memories as text: for the terminal and for an agent's context."""
