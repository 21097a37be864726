"""What git and the agent call: quick, quiet, and never failing the caller."""
