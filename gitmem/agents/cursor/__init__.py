"""Cursor: where its agent keeps transcripts, and how they are read; what its hooks may say."""
