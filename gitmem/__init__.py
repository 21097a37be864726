"""gitmem: the memory of AI coding agents, kept in git notes."""
