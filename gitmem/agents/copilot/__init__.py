"""GitHub Copilot CLI: where its session files are, how they are read, and what it may be told."""
