"""Notes, index and vectors brought up to what git holds now."""
