"""One verb a module; each brings the floors below together."""
