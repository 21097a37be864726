"""What git and the agent call: quick, quiet, never failing their caller."""
