"""Claude Code: where its transcripts are, and how they are read."""
