"""Claude Code: where its transcripts lie, and how they are read."""
