"""The offline compressor: a session's own words, and a commit's, without any model."""
