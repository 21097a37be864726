"""From evidence to memories: compressors behind one interface."""
