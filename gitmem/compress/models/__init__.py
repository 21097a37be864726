"""Compressors that ask a model, each of them opt-in."""
