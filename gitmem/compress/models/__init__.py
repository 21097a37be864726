"""Compressors that ask a model, each opted into."""
